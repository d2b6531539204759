"""Closing ends what is on its way, at once and with an error that says so."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import sys
import threading
import time
from typing import Any, Iterator, List

import anyio
import pytest

from novabilling import APIConnectionError, ClientClosedError
from novabilling._runtime import loops
from tests.pool import servers
from tests.pool.servers import serve, serve_apart
from tests.pool.support import Api, client_of, ends_within, pool_of, python, run

PROMPTLY = 1.0


@contextlib.contextmanager
def stalled_handshake() -> Iterator[str]:
    with serve(accepts=False) as server:
        yield server.url.replace("http:", "https:")


@contextlib.contextmanager
def silent() -> Iterator[str]:
    with serve(servers.silence) as server:
        yield server.url


@contextlib.contextmanager
def dripping() -> Iterator[str]:
    with serve(servers.drip_body) as server:
        yield server.url


@contextlib.contextmanager
def not_accepting() -> Iterator[str]:
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


@contextlib.contextmanager
def putting_off() -> Iterator[str]:
    with serve(servers.put_off) as server:
        yield server.url


PLACES = [silent, dripping, stalled_handshake, not_accepting, putting_off]


class Crew:
    """Calls on their way, in tasks or threads; `ended` are the errors that they ended with."""

    def __init__(self, api: Api, size: int) -> None:
        self.api = api
        self.size = size
        self.ended: List[BaseException] = []

    async def one(self) -> None:
        try:
            await self.api.get()
        except Exception as exc:
            self.ended.append(exc)

    def start_threads(self) -> List[threading.Thread]:
        threads = [
            threading.Thread(target=run, args=("sync", self.one), daemon=True)
            for _ in range(self.size)
        ]
        for thread in threads:
            thread.start()
        return threads

    def check(self) -> None:
        assert [type(exc) for exc in self.ended] == [ClientClosedError] * self.size


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_ends_calls_on_their_way_and_those_in_the_queue(backend, place):
    async def script() -> None:
        api = Api(client_of(backend, url, max_connections=2, max_retries=2))
        crew = Crew(api, 6)
        async with anyio.create_task_group() as tasks:
            for _ in range(crew.size):
                tasks.start_soon(crew.one)
            await anyio.sleep(0.1)
            started = time.monotonic()
            await api.close()
        assert time.monotonic() - started < PROMPTLY
        crew.check()
        pool = pool_of(api.client)
        assert pool.slots.free == 2
        assert not pool._open

    with place() as url:
        run(backend, script)


@pytest.mark.parametrize("place", PLACES)
def test_closing_ends_the_calls_of_other_threads(place):
    with place() as url:
        api = Api(client_of("sync", url, max_connections=2, max_retries=2))
        crew = Crew(api, 6)
        threads = crew.start_threads()
        time.sleep(0.1)
        with ends_within(PROMPTLY):
            run("sync", api.close)
            for thread in threads:
                thread.join(10)
        crew.check()


def test_closing_ends_the_calls_of_other_threads_over_tls(tls, trusted):
    with serve(servers.drip_body, tls=tls) as server:
        api = Api(client_of("sync", server.url, max_connections=2, max_retries=2))
        crew = Crew(api, 4)
        threads = crew.start_threads()
        time.sleep(0.2)
        with ends_within(PROMPTLY):
            run("sync", api.close)
            for thread in threads:
                thread.join(10)
        crew.check()
        assert server.settle(0) == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_ends_the_calls_of_another_loop(backend, place):
    def elsewhere() -> None:
        async def main() -> None:
            async with anyio.create_task_group() as tasks:
                for _ in range(crew.size):
                    tasks.start_soon(crew.one)

        run(backend, main)

    with place() as url:
        api = Api(client_of(backend, url, max_connections=2, max_retries=2))
        crew = Crew(api, 6)
        thread = threading.Thread(target=elsewhere, daemon=True)
        thread.start()
        time.sleep(0.3)
        with ends_within(PROMPTLY):
            run("asyncio", api.close)
            thread.join(10)
        crew.check()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_closes_the_idle_connections_of_another_loop(backend):
    async def main() -> None:
        await api.get()
        idle = [connection.stream._sock for connection in pool_of(api.client)._idle]
        assert [sock.fileno() >= 0 for sock in idle] == [True]
        await anyio.to_thread.run_sync(run, "asyncio", api.close)
        assert [sock.fileno() for sock in idle] == [-1]
        assert not pool_of(api.client)._open

    with serve() as server:
        api = Api(client_of(backend, server.url))
        run(backend, main)
        assert server.settle(0) == 0


def test_closing_before_there_is_a_socket_ends_the_call(colour, monkeypatch):
    async def script() -> None:
        def close_elsewhere() -> ssl.SSLContext:
            thread = threading.Thread(target=run, args=("asyncio", api.close))
            thread.start()
            thread.join(10)
            return ssl.create_default_context()

        monkeypatch.setattr("novabilling._network.tls.tls_context", close_elsewhere)
        with ends_within(PROMPTLY), pytest.raises(ClientClosedError):
            await api.get()

    with stalled_handshake() as url:
        api = Api(client_of(colour, url))
        run(colour, script)


def test_closing_between_the_socket_and_its_handshake_ends_the_call(colour, monkeypatch):
    """TLS takes the socket away from the one that closing would find."""
    name = "wrap_socket" if colour == "sync" else "wrap_bio"
    wrap = getattr(ssl.SSLContext, name)

    def wrap_and_close(*args: Any, **options: Any) -> Any:
        wrapped = wrap(*args, **options)
        thread = threading.Thread(target=run, args=("asyncio", api.close))
        thread.start()
        thread.join(10)
        return wrapped

    async def script() -> None:
        with ends_within(PROMPTLY), pytest.raises(ClientClosedError):
            await api.get()

    monkeypatch.setattr(ssl.SSLContext, name, wrap_and_close)
    with stalled_handshake() as url:
        api = Api(client_of(colour, url, timeout=3))
        run(colour, script)


def test_closing_before_there_is_a_pool_leaves_no_connection(colour, monkeypatch):
    async def script() -> None:
        api = Api(client_of(colour, server.url))
        name = "running_loop" if colour == "sync" else "async_running_loop"
        real = getattr(loops, name)

        def close_first() -> object:
            monkeypatch.setattr(loops, name, real)
            thread = threading.Thread(target=run, args=("asyncio", api.close))
            thread.start()
            thread.join(10)
            return real()

        monkeypatch.setattr(loops, name, close_first)
        with pytest.raises(ClientClosedError):
            await api.get()

    with serve() as server:
        run(colour, script)
        assert server.settle(0) == 0


def test_closing_while_threads_call_without_a_pause_leaves_no_connection():
    with serve() as server:
        for _ in range(20):
            api = Api(client_of("sync", server.url, max_connections=4))
            crew = Crew(api, 8)

            async def work(crew: Crew = crew) -> None:
                while not crew.ended or not isinstance(crew.ended[-1], Exception):
                    await crew.one()

            threads = [threading.Thread(target=run, args=("sync", work)) for _ in range(8)]
            for thread in threads:
                thread.start()
            time.sleep(0.01)
            run("sync", api.close)
            for thread in threads:
                thread.join(10)
            assert {type(exc) for exc in crew.ended} == {ClientClosedError}
            assert server.settle(0) == 0


def test_closing_from_another_thread_just_before_a_wait_ends_the_call(colour):
    def close(_: object) -> None:
        thread = threading.Thread(target=lambda: run("asyncio", api.close))
        thread.start()
        thread.join()

    async def script() -> None:
        with ends_within(PROMPTLY), pytest.raises(ClientClosedError):
            await api.get()

    with putting_off() as url:
        api = Api(client_of(colour, url, max_retries=2))
        api.client.on_attempt(close)
        run(colour, script)


def printed_by(program: str, *args: str) -> str:
    """Run a program in a process of its own, as its signals would hit the tests."""
    done = python("-c", program, *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


CLOSED_BY_A_SIGNAL = """
import signal, sys
from novabilling import ClientClosedError, NovaBilling
from novabilling._sync.transport.pool import Pool

client = NovaBilling(token="t", base_url=sys.argv[1])
client.customers.get("cus_1")
signal.signal(signal.SIGTERM, lambda *_: client.close())
signal.alarm(10)  # ends a program that waits for itself
asked, is_home = [], Pool._is_own_server


def interrupted(pool, url):
    asked.append(url)
    if len(asked) == 2:  # `give_back` asks while it has the lock
        signal.raise_signal(signal.SIGTERM)
    return is_home(pool, url)


Pool._is_own_server = interrupted
try:
    client.customers.get("cus_2")
except ClientClosedError:
    print("closed")
"""


def test_a_signal_handler_may_close_the_client_in_the_middle_of_a_call():
    with serve() as server:
        assert printed_by(CLOSED_BY_A_SIGNAL, server.url) == "closed\n"


INTERRUPTED = """
import contextlib, signal, threading, time
from novabilling._call.retries import RetryBudget


def ring(*_):
    raise KeyboardInterrupt


def work():
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        budget.spend()
        budget.refund()


budget = RetryBudget()
signal.signal(signal.SIGALRM, ring)
for turn in range(500):
    with contextlib.suppress(KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, 1e-4 + turn * 1e-7)
        work()
other = threading.Thread(target=budget.spend, daemon=True)
other.start()
other.join(5)
print("taken" if other.is_alive() else "free")
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such signals")
@pytest.mark.skipif(sys.version_info < (3, 9), reason="an interrupt may come before `__exit__`")
def test_an_interrupt_leaves_no_lock_taken():
    assert printed_by(INTERRUPTED) == "free\n"


def test_a_socket_that_was_closed_below_a_read_is_an_error_of_the_network(monkeypatch):
    """`ssl` raises no OSError where another thread has closed its socket."""

    def read_of_closed(*_: object) -> bytes:
        raise ValueError("Read on closed or unwrapped SSL socket.")

    with serve_apart() as server, client_of("sync", server.url) as client:
        monkeypatch.setattr(socket.socket, "recv", read_of_closed, raising=False)
        with pytest.raises(APIConnectionError, match="ConnectionAbortedError"):
            client.customers.get("cus_1")
        monkeypatch.undo()


def test_closing_twice_and_calling_afterwards(colour):
    async def script() -> None:
        api = Api(client_of(colour, server.url))
        await api.get()
        await api.close()
        await api.close()
        with pytest.raises(ClientClosedError):
            await api.get()

    with serve() as server:
        run(colour, script)
        assert server.settle(0) == 0


def test_closing_a_copy_closes_the_original(colour):
    async def script() -> None:
        api = Api(client_of(colour, server.url))
        await Api(api.client.with_options(timeout=5)).close()
        with pytest.raises(ClientClosedError):
            await api.get()

    with serve() as server:
        run(colour, script)
