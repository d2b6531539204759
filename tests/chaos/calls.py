"""Calls of every class, made at the same time in any colour, and what became of them."""

from __future__ import annotations

import threading
import time
from inspect import isawaitable
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence
from uuid import uuid4

import anyio

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError
from tests.chaos.server import Ledger
from tests.support import TOKEN

COLOURS = ["sync", "asyncio", "trio"]
SLACK = 0.25
"""How much longer than its timeout an attempt may take."""

OPERATIONS: Dict[str, Callable[[Any, str], Any]] = {
    "GET": lambda c, n: c.customers.get(f"cus_{n}"),
    "POST money": lambda c, n: c.payments.refund(f"pay_{n}", amount=5),
    "POST event": lambda c, n: c.events.create(subscription_id="sub_1", code="calls"),
    "PATCH": lambda c, n: c.customers.update(f"cus_{n}", name="Ada"),
    "DELETE": lambda c, n: c.customers.delete(f"cus_{n}"),
}


class Job(NamedTuple):
    """A call to be made, and the plan by which the server treats it."""

    operation: str
    plan: str = "ok"
    client: int = 0
    id: str = ""


class Ended(NamedTuple):
    """How a call ended."""

    job: Job
    error: Optional[BaseException]
    data: Any
    seconds: float


def job(operation: str, plan: str = "ok", client: int = 0) -> Job:
    return Job(operation, plan, client, uuid4().hex)


def client_of(colour: str, url: str, **options: Any) -> Any:
    cls: Any = NovaBilling if colour == "sync" else AsyncNovaBilling
    return cls(**{"token": TOKEN, "base_url": url, "timeout": 10, **options})


def ask(client: Any, one: Job) -> Any:
    """Make the call; what it returns is awaited by the async clients."""
    planned = client.with_options(headers={"X-Request-Id": one.id, "X-Plan": one.plan})
    return OPERATIONS[one.operation](planned, one.id[:8])


async def finish(result: Any) -> Any:
    return await result if isawaitable(result) else result


async def _make(client: Any, one: Job, ended: List[Ended]) -> None:
    started = time.monotonic()
    data, error = None, None
    try:
        data = (await finish(ask(client, one))).data
    except Exception as exc:
        error = exc
    ended.append(Ended(one, error, data, time.monotonic() - started))


def run_sync(script: Any) -> Any:
    """Run a coroutine that never waits."""
    try:
        script.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the sync client has waited")


def run(colour: str, script: Callable[[], Any]) -> Any:
    """Run a script on an event loop; on none for the sync client."""
    return run_sync(script()) if colour == "sync" else anyio.run(script, backend=colour)


def make_all(
    colour: str,
    make_clients: Callable[[], List[Any]],
    *rounds: List[Job],
    width: int = 0,
    https: Sequence[Any] = (),
    at_end: Callable[[List[Any]], None] = lambda clients: None,
) -> List[Ended]:
    """Make the calls of each round at the same time, at most `width` of them; then close all.

    `at_end` is called with the clients before they are closed.
    """
    ended: List[Ended] = []

    def in_threads() -> None:
        clients = make_clients()
        for jobs in rounds:
            waiting = iter(jobs)
            lock = threading.Lock()

            def work(waiting: Any = waiting, lock: Any = lock) -> None:
                while True:
                    with lock:
                        one = next(waiting, None)
                    if one is None:
                        return
                    run_sync(_make(clients[one.client], one, ended))

            threads = [threading.Thread(target=work) for _ in range(width or len(jobs))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        at_end(clients)
        for client in clients:
            client.close()
        for http in https:
            http.close()

    async def in_tasks() -> None:
        clients = make_clients()
        for jobs in rounds:
            waiting = iter(jobs)

            async def work(waiting: Any = waiting) -> None:
                for one in waiting:
                    await _make(clients[one.client], one, ended)

            async with anyio.create_task_group() as group:
                for _ in range(width or len(jobs)):
                    group.start_soon(work)
        at_end(clients)
        for client in clients:
            await client.aclose()
        for http in https:
            await http.aclose()

    if colour == "sync":
        in_threads()
    else:
        anyio.run(in_tasks, backend=colour)
    return ended


def lies(ended: Ended, *ledgers: Ledger) -> List[str]:
    """Return what is wrong with the end of a call, by the ledgers."""
    one, error = ended.job, ended.error
    done = sum(len(ledger.done[one.id]) for ledger in ledgers)
    wrong: List[str] = []
    if one.operation in ("POST money", "POST event") and done > 1:
        wrong.append(f"applied {done} times")
    if error is None:
        if one.operation != "GET" and not done:
            wrong.append("reported as done, and was not")
        if one.operation == "GET" and ended.data.id != f"cus_{one.id[:8]}":
            wrong.append("the answer to another call")
    elif not isinstance(error, NovaBillingError):
        wrong.append(f"raised {error!r}")
    elif done and not error.may_have_been_applied:
        wrong.append(f"reported as not applied, and was: {error!r}")
    elif one.operation == "GET" and error.may_have_been_applied:
        wrong.append("a read that may have been applied")
    return [f"{one.operation} {one.plan}: {text}" for text in wrong]
