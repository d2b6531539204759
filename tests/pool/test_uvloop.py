"""uvloop in place of the event loop of asyncio."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from novabilling import NovaBillingTimeoutError
from tests.pool import servers
from tests.pool.servers import serve
from tests.pool.support import SLACK, Api, client_of, ends_within, raises

pytest.importorskip("uvloop", reason="there is no uvloop for Windows")


def play(url: str, script: Any, **options: Any) -> None:
    async def main() -> None:
        async with Api(client_of("asyncio", url, **options)) as api:
            await script(api)

    anyio.run(main, backend="asyncio", backend_options={"use_uvloop": True})


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_calls_go_over_uvloop(scheme, tls, trusted):
    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(30):
                tasks.start_soon(api.get, f"cus_{n}")
        assert await api.get("cus_1") == "cus_1"
        await api.post("a" * 60_000 + "@example.com")

    with serve(servers.echo_in_pieces, tls=tls if scheme == "https" else None) as server:
        play(server.url, script, max_connections=10)
        assert server.accepted == 10
        assert server.settle(0) == 0


@pytest.mark.parametrize("behave", [servers.silence, servers.drip_body])
def test_slow_answers_end_in_time(behave):
    async def script(api: Any) -> None:
        with ends_within(0.2 + SLACK), raises(NovaBillingTimeoutError):
            await api.get()

    with serve(behave) as server:
        play(server.url, script, timeout=0.2)
        assert server.settle(0) == 0


def test_a_call_that_is_canceled_leaves_nothing_open():
    async def script(api: Any) -> None:
        with anyio.move_on_after(0.05) as scope:
            await api.get()
        assert scope.cancelled_caught
        assert server.settle(0) == 0

    with serve(servers.silence) as server:
        play(server.url, script)
