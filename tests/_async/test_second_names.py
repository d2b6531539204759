"""Second names of methods and arguments, as other pages of NovaBilling write them."""

from __future__ import annotations

import httpx
import pytest

from novabilling import NovaBillingWarning
from tests.samples import body_of, recorded
from tests.support import Server, page

pytestmark = pytest.mark.anyio

PERIOD = {"start_date": "2026-01-01", "end_date": "2026-02-01"}
FIGURES = {
    "get_revenue": "analytics-revenue",
    "get_subscriptions": "analytics-subscriptions",
    "get_customers": "analytics-customers",
    "get_payments": "analytics-payments",
    "get_mrr_breakdown": "analytics-mrr-breakdown",
    "get_net_revenue": "analytics-net-revenue",
}
CANCELED = "subscription-cancel-now"


# Methods


async def test_a_key_is_revoked_as_it_is_deleted(client_for):
    server = Server(httpx.Response(200, json={"message": "API key deleted"}))

    revoked = await client_for(server).api_keys.revoke("key_1")

    assert server.paths == ["DELETE /api/tenants/me/api-keys/key_1"]
    assert revoked.data.message == "API key deleted"


@pytest.mark.parametrize(
    ("given", "body"),
    [({}, {}), ({"callback_url": "https://a.example"}, {"callbackUrl": "https://a.example"})],
)
async def test_a_checkout_is_a_checkout_that_is_created(client_for, given, body):
    server = Server(recorded("invoice-checkout-payu"))

    checkout = await client_for(server).invoices.checkout("inv_1", **given)

    assert server.paths == ["POST /api/invoices/inv_1/checkout"]
    assert server.body == body
    assert checkout.data.checkout_url == body_of("invoice-checkout-payu")["checkoutUrl"]


@pytest.mark.parametrize("name", ["STRIPE", "stripe", "MPESA", "Anything else"])
async def test_a_provider_is_configured_under_the_name_that_is_given(client_for, name):
    server = Server(recorded("provider-create-stripe"))

    await client_for(server).payment_providers.configure(
        provider_name=name, credentials={"secret_key": "sk"}, is_active=False, priority=2
    )

    assert server.paths == ["POST /api/payment-providers"]
    assert server.body == {
        "providerName": name,
        "credentials": {"secretKey": "sk"},
        "isActive": False,
        "priority": 2,
    }


async def test_a_wrong_argument_of_configure_is_called_by_its_name(client_for):
    server = Server(page([]))

    with pytest.raises(TypeError, match="is_active must be"):
        await client_for(server).payment_providers.configure(
            provider_name="STRIPE", credentials={}, is_active="yes"
        )
    with pytest.raises(TypeError, match="provider_name must be"):
        await client_for(server).payment_providers.configure(provider_name=5, credentials={})
    assert server.requests == []


# Subscriptions


@pytest.mark.parametrize("word", ["now", "period_end", "PERIOD_END"])
async def test_a_subscription_is_canceled_at_a_word(client_for, word):
    server = Server(recorded(CANCELED))

    await client_for(server).subscriptions.cancel("sub_1", cancel_at=word)

    assert server.body == {"cancelAt": word.lower()}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", ["now", "period_end"])
async def test_a_time_of_cancellation_is_given_once(client_for, first, second):
    server = Server(recorded(CANCELED))

    with pytest.raises(TypeError, match="cancel_at_period_end and cancel_at are one argument"):
        await client_for(server).subscriptions.cancel(
            "sub_1", cancel_at_period_end=first, cancel_at=second
        )

    assert server.requests == []


@pytest.mark.parametrize("word", ["tomorrow", None, True])
async def test_another_word_for_the_time_is_refused(client_for, word):
    server = Server(recorded(CANCELED))

    with pytest.raises(ValueError, match="cancel_at must be one of now, period_end"):
        await client_for(server).subscriptions.cancel("sub_1", cancel_at=word)

    assert server.requests == []


async def test_a_reason_is_not_sent_and_a_warning_says_so(client_for):
    server = Server(recorded(CANCELED))

    with pytest.warns(NovaBillingWarning, match="cannot store a reason") as caught:
        await client_for(server).subscriptions.cancel("sub_1", reason="Too dear")

    assert server.body == {"cancelAt": "now"}
    assert caught[0].filename == __file__


async def test_no_reason_is_no_warning(client_for):
    await client_for(Server(recorded(CANCELED))).subscriptions.cancel("sub_1", reason=None)


async def test_a_reason_that_is_no_text_is_refused(client_for):
    server = Server(recorded(CANCELED))

    with pytest.raises(TypeError, match="reason must be a str"):
        await client_for(server).subscriptions.cancel("sub_1", reason=5)

    assert server.requests == []


async def test_a_plan_is_changed_to_a_new_plan_id(client_for):
    server = Server(recorded("subscription-change-plan-upgrade"))

    await client_for(server).subscriptions.change_plan("sub_1", new_plan_id="pln_2", prorate=True)

    assert server.body == {"newPlanId": "pln_2", "prorate": True}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"plan_id": "pln_1", "new_plan_id": "pln_2"}, "plan_id and new_plan_id are one argument"),
        ({"plan_id": "pln_1", "new_plan_id": "pln_1"}, "are one argument"),
        ({}, "needs plan_id"),
        ({"new_plan_id": None}, "new_plan_id must be a str"),
        ({"plan_id": None}, "plan_id must be a str"),
    ],
)
async def test_a_plan_is_changed_to_one_plan(client_for, given, message):
    server = Server(recorded("subscription-change-plan-upgrade"))

    with pytest.raises(TypeError, match=message):
        await client_for(server).subscriptions.change_plan("sub_1", **given)

    assert server.requests == []


# Analytics


@pytest.mark.parametrize(("method", "answer"), FIGURES.items())
async def test_a_period_has_two_pairs_of_names(client_for, method, answer):
    server = Server(recorded(answer))
    analytics = client_for(server).analytics

    await getattr(analytics, method)(**PERIOD)
    await getattr(analytics, method)(date_from="2026-01-01", date_to="2026-02-01")

    assert server.paths[0] == server.paths[1]
    assert server.paths[0].endswith("?dateFrom=2026-01-01&dateTo=2026-02-01")


@pytest.mark.parametrize("method", FIGURES)
@pytest.mark.parametrize("first", ["date_from", "date_to"])
async def test_a_date_is_given_once(client_for, method, first):
    server = Server(page([]))

    with pytest.raises(TypeError, match="are one argument"):
        await getattr(client_for(server).analytics, method)(**{first: "2026-01-01"}, **PERIOD)

    assert server.requests == []


async def test_a_bad_date_is_called_by_the_name_that_was_given(client_for):
    with pytest.raises(TypeError, match="start_date must be"):
        await client_for(Server(page([]))).analytics.get_revenue(start_date=5)


async def test_payments_are_not_counted_by_provider(client_for):
    server = Server(page([]))

    with pytest.raises(TypeError, match="the server has no such filter"):
        await client_for(server).analytics.get_payments(provider="STRIPE")

    assert server.requests == []


async def test_figures_have_second_names(client_for):
    def client(answer):
        return client_for(Server(recorded(answer))).analytics

    revenue = (await client("analytics-revenue").get_revenue()).data
    customers = (await client("analytics-customers").get_customers()).data
    payments = (await client("analytics-payments").get_payments()).data

    assert (revenue.total, revenue.count) == (revenue.total_revenue, revenue.invoice_count)
    assert customers.total == customers.total_customers
    assert payments.total == payments.total_payments


# Plans

PLANS = [{**body_of("plan-get"), "id": f"pln_{n}"} for n in range(45)]


@pytest.mark.parametrize(
    ("given", "ids", "place"),
    [
        ({"page": 1, "limit": 20}, range(20), (1, 20, 3)),
        ({"page": 3, "limit": 20}, range(40, 45), (3, 20, 3)),
        ({"page": 4, "limit": 20}, [], (4, 20, 3)),
        ({"page": 2}, range(20, 40), (2, 20, 3)),
        ({"limit": 100}, range(45), (1, 100, 1)),
        ({}, range(45), (1, 45, 1)),
    ],
)
async def test_pages_of_plans_are_cut_here(client_for, given, ids, place):
    server = Server(httpx.Response(200, json=PLANS))

    found = await client_for(server).plans.list(active=True, **given)

    assert server.paths == ["GET /api/plans?isActive=true"]
    assert [plan.id for plan in found] == [f"pln_{n}" for n in ids]
    assert (found.meta.page, found.meta.limit, found.meta.total_pages) == place
    assert found.total == 45
    assert found.http.status_code == 200


@pytest.mark.parametrize("given", [{"page": 0}, {"limit": 0}, {"limit": 101}, {"page": "1"}])
async def test_a_bad_page_of_plans_is_refused(client_for, given):
    server = Server(httpx.Response(200, json=PLANS))

    with pytest.raises(ValueError, match="must be an int"):
        await client_for(server).plans.list(**given)

    assert server.requests == []
