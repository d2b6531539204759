"""The settings of a client, checked once when it is made."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Mapping, Optional, Union

import msgspec
from msgspec import UNSET, UnsetType

from .._runtime.httpx_modules import OperationTimeouts, classes
from .._runtime.lazy_httpx import httpx
from .._runtime.secrets import Secret
from .._version import __version__
from .server import Server

DEFAULT_TIMEOUT = 60.0
DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_CONNECTIONS = 100
DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

Timeout = Union[float, None, "httpx.Timeout", OperationTimeouts]

STANDARD_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": f"novabilling-python/{__version__}",
}


def utc_now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(timezone.utc)


class Config(msgspec.Struct, frozen=True):
    """What every call of one client shares."""

    token: Secret[Any]
    server: Server
    timeout: Union[Timeout, UnsetType]
    follow_redirects: bool
    max_retries: int
    deadline: Optional[float]
    headers: Dict[str, str]
    token_optional: bool
    """Whether a request may go without a token of ours: the user's client may add one."""
    needs_token: bool = True
    """Whether the operation needs one at all."""
    reconcile: bool = False
    """Whether a call itself finds out what became of it."""
    marks: bool = False
    """Whether new rows get a mark to be found by."""
    now: Callable[[], datetime] = utc_now
    """What time it is; the sandbox has its own."""

    def timeout_for(self, default: Optional[float]) -> Timeout:
        """Return the timeout of one attempt: the user's, else the operation's, else 60 s."""
        if self.timeout is not UNSET:
            return self.timeout
        return DEFAULT_TIMEOUT if default is None else default


def check_token(token: Secret[Any]) -> Secret[Any]:
    """Refuse a token that is neither a callable, None, nor text that can go into a header."""
    if token.reveal() is None or callable(token.reveal()):
        return token
    return check_token_text(token)


def check_token_text(token: Secret[Any]) -> Secret[str]:
    if not isinstance(token.reveal(), str):
        kind = type(token.reveal()).__name__
        raise TypeError(f"token must be a str, a callable that returns one, or None, not {kind}")
    if not token.reveal():
        raise ValueError("token must not be empty; token=None sends no Authorization header")
    if not token.reveal().isascii() or not token.reveal().isprintable() or " " in token.reveal():
        raise ValueError(
            "token must be printable ASCII without spaces or control characters "
            "(is there a line break at its end?)"
        )
    return token


def check_timeout(timeout: Any, name: str = "timeout") -> Any:
    """Return a number of seconds as a float, or an `httpx.Timeout`; None and UNSET stay."""
    if timeout is None or timeout is UNSET:
        return timeout
    if isinstance(timeout, classes("Timeout")) and name == "timeout":
        return httpx.Timeout(**timeout.as_dict())
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
        raise TypeError(f"{name} must be a number of seconds or None")
    if not timeout > 0:  # NaN is not
        raise ValueError(f"{name} must be greater than 0 seconds; None means no limit")
    return None if timeout > sys.float_info.max else float(timeout)


def check_count(value: object, name: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int")
    if value < least:
        raise ValueError(f"{name} must be at least {least}")
    return value


def check_flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False")
    return value


def check_http_client(http_client: object, expected: str) -> None:
    if http_client is not None and not isinstance(http_client, classes(expected)):
        raise TypeError(
            f"http_client must be an httpx.{expected}, not {type(http_client).__name__}"
        )


_OURS = frozenset({"authorization", "host", "content-length", "transfer-encoding"})
_HEADER_NAME = r"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z"
_HEADER_VALUE = r"^[\t\x20-\x7e\x80-\xff]*\Z"


def check_headers(headers: Optional[Mapping[str, str]]) -> Dict[str, str]:
    """Return extra headers with lower-cased names, refusing what a header cannot hold."""
    checked: Dict[str, str] = {}
    for name, value in (headers or {}).items():
        if not isinstance(name, str) or not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("headers must be a mapping of str to str")
        if not re.match(_HEADER_NAME, name):
            raise ValueError("headers: a name holds a character that HTTP does not allow")
        key = name.lower()
        if key in _OURS:
            raise ValueError(f"headers must not set {name!r}; the client does (use token=)")
        if not re.match(_HEADER_VALUE, value):
            raise ValueError(f"headers: the value of {name!r} must be latin-1 without line breaks")
        checked[key] = value.strip(" \t")  # HTTP allows no spaces around it
    return checked
