"""Which connections are used again, and that no answer ever goes to another call."""

from __future__ import annotations

import select
import threading
from types import SimpleNamespace
from typing import Any, Callable, Dict, List

import pytest

from novabilling import APIConnectionError, ResponseDecodeError
from tests.pool.servers import HEAD, Peer, Request, answer, echo, serve
from tests.pool.support import play, pool_of, raises


def test_a_connection_is_used_again(colour):
    async def script(api: Any) -> List[str]:
        return [await api.get(f"cus_{n}") for n in range(5)]

    with serve() as server:
        assert play(colour, server.url, script) == [f"cus_{n}" for n in range(5)]
        assert server.accepted == 1
        assert server.settle(0) == 0


@pytest.mark.parametrize(("idle", "connections"), [(3.9, 1), (4.1, 2)])
def test_a_connection_is_dropped_after_four_seconds_of_idleness(colour, clock, idle, connections):
    async def script(api: Any) -> None:
        await api.get()
        clock.sleep(idle)
        await api.get()
        assert server.settle(1) == 1

    with serve() as server:
        play(colour, server.url, script, timeout=None)
        assert server.accepted == connections


@pytest.mark.parametrize(("idle", "connections"), [(0.9, 1), (1.1, 2)])
def test_what_must_not_be_repeated_takes_a_connection_used_in_the_last_second(
    colour, clock, idle, connections
):
    async def script(api: Any) -> None:
        await api.get()
        clock.sleep(idle)
        await api.post()
        await api.get()  # on either of the two

    with serve() as server:
        play(colour, server.url, script, timeout=None)
        assert server.accepted == connections


def test_all_that_is_too_old_is_closed_by_the_next_call(clock):
    import anyio

    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(8):
                tasks.start_soon(api.get)
        assert server.accepted == 8
        clock.sleep(5)
        await api.get()
        assert server.settle(1) == 1

    def slowly(peer: Peer, request: Request) -> None:
        if server.accepted < 8:
            peer.pause(0.1)
        echo(peer, request)

    with serve(slowly) as server:
        play("asyncio", server.url, script, timeout=None)


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_connection_that_the_server_ended_while_idle_is_not_used(colour, end):
    def once(peer: Peer, request: Request) -> None:
        echo(peer, request)
        getattr(peer, end)()

    async def script(api: Any) -> None:
        for n in range(5):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            assert server.settle(0) == 0

    with serve(once) as server:
        play(colour, server.url, script)
        assert server.accepted == 5


def surplus_at_once(peer: Peer, request: Request) -> None:
    peer.send(answer(request.id) + answer("stranger"))


def surplus_in_a_record_of_its_own(peer: Peer, request: Request) -> None:
    peer.send_together(answer(request.id), answer("stranger"))


class SurplusLater:
    """Sends a second answer when the call that got the first is over."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._arrived = threading.Event()

    def __call__(self, peer: Peer, request: Request) -> None:
        peer.send(answer(request.id))
        while not self._over.is_set():
            peer.pause(0.001)
        self._over.clear()
        peer.send(answer("stranger"))
        peer.await_arrival()
        self._arrived.set()

    def let_it_arrive(self) -> None:
        self._arrived.clear()
        self._over.set()
        assert self._arrived.wait(60)


def surplus_behind_much(peer: Peer, request: Request) -> None:
    """End the answer where a reader of 64 KiB ends, too."""
    stranger = answer("stranger")
    whole = answer(request.id)
    padding = 65536 - len(whole) - len("X-Padding: \r\n")
    peer.send(whole.replace(HEAD, HEAD + b"X-Padding: " + b"x" * padding + b"\r\n") + stranger)


def content_behind_204(peer: Peer, request: Request) -> None:
    peer.send(b"HTTP/1.1 204 No Content\r\n\r\n" + answer("stranger"))


def content_beyond_its_length(peer: Peer, request: Request) -> None:
    peer.send(answer(request.id) + b"{}")


@pytest.mark.parametrize(
    "behave",
    [
        surplus_at_once,
        surplus_in_a_record_of_its_own,
        surplus_behind_much,
        content_beyond_its_length,
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_second_answer_never_becomes_that_of_the_next_call(colour, behave, scheme, request):
    tls = None
    if scheme == "https":
        request.getfixturevalue("trusted")
        tls = request.getfixturevalue("tls")

    arrived = threading.Event()

    def behave_and_say_so(peer: Peer, request: Request) -> None:
        behave(peer, request)
        peer.await_arrival()
        arrived.set()

    async def script(api: Any) -> None:
        for n in range(20):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            if behave is surplus_behind_much:  # it is many packets
                assert arrived.wait(60)
                arrived.clear()

    with serve(behave_and_say_so, tls=tls) as server:
        play(colour, server.url, script)


@pytest.mark.parametrize(
    "behave", [surplus_at_once, surplus_behind_much, content_beyond_its_length]
)
def test_a_connection_that_was_used_before_is_not_used_after_a_second_answer(colour, behave):
    def at_last(peer: Peer, request: Request) -> None:
        (echo if peer.requests < 3 else behave)(peer, request)

    async def script(api: Any) -> None:
        for n in range(6):
            assert await api.get(f"cus_{n}") == f"cus_{n}"

    with serve(at_last) as server:
        play(colour, server.url, script)
        assert server.accepted == 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_that_comes_unasked_is_not_taken(colour, scheme, request):
    tls = None
    if scheme == "https":
        request.getfixturevalue("trusted")
        tls = request.getfixturevalue("tls")
    behave = SurplusLater()

    async def script(api: Any) -> None:
        for n in range(5):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            behave.let_it_arrive()

    with serve(behave, tls=tls) as server:
        play(colour, server.url, script)
        assert server.accepted == 5


@pytest.mark.parametrize("surplus", [True, False])
def test_a_system_without_poll_sees_what_comes_unasked_as_well(colour, monkeypatch, surplus):
    behave = SurplusLater()

    async def script(api: Any) -> None:
        for n in range(3):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            if surplus:
                behave.let_it_arrive()

    no_poll = SimpleNamespace(select=select.select)
    monkeypatch.setattr("novabilling._network.socket_state.select", no_poll)
    with serve(behave if surplus else echo) as server:
        play(colour, server.url, script)
        assert server.accepted == (3 if surplus else 1)


def test_the_content_of_a_204_never_becomes_the_next_answer(colour):
    behaviours = iter([content_behind_204, echo])

    def behave(peer: Peer, request: Request) -> None:
        next(behaviours)(peer, request)

    async def script(api: Any) -> None:
        with raises(ResponseDecodeError):
            await api.get()
        assert await api.get("cus_2") == "cus_2"

    with serve(behave) as server:
        play(colour, server.url, script)
        assert server.accepted == 2


def test_the_newest_idle_connection_is_used_first():
    import anyio

    names = ["cus_0", "cus_1", "cus_2"]
    ports: Dict[str, int] = {}
    gates = {name: threading.Event() for name in names}

    def when_told(peer: Peer, request: Request) -> None:
        ports[request.id] = peer.sock.getpeername()[1]
        if request.id in gates:
            gates[request.id].wait(10)
        echo(peer, request)

    async def until(condition: Callable[[], bool]) -> None:
        while not condition():
            await anyio.sleep(0.005)

    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for name in names:
                tasks.start_soon(api.get, name)
            await until(lambda: len(ports) == 3)
            idle = pool_of(api.client)._idle
            for count, name in enumerate(names, start=1):
                gates[name].set()
                await until(lambda count=count: len(idle) == count)
        await api.get("again")
        assert ports["again"] == ports["cus_2"]  # the last to be given back
        assert len(idle) == 3

    with serve(when_told) as server:
        play("asyncio", server.url, script)


def test_the_newest_idle_connection_decides_whether_one_is_used_again(clock):
    import anyio

    both = threading.Event()

    def behave(peer: Peer, request: Request) -> None:
        if request.id in ("cus_0", "cus_1"):
            if len(server.requests) == 2:
                both.set()
            both.wait(10)
        echo(peer, request)

    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.get, "cus_0")
            tasks.start_soon(api.get, "cus_1")
        clock.sleep(0.9)
        await api.get("newest")
        clock.sleep(0.9)  # 1.8 s after the last answer of the other one
        await api.post()
        assert server.accepted == 2
        clock.sleep(1.1)
        await api.post()
        assert server.accepted == 3

    with serve(behave) as server:
        play("asyncio", server.url, script, timeout=None)


def test_a_write_on_a_connection_that_ends_may_have_been_applied(colour):
    def behave(peer: Peer, request: Request) -> None:
        if peer.requests > 1:
            peer.reset()
        echo(peer, request)

    async def script(api: Any) -> None:
        await api.get()
        with raises(APIConnectionError, applied=True):
            await api.post()
        assert await api.get("cus_2") == "cus_2"

    with serve(behave) as server:
        play(colour, server.url, script, max_retries=2)
        assert [r.method for r in server.requests] == ["GET", "POST", "GET"]


def test_nobody_listens_and_nothing_was_sent(colour):
    with serve() as server:
        pass

    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    play(colour, server.url, script)
