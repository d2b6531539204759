"""A write call as it is kept to be looked up later, also by another process: without secrets."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import socket
from base64 import urlsafe_b64decode
from datetime import datetime, timezone
from math import inf
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, cast
from urllib.parse import unquote

import msgspec

from .._runtime.real_time import boot_time, real_datetime
from .._runtime.secrets import Secret
from .._words.fields import Timestamp
from .marks import MARK
from .times import Bounds

_VERSION = 1
_SECRETS = {
    *(
        "apikey",
        "authorization",
        "bearer",
        "credential",
        "credentials",
        "cvc",
        "cvv",
        "jwt",
        "pass",
    ),
    *("passcode", "passphrase", "passwd", "password", "pin", "pwd", "secret", "token"),
}
_KEYS = re.compile(r"(api|secret|private|access|encryption|signing)[_-]?key\Z", re.IGNORECASE)
HASHED = ("tokenId", "webhookUrl", "callbackUrl")
"""Fields that may let somebody in: they are compared by their hash."""
_OF_EVENTS = ("transactionId", "subscriptionId", "code", "timestamp")


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    """`POST`, `PATCH` or `DELETE`."""
    route: str
    """The path with names for the ids: `/payments/{payment_id}/refund`."""
    path: str
    base_url: str
    fields: Dict[str, Any]
    """What was sent, by the names of the wire."""
    started: Timestamp
    """When the first attempt began, by the clock of this machine."""
    ended: Timestamp
    may_have_been_applied: bool
    request_id: Optional[str] = None
    status_code: Optional[int] = None
    """The status of the last answer, if there was one."""
    hidden: Tuple[str, ...] = ()
    """Fields that hold a secret: they are left out, at least in part."""
    clock: Optional[Bounds] = None
    """The server's time minus ours, in seconds: at least and at most; None if it was not heard."""
    salt: str = ""
    token: Optional[str] = None
    """A hash of the token with the salt, which says whether another client has the same."""
    machine: Optional[str] = None
    """A hash of the machine with the salt: its clock has told these times."""
    boot: Optional[float] = None
    """When that machine was started, by its clock: it is another time once that was set."""


class CallRecord(_Kept, frozen=True, kw_only=True):
    """Keep what a write asked for, where and when, so that `client.reconcile` can look it up.

    It holds no token, password or credential. `to_dict()` gives JSON for a queue or a database,
    `from_dict()` reads it, in another process and on another day.
    """

    def __repr__(self) -> str:
        doubt = "may have been applied" if self.may_have_been_applied else "not applied"
        return f"CallRecord({self.method} {self.route}, {self.started:%Y-%m-%d %H:%M:%S}, {doubt})"

    @property
    def operation(self) -> str:
        """Return method and route: "POST /payments/{payment_id}/refund"."""
        return f"{self.method} {self.route}"

    @property
    def ids(self) -> Dict[str, str]:
        """Return the ids in the path, by their names in the route."""
        pairs = zip(self.route.split("/"), self.path.split("/"))
        return {name[1:-1]: unquote(text) for name, text in pairs if name.startswith("{")}

    @property
    def mark(self) -> Optional[str]:
        """Return the mark that was sent along; None without `marks=True`."""
        metadata = self.fields.get("metadata")
        mark = cast("Dict[str, Any]", metadata).get(MARK) if isinstance(metadata, dict) else None
        mark = mark or self.fields.get("providerTransactionId")
        return mark if isinstance(mark, str) and mark.startswith(MARK) else None

    def to_dict(self) -> Dict[str, Any]:
        """Return what JSON can hold."""
        return {"version": _VERSION, **msgspec.to_builtins(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CallRecord:
        """Return the record that `to_dict` was made of.

        Raises:
            ValueError: It is not such a dict, or one of a newer version.
        """
        version = data.get("version") if isinstance(data, Mapping) else None  # pyright: ignore[reportUnnecessaryIsInstance]
        if version != _VERSION:
            raise ValueError(f"the record of a call must have version {_VERSION}, not {version!r}")
        try:
            record = msgspec.convert({k: v for k, v in data.items() if k != "version"}, cls)
            problem = _problem_in(record)
        except (msgspec.ValidationError, UnicodeEncodeError, RecursionError, TypeError) as exc:
            raise ValueError(f"not the record of a call: {exc}") from None
        if problem is not None:
            raise ValueError(f"not the record of a call: {problem}")
        return record

    def knows_token(self, token: Optional[Secret[str]]) -> bool:
        """Say whether a token is the one of the call, or a later login of the same tenant."""
        return self.token is not None and hmac.compare_digest(
            self.token, hash_of_token(token, self.salt) or ""
        )

    def is_by_this_clock(self) -> bool:
        """Say whether the clock here has told the times, and was not set since."""
        here = self.machine == hash_of_machine(self.salt)
        return here and self.boot is not None and abs(self.boot - boot_time()) < 0.1


CallRecord.__module__ = "novabilling"  # also in pickles


def _problem_in(record: CallRecord) -> Optional[str]:
    """Say what is wrong with a record whose types are right; UnicodeEncodeError of no text."""
    if record.clock is not None and not -inf < record.clock[0] <= record.clock[1] < inf:
        return "clock must be two bounds, the lower first"
    json.dumps(record.to_dict(), ensure_ascii=False).encode()
    if not f"{record.token}{record.machine}".isascii():
        return "token and machine must be hashes"
    names, parts = record.route.split("/"), record.path.split("/")
    pairs = zip(names, parts)
    if len(names) != len(parts) or not all(p if n[:1] == "{" else n == p for n, p in pairs):
        return f"path must be one of {record.route!r}"
    events: object = record.fields.get("events", [])
    if not isinstance(events, list) or not all(map(_is_event, cast("List[object]", events))):
        return "events must be a list of objects whose fields are text"
    return None


def _is_event(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    found = [cast("Dict[str, object]", value).get(name) for name in _OF_EVENTS]
    return all(one is None or isinstance(one, str) for one in found)


def new_salt() -> str:
    return os.urandom(16).hex()


def keyed_hash(text: str, salt: str) -> str:
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def hash_of_token(token: Optional[Secret[str]], salt: str) -> Optional[str]:
    """Hash whose token it is: of a login, the tenant, as its tokens last an hour."""
    if token is None:
        return None
    return keyed_hash(_owner(token.reveal()), salt)


def hash_of_machine(salt: str) -> str:
    """Hash whose clock tells the time here: the running kernel's, or else the machine of a name."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            name = file.read()
    except OSError:  # not Linux
        name = socket.gethostname()
    return keyed_hash(name, salt)


def _owner(token: str) -> str:
    parts = token.split(".")
    if len(parts) != 3:
        return token
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return f"sub {claims['sub']}"
    except (ValueError, KeyError, TypeError):
        return token


def kept_fields(body: Optional[Secret[bytes]], salt: str) -> Tuple[Dict[str, Any], Tuple[str, ...]]:
    """Return the fields of a body without secrets, and the names of those that held one."""
    found: Any = msgspec.json.decode(body.reveal()) if body is not None else {}
    sent: Dict[str, Any] = found
    if isinstance(sent.get("events"), list):
        return {"events": [event_kept(one) for one in sent["events"]]}, ()
    if "transactionId" in sent:
        return event_kept(sent), ()
    fields: Dict[str, Any] = {}
    hidden: List[str] = []
    for name, value in sent.items():
        if name in HASHED:
            fields[name] = None if value is None else keyed_hash(str(value), salt)
        elif _is_secret(name):
            hidden.append(name)
        else:
            fields[name] = _without_secrets(value)
            if any(_is_secret(key) for key in _keys_in(value)):
                hidden.append(name)
    return fields, tuple(hidden)


def event_kept(sent: Dict[str, Any]) -> Dict[str, Any]:
    """Return what an event is known by."""
    return {name: sent[name] for name in _OF_EVENTS if name in sent}


def _is_secret(name: str) -> bool:
    name = name.rstrip("0123456789_")
    words = re.split("[^a-z]", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    return words[-1] in _SECRETS or bool(_KEYS.search(name))


def _keys_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in cast("Dict[str, Any]", value).items():
            yield key
            yield from _keys_in(item)
    elif isinstance(value, list):
        for item in cast("List[object]", value):
            yield from _keys_in(item)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = cast("Dict[str, Any]", value).items()
        return {key: _without_secrets(item) for key, item in pairs if not _is_secret(key)}
    if isinstance(value, list):
        return [_without_secrets(item) for item in cast("List[object]", value)]
    return value


def secrets_in(value: Any, hidden: bool = False) -> Iterator[str]:
    """Give the texts that stand under the name of a secret."""
    if isinstance(value, dict):
        for key, item in cast("Dict[str, Any]", value).items():
            yield from secrets_in(item, hidden or key in HASHED or _is_secret(key))
    elif isinstance(value, list):
        for item in cast("List[object]", value):
            yield from secrets_in(item, hidden)
    elif hidden and isinstance(value, str):
        yield value


def utc(moment: datetime) -> datetime:
    """Write a time as one in UTC, and of the class that JSON knows, in frozen tests as well."""
    there = moment.astimezone(timezone.utc)
    found: datetime = real_datetime()(*there.timetuple()[:6], there.microsecond, timezone.utc)
    return found
