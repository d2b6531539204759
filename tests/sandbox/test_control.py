"""The control API of a served sandbox, used as a test of an app in another process would."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Callable, Iterator, List, get_args

import pytest

from novabilling import APIConnectionError, NovaBilling, RateLimitError, ServerError, webhooks
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxError, SandboxServer
from novabilling.types import WebhookEventType
from tests.sandbox.serving import App, app, serve

ADA = {"external_id": "usr_1", "email": "ada@example.com", "currency": "NGN"}
NEVER = "payment.retry.succeeded"


@pytest.fixture(scope="module")
def started() -> Iterator[SandboxServer]:
    with serve(ServedSandbox(seed="control")) as server:
        yield server


@pytest.fixture
def server(started: SandboxServer) -> SandboxServer:
    started.reset()
    return started


@pytest.fixture
def client(server: SandboxServer) -> Iterator[NovaBilling]:
    with NovaBilling(token=server.token, base_url=server.url, max_retries=0) as made:
        yield made


@pytest.fixture
def shop() -> Iterator[App]:
    with app() as made:
        yield made


def subscribe(client: NovaBilling, **options: object) -> str:
    customer = client.customers.create(**ADA).data
    plan = client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 15000}],
    ).data
    made = client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN", **options
    )
    return made.data.id


def until(done: Callable[[], object]) -> None:
    """Wait until something is so, for what the server does after its answer."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


# Events


@pytest.mark.parametrize("event", [one for one in get_args(WebhookEventType) if one != NEVER])
def test_every_event_can_be_made_to_happen(server: SandboxServer, shop: App, event: str):
    delivery = server.trigger(event, to=shop.url)

    (request,) = shop.got
    seen = webhooks.verify(
        request.content,
        request.headers["x-webhook-signature"],
        server.webhook_secret,
        event_type=request.headers["x-event-type"],
    )
    assert seen.type == event
    assert delivery["state"] == "accepted"
    assert delivery["attempts"][0]["answer"] == "thank you"


def test_every_event_can_happen_again(server: SandboxServer):
    for event in server.request("GET", "/trigger")["events"] * 2:
        server.trigger(event)

    assert len(server.deliveries(limit=1000)) > 52


def test_what_an_event_is_about_is_there(server: SandboxServer, client: NovaBilling, shop: App):
    server.trigger("invoice.paid", to=shop.url)

    event = webhooks.parse(shop.got[0].content)
    assert event.type == "invoice.paid"
    assert client.invoices.get(event.data.invoice_id).data.status == "paid"


def test_an_event_carries_what_a_real_one_carries(server: SandboxServer, shop: App):
    server.trigger("customer.created", to=shop.url)

    headers = shop.got[0].headers
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == "node"
    assert headers["accept"] == "*/*"
    assert headers["sec-fetch-mode"] == "cors"
    assert len(headers["x-webhook-signature"]) == 64
    assert shop.got[0].method == "POST"


def test_an_event_that_cannot_happen_says_why(server: SandboxServer):
    with pytest.raises(SandboxError, match="charges a stored card"):
        server.trigger(NEVER)
    with pytest.raises(SandboxError, match="no event 'nonsense', only credit_note"):
        server.trigger("nonsense")


def test_trigger_knows_no_fault_and_no_limit(server: SandboxServer, client: NovaBilling):
    server.fail_next(503, times=50)
    server.set_faults(rate_limit=1, latency=0.001)

    assert server.trigger("credit_note.voided")["event"] == "credit_note.voided"

    status = server.request("GET", "/status")
    assert (len(status["faults"]), status["rate_limit"], status["latency"]) == (50, 1, 0.001)


def test_a_provider_that_was_there_stays_as_it_was(server: SandboxServer, client: NovaBilling):
    made = client.payment_providers.create(
        type="payu", credentials={"safeKey": "k"}, active=False
    ).data
    server.trigger("payment.failed")

    assert client.payment_providers.get(made.id).data.active is False


def test_a_provider_that_was_not_there_is_gone_again(server: SandboxServer, client: NovaBilling):
    server.trigger("payment.successful")

    assert client.payment_providers.list().data == []


# Deliveries


def test_deliveries_go_to_who_listens(server: SandboxServer, client: NovaBilling, shop: App):
    server.forward(shop.url)
    client.customers.create(**ADA)
    until(lambda: shop.got)
    server.trigger("invoice.paid")
    until(lambda: len(shop.got) == 3)

    assert shop.events == ["customer.created", "customer.created", "invoice.paid"]
    newest = server.deliveries()[0]
    assert (newest["event"], newest["statuses"]) == ("invoice.paid", [200])


def test_they_are_signed_with_the_real_time(server: SandboxServer, client: NovaBilling, shop: App):
    assert server.now().year == 2026
    server.forward(shop.url)
    client.customers.create(**ADA)
    until(lambda: shop.got)

    sent = webhooks.parse(shop.got[0].content).timestamp
    assert abs(datetime.now(timezone.utc) - sent) < timedelta(minutes=1)


def test_or_with_that_of_the_sandbox(server: SandboxServer, client: NovaBilling, shop: App):
    server.forward(shop.url, signed_at="sandbox")
    client.customers.create(**ADA)
    until(lambda: shop.got)

    assert webhooks.parse(shop.got[0].content).timestamp == server.now()


def test_an_app_that_refuses_is_asked_three_times(server: SandboxServer, shop: App):
    shop.statuses = [500, 503, 404]
    delivery = server.trigger("customer.created", to=shop.url)

    assert delivery["state"] == "failed"
    assert [one["status"] for one in delivery["attempts"]] == [500, 503, 404]
    assert len({request.headers["x-webhook-signature"] for request in shop.got}) == 3

    raw = delivery["raw_body"].encode()
    webhooks.verify(raw, delivery["headers"]["X-Webhook-Signature"], server.webhook_secret)

    again = server.send_again(delivery["id"], to=shop.url)
    assert (again["state"], len(again["attempts"])) == ("accepted", 4)


def test_an_app_that_is_not_there_is_no_error(server: SandboxServer):
    delivery = server.trigger("customer.created", to="http://127.0.0.1:9/hooks")

    assert [one["status"] for one in delivery["attempts"]] == [None] * 3
    assert "ConnectError" in delivery["attempts"][0]["answer"]


def test_nobody_listens(server: SandboxServer):
    delivery = server.trigger("customer.created")

    assert (delivery["state"], delivery["url"]) == ("not sent", None)
    with pytest.raises(SandboxError, match="nobody listens"):
        server.send_again(delivery["id"])


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "hooks", "http://"])
def test_what_is_no_address_is_refused(server: SandboxServer, url: str):
    with pytest.raises(SandboxError, match="is no URL"):
        server.forward(url)


def test_a_url_of_this_machine_gets_its_webhooks_by_itself(server: SandboxServer, shop: App):
    with NovaBilling(token=server.jwt, base_url=server.url) as owner:
        owner.webhooks.create(url=shop.url, events=["*"])
        owner.customers.create(**ADA)
        until(lambda: shop.got)

    assert shop.events == ["customer.created"]


def test_a_url_elsewhere_gets_nothing_by_itself(server: SandboxServer):
    with NovaBilling(token=server.jwt, base_url=server.url) as owner:
        owner.webhooks.create(url="https://shop.example.com/hooks", events=["*"])
        owner.customers.create(**ADA)

    (delivery,) = server.deliveries()
    assert (delivery["state"], delivery["url"]) == ("not sent", "https://shop.example.com/hooks")


def test_an_unknown_delivery(server: SandboxServer):
    for number in (0, 1, 10**20):
        with pytest.raises(SandboxError, match="there is no delivery"):
            server.send_again(number)


# Time


def test_time_moves_and_says_what_each_night_did(server: SandboxServer, client: NovaBilling):
    subscription = subscribe(client)
    nights = server.advance(days=31)

    assert server.now() > datetime(2026, 7, 2, 11, tzinfo=timezone.utc)
    assert nights[0] == {
        "at": "2026-06-29T02:00:00.000Z",
        "jobs": ["billing", "finalizing"],
        "did": {"invoice.created": 1},
    }
    did = [night["did"] for night in nights if "renewals" in night["jobs"]]
    assert did == [{"subscription.renewed": 1, "invoice.created": 1}]
    assert client.subscriptions.get(subscription).data.current_period_start.month == 7


def test_time_moves_to_the_end_of_the_period(server: SandboxServer, client: NovaBilling):
    subscription = subscribe(client)
    server.advance_period()

    assert server.now() == datetime(2026, 7, 2, 3, 1, tzinfo=timezone.utc)
    assert client.subscriptions.get(subscription).data.current_period_end.month == 8


def test_a_subscription_that_ends_is_in_the_night_book(server: SandboxServer, client: NovaBilling):
    client.subscriptions.cancel(subscribe(client), cancel_at="period_end")
    nights = server.advance(days=32, jobs=["renewals"])

    assert [night["did"] for night in nights] == [{"ended without an event": 1}]


def test_without_a_subscription_no_period_ends(server: SandboxServer):
    with pytest.raises(SandboxError, match="no active subscription"):
        server.advance_period()


def test_jobs_can_be_done_now(server: SandboxServer, client: NovaBilling):
    subscribe(client, start_date="2026-04-30", trial_days=1)

    assert server.run_jobs("renewals")[0]["did"]["subscription.trial_ended"] == 1


def test_time_cannot_go_back_or_to_the_end_of_time(server: SandboxServer):
    with pytest.raises(SandboxError, match="time only moves on"):
        server.advance()
    with pytest.raises(SandboxError, match="days must be 0 to"):
        server.advance(days=-1)
    with pytest.raises(SandboxError, match="at most 3700 days"):
        server.advance(days=4000)
    with pytest.raises(SandboxError, match="no job 'sleep'"):
        server.advance(days=1, jobs=["sleep"])


# Faults


def test_faults_meet_the_next_requests(server: SandboxServer, client: NovaBilling):
    server.fail_next(503, times=2)
    server.drop_next(after_apply=True, method="POST", route="/customers")
    for _ in range(2):
        with pytest.raises(ServerError):
            client.customers.list()
    with pytest.raises(APIConnectionError) as caught:
        client.customers.create(**ADA)

    assert caught.value.may_have_been_applied
    assert client.customers.list().meta.total == 1
    seen = server.requests()
    assert [one["status"] for one in seen] == [200, None, 503, 503]


def test_a_rate_limit_and_latency(server: SandboxServer, client: NovaBilling):
    server.set_faults(rate_limit=1, latency=0.02)
    client.plans.list()
    with pytest.raises(RateLimitError):
        client.plans.list()
    assert server.requests()[0]["milliseconds"] > 19

    server.clear_faults()
    server.set_faults(rate_limit=None)
    client.plans.list()


def test_faults_that_make_no_sense(server: SandboxServer):
    with pytest.raises(SandboxError, match="400 to 599"):
        server.fail_next(200)
    with pytest.raises(SandboxError, match="no operation /nowhere"):
        server.drop_next(route="/nowhere")
    with pytest.raises(SandboxError, match="no field 'stauts'"):
        server.drop_next(stauts=1)
    with pytest.raises(SandboxError, match="after_apply must be true or false"):
        server.drop_next(after_apply="yes")


# What was seen


def test_requests_are_seen_with_their_answers(server: SandboxServer, client: NovaBilling):
    client.customers.create(**ADA, metadata={"note": "<b>bold</b>"})
    (seen,) = server.requests()
    assert (seen["method"], seen["path"], seen["status"]) == ("POST", "/api/customers", 201)

    details = server.request("GET", f"/requests/{seen['id']}")
    assert details["request"]["body"]["externalId"] == "usr_1"
    assert details["response"]["body"]["metadata"] == {"note": "<b>bold</b>"}


def test_requests_are_found_by_text_and_status(server: SandboxServer, client: NovaBilling):
    client.customers.create(**ADA)
    client.plans.list()
    for _ in range(2):
        with pytest.raises(Exception, match="not found"):
            client.customers.get("cus_none")

    def paths(**query: str) -> List[str]:
        return [one["path"] for one in server.requests(**query)]

    assert paths(status="404") == paths(status="4xx") == ["/api/customers/cus_none"] * 2
    assert paths(status="errors", limit=1) == ["/api/customers/cus_none"]
    assert paths(text="ADA@example.com") == ["/api/customers"]
    assert paths(text="get /api/plans") == ["/api/plans"]


def test_secrets_are_masked_until_they_are_asked_for(server: SandboxServer, client: NovaBilling):
    token = server.token
    client.auth.login(email="owner@example.com", password="sandbox-password")
    client.payment_providers.create(type="payu", credentials={"safeKey": "hidden"})
    shown = ""
    for one in server.requests():
        shown += str(server.request("GET", f"/requests/{one['id']}"))
    shown += str(server.request("GET", "/tables/paymentProvider"))
    assert "owner@example.com" in shown
    for secret in ("sandbox-password", token, "eyJ", "hidden"):
        assert secret not in shown, secret

    login = server.requests(text="/auth/login")[0]["id"]
    revealed = server.request("GET", f"/requests/{login}", reveal="true")
    assert revealed["request"]["body"]["password"] == "sandbox-password"


def test_a_secret_is_not_found_by_its_letters(server: SandboxServer, client: NovaBilling):
    client.auth.login(email="owner@example.com", password="sandbox-password")

    assert server.requests(text="sandbox-pass") == []


def test_only_the_latest_requests_are_kept(server: SandboxServer, client: NovaBilling):
    for _ in range(510):
        client.plans.list()

    assert len(server.requests(limit=500)) == 500
    first = server.requests(limit=500)[-1]["id"]
    with pytest.raises(SandboxError, match="too long ago"):
        server.request("GET", f"/requests/{first - 1}")


# Tables


def test_tables_have_rows_with_links(server: SandboxServer, client: NovaBilling):
    subscription = subscribe(client)
    counts = {one["name"]: one["rows"] for one in server.request("GET", "/tables")["data"]}
    assert (counts["customer"], counts["plan"], counts["invoice"]) == (1, 1, 0)

    table = server.request("GET", "/tables/subscription", text="ACTIVE")
    assert table["total"] == 1
    assert table["references"]["planId"] == "plan"
    row = table["data"][0]
    customer = server.request("GET", f"/tables/customer/{row['customerId']}")
    assert customer["row"]["externalId"] == "usr_1"
    assert customer["referrers"] == [
        {
            "table": "subscription",
            "column": "customerId",
            "total": 1,
            "rows": [{"id": subscription, "label": "ACTIVE NGN"}],
        }
    ]
    assert server.request("GET", "/tables/subscription", text="nothing")["data"] == []


@pytest.mark.parametrize("path", ["/tables/nonsense", "/tables/customer/none", "/tables/tenant"])
def test_what_is_not_there(server: SandboxServer, path: str):
    with pytest.raises(SandboxError, match="there is no"):
        server.request("GET", path)


# States


def test_states_can_be_kept_and_brought_back(server: SandboxServer, client: NovaBilling):
    client.customers.create(**ADA)
    server.snapshot("one-customer")
    subscribed = client.plans.list().meta
    server.advance(days=3)
    server.trigger("invoice.paid")
    server.restore("one-customer")

    assert client.customers.list().meta.total == 1
    assert server.now() < datetime(2026, 6, 2, tzinfo=timezone.utc)
    assert len(server.deliveries()) == 1
    assert server.request("GET", "/snapshots")["data"] == ["one-customer"]
    server.request("DELETE", "/snapshots/one-customer")
    with pytest.raises(SandboxError, match="no snapshot one-customer"):
        server.restore("one-customer")
    assert subscribed == client.plans.list().meta


def test_a_reset_begins_anew_with_the_same_keys(server: SandboxServer, client: NovaBilling):
    token, secret = server.token, server.webhook_secret
    server.forward("http://127.0.0.1:9/")
    server.fail_next()
    server.reset()

    assert client.customers.list().meta.total == 0
    assert (server.token, server.webhook_secret) == (token, secret)
    status = server.request("GET", "/status")
    assert (status["forward_to"], status["faults"], status["deliveries"]) == (None, [], 0)


def test_a_version_tells_that_something_has_changed(server: SandboxServer, client: NovaBilling):
    def version() -> str:
        return str(server.request("GET", "/status")["version"])

    assert version() == version()
    before = version()
    client.plans.list()
    after = version()
    assert after != before
    server.advance(seconds=1)
    assert version() != after


# A sandbox with what was given for it


def test_the_keys_can_be_chosen():
    sandbox = ServedSandbox(token="sk_test_mine", webhook_secret="whsec_mine")
    with serve(sandbox) as server:
        assert (server.token, server.webhook_secret) == ("sk_test_mine", "whsec_mine")
        server.reset()
        with NovaBilling(token="sk_test_mine", base_url=server.url) as client:
            assert client.customers.list().meta.total == 0


def test_a_webhook_url_that_was_given_is_trusted(shop: App):
    # By a name that is not loopback to whoever looks at it alone.
    sandbox = ServedSandbox(webhook_url=shop.url)
    with serve(sandbox, trusted=shop.url) as server:
        server.trigger("customer.created")

    assert shop.events == ["customer.created"]


def test_nobody_is_there():
    with SandboxServer("http://127.0.0.1:9") as server, pytest.raises(
        SandboxError, match="start one by `python -m novabilling"
    ):
        server.reset()
    assert repr(server) == "SandboxServer('http://127.0.0.1:9')"


# The rest of the API


def test_a_retry_after_and_calls_that_overlap(server: SandboxServer, client: NovaBilling):
    server.fail_next(503, retry_after=7)
    with pytest.raises(ServerError) as caught:
        client.plans.list()
    assert caught.value.retry_after == 7

    server.set_faults(overlap=0.001)
    assert server.request("GET", "/faults")["overlap"] == 0.001
    assert client.plans.list().data == []


def test_a_delivery_by_its_id(server: SandboxServer, shop: App):
    server.forward(shop.url)
    server.trigger("invoice.paid")

    assert [one["id"] for one in server.wait_for_deliveries()] == [2, 1]
    assert [one["id"] for one in server.deliveries(after=1)] == [2]
    assert server.request("GET", "/deliveries/1")["event"] == "customer.created"
    with pytest.raises(SandboxError, match="signed_at must be real or sandbox"):
        server.forward(shop.url, signed_at="yesterday")


def test_a_pdf_is_seen_as_one(server: SandboxServer, client: NovaBilling):
    server.trigger("invoice.paid")
    invoice = client.invoices.list().data[0]
    content = client.invoices.get_pdf(invoice.id).data.content
    newest = server.requests(text="/pdf", limit=1)[0]["id"]

    shown = server.request("GET", f"/requests/{newest}")["response"]["body"]
    assert shown == f"a PDF of {len(content)} bytes"


def test_requests_after_one_that_is_known(server: SandboxServer, client: NovaBilling):
    client.plans.list()
    known = server.requests()[0]["id"]
    client.customers.list()

    rows = server.request("GET", "/requests", after=known)["data"]
    assert [one["path"] for one in rows] == ["/api/customers"]


def test_large_bodies_are_forgotten_first(
    server: SandboxServer, client: NovaBilling, monkeypatch: pytest.MonkeyPatch
):
    from novabilling.sandbox._served import journal

    monkeypatch.setattr(journal, "BUDGET", 5000)
    for number in range(10):
        note = {"note": "x" * 1000}
        client.customers.create(**{**ADA, "external_id": f"u{number}"}, metadata=note)

    assert 1 <= len(server.requests()) <= 2
