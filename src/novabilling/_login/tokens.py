"""What a token says of itself: which kind it is, and when it ends."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any, Optional

import msgspec

from .._runtime.secrets import Secret
from .._words.decoders import UNREADABLE

LOGIN_NEEDED = "this needs a login token from auth.login(), an API key is refused"
LOG_IN_AGAIN = "log in again, or give the client login=LoginSession(...), which renews its tokens"
_HAS_NONE = (
    "the client has no token: pass token=, or with_options(token=). Was it None, as "
    "os.environ.get() returns for a variable that is not set?"
)
_UNKNOWN = "Invalid credentials"
"""What the server says of an API key that it does not know; of one that is over, it says so."""
_LATEST = 32503680000.0  # the year 3000: a later time is none that a server means


def no_token(by_login: bool) -> str:
    """Say what is missing for an operation that needs a token, or a login token."""
    return f"{LOGIN_NEEDED if by_login else 'this needs a token'}; {_HAS_NONE}"


class Life(msgspec.Struct, frozen=True):
    """When a login token was made and when it ends, in seconds of the server's time."""

    exp: float
    iat: Optional[float] = None

    @property
    def seconds(self) -> Optional[float]:
        """How long it lasts from its making; None if it does not say so."""
        return None if self.iat is None else self.exp - self.iat

    @property
    def end(self) -> str:
        return f"{datetime.fromtimestamp(self.exp, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


_decode: Any = msgspec.json.Decoder(Life).decode


def life_of(token: Secret[str]) -> Optional[Life]:
    """Read the life of a JSON Web Token; None if it is none, or does not say when it ends."""
    if token.reveal().count(".") != 2:
        return None
    try:
        life: Life = _decode(_payload(token).reveal())
    except (*UNREADABLE, ValueError):  # that of base64
        return None
    return life if 0 <= life.exp <= _LATEST and abs(life.iat or 0) <= _LATEST else None


def _payload(token: Secret[str]) -> Secret[bytes]:
    text = Secret(token.reveal().split(".")[1])
    return Secret(base64.urlsafe_b64decode(text.reveal() + "=" * (-len(text.reveal()) % 4)))


def hint_for(
    token: Optional[Secret[str]], needs_login: bool, now: float, place: str = "", said: str = ""
) -> str:
    """Say what a 401 means for the token that was sent; `now` is in seconds since 1970.

    `place` is the server, and `said` its message.
    """
    life = None if token is None else life_of(token)
    if life is None and not needs_login and token is not None and said == _UNKNOWN:
        return f"no tenant of {place} has this API key: is it of another server, or deleted?"
    if life is None:
        return LOGIN_NEEDED if needs_login else ""
    if life.exp <= now:
        return f"the login token has expired, at {life.end}: {LOG_IN_AGAIN}"
    return "the login token has not expired: is it of this server, and no refresh token?"
