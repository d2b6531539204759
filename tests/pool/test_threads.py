"""Many threads on one client: 2,000 calls; 20,000 with `-m slow`."""

from __future__ import annotations

import sys
import threading
from typing import List, Tuple

import pytest

from tests.pool.servers import serve
from tests.pool.support import client_of, pool_of

THREADS = 32


@pytest.mark.parametrize("calls", [2000, pytest.param(20_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("connections", [8, 32])
def test_no_thread_gets_the_answer_of_another(calls, connections):
    wrong: List[Tuple[str, str]] = []
    failed: List[BaseException] = []

    def work(who: int) -> None:
        try:
            for n in range(calls // THREADS):
                id = f"cus_{who}_{n}"
                found = client.customers.get(id).data.id
                if found != id:
                    wrong.append((id, found))
        except BaseException as exc:
            failed.append(exc)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with serve() as server:
            with client_of("sync", server.url, max_connections=connections) as client:
                threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert (wrong, failed) == ([], [])
                pool = pool_of(client)
                assert pool.slots.free == connections
                assert len(pool._open) == len(pool._idle) <= connections
            assert server.peak <= connections
            assert len(server.requests) == calls // THREADS * THREADS
    finally:
        sys.setswitchinterval(interval)
