"""The settings of a client, checked once when it is made."""

from __future__ import annotations

import functools
import re
import sys
import time
from datetime import datetime, timezone
from types import FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Literal,
    Mapping,
    Optional,
    TypeVar,
    Union,
    cast,
)

import msgspec
from msgspec import UNSET, UnsetType

from .._runtime.httpx_modules import OperationTimeouts, classes
from .._runtime.lazy_httpx import check_httpx, httpx
from .._runtime.secrets import Secret, refuse_mask
from .._version import __version__
from .server import Server

if TYPE_CHECKING:
    from .._login.session import LoginSession

DEFAULT_TIMEOUT = 60.0
DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_CONNECTIONS = 100
DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024

Init = TypeVar("Init", bound=Callable[..., None])

Timeout = Union[float, None, "httpx.Timeout", OperationTimeouts]

Needs = Literal["nothing", "token", "login"]
"""The credential that an operation needs: none, an API key or login token, a login token alone."""

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
    needs: Needs = "token"
    """What the operations of a resource need."""
    login: Optional[LoginSession] = None
    """What sends login tokens: where one is needed, and everywhere without a token."""
    reconcile: bool = False
    """Whether a call itself finds out what became of it."""
    marks: bool = False
    """Whether new rows get a mark to be found by."""
    now: Callable[[], datetime] = utc_now
    """What time it is; the sandbox has its own."""

    def seconds(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time() if self.now is utc_now else self.now().timestamp()

    @property
    def goes_by_login(self) -> bool:
        """Whether an operation sends the token of the login session."""
        if self.login is None or self.needs == "nothing":
            return False
        return self.needs == "login" or self.token.reveal() is None

    def timeout_for(self, default: Optional[float]) -> Timeout:
        """Return the timeout of one attempt: the user's, else the operation's, else 60 s."""
        if self.timeout is not UNSET:
            return self.timeout
        return DEFAULT_TIMEOUT if default is None else default


def by_name(init: Init) -> Init:
    """Say of an argument that a client does not take which one may be meant."""
    known: Dict[str, object] = cast("FunctionType", init).__kwdefaults__ or {}

    @functools.wraps(init)
    def checked(self: object, *misplaced: object, **options: object) -> None:
        masked = Secret(options)
        unknown = [repr(name) for name in options if name not in known]
        count = len(misplaced)
        del misplaced, options  # so that no traceback with local variables shows the token
        called = type(self).__name__
        if count:
            raise TypeError(f"{called} takes its arguments by name: {called}(token=...)")
        if unknown:
            takes = ", ".join(f"{name}=" for name in known)
            raise TypeError(f"{called} does not take {', '.join(unknown)}; it takes {takes}")
        init(self, **masked.reveal())

    return cast("Init", checked)


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
        raise ValueError(
            "token must not be empty: was it read from a variable that is set to nothing? "
            "Leave token= out where there is none, as for auth and currencies"
        )
    refuse_mask("token", token)
    if token.reveal().lower().startswith("bearer "):
        raise ValueError("token must leave out 'Bearer ': the client writes it")
    if not token.reveal().isascii() or not token.reveal().isprintable() or " " in token.reveal():
        raise ValueError(
            "token must be printable ASCII without spaces or control characters "
            "(is there a line break at its end?)"
        )
    return token


def check_login(login: Any, server: Server) -> Optional[LoginSession]:
    """Refuse what is no login session, or one of another server."""
    if login is not None:
        from .._login.session import LoginSession, renewals_of  # only where there is one

        if not isinstance(login, LoginSession):
            kind = type(login).__name__
            raise TypeError(f"login must be a LoginSession or None, not {kind}")
        renewals_of(login).bind(server.root)
    found: Optional[LoginSession] = login
    return found


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
    check_httpx()
    if http_client is not None and not isinstance(http_client, classes(expected)):
        raise TypeError(
            f"http_client must be an httpx.{expected}, of httpx 0.28 or httpx2, not "
            f"{type(http_client).__name__}"
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
