"""The state of a login session: what it can renew with, its token, and why it has none."""

from __future__ import annotations

from math import inf
from typing import Any, Literal, Optional

import msgspec
from msgspec import structs

from .._runtime.secrets import Secret
from .tokens import life_of

Step = Literal["refresh", "login"]
"""How a session gets tokens: by its refresh token, or by the password."""
StepFate = Literal["unsent", "unknown", "refused"]
"""What is known of a step that brought no tokens."""

LONGEST_MARGIN = 300.0
"""Seconds before its end at which a token is renewed; a tenth of its life if that is less."""
FIRST_REST, LONGEST_REST = 0.5, 30.0
LONGEST_REST_ASKED = 60.0
"""What a server may ask for; a date, read by a clock that is wrong, may be days away."""
FIRST_REST_AFTER_REFUSAL, LONGEST_REST_AFTER_REFUSAL = 60.0, 3600.0


class Credentials(msgspec.Struct, frozen=True):
    """What tokens are asked for with: bodies of requests, written and masked once."""

    login: Optional[Secret[bytes]] = None
    refresh: Optional[Secret[bytes]] = None
    doubts: int = 0
    """How often this refresh token was sent with an unknown fate: it may be used up."""

    @property
    def step(self) -> Optional[Step]:
        """What to do next: a refresh token in doubt is tried once more, then the password."""
        if self.refresh is not None and (self.doubts < 2 or self.login is None):
            return "refresh"
        return None if self.login is None else "login"

    def after(self, step: Step, fate: StepFate) -> Credentials:
        """Return what is left after a step that brought no tokens."""
        if step == "login" or fate == "unsent":
            return self
        if fate == "refused":
            return structs.replace(self, refresh=None, doubts=0)
        return structs.replace(self, doubts=self.doubts + 1)


class Login(msgspec.Struct, frozen=True):
    """The token that is sent now."""

    token: Secret[str]
    number: int
    """Which of the session's tokens it is: two of one second are equal."""
    renew_at: float = inf
    """When it is renewed ahead of time, in seconds since 1970; never if it does not say its end."""
    ends: float = inf


def login_of(token: Secret[str], number: int, now: float, chance: float) -> Login:
    """Plan the life of a token that has just come; `chance`, from 0 to 1, spreads renewals.

    The clock of this machine may be wrong, so only how long the token lasts is read from it.
    """
    life = life_of(token)
    seconds = None if life is None else life.seconds
    if life is not None and seconds is None:
        seconds = life.exp - now
    if seconds is None or seconds <= 0:
        return Login(token, number)
    margin = min(LONGEST_MARGIN, seconds / 10)
    return Login(token, number, now + seconds - margin * (1 + chance), now + seconds)


class Problem(msgspec.Struct, frozen=True):
    """Why a renewal brought no tokens; each call that waits for them makes an error of it."""

    text: str
    refused: bool = False
    """Whether the server has said no; else it may work a little later."""
    error: Any = None
    """The class of error of a refusal."""
    http: Any = None
    asked: float = 0.0
    """Seconds that the server asked to wait."""


def rest_after(problem: Problem, failures: int, chance: float) -> float:
    """Return the seconds without another renewal, after so many failures in a row."""
    doubled = 2.0 ** min(failures - 1, 20)
    if problem.refused:
        return min(LONGEST_REST_AFTER_REFUSAL, FIRST_REST_AFTER_REFUSAL * doubled)
    rest = min(LONGEST_REST, FIRST_REST * doubled)
    return max(min(problem.asked, LONGEST_REST_ASKED), rest * (1 + chance) / 2)
