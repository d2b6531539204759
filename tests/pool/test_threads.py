"""Many threads on one client: 2,000 calls; 20,000 with `-m slow`."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, Iterator, List

import pytest

from tests.pool.servers import serve
from tests.pool.support import client_of, errors_of_threads, pool_of, python

THREADS = 32

FIRST_CALLS = """
import sys, threading, httpx
from novabilling import NovaBilling
from tests.support import CUSTOMER

sys.setswitchinterval(1e-6)
together = threading.Barrier(16)


def answer(request):
    together.wait()
    return httpx.Response(200, json=CUSTOMER)


http = httpx.Client(transport=httpx.MockTransport(answer))
client = NovaBilling(token="t", http_client=http)
threads = [threading.Thread(target=client.customers.get, args=("cus_1",)) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("survived")
"""


@pytest.fixture(autouse=True)
def restless() -> Iterator[None]:
    """Let the interpreter change from thread to thread much more often."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def failures(client: Any, calls: int) -> List[Any]:
    """Make calls in all threads; return errors, and pairs of the wrong ids."""
    wrong: List[Any] = []

    def work(who: int) -> None:
        for n in range(calls // THREADS):
            asked = f"cus_{who}_{n}"
            found = client.customers.get(asked).data.id
            if found != asked:
                wrong.append((asked, found))

    return errors_of_threads(partial(work, who) for who in range(THREADS)) + wrong


@pytest.mark.parametrize("calls", [2000, pytest.param(20_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("connections", [8, 32])
def test_no_thread_gets_the_answer_of_another(calls, connections):
    with serve() as server:
        with client_of("sync", server.url, max_connections=connections) as client:
            assert failures(client, calls) == []
            pool = pool_of(client)
            assert pool.slots.free == connections
            assert len(pool._open) == len(pool._idle) <= connections
        assert server.peak <= connections
        assert len(server.requests) == calls // THREADS * THREADS


def test_threads_may_find_that_another_has_closed_what_was_idle_too_long(monkeypatch):
    monkeypatch.setattr("novabilling._sync.transport.pool.MAX_IDLE", 1e-4)
    with serve() as server, client_of("sync", server.url, max_connections=8) as client:
        assert failures(client, 2000) == []
        assert pool_of(client).slots.free == 8


@pytest.mark.parametrize("_", range(6))
def test_the_first_calls_of_a_process_may_be_made_by_many_threads(_):
    """In msgspec two threads that met in a new type crashed every second of such processes."""
    done = python("-c", FIRST_CALLS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "survived\n", "")
