"""The session of a login, as users make it: one for clients of both colours."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import NoReturn, Optional

from .._runtime.secrets import MASK, Secret
from .._words.arguments import Arguments
from .._words.checks import secret, text
from .renewals import REFRESH, OnChange, Renewals
from .state import Credentials

LOGIN = Arguments(email=text, password=secret)


class LoginSession:
    """Keep a login for as long as the program runs: its tokens are renewed when they end.

    Give it to a client as `login=`. Nothing is sent before a call needs a token; then it logs in,
    and renews ahead of time or after a 401: by the refresh token, and by the password when that has
    ended. One renewal runs at a time, and all calls wait for it, in threads, tasks and clients of
    both kinds. A forked process has the tokens of its parent and renews for itself.

    Args:
        email: The tenant's, together with `password`.
        password: It is kept in memory, masked.
        refresh_token: Of an earlier login, instead of a password or tried before it.
        on_change: A function that is called with the new `TokenPair` after each renewal, one call
            at a time, by the call that renewed; to store the pair. It must be quick. What it raises
            is logged by its class only, and the call goes on.

    Raises:
        ValueError, TypeError: An argument is not usable; the message never shows a secret.
    """

    def __init__(
        self,
        *,
        email: Optional[str] = None,
        password: Optional[str] = None,
        refresh_token: Optional[str] = None,
        on_change: Optional[OnChange] = None,
    ) -> None:
        given, stored = Secret(password), Secret(refresh_token)
        del password, refresh_token  # so that no traceback with local variables shows them
        if (email is None) != (given.reveal() is None):
            raise ValueError("email and password belong together: give both, or a refresh_token")
        if email is None and stored.reveal() is None:
            raise ValueError("LoginSession needs email and password, or a refresh_token")
        if email == "" or given.reveal() == "" or stored.reveal() == "":
            raise ValueError("email, password and refresh_token must not be empty")
        if on_change is not None and not callable(on_change):
            raise TypeError(f"on_change must be a function, not {type(on_change).__name__}")
        if iscoroutinefunction(on_change):
            raise TypeError("on_change must be a plain function: clients of both kinds call it")
        login = None if email is None else LOGIN.body(email=email, password=given)
        refresh = None if stored.reveal() is None else REFRESH.body(refresh_token=stored)
        self._email = email
        self._renewals = Renewals(Credentials(login, refresh), on_change)

    def __repr__(self) -> str:
        email: Optional[str] = getattr(self, "_email", "")
        shown = f"refresh_token='{MASK}'" if email is None else email and f"email={email!r}"
        return f"{type(self).__name__}({shown})"  # of no email if the arguments were refused

    def __reduce__(self) -> NoReturn:
        raise TypeError("a login session holds secrets: it cannot be pickled or copied")


def renewals_of(session: LoginSession) -> Renewals:
    """Return what renews the tokens of a session; users have no business with it."""
    return session._renewals  # pyright: ignore[reportPrivateUsage]
