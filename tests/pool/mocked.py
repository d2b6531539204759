"""Programs that mock or trace httpx, run apart: `python -m tests.pool.mocked respx`.

Each fails by an exception. What traces requests may be named before or behind a mock.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Awaitable, Callable, Dict, Iterator, List
from unittest import mock

import httpx

from novabilling import APIConnectionError
from tests.loopback import serve
from tests.pool.support import COLOURS, Api, client_of, run
from tests.support import CUSTOMER, Server

MOCKED = {**CUSTOMER, "id": "cus_mocked"}
Script = Callable[[Api, Server, str], Awaitable[None]]


async def respx_(api: Api, server: Server, url: str) -> None:
    import respx

    for using in ("httpcore", "httpx"):
        with respx.mock(assert_all_called=False, using=using) as router:
            route = router.get(path="/api/customers/cus_1").respond(json=MOCKED)
            router.get(path="/api/customers/cus_2").pass_through()
            before = len(server.requests)
            assert await api.get() == "cus_mocked"
            assert route.call_count == 1
            assert len(server.requests) == before
            assert await api.get("cus_2") == "cus_1"  # it arrives
            assert len(server.requests) == before + 1
            router.get(path="/api/customers/cus_3").mock(side_effect=httpx.ConnectError)
            try:
                await api.get("cus_3")
            except APIConnectionError:
                pass
            else:
                raise AssertionError
        assert await api.get() == "cus_1"


async def vcr(api: Api, server: Server, url: str) -> None:
    import vcr

    with TemporaryDirectory() as folder:
        cassette = str(Path(folder) / "calls.yaml")
        with vcr.use_cassette(cassette, filter_headers=["authorization"]) as first:
            assert await api.get() == "cus_1"  # it is recorded
        asked = len(server.requests)
        assert len(first) == 1
        with vcr.use_cassette(cassette, record_mode="none") as second:
            assert await api.get() == "cus_1"
        assert (second.play_count, len(server.requests)) == (1, asked)
    assert await api.get() == "cus_1"
    assert len(server.requests) == asked + 1


async def unittest_mock(api: Api, server: Server, url: str) -> None:
    before = len(server.requests)
    answer = httpx.Response(200, json=MOCKED)
    with mock.patch.object(
        httpx.HTTPTransport, "handle_request", autospec=True, return_value=answer
    ), mock.patch.object(
        httpx.AsyncHTTPTransport, "handle_async_request", autospec=True, return_value=answer
    ):
        assert await api.get() == "cus_mocked"
    with mock.patch.object(
        httpx.HTTPTransport, "handle_request", return_value=answer
    ), mock.patch.object(httpx.AsyncHTTPTransport, "handle_async_request", return_value=answer):
        assert await api.get() == "cus_mocked"
        sync = httpx.HTTPTransport.handle_request
        asynchronous = httpx.AsyncHTTPTransport.handle_async_request

        def trace(self: Any, request: httpx.Request) -> Any:
            return sync(request)

        async def trace_async(self: Any, request: httpx.Request) -> Any:
            return await asynchronous(request)

        trace.__wrapped__ = sync  # type: ignore[attr-defined]
        trace_async.__wrapped__ = asynchronous  # type: ignore[attr-defined]
        httpx.HTTPTransport.handle_request = trace  # type: ignore[method-assign]
        httpx.AsyncHTTPTransport.handle_async_request = trace_async  # type: ignore[method-assign]
        assert await api.get() == "cus_mocked"
    assert await api.get() == "cus_1"
    assert len(server.requests) == before + 1


async def opentelemetry(api: Api, server: Server, url: str) -> None:
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    HTTPXClientInstrumentor().instrument()


async def sentry(api: Api, server: Server, url: str) -> None:
    import sentry_sdk
    from sentry_sdk.integrations.httpx import HttpxIntegration

    sentry_sdk.init(dsn=None, integrations=[HttpxIntegration()], traces_sample_rate=1.0)


async def ddtrace(api: Api, server: Server, url: str) -> None:
    os.environ.update(DD_INSTRUMENTATION_TELEMETRY_ENABLED="false", DD_TRACE_ENABLED="false")
    from ddtrace import patch

    patch(httpx=True)


async def newrelic(api: Api, server: Server, url: str) -> None:
    from newrelic.hooks.external_httpx import instrument_httpx_client

    instrument_httpx_client(httpx._client)


async def elastic(api: Api, server: Server, url: str) -> None:
    from elasticapm.instrumentation.register import get_instrumentation_objects

    for one in get_instrumentation_objects():
        if "httpx" in type(one).__module__:
            one.instrument()


MOCKS: Dict[str, Script] = {"respx": respx_, "vcr": vcr, "unittest.mock": unittest_mock}
TRACERS: Dict[str, Script] = {
    "opentelemetry.instrumentation.httpx": opentelemetry,
    "sentry_sdk": sentry,
    "ddtrace": ddtrace,
    "newrelic": newrelic,
    "elasticapm": elastic,
}


@contextmanager
def requests_of_httpx() -> Iterator[List[str]]:
    """Collect what httpx logs of its requests: nothing where connections are the SDK's own."""
    lines: List[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger = logging.getLogger("httpx")
    logger.setLevel(logging.INFO)
    logger.addHandler(Handler())
    yield lines


def main(colour: str, names: List[str]) -> None:
    server = Server(httpx.Response(200, json=CUSTOMER))

    async def script(url: str) -> None:
        api = Api(client_of(colour, url))
        with requests_of_httpx() as lines:
            assert await api.get() == "cus_1"
            assert lines == []
            for name in names:
                if name in TRACERS:
                    await TRACERS[name](api, server, url)
                    before = len(server.requests)
                    assert await api.get() == "cus_1"
                    assert len(server.requests) == before + 1
                    assert lines == []  # the path is the same
                    server.requests.pop()
                else:
                    await MOCKS[name](api, server, url)
                    assert lines
        assert await api.get() == "cus_1"
        await api.close()

    with serve(server) as url:
        run(colour, lambda: script(url))


if __name__ == "__main__":
    for each in COLOURS:
        main(each, sys.argv[1:])
    print("done")  # noqa: T201
