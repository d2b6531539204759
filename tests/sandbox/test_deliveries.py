"""Webhooks of the sandbox: when there is one, what it holds, and the ways it is sent."""

from __future__ import annotations

import json
import threading
import traceback
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Callable, Dict, Iterator, List, Tuple

import httpx
import pytest

from novabilling import APIConnectionError, webhooks
from novabilling.sandbox import Delivery, Sandbox
from novabilling.types import CustomerCreatedEvent
from tests.sandbox.caller import Caller
from tests.support import Nowhere

URL = "https://shop.example.com/hooks?of=novabilling"
Request = Tuple[str, Dict[str, str], bytes]


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(seed=1)


@pytest.fixture
def secret(sandbox: Sandbox) -> str:
    """Set a webhook up and return its secret."""
    made = sandbox.client(token=sandbox.jwt).webhooks.create(url=URL, events=["invoice.paid"])
    return str(made.data.secret)


@pytest.fixture
def caller(sandbox: Sandbox, secret: str) -> Caller:
    return Caller(sandbox)


def wsgi(handle: Callable[[Request], int]) -> Any:
    """Make a WSGI application of a function from requests to statuses."""

    def app(environ: Dict[str, Any], start_response: Callable[..., Any]) -> List[bytes]:
        names = ("HTTP_X_WEBHOOK_SIGNATURE", "HTTP_X_EVENT_TYPE", "CONTENT_TYPE", "HTTP_HOST")
        path = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        headers = {name: environ[name] for name in names}
        status = handle((path, headers, environ["wsgi.input"].read()))
        start_response(f"{status} Whatever", [])
        return [b""]

    return app


class Inbox:
    """An ASGI application that answers one status after the other, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: List[bytes] = []
        self.signatures: List[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        self.signatures.append(dict(scope["headers"])[b"x-webhook-signature"].decode())
        status = self.statuses.pop(0) if self.statuses else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


# When there is one


def test_without_a_url_there_are_no_webhooks(sandbox: Sandbox):
    Caller(sandbox).customer()
    assert sandbox.deliveries == []


def test_without_a_url_any_more_there_are_no_further_ones(sandbox: Sandbox, caller: Caller):
    caller.customer()
    sandbox.client(token=sandbox.jwt).webhooks.delete()
    caller.customer(externalId="u2")
    assert len(sandbox.deliveries) == 1


def test_an_event_has_a_signed_delivery_whatever_events_were_chosen(
    sandbox: Sandbox, secret: str, caller: Caller
):
    customer = caller.customer()

    (delivery,) = sandbox.deliveries

    assert (delivery.event, delivery.url) == ("customer.created", URL)
    assert delivery.data["customerId"] == customer["id"]
    signature = delivery.headers["X-Webhook-Signature"]
    event = webhooks.verify(delivery.body, signature, secret, now=sandbox.now())
    assert isinstance(event, CustomerCreatedEvent)
    assert event.data.customer_id == customer["id"]
    assert event.timestamp == delivery.timestamp
    assert delivery.statuses == ()


def test_much_has_no_event(sandbox: Sandbox, caller: Caller):
    customer = caller.customer()
    about_customer = len(sandbox.deliveries)
    plan = caller.post("/plans", name="P", code="p", billingInterval="MONTHLY")
    caller.patch(f"/plans/{plan['id']}", name="Q")
    invoice = caller.invoice(customer)
    caller.post(f"/invoices/{invoice['id']}/send-email")
    caller.post("/taxes", name="VAT", code="vat", rate=7.5)
    caller.post("/add-ons", name="A", code="a", prices=[{"currency": "NGN", "amount": 1}])
    wallet = caller.post("/wallets", customerId=customer["id"], currency="NGN")
    about_wallet = len(sandbox.deliveries)
    caller.post("/wallets/transactions", walletId=wallet["id"], paidCredits=5)
    assert (about_customer, about_wallet) == (1, 2)
    assert len(sandbox.deliveries) == 2


def test_an_event_names_what_it_is_about(sandbox: Sandbox, caller: Caller):
    customer = caller.customer()
    about = {"customerId": customer["id"]}
    plan = caller.post("/plans", name="P", code="p", billingInterval="MONTHLY")
    caller.post(f"/plans/{plan['id']}/prices", currency="NGN", amount=10)
    body = {**about, "planId": plan["id"], "currency": "NGN", "status": "PAUSED"}
    subscription = caller.post("/subscriptions", **body)
    caller.send(
        "POST", f"/api/subscriptions/{subscription['id']}/cancel", {"cancelAt": "period_end"}
    )
    ending = sandbox.deliveries[-1]
    wallet = caller.post("/wallets", **about, currency="NGN")
    opened = sandbox.deliveries[-1]
    caller.send("DELETE", f"/api/customers/{customer['id']}")
    gone = sandbox.deliveries[-1]

    assert ending.event == "subscription.canceled"
    assert ending.data["subscriptionId"] == subscription["id"]
    assert ending.data["cancelAt"] == subscription["currentPeriodEnd"]
    assert opened.event == "wallet.created"
    assert opened.data.items() >= {**about, "walletId": wallet["id"]}.items()
    assert gone.event == "customer.deleted"
    assert gone.data.items() >= about.items()
    assert "name" not in gone.data


def test_what_is_refused_has_no_event(sandbox: Sandbox, caller: Caller):
    caller.customer()
    caller.refusal("POST", "/customers", {"externalId": "u1", "email": "a@b.co", "currency": "NGN"})
    invoice = caller.invoice(caller.get("/customers")["data"][0])
    # Here the server stumbles after it has paid the invoice.
    caller.refusal("POST", f"/invoices/{invoice['id']}/mark-paid", {"paymentMethod": 5})
    assert [one.event for one in sandbox.deliveries] == ["customer.created"]


def test_nights_tell_of_renewals_and_invoices_but_not_of_cancellations(
    sandbox: Sandbox, caller: Caller
):
    prices = [{"currency": "NGN", "amount": 100.5}]
    about = {"name": "P", "code": "p", "billingInterval": "MONTHLY", "prices": prices}
    plan, customer = caller.post("/plans", **about), caller.customer()
    ids = {"customerId": customer["id"], "planId": plan["id"], "currency": "NGN"}
    caller.post("/subscriptions", **ids)
    caller.post("/subscriptions", **ids, trialDays=3)
    ending = caller.post("/subscriptions", **ids)
    caller.post(f"/subscriptions/{ending['id']}/cancel", cancelAt="period_end")
    before = len(sandbox.deliveries)

    sandbox.advance(days=31, jobs=["renewals"])

    found = [(one.event, one.timestamp.day) for one in sandbox.deliveries[before:]]
    assert found == [
        ("subscription.trial_ended", 5),
        ("subscription.renewed", 2),
        ("invoice.created", 2),
    ]
    assert sandbox.deliveries[-1].data["amount"] == 100.5


def test_each_tenant_has_its_own_url_and_secret(sandbox: Sandbox, caller: Caller):
    auth = sandbox.client().auth
    other = auth.register(
        name="Ada", email="ada@example.com", password="correct horse", company_name="Obi Ltd"
    ).data
    owner = sandbox.client(token=other.access_token)
    webhook = owner.webhooks.create(url="https://other.example.com/", events=["*"]).data
    Caller(sandbox, other.api_key).customer()
    caller.customer()

    theirs, ours = sandbox.deliveries

    assert (theirs.url, ours.url) == ("https://other.example.com/", URL)
    signature = theirs.headers["X-Webhook-Signature"]
    assert webhooks.verify(theirs.body, signature, str(webhook.secret), now=sandbox.now())
    with pytest.raises(webhooks.WebhookSignatureError):
        webhooks.verify(
            ours.body, ours.headers["X-Webhook-Signature"], str(webhook.secret), now=sandbox.now()
        )


def test_no_secret_is_in_a_repr(sandbox: Sandbox, secret: str, caller: Caller):
    caller.customer()
    shown = f"{sandbox.deliveries!r} {sandbox!r} {sandbox.snapshot()!r}"
    assert "customer.created" in shown
    assert not any(word in shown for word in (secret, sandbox.token, sandbox.jwt))


# Ways to send it


def test_a_wsgi_application_gets_each_webhook_once_and_in_order(
    sandbox: Sandbox, secret: str, caller: Caller
):
    got: List[Request] = []
    app = wsgi(lambda request: got.append(request) or 204)
    caller.customer()
    caller.customer(externalId="u2")

    sent = sandbox.deliver(app)

    assert sent == sandbox.deliveries
    assert [one.statuses for one in sent] == [(204,), (204,)]
    assert [json.loads(body)["data"]["externalId"] for _, _, body in got] == ["u1", "u2"]
    path, headers, body = got[0]
    assert path == "/hooks?of=novabilling"
    assert headers["HTTP_HOST"] == "shop.example.com"
    assert headers["HTTP_X_EVENT_TYPE"] == "customer.created"
    assert headers["CONTENT_TYPE"] == "application/json"
    webhooks.verify(body, headers["HTTP_X_WEBHOOK_SIGNATURE"], secret, now=sandbox.now())
    assert json.loads(body)["data"] == sandbox.deliveries[0].data
    assert sandbox.deliver(app) == []


def test_an_asgi_application_can_be_reached_without_async(sandbox: Sandbox, caller: Caller):
    inbox = Inbox()
    caller.customer()
    assert [one.statuses for one in sandbox.deliver(inbox)] == [(200,)]
    assert [json.loads(body)["event"] for body in inbox.bodies] == ["customer.created"]


@pytest.mark.anyio
async def test_an_asgi_application_can_be_reached_on_both_event_loops(
    sandbox: Sandbox, caller: Caller
):
    inbox = Inbox()
    caller.customer()
    assert [one.statuses for one in await sandbox.adeliver(inbox)] == [(200,)]
    assert [json.loads(body)["event"] for body in inbox.bodies] == ["customer.created"]
    assert await sandbox.adeliver(inbox) == []


@pytest.mark.anyio
async def test_a_refused_webhook_is_sent_three_times_each_time_with_a_new_signature(
    sandbox: Sandbox, secret: str, caller: Caller
):
    inbox = Inbox(500, 404, 302, 503)
    caller.customer()
    caller.customer(externalId="u2")

    sent = await sandbox.adeliver(inbox)

    # A redirect without an address is no success; after three attempts the server gives up.
    assert [one.statuses for one in sent] == [(500, 404, 302), (503, 200)]
    times = [
        webhooks.verify(body, signature, secret, now=sandbox.now()).timestamp
        for body, signature in zip(inbox.bodies, inbox.signatures)
    ]
    waits = [(one - sandbox.now()).total_seconds() for one in times]
    assert waits == [0, 2, 6, 0, 2]
    assert len(set(inbox.signatures)) == 5
    assert len({json.dumps(json.loads(body)["data"]) for body in inbox.bodies[:3]}) == 1


def test_webhooks_are_signed_when_they_are_sent(sandbox: Sandbox, secret: str, caller: Caller):
    inbox = Inbox()
    caller.customer()
    sandbox.advance(days=40)

    (sent,) = sandbox.deliver(inbox)

    event = webhooks.verify(inbox.bodies[0], inbox.signatures[0], secret, now=sandbox.now())
    assert event.timestamp == sandbox.now() == sent.timestamp + timedelta(days=40)


def test_the_time_of_signing_can_be_chosen(sandbox: Sandbox, secret: str, caller: Caller):
    inbox = Inbox(500)
    caller.customer()
    now = datetime.now(timezone.utc)

    (sent,) = sandbox.deliver(inbox, at=now)

    ages = [
        webhooks.verify(body, signature, secret).timestamp - now
        for body, signature in zip(inbox.bodies, inbox.signatures)
    ]
    assert [round(age / timedelta(seconds=1)) for age in ages] == [0, 2]
    assert sent.timestamp < now


def test_an_exception_of_the_application_comes_out_and_the_rest_waits(
    sandbox: Sandbox, caller: Caller
):
    def broken(request: Request) -> int:
        raise LookupError("no such customer")

    caller.customer()
    caller.customer(externalId="u2")

    with pytest.raises(LookupError, match="no such customer"):
        sandbox.deliver(wsgi(broken))

    assert [one.data["externalId"] for one in sandbox.deliver(Inbox())] == ["u2"]


@pytest.mark.anyio
async def test_an_exception_of_httpx_is_the_application_s_own(sandbox: Sandbox, caller: Caller):
    def broken(*_: Any) -> int:
        raise httpx.ConnectError("nobody listens at the application's own server")

    async def broken_asgi(scope: Any, receive: Any, send: Any) -> None:
        broken()

    caller.customer()
    caller.customer(externalId="u2")

    with pytest.raises(httpx.ConnectError, match="own server"):
        sandbox.deliver(wsgi(broken))
    with pytest.raises(httpx.ConnectError, match="own server"):
        await sandbox.adeliver(broken_asgi)


@pytest.mark.anyio
async def test_a_traceback_with_local_variables_shows_no_secret(
    sandbox: Sandbox, secret: str, caller: Caller
):
    class Broken:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            raise LookupError("no such customer")

    caller.customer()
    with pytest.raises(LookupError) as caught:
        await sandbox.adeliver(Broken())

    below = caught.tb.tb_next  # the first frame is this test's, which knows the secret
    error = traceback.TracebackException(caught.type, caught.value, below, capture_locals=True)
    shown = "".join(error.format())
    assert "in adeliver" in shown
    assert "target = " in shown
    assert secret not in shown
    assert sandbox.token not in shown


def test_what_happens_while_it_delivers_waits_for_the_next_call(sandbox: Sandbox, caller: Caller):
    def rename(request: Request) -> int:
        customer = json.loads(request[2])["data"]["customerId"]
        # A handler may well work in another thread.
        thread = threading.Thread(target=caller.patch, args=(f"/customers/{customer}",))
        thread.start()
        thread.join(10)
        return 500 if thread.is_alive() else 200

    caller.customer()

    assert [one.event for one in sandbox.deliver(wsgi(rename))] == ["customer.created"]
    assert [one.event for one in sandbox.deliver(Inbox())] == ["customer.updated"]


def test_what_was_carried_out_late_has_a_webhook_at_once():
    now = datetime(2026, 3, 1, tzinfo=timezone.utc)
    late = Sandbox(clock=lambda: now)
    late.client(token=late.jwt).webhooks.create(url=URL, events=["customer.created"])
    late.drop_next(late=3)
    with pytest.raises(APIConnectionError):
        late.client(max_retries=0).customers.create(
            external_id="usr_1", email="ada@example.com", currency="NGN"
        )
    inbox = Inbox()
    assert late.deliver(inbox) == []
    now += timedelta(seconds=5)

    assert [delivery.event for delivery in late.deliver(inbox)] == ["customer.created"]


def test_a_handler_may_send_the_rest(sandbox: Sandbox, caller: Caller):
    def deliver_on(request: Request) -> int:
        rest.extend(sandbox.deliver(wsgi(lambda request: 200)))
        return 200

    rest: List[Delivery] = []
    caller.customer()
    caller.customer(externalId="u2")

    (first,) = sandbox.deliver(wsgi(deliver_on))

    assert [one.data["externalId"] for one in (first, *rest)] == ["u1", "u2"]


@contextmanager
def listening(*answers: Tuple[int, Dict[str, str]]) -> Iterator[Tuple[str, List[str]]]:
    """Listen on a port; gives its address, and the requests that come."""
    got: List[str] = []
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            got.append(f"{self.command} {self.path} {len(body) > 0}")
            status, headers = waiting.pop(0) if waiting else (200, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


def test_a_url_of_a_running_server_gets_them(sandbox: Sandbox, caller: Caller):
    caller.customer()
    with listening((500, {})) as (address, got):
        (sent,) = sandbox.deliver(f"{address}/in")
    assert got == ["POST /in True"] * 2
    assert sent.statuses == (500, 200)
    assert sent.url == URL


@pytest.mark.anyio
async def test_without_a_target_they_go_to_the_url_that_was_set(sandbox: Sandbox):
    owner = sandbox.client(token=sandbox.jwt)
    with listening() as (address, got):
        owner.webhooks.create(url=f"{address}/set", events=["*"])
        Caller(sandbox).customer()
        sandbox.deliver()
        Caller(sandbox).customer(externalId="u2")
        await sandbox.adeliver()
    assert got == ["POST /set True"] * 2


@pytest.mark.parametrize(("status", "then"), [(307, "POST /b True"), (302, "GET /b False")])
def test_redirects_are_followed_as_the_server_does(
    sandbox: Sandbox, caller: Caller, status: int, then: str
):
    caller.customer()
    with listening((status, {"Location": "/b"})) as (address, got):
        (sent,) = sandbox.deliver(f"{address}/a")
    assert got == ["POST /a True", then]
    assert sent.statuses == (200,)


@pytest.mark.parametrize(
    ("target", "at", "error", "message"),
    [
        (5, None, TypeError, "a URL or an application, not 5"),
        (None, datetime(2026, 1, 1), ValueError, "at has no time zone"),
        (None, datetime(2026, 1, 1, tzinfo=Nowhere()), ValueError, "at has no time zone"),
    ],
)
@pytest.mark.anyio
async def test_what_cannot_be_sent_is_refused_and_stays_pending(
    sandbox: Sandbox, caller: Caller, target: Any, at: Any, error: Any, message: str
):
    caller.customer()
    with pytest.raises(error, match=message):
        sandbox.deliver(target, at=at)
    with pytest.raises(error, match=message):
        await sandbox.adeliver(target, at=at)
    assert len(await sandbox.adeliver(Inbox())) == 1


@pytest.mark.anyio
async def test_where_nobody_listens_there_is_no_status(sandbox: Sandbox, caller: Caller):
    with listening() as (address, _):
        pass
    caller.customer()
    (first,) = sandbox.deliver(address)
    caller.customer(externalId="u2")
    (second,) = await sandbox.adeliver(address)
    assert first.statuses == second.statuses == (None, None, None)
    assert sandbox.deliveries == [first, second]
