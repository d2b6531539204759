from __future__ import annotations

import httpx
import pytest

from novabilling import ConflictError, NovaBillingError, ResponseDecodeError
from tests.samples import recorded
from tests.support import CUSTOMER, TOKEN, Server, page, problem, two_pages

from .calls import call

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="OpenTelemetry is not installed")

from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: E402
    InMemorySpanExporter,
)
from opentelemetry.trace import SpanKind, StatusCode, get_current_span  # noqa: E402

from novabilling.otel import instrument  # noqa: E402

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token
TERMINATED = recorded("wallet-terminate")
OK = httpx.Response(200, json=CUSTOMER)
CREATED = httpx.Response(201, json=CUSTOMER)


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter):
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.fixture
def instrumented(client_for, provider):
    """Make a client with spans that talks to a handler."""

    def make(handler, **options):
        client = client_for(handler, **options)
        instrument(client, provider)
        return client

    return make


def only(exporter):
    """Return the only span."""
    [span] = exporter.get_finished_spans()
    return span


def events(span):
    return [(event.name, dict(event.attributes)) for event in span.events]


def attempt(number, elapsed=0.0, **more):
    shown = {"novabilling.attempt": number, "novabilling.elapsed": elapsed}
    return "novabilling.attempt", {**shown, **more}


async def test_a_call_is_one_span_by_the_conventions(instrumented, exporter, clock):
    server = Server(OK)

    await instrumented(server).customers.get("cus_1")

    span = only(exporter)
    assert span.name == "GET /api/customers/{customer_id}"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "novabilling.request_id": server.request.headers["x-request-id"],
        "server.address": "billing.example",
        "server.port": 443,
        "url.full": "https://billing.example/api/customers/cus_1",
        "url.template": "/api/customers/{customer_id}",
    }
    assert events(span) == [attempt(1, **{"http.response.status_code": 200})]
    assert span.instrumentation_scope.name == "novabilling"


async def test_the_address_has_the_port_and_prefix_of_the_base_url(instrumented, exporter):
    client = instrumented(Server(OK), base_url="http://[::1]:8080/billing")

    await client.customers.get("cus_1")

    shown = only(exporter).attributes
    assert shown["server.address"] == "::1"
    assert shown["server.port"] == 8080
    assert shown["url.template"] == "/billing/api/customers/{customer_id}"


async def test_each_attempt_is_an_event(instrumented, exporter, clock):
    def slow(request):
        clock.now += 1.25
        return OK

    server = Server(httpx.Response(503), httpx.ReadError("canary"), slow)

    await instrumented(server).customers.get("cus_1")

    span = only(exporter)
    refused = {"http.response.status_code": 503, "error.type": "503"}
    broken = {"error.type": "novabilling.APIConnectionError"}
    assert events(span) == [
        attempt(1, **refused, **{"novabilling.retry_in": 0.5}),
        attempt(2, **broken, **{"novabilling.retry_in": 1.0}),
        attempt(3, 1.25, **{"http.response.status_code": 200}),
    ]
    assert span.attributes["http.request.resend_count"] == 2
    assert span.attributes["http.response.status_code"] == 200
    assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(("failures", "resent"), [(0, None), (1, 1), (2, 2)])
async def test_a_span_counts_what_was_sent_again(instrumented, exporter, clock, failures, resent):
    server = Server(*[httpx.Response(503)] * failures, OK)

    await instrumented(server).customers.get("cus_1")

    assert only(exporter).attributes.get("http.request.resend_count") == resent


async def test_a_status_that_is_an_error_fails_the_span(instrumented, exporter):
    client = instrumented(Server(problem(409, "canary is taken")))

    with pytest.raises(ConflictError):
        await call(client, "POST")

    span = only(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert span.attributes["error.type"] == "409"
    assert span.attributes["http.response.status_code"] == 409
    assert events(span)[-1] == ("exception", {"exception.type": "novabilling.ConflictError"})
    assert CANARY not in span.to_json()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("canary"), "novabilling.APIConnectionError"),
        (httpx.ReadTimeout("canary"), "novabilling.NovaBillingTimeoutError"),
        (KeyError("canary"), "KeyError"),
    ],
)
async def test_a_call_without_an_answer_fails_the_span(instrumented, exporter, failure, kind):
    client = instrumented(Server(failure), max_retries=0)

    with pytest.raises((NovaBillingError, KeyError)):
        await call(client, "POST")

    span = only(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == kind
    assert "http.response.status_code" not in span.attributes
    assert [name for name, _ in events(span)] == ["novabilling.attempt", "exception"]
    assert CANARY not in span.to_json()


async def test_an_unreadable_answer_fails_the_span(instrumented, exporter):
    client = instrumented(Server(httpx.Response(200, content=b"<html>")))

    with pytest.raises(ResponseDecodeError):
        await client.customers.list()

    span = only(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "novabilling.ResponseDecodeError"
    assert span.attributes["http.response.status_code"] == 200


async def test_a_span_has_the_status_of_its_last_attempt(instrumented, exporter, clock):
    client = instrumented(Server(httpx.Response(503), httpx.ReadError("reset")), max_retries=1)

    with pytest.raises(NovaBillingError):
        await client.customers.get("cus_1")

    assert "http.response.status_code" not in only(exporter).attributes


async def test_a_wallet_that_an_earlier_attempt_ended_is_no_failure(instrumented, exporter, clock):
    server = Server(httpx.ReadError("reset"), problem(400), TERMINATED)

    await instrumented(server).wallets.terminate("w")

    reading, ending = exporter.get_finished_spans()
    assert [reading.name[:3], ending.name[:6]] == ["GET", "DELETE"]
    assert reading.parent.span_id == ending.context.span_id
    assert ending.status.status_code is StatusCode.UNSET


async def test_a_span_holds_no_secret_no_body_and_no_query(instrumented, exporter, clock):
    client = instrumented(Server(page([]), CREATED, httpx.Response(503)), max_retries=1)

    await client.customers.list(search="canary")
    await client.customers.create(
        external_id="canary", email="canary@b.c", currency="NGN", metadata={"canary": "canary"}
    )
    with pytest.raises(NovaBillingError):
        await client.auth.login(email="canary@b.c", password="canary")

    shown = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert len(exporter.get_finished_spans()) == 3
    assert CANARY in TOKEN
    assert CANARY not in shown


async def test_spans_nest_in_the_user_s_and_end_before_the_call_returns(
    instrumented, exporter, provider
):
    client = instrumented(Server(OK))

    with provider.get_tracer("user").start_as_current_span("order") as outer:
        await client.customers.get("cus_1")
        assert get_current_span() is outer

    inner = exporter.get_finished_spans()[0]
    assert inner.parent.span_id == outer.get_span_context().span_id


async def test_what_happens_during_a_call_nests_in_its_span(instrumented, exporter, provider):
    tracer = provider.get_tracer("user")

    def token():
        with tracer.start_as_current_span("token"):
            return TOKEN

    await instrumented(Server(OK), token=token).customers.get("cus_1")

    inner, outer = exporter.get_finished_spans()
    assert (inner.name, outer.name[:3]) == ("token", "GET")
    assert inner.parent.span_id == outer.context.span_id


async def test_each_page_of_an_iteration_is_a_span_that_is_over_when_items_come(
    instrumented, exporter, provider
):
    client = instrumented(two_pages(CUSTOMER))

    with provider.get_tracer("user").start_as_current_span("all") as outer:
        async for _ in client.customers.iter():
            assert get_current_span() is outer

    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["GET /api/customers"] * 2 + ["all"]
    assert {span.parent.span_id for span in spans[:2]} == {outer.get_span_context().span_id}


async def test_both_requests_of_a_pdf_are_spans(instrumented, exporter):
    pdf = httpx.Response(200, content=b"%PDF", headers={"content-type": "application/pdf"})
    address = "https://files.example/a.pdf?signature=canary"
    client = instrumented(Server(httpx.Response(200, json={"url": address}), pdf))

    await client.invoices.get_pdf("inv_1")

    first, second = exporter.get_finished_spans()
    assert [first.name, second.name] == ["GET /api/invoices/{invoice_id}/pdf", "GET"]
    assert second.attributes["server.address"] == "files.example"
    assert second.attributes["url.full"] == "https://files.example/a.pdf"
    assert "url.template" not in second.attributes
    assert second.parent is None


async def test_the_trace_context_is_sent_on_each_attempt(instrumented, exporter, clock):
    server = Server(httpx.Response(503), OK)

    await instrumented(server).customers.get("cus_1")

    context = only(exporter).context
    parent = f"00-{context.trace_id:032x}-{context.span_id:016x}-0"
    assert [r.headers["traceparent"][:-1] for r in server.requests] == [parent] * 2


async def test_the_trace_context_does_not_go_to_another_origin(instrumented):
    server = Server(httpx.Response(302, headers={"location": "https://other.example/"}), OK)

    await instrumented(server).customers.get("cus_1")

    assert ["traceparent" in r.headers for r in server.requests] == [True, False]


async def test_a_header_of_the_user_s_own_wins(instrumented):
    server = Server(OK)

    await instrumented(server, headers={"traceparent": "mine"}).customers.get("cus_1")

    assert server.request.headers["traceparent"] == "mine"


async def test_copies_of_a_client_make_spans_until_it_ends(client_for, provider, exporter):
    client = client_for(Server(OK))
    remove = instrument(client.with_options(timeout=5), provider)

    await client.customers.get("cus_1")
    remove()
    await client.customers.get("cus_1")

    assert len(exporter.get_finished_spans()) == 1


async def test_without_a_provider_the_global_one_is_used(client_for):
    client = client_for(Server(OK))
    instrument(client)  # nobody has set it, so nothing is recorded

    assert (await client.customers.get("cus_1")).data.id == "cus_1"


async def test_a_tracer_that_fails_harms_no_call(client_for, provider, caplog, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    client = client_for(Server(OK))
    instrument(client, provider)
    monkeypatch.setattr(sdk.Tracer, "start_span", broken)

    assert (await client.customers.get("cus_1")).data.id == "cus_1"
    assert "failed" in caplog.text


@pytest.mark.parametrize("client", [None, httpx, "client"])
async def test_only_a_client_can_be_instrumented(client):
    with pytest.raises(TypeError, match="must be a NovaBilling"):
        instrument(client)
