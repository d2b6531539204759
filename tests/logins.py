"""A sandbox with a clock that notes by which credential it is asked, and can end tokens early."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple, Union

import httpx
from msgspec import structs

from novabilling import AsyncNovaBilling, LoginSession, NovaBilling
from novabilling.sandbox import Sandbox
from tests.support import problem

EMAIL, PASSWORD = "owner@example.com", "sandbox-password"
START = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
LOGIN, REFRESH = "POST /auth/login", "POST /auth/refresh"

Fault = Union[httpx.Response, Exception, Callable[[httpx.Request], httpx.Response]]


def refusal() -> httpx.Response:
    """Refuse a token as the server does; the time of the answer is not its own."""
    return problem(401, "Unauthorized", timestamp=None)


class Asked(NamedTuple):
    operation: str
    credential: str
    """`none`, `key` or `login`."""
    status: int


def credential_of(request: httpx.Request) -> str:
    value = request.headers.get("authorization", "")
    return "none" if not value else "key" if value.startswith("Bearer sk_") else "login"


class LoginServer:
    """Answer as the sandbox does; `faults` come first, for the operations that they name."""

    def __init__(self, **options: Any) -> None:
        self.now = START
        self.sandbox = Sandbox(clock=lambda: self.now, **options)
        self.asked: List[Asked] = []
        self.faults: Dict[str, List[Fault]] = {}
        self.uses_up_refresh_tokens = False
        self.hung = 0
        self.pause: Callable[[str], object] = lambda operation: None
        self.last_refresh_token: Optional[str] = None
        self._issued: Set[str] = set()
        self._ended: Set[str] = set()
        self._used: Set[str] = set()
        self._lock = threading.Lock()

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def end_tokens(self) -> None:
        """End all login tokens so far, and go on by a second: those of one second are equal."""
        self.advance(seconds=1)
        self._ended |= self._issued

    def __call__(self, request: httpx.Request) -> httpx.Response:
        operation = f"{request.method} {request.url.path[len('/api') :]}"
        answer = self._answer(operation, request)
        self.asked.append(Asked(operation, credential_of(request), answer.status_code))
        return answer

    def _answer(self, operation: str, request: httpx.Request) -> httpx.Response:
        self.pause(operation)
        with self._lock:
            faults = self.faults.get(operation)
            if faults:
                return self._fail(faults.pop(0), operation, request)
            if request.headers.get("authorization", "")[len("Bearer ") :] in self._ended:
                return refusal()
            if operation == REFRESH:
                token = json.loads(request.content)["refreshToken"]
                if token in self._used:
                    return problem(401, "Invalid or expired refresh token")
                if self.uses_up_refresh_tokens:
                    self._used.add(token)
            answer = self.sandbox.handle(request)
            if operation in (LOGIN, REFRESH) and answer.status_code == 200:
                self._issued.add(answer.json()["accessToken"])
                self.last_refresh_token = answer.json()["refreshToken"]
            return answer

    def _fail(self, fault: Fault, operation: str, request: httpx.Request) -> httpx.Response:
        try:
            if isinstance(fault, Exception):
                raise fault
            return fault(request) if callable(fault) else fault
        except Exception:
            self.asked.append(Asked(operation, credential_of(request), 0))
            raise

    def count(self, operation: str) -> int:
        return sum(one.operation == operation for one in list(self.asked))

    @property
    def renewals(self) -> Counter[str]:
        """How often tokens were asked for, by operation."""
        return Counter(one.operation for one in self.asked if one.operation in (LOGIN, REFRESH))

    def session(self, **options: Any) -> LoginSession:
        return LoginSession(**{"email": EMAIL, "password": PASSWORD, **options})

    def refresh_token(self) -> str:
        """Log in apart from all sessions."""
        body = {"email": EMAIL, "password": PASSWORD}
        url = "http://sandbox.local/api/auth/login"
        found: str = self.sandbox.handle(httpx.Request("POST", url, json=body)).json()[
            "refreshToken"
        ]
        return found


class Reached:
    """A server on the loopback with a session, and clients of any colour that share it."""

    def __init__(self, server: LoginServer, url: str) -> None:
        self.server = server
        self.url = url
        self.session = server.session()

    def client(self, **options: Any) -> NovaBilling:
        return self._in_time(
            NovaBilling(**{"base_url": self.url, "login": self.session, "timeout": 30, **options})
        )

    def async_client(self, **options: Any) -> AsyncNovaBilling:
        return self._in_time(
            AsyncNovaBilling(
                **{"base_url": self.url, "login": self.session, "timeout": 30, **options}
            )
        )

    def _in_time(self, client: Any) -> Any:
        """Let a client know the time of the server; until then it learns it from a 401."""
        config = client._caller.config
        client._caller.config = structs.replace(config, now=lambda: self.server.now)
        return client

    def log_in(self) -> None:
        with self.client() as client:
            assert client.tenants.get_me().data.email == EMAIL
        self.server.asked.clear()


@contextmanager
def hanging(server: LoginServer, operation: str) -> Iterator[Tuple[threading.Event, Any]]:
    """Let an operation hang; give what is set when it is reached, and what lets it go on."""
    begun, over = threading.Event(), threading.Event()

    def pause(asked: str) -> None:
        if asked == operation:
            server.hung += 1
            begun.set()
            over.wait(30)

    server.pause = pause
    try:
        yield begun, over
    finally:
        over.set()
        server.pause = lambda operation: None
