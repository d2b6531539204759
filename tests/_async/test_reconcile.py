"""Calls whose answer was lost: what is found out, by whom, and what is not claimed."""

from __future__ import annotations

import json
import pickle
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import httpx
import pytest
from msgspec import structs

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    BadRequestError,
    CallRecord,
    LoginSession,
    NotFoundError,
    NovaBillingError,
    Outcome,
    ServerError,
)
from novabilling.sandbox import Sandbox
from tests.reconciling import CALLS, DUE, FAULTS, ITEMS, needs_login, tampered
from tests.support import Server, problem

from .shop import Shop

pytestmark = pytest.mark.anyio

NOT_RETURNED = {
    "invoices.checkout",
    "invoices.create_checkout",
    "portal.create_checkout",
    "taxes.assign_to_customer",
    "taxes.assign_to_plan",
}
"""What is known to be done, and cannot be shown as the call would have."""
LISTED = {
    "add_ons.create",
    "add_ons.remove_applied",
    "api_keys.create",
    "api_keys.delete",
    "api_keys.revoke",
    "billable_metrics.create",
    "coupons.create",
    "customers.create",
    "payment_providers.configure",
    "payment_providers.create",
    "plans.create",
    "taxes.create",
    "tenants.update_me",
    "webhooks.create",
    "webhooks.delete",
}
"""What a tenant and its lists show: nothing says that it is the tenant of another token."""
DELETED = {
    "add_ons.delete",
    "billable_metrics.delete",
    "charges.delete",
    "coupons.delete",
    "customers.delete",
    "payment_methods.delete",
    "payment_providers.delete",
    "plan_overrides.delete",
    "plans.delete",
    "taxes.delete",
}
"""What is not found any more: another tenant would not find it either."""
STATES = [
    "credit_notes.finalize",
    "credit_notes.void",
    "invoices.finalize",
    "invoices.mark_paid",
    "invoices.void",
    "payments.refund",
    "subscriptions.cancel",
    "subscriptions.pause",
    "subscriptions.resume",
    "wallets.terminate",
]
FILTERS = ({"key": "r", "values": ["a"]},)
RANGES = ({"from_value": 0, "per_unit_amount": 5, "flat_amount": 0},)


@pytest.fixture
def shop(clock) -> Shop:
    return Shop(clock)


async def test_a_refund_is_found_as_it_is_now(shop):
    error = await shop.lost("payments.refund", "after")
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is True
    assert outcome.evidence == "state"
    assert outcome.data.status == "refunded"
    assert outcome.data.refunded_amount == Decimal(1500)
    assert "GET /payments/{payment_id}" in outcome.why
    assert shop.sandbox.requests == [f"GET /api/payments/{shop.ours.payment}"]
    assert pickle.loads(pickle.dumps(outcome)) == outcome


async def test_what_is_not_there_is_looked_for_until_it_has_settled(shop, clock):
    error = await shop.lost("payments.refund", "before")
    clock.slept.clear()
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is False
    assert not outcome.final
    assert outcome.data is None
    assert outcome.evidence is None
    assert "5 s after the attempt ended" in outcome.why
    assert len(shop.sandbox.requests) == 3
    assert sum(clock.slept) == pytest.approx(5)


async def test_a_look_long_after_is_one(shop, clock):
    error = await shop.lost("payments.refund", "before")
    clock.now += 3600
    clock.slept.clear()
    outcome = await shop.key.reconcile(error, settle=60)

    assert outcome.applied is False
    assert "3600 s after" in outcome.why
    assert len(shop.sandbox.requests) == 1
    assert clock.slept == []


async def test_without_the_time_to_settle_absence_is_not_claimed(shop, clock):
    error = await shop.lost("payments.refund", "before")
    outcome = await shop.key.reconcile(error, timeout=4)

    assert outcome.applied is None
    assert "no time to look again" in outcome.why


async def test_the_deadline_of_the_client_holds(shop, clock):
    error = await shop.lost("payments.refund", "before")
    began = clock.now
    outcome = await shop.key.with_options(deadline=4).reconcile(error)

    assert outcome.applied is None
    assert clock.now - began <= 4


async def test_a_look_that_fails_is_no_answer(shop, clock):
    error = await shop.lost("payments.refund", "after")
    shop.sandbox.fail_next(503, times=3)
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is None
    assert "503" in outcome.why


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404, text="<h1>No such host</h1>"), problem(404, "Cannot GET /api/payments")],
)
async def test_a_404_of_a_gateway_proves_nothing(client_for, clock, answer):
    server = Server(httpx.ReadTimeout("slow"), answer)
    client = client_for(server, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.payments.refund("pay_1")
    outcome = await client.reconcile(caught.value)

    assert outcome.applied is None


async def test_a_token_that_is_refused_is_asked_for_once(client_for, clock):
    server = Server(httpx.ReadTimeout("slow"), problem(401))
    client = client_for(server, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.payments.refund("pay_1")
    outcome = await client.reconcile(caught.value)

    assert outcome.applied is None
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_another_tenant_finds_nothing_out(shop, fault):
    theirs = shop.others.auth.register(
        name="Ada", email="o@example.com", password="correct horse", company_name="Other"
    ).data
    state = shop.sandbox.snapshot()
    for name in CALLS:
        token = theirs.access_token if needs_login(name) else theirs.api_key
        other = shop.sandbox.async_client(token=token)
        shop.sandbox.restore(state)
        error = await shop.lost(name, fault)
        outcome = await other.reconcile(error)
        assert outcome.applied is None, (name, outcome)


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_another_token_of_the_tenant_finds_out_what_stands_below_an_object(
    shop, clock, fault
):
    token = shop.sandbox.jwt
    clock.now += 60  # the login of the calls is another one
    open_ = []
    for name in CALLS:
        shop.restore()
        record = (await shop.lost(name, fault)).call
        if needs_login(name):  # it would be known by its tenant
            record = structs.replace(record, token=None)
        outcome = await shop.sandbox.async_client(token=token).reconcile(record)
        assert outcome.applied in (None, FAULTS[fault].applies), (name, outcome)
        if outcome.applied is None:
            open_.append(name)

    assert set(open_) == (LISTED | DELETED if fault == "after" else LISTED)


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_another_process_finds_out_the_same_tomorrow(shop, clock, fault):
    for name in CALLS:
        shop.restore()
        error = await shop.lost(name, fault)
        kept = json.dumps(error.call.to_dict())
        clock.now += 600
        client = shop.sandbox.async_client()
        if needs_login(name):
            client = shop.sandbox.async_client(token=lambda: shop.sandbox.jwt)
        outcome = await client.reconcile(CallRecord.from_dict(json.loads(kept)))
        assert outcome.applied is FAULTS[fault].applies, (name, outcome)
        assert CallRecord.from_dict(json.loads(kept)) == error.call


async def test_another_base_url_is_refused(shop, clock):
    error = await shop.lost("payments.refund", "before")
    other = shop.sandbox.async_client(base_url="http://other.local")

    with pytest.raises(ValueError, match=r"http://sandbox\.local.*http://other\.local"):
        await other.reconcile(error)


async def test_a_call_that_was_refused_needs_no_look(shop):
    with pytest.raises(NotFoundError) as caught:
        await shop.key.payments.refund("c" + 24 * "0")
    shop.sandbox.requests.clear()
    outcome = await shop.key.reconcile(caught.value)

    assert outcome.applied is False
    assert outcome.final
    assert shop.sandbox.requests == []


async def test_a_read_that_failed_has_no_record_and_did_nothing(shop):
    with pytest.raises(NotFoundError) as caught:
        await shop.key.payments.get("c" + 24 * "0")

    assert caught.value.call is None
    assert (await shop.key.reconcile(caught.value)).applied is False


@pytest.mark.parametrize("given", [None, "pay_1", ValueError("no")])
async def test_what_is_no_call_is_refused(shop, given):
    with pytest.raises(TypeError, match="CallRecord"):
        await shop.key.reconcile(given)


async def test_an_error_without_a_record_is_refused(shop):
    error = APIConnectionError("lost", may_have_been_applied=True)
    with pytest.raises(ValueError, match="no record"):
        await shop.key.reconcile(error)


@pytest.mark.parametrize("settle", [-1, None, "5", True])
async def test_a_bad_time_to_settle_is_refused(shop, settle):
    error = await shop.lost("payments.refund", "before")
    with pytest.raises((TypeError, ValueError), match="settle"):
        await shop.key.reconcile(error, settle=settle)
    assert shop.sandbox.requests == []


async def test_a_record_of_no_operation_is_refused(shop):
    error = await shop.lost("payments.refund", "before")
    other = CallRecord.from_dict({**error.call.to_dict(), "route": "/nothing", "path": "/nothing"})
    with pytest.raises(ValueError, match="POST /nothing"):
        await shop.key.reconcile(other)


# Who did it


async def test_a_key_that_an_older_row_has_is_final(shop):
    error = await shop.lost("customers.create", "before")
    shop.restore()
    shop.others.customers.create(external_id="new_0", email="new@example.com", currency="NGN")
    shop.sandbox._turned.now += 60
    client = shop.key.with_options(reconcile=True)
    error = await shop.lost("customers.create", "after", client=client)

    assert error.outcome.applied is False
    assert error.outcome.final
    assert not error.may_have_been_applied
    assert "may have been applied" not in str(error)


async def test_a_key_that_somebody_else_has_taken_meanwhile_leaves_a_doubt(shop):
    outcome = await shop.lose(
        "customers.create",
        "before",
        lambda request: shop.sandbox.again(tampered(request, email="other@example.com")),
    )

    assert outcome.applied is None
    assert "email" in outcome.why
    assert outcome.candidates[0].email == "other@example.com"


async def test_an_equal_call_that_was_answered_just_before_is_not_taken_for_the_lost_one():
    sandbox = Sandbox()
    client = sandbox.async_client(max_retries=0)
    customer = await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    for _ in range(20):
        made = await client.wallets.create(customer_id=customer.data.id, currency="NGN")
        time.sleep(0.002)  # a real answer takes as long
        sandbox.drop_next()
        with pytest.raises(NovaBillingError) as caught:
            await client.wallets.create(customer_id=customer.data.id, currency="NGN")
        outcome = await client.reconcile(caught.value, settle=0)
        assert outcome.applied is not True, made


async def test_a_state_that_is_older_than_the_call_was_not_made_by_it(shop):
    shop.others.invoices.void(shop.ours.open)
    shop.others.payments.refund(shop.ours.payment, amount=1500, reason="wrong")
    shop.others.customers.update(shop.ours.customer, name="New", country="NG")
    shop.sandbox._turned.now += 60
    for name in ("invoices.void", "payments.refund", "customers.update"):
        outcome = await shop.lose(name, "before")
        assert outcome.applied is False, (name, outcome)
    assert (await shop.lose("payments.refund", "after")).final


@pytest.mark.parametrize("invoice", ["open", "draft"])
async def test_what_the_server_will_refuse_and_nothing_else_is_final(shop, clock, invoice):
    shop.ours.open = shop.ours.draft = getattr(shop.ours, invoice)
    for first in ["", *STATES]:
        for name in STATES:
            if first and first.partition(".")[0] != name.partition(".")[0]:
                continue
            shop.restore()
            if first:
                try:
                    CALLS[first](shop.others, shop.ours)
                except BadRequestError:
                    continue
            clock.now += 60
            outcome = await shop.lose(name, "before")
            refused = False
            try:
                CALLS[name](shop.others, shop.ours)
            except BadRequestError:
                refused = True
            assert outcome.applied is False, (first, name, outcome)
            assert outcome.final is refused, (first, name, outcome)


async def test_another_refund_at_the_same_time_may_hide_ours(shop):
    outcome = await shop.lose(
        "payments.refund", "after", lambda r: shop.sandbox.again(tampered(r, amount=7))
    )

    assert outcome.applied is None


async def test_a_state_that_was_left_again_is_not_known(shop):
    error = await shop.lost("customers.update", "after")
    shop.sandbox._turned.now += 1
    shop.others.customers.update(shop.ours.customer, name="Other")
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is None
    assert "changed since" in outcome.why


async def test_an_equal_row_just_before_the_call_is_not_taken_for_it(shop):
    shop.sandbox._turned.now += 0.25
    shop.others.invoices.create(
        customer_id=shop.ours.customer, items=ITEMS, due_date=DUE, notes="Order 5"
    )
    shop.sandbox._turned.now += 0.02
    outcome = await shop.lose("invoices.create", "before")

    assert outcome.applied is None
    assert len(outcome.candidates) == 1


async def test_an_equal_row_long_after_the_call_is_not_taken_for_it(shop, clock):
    error = await shop.lost("invoices.create", "before")
    clock.now += 60
    shop.others.invoices.create(
        customer_id=shop.ours.customer, items=ITEMS, due_date=DUE, notes="Order 5"
    )
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is None
    assert outcome.candidates[0].notes == "Order 5"


async def test_a_row_with_other_fields_is_not_the_call_s(shop):
    outcome = await shop.lose(
        "payments.create",
        "before",
        lambda r: shop.sandbox.again(tampered(r, amount=20)),
    )

    assert outcome.applied is False


LISTS = {
    "add_ons.update": lambda c, o, rows=({"currency": "USD", "amount": 6},): c.add_ons.update(
        o.add_on, prices=[*rows]
    ),
    "billable_metrics.update": lambda c, o, rows=FILTERS: c.billable_metrics.update(
        o.metric, filters=[*rows]
    ),
    "charges.update": lambda c, o, rows=FILTERS: c.charges.update(
        o.charge, filters=[{**row, "properties": {"amount": "5"}} for row in rows]
    ),
    "charges.update ranges": lambda c, o, rows=RANGES: c.charges.update(
        o.charge, graduated_ranges=[*rows]
    ),
}
CHANGES = {
    "add_ons.update": lambda c, o: c.add_ons.update(o.add_on, name="Else"),
    "billable_metrics.update": lambda c, o: c.billable_metrics.update(o.metric, name="Else"),
    "charges.update": lambda c, o: c.charges.update(o.charge, invoice_display_name="Else"),
    "charges.update ranges": lambda c, o: c.charges.update(o.charge, invoice_display_name="Else"),
}


@pytest.mark.parametrize("name", list(LISTS))
async def test_equal_lists_that_are_older_than_the_call_are_not_taken_for_its_own(
    shop, clock, name
):
    LISTS[name](shop.others, shop.ours)
    clock.now += 60
    outcome = await shop.lose(
        name, "before", lambda _: CHANGES[name](shop.others, shop.ours), call=LISTS[name]
    )

    assert outcome.applied is not True, outcome


@pytest.mark.parametrize("name", list(LISTS))
async def test_lists_that_a_server_or_somebody_else_may_have_emptied_are_not_said_to_be_as_before(
    shop, clock, name
):
    LISTS[name](shop.others, shop.ours, ())
    clock.now += 60
    outcome = await shop.lose(name, "before", call=LISTS[name])

    assert outcome.applied is None
    assert "those there were may be gone" in outcome.why


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("billable_metrics.create", None),
        (
            "charges.create",
            lambda c, o: c.charges.create(
                plan_id=o.plan,
                billable_metric_id=o.free_metric,
                charge_model="standard",
                properties={"amount": "5"},
                filters=[{**FILTERS[0], "properties": {"amount": "5"}}],
            ),
        ),
    ],
)
async def test_a_row_with_other_filters_is_not_the_call_s(shop, name, call):
    other = {"key": "else", "values": ["x"], "properties": {"amount": "5"}}
    if call is None:
        del other["properties"]
    outcome = await shop.lose(
        name, "before", lambda r: shop.sandbox.again(tampered(r, filters=[other])), call=call
    )

    assert outcome.applied is None
    assert "other filters" in outcome.why


@pytest.mark.parametrize("name", ["billable_metrics", "charges", "customers"])
async def test_what_is_found_in_a_list_is_returned_as_a_whole(shop, name):
    outcome = await shop.lose(f"{name}.create", "after")

    assert outcome.data == (await getattr(shop.key, name).get(outcome.data.id)).data


# Parts


@pytest.mark.parametrize("kind", ["paid", "granted"])
async def test_a_wallet_without_its_credits_is_a_part(shop, kind):
    outcome = await shop.lose(
        "wallets.create",
        "before",
        lambda r: shop.sandbox.again(tampered(r, **{f"{kind}Credits": 0})),
    )

    assert outcome.applied is None
    assert f"without its {kind} credits" in outcome.why
    assert outcome.candidates[0].name == "New"


@pytest.mark.parametrize("kind", ["paid", "granted", "voided"])
async def test_a_top_up_without_some_of_its_credits_is_a_part(shop, kind):
    outcome = await shop.lose(
        "wallets.create_transaction",
        "before",
        lambda r: shop.sandbox.again(tampered(r, **{f"{kind}Credits": 0})),
    )

    assert outcome.applied is None
    assert f"no {kind} credits" in outcome.why
    assert len(outcome.candidates) == 2


async def test_a_part_of_a_batch_is_named(shop):
    def two_of_three(request: httpx.Request) -> None:
        events = json.loads(request.content)["events"]
        shop.sandbox.again(tampered(request, events=events[:2]))

    outcome = await shop.lose("events.create_batch", "before", two_of_three)

    assert outcome.applied is None
    assert "2 of 3 events" in outcome.why


async def test_events_of_an_external_id_are_not_looked_for_in_vain(shop):
    subscription = shop.others.subscriptions.create(
        customer_id=shop.ours.customer,
        plan_id=shop.ours.plan,
        currency="NGN",
        external_id="sub_1",
    )
    assert subscription.data.external_id == "sub_1"
    shop.sandbox.lose(FAULTS["before"], lambda _: None)
    with pytest.raises(NovaBillingError) as caught:
        await shop.key.events.create(subscription_id="sub_1", code="calls_0")
    outcome = await shop.key.reconcile(caught.value)

    assert outcome.applied is None
    assert "external id" in outcome.why


# Marks


@pytest.mark.parametrize(
    "name",
    [
        "subscriptions.create",
        "payments.create",
        "credit_notes.create",
        "wallets.create",
        "wallets.create_transaction",
        "plan_overrides.create",
    ],
)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_mark_tells_the_call_from_its_twin(shop, name, fault):
    client = shop.key.with_options(marks=True)
    twin = CALLS[name]

    def same(_: object) -> None:
        if name != "plan_overrides.create":
            twin(shop.others, shop.ours)

    outcome = await shop.lose(name, fault, same, client)

    assert outcome.applied is FAULTS[fault].applies, outcome
    assert outcome.evidence == ("mark" if outcome.applied else None)


async def test_a_mark_stands_beside_the_metadata(shop):
    client = shop.key.with_options(marks=True)
    made = await client.wallets.create(
        customer_id=shop.ours.customer, currency="NGN", metadata={"order": 5}
    )
    assert made.data.metadata["order"] == 5
    assert made.data.metadata["novabilling_mark"].startswith("novabilling_mark_")
    mine = await client.payments.create(
        invoice_id=shop.ours.open,
        provider="bank",
        amount=1,
        currency="NGN",
        status="failed",
        provider_transaction_id="txn_1",
    )
    assert mine.data.provider_transaction_id == "txn_1"
    invoice = await client.invoices.create(
        customer_id=shop.ours.customer, items=ITEMS, due_date=DUE
    )
    assert "novabilling" not in repr(invoice.data)
    plain = await shop.key.wallets.create(customer_id=shop.ours.customer, currency="NGN")
    assert plain.data.metadata is None


@pytest.mark.parametrize("option", ["marks", "reconcile"])
async def test_an_option_is_true_or_false(option):
    with pytest.raises(TypeError, match=option):
        AsyncNovaBilling(**{option: 1})
    with pytest.raises(TypeError, match=option):
        AsyncNovaBilling().with_options(**{option: 1})


# Calls that find out by themselves


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_call_that_was_carried_out_returns_as_if_answered(shop, fault):
    for name, call in CALLS.items():
        shop.restore()
        client = shop.client(name).with_options(reconcile=True)
        answered = await call(shop.client(name), shop.theirs) if fault == "after" else None
        shop.restore()
        shop.sandbox.lose(FAULTS[fault], lambda _: None)
        if FAULTS[fault].applies and name not in NOT_RETURNED:
            found = await call(client, shop.ours)
            assert found.reconciled, name
            assert found.http.status_code in (200, 404)
            assert answered is None or type(found.data) is type(answered.data), name
            assert answered is None or not answered.reconciled
            continue
        with pytest.raises(NovaBillingError) as caught:
            await call(client, shop.ours)
        assert isinstance(caught.value.outcome, Outcome)
        assert caught.value.outcome.applied is FAULTS[fault].applies, name
        assert caught.value.may_have_been_applied
        again = pickle.loads(pickle.dumps(caught.value))
        assert again.outcome == caught.value.outcome
        assert again.call == caught.value.call


async def test_an_answer_that_cannot_be_read_is_looked_up(shop):
    def broken(request: httpx.Request) -> httpx.Response:
        answer = shop.sandbox.handle(request)
        if request.method == "GET":
            return answer
        return httpx.Response(answer.status_code, content=answer.content[:-20])

    http = httpx.AsyncClient(transport=httpx.MockTransport(broken))
    client = AsyncNovaBilling(
        token=shop.sandbox.token,
        base_url="http://sandbox.local",
        http_client=http,
        reconcile=True,
    )
    client._caller.config = structs.replace(client._caller.config, now=shop.sandbox.now)
    refunded = await client.payments.refund(shop.ours.payment, amount=5)

    assert refunded.reconciled
    assert refunded.data.refunded_amount == 5


async def test_what_cannot_be_known_is_the_error_as_today(shop):
    client = shop.key.with_options(reconcile=True)
    error = await shop.lost("invoices.send_email", "after", client=client)

    assert isinstance(error, APIConnectionError)
    assert error.may_have_been_applied
    assert error.outcome.applied is None


async def test_a_refusal_is_not_looked_into(shop):
    client = shop.key.with_options(reconcile=True)
    shop.sandbox.requests.clear()
    with pytest.raises(BadRequestError) as caught:
        await client.invoices.finalize(shop.ours.open)

    assert caught.value.outcome is None
    assert len(shop.sandbox.requests) == 1


async def test_a_call_without_time_left_is_not_looked_into(shop, clock):
    client = shop.key.with_options(reconcile=True, deadline=3)
    began = clock.now
    error = await shop.lost("payments.refund", "before", client=client)

    assert error.outcome.applied is None
    assert clock.now - began <= 3


# Records


async def test_a_record_holds_no_secret(shop):
    client = shop.sandbox.async_client(token="sk_live_canary", max_retries=0)
    login = shop.sandbox.async_client(token="a.canary.c", max_retries=0)
    for call in (
        lambda: client.auth.login(email="a@b.co", password="canary"),
        lambda: client.auth.refresh(refresh_token="canary"),
        lambda: client.auth.reset_password(token="canary", new_password="canary"),
        lambda: client.payment_providers.create(type="stripe", credentials={"key": "canary"}),
        lambda: login.payment_methods.create(
            customer_id="c", provider="stripe", token_id="tok_canary"
        ),
        lambda: login.tenants.update_me(
            webhook_url="https://a.example/canary",
            settings={"smtp": {"host": "h", "password": "canary"}, "apiKey": "canary"},
        ),
        lambda: login.tenants.update_me(
            settings={"smtp": {"auth": {"user": "u", "pass": "canary"}}, "client-secret2": "canary"}
        ),
    ):
        shop.sandbox.lose(FAULTS["before"], lambda _: None)
        with pytest.raises(NovaBillingError) as caught:
            await call()
        record = caught.value.call
        kept = json.dumps(record.to_dict()) + repr(record) + repr(pickle.dumps(caught.value))
        assert "canary" not in kept


async def test_settings_with_a_password_are_compared_as_far_as_they_are_kept(shop):
    async def change() -> Outcome:
        with pytest.raises(NovaBillingError) as caught:
            await shop.login.tenants.update_me(settings={"smtp": {"host": "h", "password": "x"}})
        return await shop.login.reconcile(caught.value)

    shop.sandbox.lose(FAULTS["after"], lambda _: None)
    outcome = await change()
    assert outcome.applied is None
    assert "settings" in outcome.why

    shop.restore()
    shop.sandbox.lose(FAULTS["before"], lambda _: None)
    assert (await change()).applied is False


async def test_new_credentials_show_only_that_something_was_changed(shop):
    async def change() -> Outcome:
        with pytest.raises(NovaBillingError) as caught:
            await shop.key.payment_providers.update(
                shop.ours.provider, credentials={"safe_key": "x"}
            )
        return await shop.key.reconcile(caught.value)

    shop.sandbox.lose(FAULTS["after"], lambda _: None)
    assert (await change()).applied is None
    shop.restore()
    shop.sandbox.lose(FAULTS["before"], lambda _: None)
    assert (await change()).applied is False


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"started": "soon"},
        {"method": 5},
        {"path": None},
        {"clock": [5, -5]},
    ],
)
async def test_what_is_no_record_is_refused(shop, change):
    error = await shop.lost("payments.refund", "before")
    with pytest.raises(ValueError, match="record of a call"):
        CallRecord.from_dict({**error.call.to_dict(), **change})


@pytest.mark.parametrize("seconds", [-3600, -10, 10, 3600])
@pytest.mark.parametrize("name", ["payments.refund", "wallets.create", "customers.create"])
@pytest.mark.parametrize("fault", ["before", "after"])
async def test_the_clock_of_another_machine_makes_no_verdict_wrong(shop, name, fault, seconds):
    """Nobody knows it by a first call that was lost: a row of its own looks old, or new."""
    error = await shop.lost(name, fault)
    kept = {**error.call.to_dict(), "clock": None, "machine": "another"}
    for name in ("started", "ended"):
        told = datetime.fromisoformat(kept[name].replace("Z", "+00:00"))
        kept[name] = (told + timedelta(seconds=seconds)).isoformat()
    outcome = await shop.key.reconcile(CallRecord.from_dict(kept), settle=0.01)

    assert outcome.applied in (None, fault == "after")
    assert not outcome.final
    here = await shop.key.reconcile(error, settle=0.01)
    assert here.applied is (fault == "after")


@pytest.mark.parametrize("name", ["payments.refund", "customers.create"])
async def test_a_clock_that_was_set_back_since_makes_no_verdict_wrong(shop, name):
    error = await shop.lost(name, "after")
    call = error.call
    ahead = timedelta(hours=1)  # as it was, at a first call that was lost
    record = structs.replace(
        call,
        clock=None,
        started=call.started + ahead,
        ended=call.ended + ahead,
        boot=call.boot + 3600,
    )
    outcome = await shop.key.reconcile(record, settle=0.01)

    assert outcome.applied in (None, True)
    assert not outcome.final


async def test_a_record_of_another_machine_waits_however_old_it_looks(shop, clock):
    error = await shop.lost("payments.refund", "before")
    clock.slept.clear()
    clock.now += 3600  # or its clock is that much behind
    kept = {**error.call.to_dict(), "clock": None, "machine": "another"}
    outcome = await shop.key.reconcile(CallRecord.from_dict(kept))

    assert outcome.applied is False
    assert sum(clock.slept) == pytest.approx(5)


async def test_a_call_by_request_says_that_it_has_no_record(client_for):
    client = client_for(Server(httpx.ReadError("cut")))
    with pytest.raises(NovaBillingError) as caught:
        await client.request("POST", "/new-things", body={"name": "a"})
    outcome = await client.reconcile(caught.value)

    assert caught.value.may_have_been_applied
    assert outcome.applied is None
    assert "client.request" in outcome.why


async def test_a_record_shows_what_it_is_of(shop):
    error = await shop.lost("payments.refund", "before")

    assert repr(error.call).startswith("CallRecord(POST /payments/{payment_id}/refund, 2026-11-22")
    assert error.call.operation == "POST /payments/{payment_id}/refund"
    assert error.call.ids == {"payment_id": shop.ours.payment}
    assert error.call.request_id == error.request_id


async def test_a_cancelled_call_is_found_by_those_who_track_it(shop):
    class Stopped(BaseException):
        pass

    def stop(request: httpx.Request) -> None:
        shop.sandbox.again(request)
        raise Stopped

    shop.sandbox.lose(FAULTS["before"], stop)
    with shop.key.track() as calls:
        with pytest.raises(Stopped):
            await shop.key.payments.refund(shop.ours.payment)
        await shop.key.payments.list()
    outcome = await shop.key.reconcile(calls.last)

    assert outcome.applied is True
    assert len(calls.all) == 1
    assert "refund" in repr(calls)


async def test_a_call_that_was_answered_is_not_tracked(shop):
    with shop.key.track() as calls:
        await shop.key.payments.refund(shop.ours.payment)

    assert calls.last is None
    assert calls.all == []


async def test_an_error_is_tracked_as_well(shop):
    with shop.key.track() as outer, shop.key.track() as calls:
        error = await shop.lost("payments.refund", "before")
    await shop.lost("payments.refund", "before")

    assert calls.all == [error.call]
    assert outer.all == calls.all


# Clocks


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("applies", [True, False])
async def test_the_server_s_clock_counts(hours, applies):
    sandbox = Sandbox(clock=lambda: datetime.now(timezone.utc) + timedelta(hours=hours))
    sandbox_client = sandbox.client()
    customer = sandbox_client.customers.create(
        external_id="usr_1", email="a@example.com", currency="NGN"
    ).data.id
    for _ in range(2):  # the second one by hours older
        sandbox_client.wallets.create(customer_id=customer, currency="NGN", name="Other")
        sandbox_client.wallets.create(customer_id=customer, currency="NGN")
        sandbox.advance(hours=24)
    sandbox.drop_next(after_apply=applies)
    transport = httpx.MockTransport(sandbox.handle)
    client = AsyncNovaBilling(
        token=sandbox.token,
        base_url="http://sandbox.local",
        http_client=httpx.AsyncClient(transport=transport),
        max_retries=0,
    )
    with pytest.raises(NovaBillingError) as caught:
        await client.wallets.create(customer_id=customer, currency="NGN")
    outcome = await client.reconcile(caught.value, settle=0.01)

    assert outcome.applied is not (not applies), outcome


@pytest.mark.parametrize("hours", [-1, 1])
async def test_another_machine_s_clock_does_not_make_the_call_older_or_younger(shop, clock, hours):
    error = await shop.lost("payments.refund", "before")
    apart = timedelta(hours=hours)
    record = structs.replace(
        error.call,
        started=error.call.started + apart,
        ended=error.call.ended + apart,
        clock=(-apart.total_seconds(), 1 - apart.total_seconds()),
    )
    clock.now += 60
    clock.slept.clear()

    outcome = await shop.key.reconcile(record)
    assert outcome.applied is False
    assert "59 s after the attempt ended" in outcome.why
    assert len(shop.sandbox.requests) == 1
    assert clock.slept == []

    outcome = await shop.key.reconcile(record, settle=100, timeout=60)
    assert "100 s after the attempt ended" in outcome.why
    assert sum(clock.slept) == pytest.approx(41, abs=1.1)


async def test_a_server_error_may_have_done_a_part(shop):
    shop.sandbox.fail_next(500, after_apply=True)
    with pytest.raises(ServerError) as caught:
        await shop.key.wallets.create(
            customer_id=shop.ours.customer, currency="NGN", name="New", paid_credits=5
        )
    assert caught.value.call.status_code == 500
    outcome = await shop.key.reconcile(caught.value)

    assert outcome.applied is True
    assert outcome.data.name == "New"


async def test_a_client_that_is_closed_cannot_look(shop):
    error = await shop.lost("payments.refund", "before")
    await shop.key.aclose()
    with pytest.raises(NovaBillingError, match="closed"):
        await shop.key.reconcile(error)


@pytest.mark.parametrize("late", [1.5, 3])
async def test_the_sandbox_carries_out_late_what_is_found_before_it_is_denied(clock, late):
    began = clock.now
    start = datetime(2026, 6, 1, tzinfo=timezone.utc)
    sandbox = Sandbox(clock=lambda: start + timedelta(seconds=clock.now - began))
    client = sandbox.async_client(max_retries=0)
    customer = await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    sandbox.drop_next(late=late)
    with pytest.raises(NovaBillingError) as caught:
        await client.wallets.create(customer_id=customer.data.id, currency="NGN")
    outcome = await client.reconcile(caught.value)

    assert outcome.applied is True
    assert outcome.evidence == "trace"


async def test_a_login_session_looks_with_the_credential_that_each_address_asks_for():
    sandbox = Sandbox()
    session = LoginSession(email="owner@example.com", password="sandbox-password")
    client = sandbox.async_client(login=session, max_retries=0)
    customer = await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    await client.payment_methods.get_by_customer(customer.data.id)  # it logs in
    for applies in (False, True):
        sandbox.drop_next(after_apply=applies)
        with pytest.raises(NovaBillingError) as caught:
            await client.payment_methods.create(
                customer_id=customer.data.id, provider="stripe", token_id="tok"
            )
        assert "tok" not in json.dumps(caught.value.call.fields.get("tokenId"))
        record = CallRecord.from_dict(caught.value.call.to_dict())
        outcome = await client.reconcile(record, settle=0)
        assert outcome.applied is applies, outcome
