"""The server's limit of calls: those above it stand in the client's own line."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import Any, Awaitable, Callable, Iterator, List, Union

import anyio
import httpx
import pytest

from novabilling import (
    AttemptInfo,
    ClientClosedError,
    NovaBillingTimeoutError,
    RateLimitError,
    ServerError,
)
from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.pool.support import client_of, run

START = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
MINUTE = 60.0


def sandbox_on(clock: Any, **options: Any) -> Sandbox:
    """Make a sandbox that shares the clock of the client."""
    begun = clock.now
    return Sandbox(clock=lambda: START + timedelta(seconds=clock.now - begun), **options)


def of(sandbox: Sandbox, colour: str, **options: Any) -> Any:
    return sandbox.client(**options) if colour == "sync" else sandbox.async_client(**options)


def together(colour: str, calls: List[Callable[[], Any]], client: Any) -> List[Any]:
    """Make calls at the same time, and return what became of each."""
    ended: List[Any] = []

    def in_thread(call: Callable[[], Any]) -> None:
        try:
            ended.append(call())
        except Exception as error:
            ended.append(error)

    async def in_task(call: Callable[[], Awaitable[Any]]) -> None:
        try:
            ended.append(await call())
        except Exception as error:
            ended.append(error)

    async def in_tasks() -> None:
        async with client, anyio.create_task_group() as tasks:
            for call in calls:
                tasks.start_soon(in_task, call)

    if colour == "sync":
        with client, ThreadPoolExecutor(len(calls)) as threads:
            list(threads.map(in_thread, calls))
    else:
        run(colour, in_tasks)
    return ended


def creations(client: Any, count: int) -> List[Callable[[], Any]]:
    def creation(number: int) -> Callable[[], Any]:
        return lambda: client.customers.create(
            external_id=f"usr_{number}", email="ada@example.com", currency="NGN"
        )

    return [creation(number) for number in range(count)]


@contextmanager
def statuses(client: Any) -> Iterator[List[Any]]:
    seen: List[AttemptInfo] = []
    remove = client.on_attempt(seen.append)
    yield seen
    remove()


@pytest.mark.parametrize("count", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_calls_far_above_the_limit_all_succeed_as_fast_as_it_allows(colour, clock, count):
    sandbox = sandbox_on(clock, rate_limit=100)
    client = of(sandbox, colour, max_retries=2)
    began = clock.now

    with statuses(client) as seen:
        ended = together(colour, creations(client, count), client)

    assert [error for error in ended if isinstance(error, Exception)] == []
    assert len({answer.data.id for answer in ended}) == count
    assert sum(info.status_code == 429 for info in seen) <= count / 100
    assert clock.now - began <= (count / 100 - 1) * MINUTE + 2
    sandbox.rate_limit = None
    assert sandbox.client().customers.list().meta.total == count


def test_calls_over_http_all_succeed(colour, clock):
    sandbox = sandbox_on(clock, rate_limit=100)
    with serve(sandbox.handle) as url:
        client = client_of(colour, url, token=sandbox.token, max_retries=2, timeout=None)
        began = clock.now
        with statuses(client) as seen:
            ended = together(colour, creations(client, 300), client)

    assert [error for error in ended if isinstance(error, Exception)] == []
    assert sum(info.status_code == 429 for info in seen) <= 3
    assert clock.now - began <= 2 * MINUTE + 2


def test_more_connections_than_the_limit_learn_it_from_the_first_answers(colour, clock):
    sandbox = sandbox_on(clock, rate_limit=100)
    with serve(sandbox.handle) as url:
        client = client_of(
            colour, url, token=sandbox.token, max_retries=2, timeout=None, max_connections=300
        )
        with statuses(client) as seen:
            ended = together(colour, creations(client, 250), client)

    assert [error for error in ended if isinstance(error, Exception)] == []
    assert sum(info.status_code == 429 for info in seen) <= 2


def test_calls_that_other_clients_keep_from_their_turn_wait_as_long_as_it_takes(colour, clock):
    sandbox = sandbox_on(clock, rate_limit=10)
    other = sandbox.client(max_retries=0)
    client = of(sandbox, colour, max_retries=1)
    refusals = 0

    async def work(client: Any) -> None:
        nonlocal refusals
        await client.customers.list()
        for _ in range(3):  # the other one is always there first
            with suppress(RateLimitError):
                for _ in range(20):
                    other.customers.list()
            with statuses(client.found) as seen:
                await client.customers.list()
            refusals += sum(info.status_code == 429 for info in seen)

    script(colour, work, client)

    assert refusals >= 3


def test_time_that_the_sandbox_skips_lets_as_many_go_as_the_limit():
    sandbox = Sandbox(rate_limit=50)
    client = sandbox.client()
    ended: List[Any] = []

    def call() -> None:
        try:
            ended.append(client.plans.list())
        except Exception as error:
            ended.append(error)

    threads = [threading.Thread(target=call) for _ in range(200)]
    for thread in threads:
        thread.start()
    for _ in range(100):
        time.sleep(0.05)
        sandbox.advance(seconds=61)
        if not any(thread.is_alive() for thread in threads):
            break
    for thread in threads:
        thread.join(10)
    client.close()

    assert [error for error in ended if isinstance(error, Exception)] == []
    assert len(ended) == 200


def script(colour: str, work: Callable[[Any], Any], client: Any) -> None:
    """Run a script of awaited calls, in both colours."""

    class Awaited:
        def __init__(self, found: Any) -> None:
            self.found = found

        def __getattr__(self, name: str) -> Any:
            return Awaited(getattr(self.found, name))

        def with_options(self, **options: Any) -> Any:
            return Awaited(self.found.with_options(**options))

        async def __call__(self, *args: Any, **options: Any) -> Any:
            found = self.found(*args, **options)
            return await found if hasattr(found, "__await__") else found

    async def main() -> None:
        await work(Awaited(client))

    run(colour, main)


def test_a_call_whose_turn_comes_after_its_deadline_is_refused_before_it_is_sent(colour, clock):
    sandbox = sandbox_on(clock, rate_limit=1)
    client = of(sandbox, colour, deadline=30)

    async def work(client: Any) -> None:
        await client.customers.list()
        with pytest.raises(RateLimitError) as caught:
            await client.customers.list()
        error = caught.value
        assert (error.http, error.status_code) == (None, 429)
        assert error.retry_after == pytest.approx(60, abs=1)
        assert not error.may_have_been_applied
        assert "GET /customers" in str(error)
        assert clock.slept == []

    with statuses(client) as seen:
        script(colour, work, client)
    assert [info.status_code for info in seen] == [200, None]


def test_a_wait_is_logged_with_the_operation_and_its_length(colour, clock, caplog):
    sandbox = sandbox_on(clock, rate_limit=1)
    client = of(sandbox, colour)

    async def work(client: Any) -> None:
        await client.customers.list()
        await client.customers.list()

    with caplog.at_level(logging.WARNING, "novabilling"):
        script(colour, work, client)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "GET /customers" in record.getMessage()
    assert "the rate limit is used up, 1 call waits for 60 s" in record.getMessage()
    assert (record.novabilling_method, record.novabilling_route) == ("GET", "/customers")
    assert (record.novabilling_waiting, record.novabilling_wait) == (1, pytest.approx(60, abs=1))
    assert clock.slept == [pytest.approx(60, abs=1)]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_several_calls_that_wait_are_counted(backend, clock, caplog):
    sandbox = sandbox_on(clock, rate_limit=1)
    client = sandbox.async_client()

    async def work() -> None:
        await client.customers.list()
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(client.customers.list)

    with caplog.at_level(logging.WARNING, "novabilling"):
        run(backend, work)

    assert caplog.records
    for record in caplog.records:
        waiting = record.novabilling_waiting
        counted = "1 call waits" if waiting == 1 else f"{waiting} calls wait, the first"
        assert f"the rate limit is used up, {counted} for " in record.getMessage()


def test_other_operations_are_not_held_up_and_closing_ends_the_line(colour):
    tokens: List[str] = []

    def token() -> str:
        tokens.append(sandbox.token)
        return sandbox.token

    sandbox = Sandbox(rate_limit=1)
    client = of(sandbox, colour, token=token)
    ended: List[BaseException] = []

    if colour == "sync":
        client.customers.list()

        def wait_in_line() -> None:
            try:
                client.customers.list()
            except ClientClosedError as error:
                ended.append(error)

        thread = threading.Thread(target=wait_in_line)
        thread.start()
        assert client.plans.list().data == []
        client.close()
        thread.join(10)
    else:

        async def wait_in_task() -> None:
            try:
                await client.customers.list()
            except ClientClosedError as error:
                ended.append(error)

        async def main() -> None:
            await client.customers.list()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait_in_task)
                await anyio.sleep(0.05)
                assert (await client.plans.list()).data == []
                await client.aclose()

        run(colour, main)

    assert [type(error) for error in ended] == [ClientClosedError]
    assert len(tokens) == 2  # nobody was asked for one that is not sent


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_who_gives_up_in_the_line_leaves_it_to_the_next(backend, clock, monkeypatch):
    sandbox = sandbox_on(clock, rate_limit=1)
    done: List[str] = []

    async def main() -> None:
        async with sandbox.async_client() as client:
            await client.customers.list()
            scope = anyio.CancelScope()
            asleep = anyio.Event()
            real = clock.async_sleep

            async def sleeps(seconds: float) -> None:
                if not asleep.is_set():
                    asleep.set()
                    await anyio.sleep_forever()
                await real(seconds)

            monkeypatch.setattr("novabilling._runtime.concurrency.async_sleep", sleeps)

            async def first() -> None:
                with scope:
                    await client.customers.list()

            async def second() -> None:
                await client.customers.list()
                done.append("second")

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(first)
                await asleep.wait()
                tasks.start_soon(second)
                await anyio.sleep(0.01)
                scope.cancel()

    anyio.run(main, backend=backend)
    assert done == ["second"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_who_gives_up_when_the_turn_has_come_leaves_it_to_the_next(backend, clock):
    sent: List[httpx.Request] = []

    async def main() -> None:
        in_line, scope = anyio.Event(), anyio.CancelScope()

        async def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request)
            if len(sent) == 2:
                await in_line.wait()
            return limited(1)

        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        url = "http://billing.test"
        async with client_of(backend, url, http_client=http, max_retries=2) as client:

            async def gives_up() -> None:
                with scope:
                    await client.currencies.list()

            def cancel(_: object) -> None:
                if len(sent) == 2:  # this answer has just given the turn
                    scope.cancel()

            client.on_attempt(cancel)
            await client.currencies.list()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(client.currencies.list)
                await anyio.sleep(0.01)
                tasks.start_soon(gives_up)
                await anyio.sleep(0.01)
                in_line.set()
            with anyio.fail_after(10):
                await client.currencies.list()

    anyio.run(main, backend=backend)
    assert len(sent) == 3


def test_an_interrupt_when_the_turn_has_come_leaves_it_to_the_next(clock, monkeypatch):
    sandbox = sandbox_on(clock, rate_limit=1)
    client = sandbox.client(deadline=90)
    client.customers.list()

    def interrupted(seconds: float, turn: object) -> None:
        sandbox.advance(minutes=1)  # which gives the turn
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("novabilling._runtime.concurrency.sleep", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.customers.list()

    assert client.customers.list().data == []
    assert clock.slept == []


class Answers:
    """A server that answers in turn."""

    def __init__(self, *answers: Union[httpx.Response, Exception]) -> None:
        self.answers = list(answers)
        self.count = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.count, len(self.answers) - 1)]
        self.count += 1
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def over(colour: str, server: Answers, **options: Any) -> Any:
    transport = httpx.MockTransport(server)
    http = httpx.Client if colour == "sync" else httpx.AsyncClient
    return client_of(
        colour, "http://billing.test", http_client=http(transport=transport), **options
    )


def page(**headers: str) -> httpx.Response:
    return httpx.Response(200, json=[], headers=headers)


def limited(remaining: int) -> httpx.Response:
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    return page(**dict(zip(names, ("100", str(remaining), "60"))))


REFUSED = httpx.Response(429, headers={"retry-after": "20"})


def listing(times: int) -> Callable[[Any], Awaitable[None]]:
    async def work(client: Any) -> None:
        for _ in range(times):
            await client.currencies.list()

    return work


def test_a_server_without_a_limit_is_never_waited_for(colour, clock):
    server = Answers(page())

    script(colour, listing(300), over(colour, server, max_retries=2))

    assert (server.count, clock.slept) == (300, [])


def test_a_refusal_costs_nothing_of_what_is_meant_for_outages(colour, clock):
    server = Answers(*[REFUSED, page()] * 60, httpx.Response(503), page())

    script(colour, listing(61), over(colour, server, max_retries=2))

    assert clock.slept == [20.0] * 60 + [0.5]


def test_retries_of_refusals_are_counted_all_the_same(colour, clock):
    server = Answers(REFUSED)

    with pytest.raises(RateLimitError):
        script(colour, listing(1), over(colour, server, max_retries=2))

    assert server.count == 3


def test_a_refusal_takes_no_retry_from_the_failure_behind_it(colour, clock):
    server = Answers(limited(99), REFUSED, httpx.Response(503), limited(98))

    script(colour, listing(2), over(colour, server, max_retries=1))

    assert server.count == 4


@pytest.mark.parametrize("retry_after", [None, "0", "soon", "0.05", "61"])
def test_refusals_by_something_else_than_the_limit_are_retries(colour, clock, retry_after):
    headers = {} if retry_after is None else {"retry-after": retry_after}
    server = Answers(limited(99), httpx.Response(429, headers=headers))

    with pytest.raises(RateLimitError):
        script(colour, listing(2), over(colour, server, max_retries=2))

    assert server.count == (2 if retry_after == "61" else 4)


def test_an_attempt_that_failed_says_nothing_of_the_limit(colour, clock):
    sandbox = sandbox_on(clock, rate_limit=100)
    sandbox.drop_next()
    client = of(sandbox, colour, max_retries=2)

    with statuses(client) as seen:
        ended = together(colour, [client.customers.list] * 300, client)

    assert [error for error in ended if isinstance(error, Exception)] == []
    assert sum(info.status_code == 429 for info in seen) <= 3


@pytest.mark.parametrize("status", [404, 400])
def test_errors_without_headers_of_a_limit_end_the_line_of_a_server_without_one(
    colour, clock, status
):
    server = Answers(REFUSED, httpx.Response(status))
    client = over(colour, server, max_retries=2)

    ended = together(colour, [client.currencies.list] * 3, client)

    assert [error.status_code for error in ended] == [status] * 3
    assert all(limit.is_open for limit in limits_of(client))


def limits_of(client: Any) -> List[Any]:
    return list(client._caller.limiter.limits._operations.held.values())


def test_without_retries_each_call_is_answered_by_the_server(colour, clock):
    server = Answers(limited(0), REFUSED)

    with pytest.raises(RateLimitError) as caught:
        script(colour, listing(2), over(colour, server, max_retries=0))

    assert caught.value.http is not None
    assert clock.slept == []


def test_a_call_without_retries_teaches_how_many_remain(colour, clock):
    server = Answers(limited(0), limited(50))

    async def work(client: Any) -> None:
        await client.currencies.list()
        await client.with_options(max_retries=0).currencies.list()
        await client.currencies.list()

    script(colour, work, over(colour, server, max_retries=2))

    assert (server.count, clock.slept) == (3, [])


def test_a_refusal_by_a_known_limit_is_logged_as_a_wait_for_the_turn(colour, clock, caplog):
    caplog.set_level(logging.INFO, "novabilling")
    server = Answers(limited(9), REFUSED, page())

    script(colour, listing(2), over(colour, server, max_retries=2))

    (line,) = [text for text in caplog.messages if "trying again" in text]
    assert "trying again when its turn comes" in line


def test_a_call_that_ends_before_its_connection_is_not_counted(colour, clock, monkeypatch):
    server = Answers(limited(1), limited(90))
    slots = (
        "_sync.transport.slots.Slots" if colour == "sync" else "_async.transport.slots.AsyncSlots"
    )

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    async def work(client: Any) -> None:
        await client.currencies.list()
        with monkeypatch.context() as patch:
            patch.setattr(f"novabilling.{slots}.acquire", interrupt)
            with pytest.raises(KeyboardInterrupt):
                await client.with_options(max_retries=0).currencies.list()
        await client.currencies.list()

    script(colour, work, over(colour, server, max_retries=2))

    assert clock.slept == []


def test_an_answer_without_a_limit_ends_the_line(colour, clock):
    server = Answers(limited(0), page())

    script(colour, listing(5), over(colour, server, max_retries=2))

    assert len(clock.slept) == 1


def test_others_at_the_address_are_seen_by_the_headers_alone(colour, clock):
    server = Answers(limited(7), limited(0), limited(50))

    script(colour, listing(3), over(colour, server, max_retries=2))

    assert clock.slept == [60.0]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0"},
        {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "-1", "x-ratelimit-reset": "60"},
        {"x-ratelimit-limit": "9" * 5000, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "6"},
        {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "none", "x-ratelimit-reset": "60"},
    ],
)
def test_headers_that_make_no_sense_are_none(colour, clock, headers):
    server = Answers(page(**headers))

    script(colour, listing(3), over(colour, server, max_retries=2))

    assert clock.slept == []


def test_a_failure_may_have_been_counted(colour, clock):
    server = Answers(limited(1), httpx.Response(500), limited(90))
    client = over(colour, server, max_retries=2)

    async def work(client: Any) -> None:
        await client.currencies.list()
        with pytest.raises(ServerError):
            await client.currencies.list()
        await client.currencies.list()

    script(colour, work, client)

    assert clock.slept == [60.0]


def test_a_call_that_was_not_sent_is_not_counted(colour, clock):
    server = Answers(limited(1), httpx.ConnectError("refused"), limited(90))
    client = over(colour, server, max_retries=2)

    script(colour, listing(2), client)

    assert (server.count, clock.slept) == (3, [0.5])


def test_a_deadline_in_the_line_is_one_of_the_call(colour, clock):
    server = Answers(limited(0), REFUSED)
    client = over(colour, server, max_retries=2, deadline=70)

    async def work(client: Any) -> None:
        await client.currencies.list()
        with pytest.raises((RateLimitError, NovaBillingTimeoutError)):
            await client.currencies.list()

    script(colour, work, client)

    assert server.count == 2
