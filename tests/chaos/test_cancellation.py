"""Calls of many steps that are canceled, or whose client is closed, in the middle of one."""

from __future__ import annotations

import gc
import os
import random
import time
from typing import Any, Awaitable, Callable, List

import anyio
import pytest

from novabilling import (
    AsyncNovaBilling,
    ClientClosedError,
    NovaBillingError,
    NovaBillingTimeoutError,
)
from tests.chaos.calls import client_of, finish
from tests.chaos.server import ROWS, Server

pytestmark = pytest.mark.anyio

EVENTS = [{"subscription_id": "s", "code": "c", "transaction_id": f"t{n}"} for n in range(250)]


def planned(server: Server, plan: str, **options: Any) -> AsyncNovaBilling:
    headers = {"X-Plan": plan, "X-Request-Id": "one"}
    client: AsyncNovaBilling = client_of("async", server.url, headers=headers, **options)
    return client


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(5):
        while not condition():
            await anyio.sleep(0.001)


async def canceled_when(condition: Callable[[], bool], work: Callable[[], Awaitable[Any]]) -> None:
    """Start some work and cancel it when the condition is met."""
    ended = False

    async def run() -> None:
        nonlocal ended
        await work()
        ended = True

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await until(condition)
        group.cancel_scope.cancel()
    assert not ended


async def closed_when(
    condition: Callable[[], bool], client: AsyncNovaBilling, work: Callable[[], Awaitable[Any]]
) -> Any:
    """Start some work, close the client when the condition is met, and return the error."""
    errors: List[NovaBillingError] = []

    async def run() -> None:
        with pytest.raises(NovaBillingError) as caught:
            await work()
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await until(condition)
        await client.aclose()
    return errors[0]


async def assert_serves(client: AsyncNovaBilling, server: Server) -> None:
    """Make as many calls at once as there are connections; then none is left open."""
    headers = {"X-Plan": "ok", "X-Request-Id": "clean"}
    clean = client.with_options(headers=headers)
    async with anyio.create_task_group() as group:
        for n in range(2):
            group.start_soon(clean.customers.get, f"cus_{n}")
    await client.aclose()
    await until(lambda: server.live == 0)


# In the sleep before a retry


@pytest.mark.parametrize("name", ["html-503", "429-negative"])
async def test_a_retry_that_is_canceled_while_it_waits_is_not_made(server, monkeypatch, name):
    waits: List[float] = []
    monkeypatch.setattr(random, "uniform", lambda _, __: waits.append(30) or 30)
    client = planned(server, f"{name} ok", max_connections=2)
    started = time.monotonic()

    await canceled_when(lambda: waits == [30], lambda: client.customers.get("cus_1"))

    assert time.monotonic() - started < 5
    assert server.ledger.received["one"] == 1
    await assert_serves(client, server)


async def test_a_client_that_is_closed_during_a_retry_s_wait_makes_no_other_attempt(
    server, monkeypatch
):
    waits: List[float] = []
    monkeypatch.setattr(random, "uniform", lambda _, __: waits.append(0.2) or 0.2)
    client = planned(server, "reset! ok")

    error = await closed_when(
        lambda: bool(waits), client, lambda: client.customers.update("cus_1", name="Ada")
    )

    assert type(error) is ClientClosedError
    assert error.may_have_been_applied
    assert server.ledger.received["one"] == 1
    assert len(server.ledger.done["one"]) == 1


# In the middle of a list


async def test_an_iteration_that_is_canceled_can_be_continued(server):
    client = planned(server, "ok stall ok", max_connections=2)
    rows = client.customers.iter()
    seen = [(await rows.__anext__()).id for _ in range(100)]

    await canceled_when(lambda: len(server.ledger.requests) == 2, rows.__anext__)

    seen += [row.id async for row in rows]
    assert seen == [f"cus_{n}" for n in range(ROWS)]
    await assert_serves(client, server)


async def test_an_iteration_whose_client_is_closed_ends_with_an_error(server):
    client = planned(server, "ok stall")
    rows = client.customers.iter()
    seen = [(await rows.__anext__()).id for _ in range(100)]

    error = await closed_when(
        lambda: len(server.ledger.requests) == 2, client, lambda: rows.__anext__()
    )

    assert type(error) is ClientClosedError
    assert len(seen) == 100


async def test_an_iteration_that_is_left_alone_leaves_nothing_open(server):
    client = planned(server, "ok", max_connections=2)

    async for row in client.customers.iter():
        if row.id == "cus_150":
            break

    gc.collect()
    await assert_serves(client, server)
    assert len(server.ledger.requests) == 4


# In the middle of a batch


@pytest.mark.parametrize("step", ["stall", "stall!"])
async def test_a_batch_that_is_canceled_can_be_sent_again_and_counts_each_event_once(server, step):
    client = planned(server, f"ok {step} ok", max_connections=2)

    await canceled_when(
        lambda: len(server.ledger.requests) == 2, lambda: client.events.create_batch(EVENTS)
    )
    result = (await client.events.create_batch(EVENTS)).data

    assert (result.total, result.duplicates) == (250, 200 if step == "stall!" else 100)
    assert len(server.ledger.done["one"]) == 250
    await assert_serves(client, server)


async def test_a_batch_whose_client_is_closed_says_what_was_sent(server):
    client = planned(server, "ok stall!")
    events = [{"subscription_id": "s", "code": "c"} for _ in range(250)]

    error = await closed_when(
        lambda: len(server.ledger.requests) == 2,
        client,
        lambda: client.events.create_batch(events),
    )

    assert type(error) is ClientClosedError
    assert error.may_have_been_applied
    assert error.partial.created == 100
    again = planned(server, "ok")
    assert (await again.events.create_batch(error.events)).data.created == 50
    assert len(server.ledger.done["one"]) == 250
    await again.aclose()


async def test_a_batch_that_fails_in_its_second_slice_can_be_sent_again(server, short_waits):
    client = planned(server, "ok reset! html-503! html-502! ok", max_connections=2)
    events = [{"subscription_id": "s", "code": "c"} for _ in range(250)]

    with pytest.raises(NovaBillingError) as caught:
        await client.events.create_batch(events)
    error = caught.value
    result = (await client.events.create_batch(error.events)).data

    assert error.may_have_been_applied
    assert error.partial.created == 100
    assert (result.created, result.duplicates) == (50, 200)
    assert sorted(server.ledger.done["one"]) == sorted(
        f"event {event.transaction_id}" for event in error.events
    )
    await assert_serves(client, server)


# In the middle of a download


DOWNLOAD_STEPS = ["stall", "stall-in-head", "stall-after-head", "stall-in-body"]


def reached(server: Server, folder: Any, step: str) -> Callable[[], bool]:
    """Say when a download has come as far as this fault lets it."""
    if step != "stall-in-body":
        return lambda: len(server.ledger.requests) == 1
    return lambda: any(os.path.getsize(path) > 50_000 for path in folder.iterdir())


@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("step", DOWNLOAD_STEPS)
async def test_a_download_that_is_canceled_leaves_no_half_file(server, tmp_path, step, old):
    folder = tmp_path / "new"
    folder.mkdir()
    path = tmp_path / "new" / "1.pdf"
    if old is not None:
        path.write_bytes(old)
    client = planned(server, f"{step}! ok", max_connections=2)

    await canceled_when(
        reached(server, folder, step), lambda: client.invoices.download_pdf("inv_1", path)
    )

    assert [p.read_bytes() for p in folder.iterdir()] == ([] if old is None else [old])
    await assert_serves(client, server)


@pytest.mark.parametrize("step", DOWNLOAD_STEPS)
async def test_a_download_whose_client_is_closed_leaves_no_half_file(server, tmp_path, step):
    client = planned(server, f"{step}! ok")

    error = await closed_when(
        reached(server, tmp_path, step),
        client,
        lambda: client.invoices.download_pdf("inv_1", tmp_path / "1.pdf"),
    )

    assert type(error) is ClientClosedError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", range(12))
async def test_a_download_that_is_canceled_at_any_moment_is_whole_or_not_there(
    server, tmp_path, moment
):
    path = tmp_path / "1.pdf"
    client = planned(server, "ok", max_connections=2)

    with anyio.move_on_after(moment * 0.0007):
        await client.invoices.download_pdf("inv_1", path)

    assert [p.stat().st_size for p in tmp_path.iterdir()] in ([], [4 * 65536])
    await assert_serves(client, server)


class SlowFile:
    """A file on a disk that takes longer than the client waits."""

    def write(self, data: bytes) -> int:
        time.sleep(0.4)
        return len(data)


@pytest.mark.parametrize("colour", ["sync", "async"])
async def test_a_disk_that_is_slower_than_the_timeout_is_a_timeout(server, colour):
    client = client_of(colour, server.url, timeout=0.2, max_retries=0)

    with pytest.raises(NovaBillingTimeoutError):
        await finish(client.invoices.download_pdf("inv_1", SlowFile()))

    await finish(client.close() if colour == "sync" else client.aclose())


async def test_a_download_that_waits_for_a_thread_ends_with_the_timeout(server, tmp_path):
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = 1
    client = client_of("async", server.url, timeout=0.2, max_retries=0)

    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, time.sleep, 0.6)
        await until(lambda: limiter.available_tokens == 0)
        with pytest.raises(NovaBillingTimeoutError):
            await client.invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert list(tmp_path.iterdir()) == []
    await client.aclose()
