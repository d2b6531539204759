"""From a request to an answer: routing, guards, rate limit, validation, the error envelope."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import formatdate
from types import GeneratorType
from typing import Any, Callable, Dict, Generator, List, NamedTuple, Optional, Tuple, Union, cast
from urllib.parse import unquote_to_bytes

from ..._runtime.lazy_httpx import httpx
from .._errors import HttpError, bad_request, type_error
from .._javascript import values as js
from .._javascript.values import UNDEFINED, Row, Undefined
from .._store.database import Database
from .._world.world import World
from .operations import OPERATIONS, Operation
from .request import HEADER_LIMIT, Query, Request
from .response import Headers, respond
from .validation import Body


class Call:
    """What a resource function gets: who calls, and with which arguments."""

    def __init__(
        self, world: World, request: Request, params: Dict[str, str], now: datetime
    ) -> None:
        self.world = world
        self.request = request
        self.params = params
        self.query: Any = request.query
        self.body: Any = None
        self.now = now
        self._tenant_id: Optional[str] = None

    @property
    def id(self) -> str:
        return self.params["id"]

    @property
    def tenant(self) -> Row:
        """The tenant's own row, out of the central database."""
        return self.world.central["tenant"].rows[self._tenant_id or ""]

    @property
    def db(self) -> Database:
        """The tenant's database: `call.db["customer"]`."""
        return self.world.databases[self._tenant_id or ""]

    def sign_in(self, tenant: Row) -> None:
        self._tenant_id = tenant["id"]

    def notify(self, event: str, data: Row) -> None:
        """Send a webhook, if the tenant has a URL for them."""
        self.world.notify(self._tenant_id or "", event, data)

    def filter(self, name: str) -> Union[str, Undefined]:
        """Read a query parameter as a filter: empty or absent means none.

        One that is given twice is a text of both, which nothing equals.
        """
        raw: Query = self.query
        return js.to_string(raw.get(name) or "") or UNDEFINED

    def flag(self, name: str) -> Union[bool, Undefined]:
        """Read a boolean query parameter: whatever is not `true` means false."""
        return self.query[name] == "true" if name in self.query else UNDEFINED

    def read(self, name: str) -> Any:
        """Read a field of a body that nobody checked; without any body, the server stumbles."""
        if self.body is None:
            raise type_error(name)
        return js.as_object(self.body).get(name, UNDEFINED)


Function = Callable[[Call], Any]

Overlapping = Generator[None, None, Row]
"""What a function returns that has a `yield` where other calls may get in before it writes."""


class Route(NamedTuple):
    """The function for an operation, and the tables its body and query are checked against."""

    function: Function
    body: Optional[Body]
    query: Optional[Body]


ROUTES: Dict[str, Route] = {}

_UNHURRIED = ("POST /events", "POST /events/batch")
"""Operations that jobs of a little later wait for; all others find their work done."""

_KNOWN = {operation.name for operation in OPERATIONS}


def route(
    name: str, *, body: Optional[Body] = None, query: Optional[Body] = None
) -> Callable[[Function], Function]:
    """Register a function for an operation of the table in `operations`."""
    if name not in _KNOWN:
        raise LookupError(name)

    def register(function: Function) -> Function:
        ROUTES[name] = Route(function, body, query)
        return function

    return register


UNFORESEEN = "Internal server error"

Answering = Generator[None, None, httpx.Response]
"""An answer in the making; what stands between two steps may overlap with other requests."""


class Engine:
    """Answers requests to one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._second = 0
        self._date = ""

    def answer(self, raw: httpx.Request) -> Answering:
        """Answer a request, or let the fault that is planned for it happen."""
        self._world.clock.tick()
        self._world.jobs.carry_out(self._world.clock)
        request = Request(raw)
        fault = self._world.faults.take(request.method, request.path)
        if fault is None:
            return (yield from self._answer_deep(request, raw))
        if fault.after_apply:
            yield from self._answer_deep(request, raw)
        elif fault.late:
            due = self._world.clock.now() + timedelta(seconds=fault.late)
            self._world.jobs.delay(due, lambda: self._carry_out(request, raw))
        return self._refusal(request, fault.error(raw), raw)

    def _carry_out(self, request: Request, raw: httpx.Request) -> None:
        for _ in self._answer_deep(request, raw):
            pass  # nobody waits for the answer

    def _answer_deep(self, request: Request, raw: httpx.Request) -> Answering:
        try:
            return (yield from self._answer(request, raw))
        except RecursionError:  # JSON may be nested as deep as a body is long
            error = HttpError(500, "Maximum call stack size exceeded")
            return self._refusal(request, error, raw)
        except Exception:  # what nobody has thought of is no success, and no crash either
            return self._refusal(request, HttpError(500, UNFORESEEN), raw)

    def _answer(self, request: Request, raw: httpx.Request) -> Answering:
        if request.head_size > HEADER_LIMIT:
            return httpx.Response(431, headers={"Connection": "close"}, request=raw)
        if request.method == "OPTIONS":
            return httpx.Response(204, headers=_CORS, request=raw)
        now = self._world.clock.now()
        headers = self._clock(now)
        try:
            status, value = yield from self._run(request, headers, now)
        except HttpError as error:
            error.headers = headers[1:] + error.headers
            return self._refusal(request, error, raw)
        return respond(request, status, value, headers, raw)

    def _run(
        self, request: Request, headers: Headers, now: datetime
    ) -> Generator[None, None, Tuple[int, Any]]:
        body = request.body()
        operation, params = _find(request)
        call = Call(self._world, request, params, now)
        if operation.guard == "J":
            self._world.check_token(request.headers)
        headers += self._world.rate_limit.hit(operation.name, call.now)
        if operation.guard != "-":
            call.sign_in(self._world.authenticate(request.headers))
        found = ROUTES.get(operation.name)
        if found is None:
            words = f"is not in the sandbox yet: {request.method} /{'/'.join(operation.segments)}"
            raise HttpError(501, f"This operation {words}")
        if operation.name not in _UNHURRIED:
            self._world.jobs.run()
        call.query = found.query.check(request.query) if found.query else request.query
        call.body = found.body.check(body) if found.body else body
        value: Any = found.function(call)
        if isinstance(value, GeneratorType):
            value = yield from cast("Overlapping", value)
        return operation.status, value

    def _refusal(self, request: Request, error: HttpError, raw: httpx.Request) -> httpx.Response:
        now = self._world.clock.now()
        envelope = {
            "statusCode": error.status,
            "message": error.message,
            "errors": error.errors,
            "timestamp": now,
            "path": request.target,
        }
        return respond(request, error.status, envelope, self._clock(now) + error.headers, raw)

    def _clock(self, now: datetime) -> Headers:
        """Return the header that every answer has: the time in whole seconds."""
        second = int(now.timestamp())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True)
        return [("Date", self._date)]


_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    "Content-Length": "0",
}


_BY_NAME: Dict[Tuple[str, int, str], List[Operation]] = {}
"""The operations by method, number of segments, and the word that no path has as a parameter."""

for _one in OPERATIONS:
    _place = (_one.method, len(_one.segments), _one.segments[:2][-1])
    _BY_NAME.setdefault(_place, []).append(_one)


def _find(request: Request) -> Tuple[Operation, Dict[str, str]]:
    method = "GET" if request.method == "HEAD" else request.method
    # One slash at the end is forgiven; an empty segment elsewhere matches nothing.
    path = request.path[1:-1] if request.path.endswith("/") else request.path[1:]
    segments = path.split("/")
    for operation in _BY_NAME.get((method, len(segments), segments[:2][-1].lower()), ()):
        params = _match(operation.segments, segments)
        if params is not None:
            return operation, {name: _unquote(text) for name, text in params.items()}
    raise HttpError(404, f"Cannot {request.method} {request.target}")


def _match(expected: Tuple[str, ...], segments: List[str]) -> Optional[Dict[str, str]]:
    params: Dict[str, str] = {}
    for name, segment in zip(expected, segments):
        if name.startswith("{") and segment:
            params[name[1:-1]] = segment
        elif name != segment.lower():
            return None
    return params


def _unquote(text: str) -> str:
    try:
        if re.search("%(?![0-9a-fA-F]{2})", text):
            raise ValueError(text)
        return unquote_to_bytes(text).decode()
    except ValueError:
        raise bad_request(f"Failed to decode param '{text}'") from None
