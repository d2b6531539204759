"""One script for all colours: a client whose calls are awaited, also where that is no wait."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from inspect import isawaitable
from typing import (
    Any,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    List,
    Type,
    TypeVar,
    Union,
)

import anyio
import pytest

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling._runtime import loops
from tests.pool.servers import ROOT
from tests.support import TOKEN

T = TypeVar("T")

COLOURS = ["asyncio", "trio", "sync"]
SLACK = 0.25
"""How long after its timeout a call may end."""


class Api:
    """A client of either colour; `get` reads, `post` must not be repeated."""

    def __init__(self, client: Union[AsyncNovaBilling, NovaBilling]) -> None:
        self.client: Any = client

    async def get(self, id: str = "cus_1") -> str:
        found = self.client.customers.get(id)
        if isawaitable(found):
            found = await found
        return str(found.data.id)

    async def post(self, email: str = "ada@example.com") -> None:
        """Ask for what must not be asked for twice."""
        done = self.client.auth.forgot_password(email=email)
        if isawaitable(done):
            await done

    async def close(self) -> None:
        if isinstance(self.client, AsyncNovaBilling):
            await self.client.aclose()
        else:
            self.client.close()

    async def __aenter__(self) -> Api:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def client_of(colour: str, url: str, **options: Any) -> Any:
    cls: Type[Any] = NovaBilling if colour == "sync" else AsyncNovaBilling
    return cls(**{"token": TOKEN, "base_url": url, "max_retries": 0, "timeout": 10, **options})


def run(colour: str, script: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
    """Run a script on an event loop; on none for the sync client."""
    if colour != "sync":
        return anyio.run(script, *args, backend=colour)
    running = script(*args)
    try:
        running.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("the sync client has waited")


def play(colour: str, url: str, script: Callable[[Api], Awaitable[T]], **options: Any) -> T:
    """Run a script with a client that is closed at its end."""

    async def main() -> T:
        async with Api(client_of(colour, url, **options)) as api:
            return await script(api)

    return run(colour, main)


def pool_of(client: Any) -> Any:
    """Return the pool of the running loop: slots and idle connections can only be read there."""
    home = loops.running_loop if isinstance(client, NovaBilling) else loops.async_running_loop
    return client._caller.transport._sender._pools.get(home())


def errors_of_threads(works: Iterable[Callable[[], object]]) -> List[BaseException]:
    """Do each work in a thread of its own, all at once; return what they raised."""
    errors: List[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as exc:
            errors.append(exc)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@contextmanager
def raises(error: Type[Exception], applied: bool = False) -> Iterator[Any]:
    """Expect an error that says whether the call may have been applied."""
    with pytest.raises(error) as caught:
        yield caught
    assert getattr(caught.value, "may_have_been_applied") is applied  # noqa: B009


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with what can be imported here."""
    path = os.pathsep.join([str(ROOT), *sys.path])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
