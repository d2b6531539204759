"""OpenTelemetry: what only the async client does, and what happens where it is not installed."""

from __future__ import annotations

import subprocess
import sys

import anyio
import httpx
import pytest

from novabilling import AsyncNovaBilling
from tests.support import BASE_URL, CUSTOMER, TOKEN


def run(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


def test_where_it_is_not_installed_the_error_says_what_to_install():
    result = run("import sys; sys.modules['opentelemetry'] = None; import novabilling.otel")

    assert 'ImportError: OpenTelemetry is missing: pip install "novabilling[otel]"' in result.stderr


def test_it_is_imported_only_when_it_is_used():
    program = "import sys, novabilling; novabilling.NovaBilling(token=None); print(*sys.modules)"

    result = run(program)

    assert "novabilling._hooks" in result.stdout
    assert "opentelemetry" not in result.stdout


@pytest.fixture
def exporter():
    pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    return InMemorySpanExporter()


@pytest.fixture
def client(exporter):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    from novabilling.otel import instrument

    async def answer(request):
        await anyio.sleep(0)
        if request.url.path.endswith("cus_stop"):
            await anyio.sleep_forever()
        return httpx.Response(200, json=CUSTOMER)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    client = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrument(client, provider)
    return client


@pytest.mark.anyio
async def test_calls_at_the_same_time_have_spans_of_their_own(client, exporter):
    async with anyio.create_task_group() as group:
        for n in range(10):
            group.start_soon(client.customers.get, f"cus_{n}")

    spans = exporter.get_finished_spans()
    assert {span.attributes["url.full"][-1] for span in spans} == {str(n) for n in range(10)}
    assert all(span.parent is None for span in spans)
    assert all(len(span.events) == 1 for span in spans)


@pytest.mark.anyio
async def test_a_call_that_is_canceled_ends_its_span_as_failed(client, exporter):
    from opentelemetry.trace import StatusCode, get_current_span

    async with anyio.create_task_group() as group:
        group.start_soon(client.customers.get, "cus_stop")
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()

    [span] = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert "Cancelled" in span.attributes["error.type"]
    assert [event.name for event in span.events] == ["novabilling.attempt", "exception"]
    assert not get_current_span().is_recording()
