"""What users may watch: each call as a block of code, and each attempt at it after its end."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager, nullcontext
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ContextManager,
    Dict,
    Generator,
    List,
    NamedTuple,
    Optional,
    Tuple,
    Type,
    Union,
    cast,
)
from urllib.parse import urlsplit

import msgspec
from msgspec import structs

from .._network.answer import Answer
from .._runtime import concurrency
from .._runtime.lazy_httpx import httpx

if TYPE_CHECKING:
    from .call import Call

logger = logging.getLogger("novabilling")


class AttemptInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at a call, after its end; it holds no token and no request body."""

    method: str
    """The verb, such as `GET`."""
    route: str
    """The path with names for the ids: `/customers/{customer_id}`."""
    url: str
    """The address without its query."""
    request_id: str
    """The same for all attempts at a call."""
    attempt: int
    """1 for the first attempt at a call."""
    elapsed: float
    """Seconds, with the wait for a token and a connection, without those before the attempt."""
    status_code: Optional[int] = None
    """The status of the answer; None if there was none."""
    error: Optional[BaseException] = None
    """A `NovaBillingError`, or what else ended it: a cancellation, an error of your token."""
    retry_in: Optional[float] = None
    """Seconds until the next attempt; None if this was the last one."""

    _answer: object = None

    @property
    def http(self) -> Optional[httpx.Response]:
        """The answer, whatever its status; its request has only method and URL."""
        if isinstance(self._answer, Answer):
            return self._answer.http
        return cast("Optional[httpx.Response]", self._answer)

    def __repr__(self) -> str:
        shown = [f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__[:-1]]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> Union[str, Tuple[Any, ...]]:
        return super(AttemptInfo, structs.replace(self, _answer=self.http)).__reduce__()


def _rebuild(  # pyright: ignore[reportUnusedFunction]
    fields: Dict[str, Any],
) -> AttemptInfo:
    """Build what an older pickle holds; those name this function."""
    return AttemptInfo(**fields)


AttemptHook = Callable[[AttemptInfo], object]


class CallInfo(NamedTuple):
    """A call that begins."""

    method: str
    template: Optional[str]
    """The path with names for the ids; None for an address that the server named."""
    url: str
    headers: Dict[str, str]
    """What a hook puts here is sent with each attempt."""


CallHook = Callable[[CallInfo], ContextManager[AttemptHook]]
"""Make a block around a call; it gives what is told of the attempts."""


class HookedWatch:
    """A call within the blocks of its hooks; what a hook raises is logged and harms no call."""

    def __init__(self, hooks: List[CallHook], call: Call, root: str) -> None:
        self._call = call
        self._url = re.split("[?#]", call.url or f"{root}/api{call.route.path}")[0]
        template = f"{urlsplit(root).path}/api{call.route.template}" if call.url is None else None
        self._info = CallInfo(call.method, template, self._url, {})
        self.headers = self._info.headers
        self._hooks = hooks
        self._blocks: List[ContextManager[AttemptHook]] = []
        self._observers: List[AttemptHook] = []
        self._attempt = 0
        self._request_id = ""
        self._started = 0.0
        self._under_way = False
        self._answer: Optional[Answer] = None

    def __enter__(self) -> Call:
        for hook in self._hooks:
            with _harmless(hook):
                block = hook(self._info)
                self._observers.append(block.__enter__())
                self._blocks.append(block)
        return structs.replace(self._call, watch=self)

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        try:
            if self._under_way:
                self.end(self._answer, error)
        finally:
            for block in reversed(self._blocks):
                with _harmless(block):
                    block.__exit__(kind, error, traceback)

    def begin(self, attempt: int, request_id: str) -> None:
        self._attempt = attempt
        self._request_id = request_id
        self._started = concurrency.monotonic()
        self._under_way = True

    def answer(self, answer: Answer) -> None:
        self._answer = answer

    def end(
        self,
        answer: Optional[Answer],
        error: Optional[BaseException],
        retry_in: Optional[float] = None,
    ) -> None:
        info = AttemptInfo(
            method=self._call.method,
            route=self._call.route.template,
            url=self._url,
            request_id=self._request_id,
            attempt=self._attempt,
            elapsed=concurrency.monotonic() - self._started,
            status_code=None if answer is None else answer.status_code,
            error=error,
            retry_in=retry_in,
            _answer=answer,
        )
        self._under_way = False
        for observe in self._observers:
            with _harmless(observe):
                observe(info)


class Hooks:
    """The hooks of a client and its copies."""

    def __init__(self) -> None:
        self.all: List[CallHook] = []

    def add(self, hook: CallHook) -> Callable[[], None]:
        """Add a hook and return what removes it."""
        self.all.append(hook)

        def remove() -> None:
            if hook in self.all:
                self.all.remove(hook)

        return remove

    def add_for_attempts(self, hook: AttemptHook) -> Callable[[], None]:
        """Add a function that is only told of attempts."""
        from inspect import iscoroutinefunction

        if not callable(hook) or iscoroutinefunction(hook):
            raise TypeError("on_attempt needs a function that is not async")
        return self.add(lambda _: nullcontext(hook))

    def watch(self, call: Call, root: str) -> ContextManager[Call]:
        """Make the block in which a call is sent."""
        return HookedWatch(list(self.all), call, root)


@contextmanager
def _harmless(hook: object) -> Generator[None, None, None]:
    try:
        yield
    except Exception:  # the payment has been made, whatever the metrics say
        name = getattr(hook, "__qualname__", type(hook).__name__)
        logger.exception("The hook %s failed", name, extra={"novabilling_hook": name})


def hooks_of(client: object) -> Hooks:
    """Return the hooks of a client; TypeError if it is none."""
    caller = getattr(client, "_caller", None)
    hooks: object = getattr(caller, "hooks", None)
    if not isinstance(hooks, Hooks):
        raise TypeError(
            f"client must be a NovaBilling or AsyncNovaBilling, not {type(client).__name__}"
        )
    return hooks
