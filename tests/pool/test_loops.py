"""One client object on several event loops, in several threads and processes."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
from functools import partial
from typing import Any, Dict, Optional

import anyio
import pytest

from novabilling import AsyncNovaBilling
from tests.pool.servers import serve
from tests.pool.support import Api, client_of, errors_of_threads, python, run


async def calls(api: Api, who: str, count: int = 10) -> None:
    async def one(n: int) -> None:
        assert await api.get(f"{who}_{n}") == f"{who}_{n}"

    async with anyio.create_task_group() as tasks:
        for n in range(count):
            tasks.start_soon(one, n)


def pools(client: Any) -> Dict[Any, Any]:
    found: Dict[Any, Any] = client._caller.transport._sender._pools._found
    return found


@pytest.mark.parametrize(
    "backends", [["asyncio"] * 5, ["asyncio", "trio", "asyncio", "trio"], ["trio"] * 3]
)
def test_one_client_serves_one_loop_after_the_other(backends):
    with serve() as server:
        api = Api(client_of("asyncio", server.url))
        for turn, backend in enumerate(backends):
            run(backend, calls, api, f"run{turn}")
            assert len(pools(api.client)) == 1, "the pool of the loop before is dropped"
        assert server.settle(10) <= 10, "and its connections are closed"
        run("asyncio", api.close)
    gc.collect()


def test_four_threads_with_a_loop_each_share_a_client():
    def work(who: str, backend: str) -> None:
        for turn in range(10):
            run(backend, calls, api, f"{who}_{turn}")

    with serve() as server:
        api = Api(client_of("asyncio", server.url, max_connections=5))
        backends = enumerate(["asyncio", "asyncio", "asyncio", "trio"])
        errors = errors_of_threads(partial(work, f"thread{n}", backend) for n, backend in backends)
        assert errors == []
        run("asyncio", api.close)
    gc.collect()


def test_closing_on_another_loop_does_not_raise():
    with serve() as server:
        for first, second in [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio")]:
            api = Api(client_of("asyncio", server.url))
            run(first, calls, api, "run")
            run(second, api.close)
            gc.collect()
            assert server.settle(0) == 0


def test_a_client_that_nobody_closed_gives_no_warning(colour):
    async def script() -> None:
        api = Api(client_of(colour, server.url))
        assert await api.get("cus_1") == "cus_1"

    with serve() as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        run(colour, script)
        gc.collect()
        assert server.settle(0) == 0


def test_trio_goes_on_while_another_thread_imports_asyncio():
    program = (
        "import sys, threading, types\n"
        "import httpx, trio\n"
        "from novabilling import AsyncNovaBilling\n"
        "from tests.support import CUSTOMER\n"
        "http = httpx.AsyncClient(\n"
        "    transport=httpx.MockTransport(lambda _: httpx.Response(200, json=CUSTOMER))\n"
        ")\n"
        "client = AsyncNovaBilling(token='t', http_client=http)\n"
        "assert 'asyncio' not in sys.modules\n"
        "sys.modules['asyncio'] = types.ModuleType('asyncio')  # as it is at first\n"
        "print(trio.run(client.customers.get, 'cus_1').data.email)\n"
    )
    done = python("-c", program)
    assert (done.returncode, done.stdout) == (0, "ada@example.com\n"), done.stderr


def test_a_program_that_closes_nothing_ends_without_a_warning():
    program = (
        "import asyncio, sys\n"
        "from novabilling import AsyncNovaBilling\n"
        "async def main():\n"
        "    client = AsyncNovaBilling(token='t', base_url=sys.argv[1])\n"
        "    print((await client.customers.get('cus_1')).data.id)\n"
        "asyncio.run(main())\n"
    )
    with serve() as server:
        done = python("-W", "always", "-c", program, server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "cus_1\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("kind", ["sync", "threads", "copies", "waits", "in_loop", "between_loops"])
def test_a_forked_child_never_touches_the_connections_of_its_parent(kind):
    with serve() as server:
        done = python("-m", "tests.pool.forks", kind, server.url, "20")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        by_parent = [r.id for r in server.requests if r.id.startswith("parent")]
        by_child = [r.id for r in server.requests if r.id.startswith("child")]
        assert len(by_child) == 200
        if kind == "sync":  # the parent's one connection survives all its children
            assert len(by_parent) == 200
            assert server.accepted == 21


def test_the_pool_of_a_loop_that_has_ended_is_dropped_by_a_loop_that_goes_on():
    """Also when the loop that goes on had its pool before."""
    other: Optional[Any] = None

    async def elsewhere() -> None:
        nonlocal other
        await api.get("elsewhere")
        other = asyncio.get_running_loop()

    async def script() -> None:
        await api.get("here")
        thread = threading.Thread(target=lambda: asyncio.run(elsewhere()))
        thread.start()
        await api.get("here")
        thread.join()
        assert other is not None
        assert other.is_closed()
        await api.get("here")
        await api.get("here")
        assert list(pools(api.client)) == [asyncio.get_running_loop()]
        await api.close()

    with serve() as server:
        client: AsyncNovaBilling = client_of("asyncio", server.url)
        api = Api(client)
        run("asyncio", script)
    gc.collect()
