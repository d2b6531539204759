"""One login session for all that runs: tasks, threads, event loops, both clients, forks."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, Tuple

import anyio
import pytest

from novabilling import (
    ClientClosedError,
    NovaBillingError,
    NovaBillingTimeoutError,
    UnauthorizedError,
)
from tests.crowds import at_once, client_of
from tests.logins import EMAIL, LOGIN, REFRESH, LoginServer, Reached, hanging
from tests.loopback import serve
from tests.pool.support import errors_of_threads, python, run
from tests.pool.test_cancellation import WAYS, canceled_at

ME = "GET /tenants/me"


@pytest.fixture
def reached() -> Iterator[Reached]:
    server = LoginServer()
    with serve(server) as url:
        yield Reached(server, url)


def expire(reached: Reached, how: str) -> None:
    """End the token: its time is over, or the server refuses it before that."""
    if how == "by its time":
        reached.server.advance(hours=2)
    elif how == "ahead":
        reached.server.advance(minutes=57)
    else:
        reached.server.end_tokens()


HOW = ["by its time", "by a 401", "ahead"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("colour", ["asyncio", "trio", "sync"])
def test_a_thousand_calls_over_the_end_of_a_token_renew_it_once(reached, colour, how):
    reached.log_in()
    client = client_of(colour, reached)
    expire(reached, how)

    ends = at_once(colour, lambda _: client.tenants.get_me(), 1000, client)

    assert [end for end in ends if isinstance(end, Exception)] == []
    assert reached.server.renewals == {REFRESH: 1}
    refused = sum(one.status == 401 for one in reached.server.asked)
    assert 0 < refused <= 100 if how == "by a 401" else refused == 0  # those that were on their way


@pytest.mark.parametrize("how", HOW)
def test_a_thousand_calls_of_both_clients_and_of_several_loops_renew_it_once(reached, how):
    reached.log_in()
    expire(reached, how)
    failed: List[BaseException] = []
    together = threading.Barrier(23)

    async def many() -> None:
        async with reached.async_client() as client:
            await client.currencies.list()
            together.wait()
            async with anyio.create_task_group() as tasks:
                for _ in range(250):
                    tasks.start_soon(one, client)

    async def one(client: Any) -> None:
        try:
            await client.tenants.get_me()
        except NovaBillingError as error:
            failed.append(error)

    def thread() -> None:
        with reached.client() as client:
            together.wait()
            for _ in range(20):
                client.tenants.get_me()

    loops = [lambda b=b: anyio.run(many, backend=b) for b in ("asyncio", "trio", "asyncio")]
    failed += errors_of_threads([*loops, *[thread] * 20])

    assert failed == []
    assert reached.server.renewals == {REFRESH: 1}
    assert sum(one.operation == ME and one.status == 200 for one in reached.server.asked) == 1150


def test_the_first_login_is_one_as_well(reached):
    client = client_of("sync", reached)

    ends = at_once("sync", lambda _: client.tenants.get_me(), 50, client)

    assert [end for end in ends if isinstance(end, Exception)] == []
    assert reached.server.renewals == {LOGIN: 1}


def test_a_token_that_ends_before_it_was_ever_used_is_renewed_once(reached):
    client = client_of("sync", reached)
    ended: List[bool] = []

    def end_once(operation: str) -> None:
        if operation == ME and not ended:
            ended.append(True)
            reached.server.end_tokens()

    reached.server.pause = end_once
    ends = at_once("sync", lambda _: client.tenants.get_me(), 100, client)

    assert [end for end in ends if isinstance(end, Exception)] == []
    assert reached.server.renewals == {LOGIN: 1, REFRESH: 1}


def test_tokens_that_end_soon_after_their_first_use_let_no_401_through(reached):
    """As a gateway may do it, with calls that wait for their connections meanwhile."""
    began: Dict[str, float] = {}

    def end_soon(operation: str) -> None:
        server, now = reached.server, time.monotonic()
        with server._lock:
            for token in server._issued - server._ended:
                if operation == ME and now - began.setdefault(token, now) > 0.2:
                    server.advance(seconds=1)  # tokens of one second are equal
                    server._ended.add(token)

    reached.server.pause = end_soon
    client = client_of("asyncio", reached, max_connections=10)
    ends = at_once("asyncio", lambda _: client.tenants.get_me(), 1000, client)

    assert [end for end in ends if isinstance(end, Exception)] == []
    assert sum(reached.server.renewals.values()) >= 3


def test_a_wrong_password_is_sent_once_whatever_calls(reached):
    reached.session = reached.server.session(password="wrong")
    client = client_of("sync", reached)

    ends = at_once("sync", lambda _: client.tenants.get_me(), 50, client)

    assert {type(end) for end in ends} == {UnauthorizedError}
    assert len({id(end) for end in ends}) == 50
    assert reached.server.renewals == {LOGIN: 1}


def test_calls_go_on_with_a_token_that_is_renewed_ahead_of_its_end(reached):
    reached.log_in()
    expire(reached, "ahead")
    with hanging(reached.server, REFRESH) as (begun, over), reached.client() as client:
        leader = threading.Thread(target=client.tenants.get_me)
        leader.start()
        assert begun.wait(10)
        for _ in range(3):
            client.tenants.get_me()
        over.set()
        leader.join()

    assert reached.server.renewals == {REFRESH: 1}


@pytest.mark.parametrize("colour", ["asyncio", "trio", "sync"])
def test_a_renewal_ahead_of_time_leaves_the_call_half_of_its_time(reached, colour):
    reached.log_in()
    expire(reached, "ahead")
    client = client_of(colour, reached, deadline=1, max_retries=0)
    started = time.monotonic()

    with hanging(reached.server, REFRESH):
        (end,) = at_once(colour, lambda _: client.tenants.get_me(), 1, client)

    assert end.data.email == EMAIL
    assert 0.4 < time.monotonic() - started < 1


# Cancellation


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("behind", [0, 3])
@pytest.mark.parametrize(("backend", "way"), WAYS)
def test_a_leader_that_is_canceled_anywhere_hands_over(reached, backend, way, behind, how):
    """Cancel it at every point where it waits; others wait behind it, or come after it."""
    seen: List[Any] = []

    async def script() -> int:
        async with reached.async_client() as client:
            await client.tenants.get_me()
            for at in range(1, 100):
                expire(reached, how)
                async with anyio.create_task_group() as tasks:
                    for _ in range(behind):
                        tasks.start_soon(follow, client)
                    more = await canceled_at(at, way, client.tenants.get_me())
                with anyio.fail_after(10):
                    await call(client)
                if not more:
                    return at - 1
        raise AssertionError("it waits for ever")

    async def follow(client: Any) -> None:
        await anyio.sleep(0)  # the other one begins before it
        await call(client)

    async def call(client: Any) -> None:
        seen.append((await client.tenants.get_me()).data.email)

    waits = run(backend, script)

    assert waits >= 4
    assert set(seen) == {EMAIL}
    line = reached.session._renewals._line.held
    assert (line.leader, line.waiting) == (None, set())


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_those_behind_a_canceled_leader_elect_one(reached, backend):
    async def script() -> None:
        async with reached.async_client() as client:
            with hanging(reached.server, REFRESH) as (begun, over):
                async with anyio.create_task_group() as tasks:
                    scope = anyio.CancelScope()

                    async def leader() -> None:
                        with scope:
                            await client.tenants.get_me()

                    tasks.start_soon(leader)
                    while not begun.is_set():
                        await anyio.sleep(0.01)
                    for _ in range(100):
                        tasks.start_soon(client.tenants.get_me)
                    await anyio.sleep(0.05)
                    assert reached.server.renewals == {}  # it hangs
                    scope.cancel()
                    await anyio.sleep(0.05)
                    over.set()

    reached.log_in()
    expire(reached, "by its time")
    run(backend, script)

    assert reached.server.renewals == {REFRESH: 2}  # the first was sent as well
    assert sum(one.operation == ME for one in reached.server.asked) == 100


# Time


@pytest.mark.parametrize("colour", ["asyncio", "trio", "sync"])
def test_a_call_waits_for_a_renewal_no_longer_than_its_deadline(reached, colour):
    client = client_of(colour, reached)
    hurried = client.with_options(deadline=0.3)
    patient = client.with_options(timeout=0.3, max_retries=0)
    done: List[Tuple[str, Any, float]] = []

    with hanging(reached.server, LOGIN) as (begun, over):

        def calls(number: int) -> Any:
            return timed(done, colour, number, begun, over, client, hurried, patient)

        at_once(colour, calls, 11, client)

    ends = {name: [end for n, end, _ in done if n == name] for name in ("first", "late", "short")}
    assert [end.data.email for end in ends["first"]] == [EMAIL]
    assert [type(end) for end in ends["late"]] == [NovaBillingTimeoutError] * 5
    assert [type(end) for end in ends["short"]] == [NovaBillingTimeoutError] * 5
    assert not any(end.may_have_been_applied for end in ends["late"] + ends["short"])
    assert all(0.2 < seconds < 2 for name, _, seconds in done if name != "first")
    assert reached.server.renewals == {LOGIN: 1}


def timed(
    done: List[Any],
    colour: str,
    number: int,
    begun: threading.Event,
    over: threading.Event,
    client: Any,
    hurried: Any,
    patient: Any,
) -> Any:
    """Make call 0, which renews, and ten that wait for it; the last to give up lets it go on."""
    name = "first" if number == 0 else "late" if number <= 5 else "short"
    found = client if number == 0 else hurried if number <= 5 else patient

    def note(end: Any, started: float) -> None:
        done.append((name, end, time.monotonic() - started))
        if len(done) == 10:
            over.set()

    def in_thread() -> None:
        assert number == 0 or begun.wait(10)
        started = time.monotonic()
        try:
            note(found.tenants.get_me(), started)
        except NovaBillingError as error:
            note(error, started)

    async def in_task() -> None:
        while number and not begun.is_set():
            await anyio.sleep(0.01)
        started = time.monotonic()
        try:
            note(await found.tenants.get_me(), started)
        except NovaBillingError as error:
            note(error, started)

    return in_thread() if colour == "sync" else in_task()


def test_a_leader_whose_deadline_is_over_hands_over(reached):
    reached.log_in()
    expire(reached, "by its time")
    ends: List[Any] = []

    with hanging(reached.server, REFRESH) as (begun, over), reached.client() as client:

        def lead() -> None:
            try:
                client.with_options(deadline=0.4).tenants.get_me()
            except NovaBillingTimeoutError as error:
                ends.append(error)
                over.set()

        leader = threading.Thread(target=lead)
        leader.start()
        assert begun.wait(10)
        assert client.tenants.get_me().data.email == EMAIL
        leader.join()

    assert len(ends) == 1
    assert reached.server.renewals == {REFRESH: 2}


@pytest.mark.parametrize("colour", ["asyncio", "trio", "sync"])
def test_a_server_that_is_down_ends_all_calls_by_their_deadlines(reached, colour):
    import socket

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        reached.url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        client = client_of(colour, reached, deadline=1, max_retries=50)
        started = time.monotonic()
        ends = at_once(colour, lambda _: client.tenants.get_me(), 50, client)

    assert time.monotonic() - started < 3
    assert all(isinstance(end, NovaBillingError) for end in ends)
    assert not any(end.may_have_been_applied for end in ends)


# Closing


@pytest.mark.parametrize("colour", ["asyncio", "trio", "sync"])
def test_closing_one_client_ends_its_waits_and_no_renewal_of_another(reached, colour):
    leading = reached.client()
    waiting = client_of(colour, reached)
    led: List[str] = []
    ended: List[Any] = []

    def lead() -> None:
        led.append(leading.tenants.get_me().data.email)

    def in_thread() -> None:
        try:
            waiting.tenants.get_me()
        except ClientClosedError as error:
            ended.append(error)

    async def in_task() -> None:
        try:
            await waiting.tenants.get_me()
        except ClientClosedError as error:
            ended.append(error)

    async def script() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(in_task)
            await anyio.sleep(0.1)
            await waiting.aclose()

    with hanging(reached.server, LOGIN) as (begun, over):
        leader = threading.Thread(target=lead)
        leader.start()
        assert begun.wait(10)
        if colour == "sync":
            thread = threading.Thread(target=in_thread)
            thread.start()
            time.sleep(0.1)
            waiting.close()
            thread.join(10)
        else:
            run(colour, script)
        over.set()
        leader.join(10)
    leading.close()

    assert led == [EMAIL]
    assert len(ended) == 1


def test_a_renewer_whose_event_loop_has_ended_is_given_up_at_once(reached):
    async def until(begun: threading.Event) -> None:
        while not begun.is_set():
            await asyncio.sleep(0.01)

    loop = asyncio.new_event_loop()
    with hanging(reached.server, LOGIN) as (begun, _):
        lost = loop.create_task(reached.async_client().tenants.get_me())
        loop.run_until_complete(until(begun))
        loop.close()
    with reached.client(timeout=5) as client:
        assert client.tenants.get_me().data.email == EMAIL

    assert not lost.done()
    assert reached.server.renewals == {LOGIN: 2}
    lost._log_destroy_pending = False


def test_closing_the_client_that_renews_lets_another_one_do_it(reached):
    leading, waiting = reached.client(), reached.client()
    ended: List[Any] = []

    def lead() -> None:
        try:
            leading.tenants.get_me()
        except ClientClosedError as error:
            ended.append(error)

    with hanging(reached.server, LOGIN) as (begun, over):
        works: List[Callable[[], Any]] = [lead, waiting.tenants.get_me]
        threads = [threading.Thread(target=work) for work in works]
        threads[0].start()
        assert begun.wait(10)
        threads[1].start()
        time.sleep(0.1)
        leading.close()
        threads[0].join(10)
        over.set()
        threads[1].join(10)
    waiting.close()

    assert len(ended) == 1
    assert reached.server.renewals == {LOGIN: 2}


# Forks

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on Windows")


@needs_fork
@pytest.mark.parametrize("kind", ["between", "sync", "asyncio", "trio"])
def test_a_forked_child_has_the_tokens_of_its_parent_and_renews_for_itself(kind):
    done = python("-m", "tests.pool.login_forks", kind)

    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_one_session_serves_one_loop_after_the_other(reached):
    client = reached.async_client()

    for _ in range(3):
        assert asyncio.run(client.tenants.get_me()).data.email == EMAIL
        reached.server.advance(hours=2)
    asyncio.run(client.aclose())

    assert reached.server.renewals == {LOGIN: 1, REFRESH: 2}
