"""The time of a sandbox: real, given or made from a seed, and moved on with all its nights."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Dict, List, Optional

import pytest

from novabilling import APIConnectionError, RateLimitError, UnauthorizedError
from novabilling.sandbox import Sandbox
from novabilling.types import Subscription
from tests.sandbox.shop import START, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def subscribe(client: Any, interval: str = "monthly", amount: int = 100, **fields: Any) -> Any:
    plan = client.plans.create(
        name="Pro",
        code="pro",
        billing_interval=interval,
        prices=[{"currency": "NGN", "amount": amount}],
    ).data
    customer = client.customers.create(external_id="u1", email="a@b.co", currency="NGN").data
    return client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN", **fields
    ).data


def test_31_days_renew_a_monthly_subscription_once_and_bill_it_in_five_nights():
    sandbox = Sandbox(seed=1)
    client = sandbox.client()
    created: Subscription = subscribe(client)

    sandbox.advance(days=31)

    now = client.subscriptions.get(created.id).data
    assert now.current_period_start == created.current_period_end
    invoices = client.invoices.list().data
    assert {(one.subscription_id, one.amount) for one in invoices} == {(created.id, 100)}
    assert [str(one.created_at)[5:16] for one in reversed(invoices)] == [
        "06-29 02:00",
        "06-30 02:00",
        "07-01 02:00",
        "07-02 02:00",
        "07-02 03:00",
    ]


def test_renewals_alone_bill_each_period_once():
    sandbox = Sandbox(seed=1)
    client = sandbox.client()
    created: Subscription = subscribe(client)

    sandbox.advance(days=31, jobs=["renewals"])

    now = client.subscriptions.get(created.id).data
    assert now.current_period_start == created.current_period_end
    (invoice,) = client.invoices.list().data
    assert (invoice.subscription_id, invoice.amount) == (created.id, 100)


@pytest.mark.parametrize(
    ("timing", "left", "before", "after"),
    [
        ("IN_ARREARS", 2, 0, 3),
        ("IN_ADVANCE", 2, 1, 4),
        ("IN_ARREARS", -1, 0, 4),
        ("IN_ARREARS", 10, 0, 0),
        ("IN_ADVANCE", 10, 1, 1),
        ("IN_ARREARS", 3, 0, 3),
        ("IN_ARREARS", 3.001, 0, 0),
    ],
)
def test_three_nights_of_billing_and_a_renewal(
    shop: Shop, timing: str, left: float, before: int, after: int
):
    end = (START + timedelta(days=left)).isoformat()
    created = shop.subscribe(shop.plan(9, billingTiming=timing), currentPeriodEnd=end)
    assert len(shop.invoices(created)) == before

    for _ in range(3):
        shop.sandbox.run_jobs("billing")
    shop.sandbox.run_renewals()

    assert [one["amount"] for one in shop.invoices(created)] == ["9"] * after


def test_billing_takes_what_is_to_end_and_nothing_that_is_not_active(shop: Shop):
    plan = shop.plan(9, billingInterval="DAILY", billingTiming="IN_ARREARS")
    ending = shop.subscribe(plan)
    shop.ok("POST", f"subscriptions/{ending['id']}/cancel", {"cancelAt": "period_end"})
    others = [shop.subscribe(plan, status=one) for one in ("PAUSED", "PAST_DUE", "CANCELED")]
    trial = shop.subscribe(plan, trialDays=1)

    shop.sandbox.run_jobs("billing")

    assert [len(shop.invoices(one)) for one in (ending, *others, trial)] == [1, 0, 0, 0, 0]


def test_renewals_come_in_order_at_three_and_move_on_by_one_period_each(shop: Shop):
    daily = shop.subscribe(shop.plan(7, billingInterval="DAILY"))
    shop.sandbox.advance(days=3, jobs=["renewals"])
    after = shop.ok("GET", f"subscriptions/{daily['id']}")
    assert after["currentPeriodStart"] == "2026-11-24T12:00:00.000Z"
    made = [one["createdAt"] for one in after["invoices"]]
    assert made == [
        "2026-11-25T03:00:00.000Z",
        "2026-11-24T03:00:00.000Z",
        "2026-11-22T12:00:00.000Z",
    ]
    assert shop.sandbox.now() == START + timedelta(days=3)


def test_the_hours_of_a_day_renew_nothing(shop: Shop):
    hourly = shop.subscribe(shop.plan(billingInterval="HOURLY"))
    shop.sandbox.advance(hours=14, minutes=59)
    assert (
        shop.ok("GET", f"subscriptions/{hourly['id']}")["currentPeriodEnd"]
        == (hourly["currentPeriodEnd"])
    )
    shop.sandbox.advance(timedelta(minutes=1))
    after = shop.ok("GET", f"subscriptions/{hourly['id']}")
    assert after["currentPeriodStart"] == hourly["currentPeriodEnd"]


def test_a_trial_that_ends_becomes_active_without_its_dates(shop: Shop):
    trial = shop.subscribe(shop.plan(), trialDays=14)
    shop.sandbox.advance(days=14)
    assert shop.ok("GET", f"subscriptions/{trial['id']}")["status"] == "TRIALING"
    shop.sandbox.advance(days=1)
    after = shop.ok("GET", f"subscriptions/{trial['id']}")
    assert (after["status"], after["trialStart"], after["trialEnd"]) == ("ACTIVE", None, None)
    assert after["currentPeriodStart"] == "2026-12-07T03:00:00.000Z"
    assert len(after["invoices"]) == 1


def test_a_scheduled_cancellation_takes_effect_in_the_night_after_the_period(shop: Shop):
    created = shop.subscribe(shop.plan())
    shop.ok("POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "period_end"})
    shop.sandbox.advance(days=30)
    assert shop.ok("GET", f"subscriptions/{created['id']}")["status"] == "ACTIVE"
    shop.sandbox.advance(days=30)
    after = shop.ok("GET", f"subscriptions/{created['id']}")
    assert (after["status"], after["canceledAt"]) == ("CANCELED", "2026-12-23T03:00:00.000Z")
    # One at its beginning, and one in each of the four nights that saw its end coming.
    assert len(after["invoices"]) == 5


def test_a_draft_becomes_an_invoice_in_the_hour_after_its_grace_period(shop: Shop):
    url = {"webhookUrl": "https://a.example.com"}
    shop.world.central["tenant"].update(shop.tenant_id, url)
    draft = shop.bill(shop.plan(9, invoiceGracePeriodDays=2))
    shop.wait(minutes=30)
    by_hand = shop.row(
        "invoice",
        invoiceNumber="INV-9",
        customerId=shop.customer,
        amount=1,
        currency="NGN",
        dueDate=START,
    )

    shop.sandbox.advance(hours=47, minutes=29)
    assert shop.ok("GET", f"invoices/{draft['id']}")["status"] == "DRAFT"
    shop.sandbox.advance(minutes=1)

    assert shop.ok("GET", f"invoices/{draft['id']}")["status"] == "PENDING"
    assert shop.db["invoice"].rows[by_hand["id"]]["status"] == "DRAFT"
    last = shop.sandbox.deliveries[-1]
    assert (last.event, last.timestamp) == ("invoice.finalized", START + timedelta(days=2))
    assert last.data["amount"] == 9


@pytest.mark.parametrize(
    ("days", "reminders"),
    [
        (3, ["upcoming"]),
        (2, ["upcoming"]),
        (1, None),
        (0, ["due_today"]),
        (-3, ["overdue_3"]),
        (-7, ["overdue_7"]),
        (-14, ["overdue_14"]),
        (-15, None),
    ],
)
def test_reminders_are_noted_on_invoices_once(
    shop: Shop, days: int, reminders: Optional[List[str]]
):
    invoice = shop.bill(shop.plan(9))
    due = START + timedelta(days=days)
    shop.db["invoice"].update(invoice["id"], {"dueDate": due})

    for _ in range(2):
        shop.sandbox.run_jobs("reminders")

    metadata = shop.ok("GET", f"invoices/{invoice['id']}")["metadata"]
    assert metadata.get("remindersSent") == reminders
    assert metadata["planName"] == "Plan 0"


def test_reminders_come_at_eight_and_pile_up(shop: Shop):
    invoice = shop.bill(shop.plan(9, netPaymentTerms=3))
    shop.sandbox.advance(days=18, jobs=["reminders"])
    metadata = shop.ok("GET", f"invoices/{invoice['id']}")["metadata"]
    every = ["upcoming", "due_today", "overdue_3", "overdue_7", "overdue_14"]
    assert metadata["remindersSent"] == every


def test_all_jobs_of_a_day_may_be_done_at_once(shop: Shop):
    daily = shop.subscribe(shop.plan(7, billingInterval="DAILY"))
    shop.wait(days=1)
    shop.sandbox.run_jobs()
    after = shop.ok("GET", f"subscriptions/{daily['id']}")
    assert after["currentPeriodStart"] == daily["currentPeriodEnd"]
    assert len(after["invoices"]) == 3


@pytest.mark.parametrize("jobs", ["billing", ["bills"], [None]])
def test_jobs_that_there_are_not_are_refused_before_anything_happens(jobs: Any):
    sandbox = Sandbox(seed=1)
    before = sandbox.now()
    with pytest.raises(ValueError, match="job"):
        sandbox.advance(days=1, jobs=jobs)
    assert sandbox.now() == before


@pytest.mark.parametrize("span", [{"days": -1}, {"seconds": 0}, {}])
def test_time_only_moves_on(span: Dict[str, float]):
    sandbox = Sandbox(seed=1)
    before = sandbox.now()

    with pytest.raises(ValueError, match=r"advance\(days=31\)"):
        sandbox.advance(**span)

    assert sandbox.now() == before


def test_time_beyond_the_calendar_is_refused_before_anything_happens():
    sandbox = Sandbox(seed=1)
    before = sandbox.now()

    with pytest.raises(OverflowError):
        sandbox.advance(days=9_999_999)

    assert sandbox.now() == before


def test_the_time_is_the_real_one_by_default_and_can_be_moved():
    sandbox = Sandbox()
    before = datetime.now(timezone.utc) - timedelta(milliseconds=1)

    assert before <= sandbox.now() <= datetime.now(timezone.utc)
    sandbox.advance(days=400)
    assert before <= sandbox.now() - timedelta(days=400) <= datetime.now(timezone.utc)


def test_a_clock_of_your_own_goes_on_behind_what_was_advanced():
    moment = START
    sandbox = Sandbox(clock=lambda: moment)

    sandbox.advance(days=1)
    moment += timedelta(hours=1)

    assert sandbox.now() == START + timedelta(days=1, hours=1)


class Berlin(tzinfo):
    """A zone with summer time from 29 March 2026 on."""

    def utcoffset(self, moment: Optional[datetime]) -> timedelta:
        is_summer = moment is not None and moment.replace(tzinfo=None) >= datetime(2026, 3, 29, 2)
        return timedelta(hours=1 + is_summer)

    def dst(self, moment: Optional[datetime]) -> timedelta:
        return self.utcoffset(moment) - timedelta(hours=1)


def test_summer_time_in_the_zone_of_a_clock_changes_no_span():
    sandbox = Sandbox(clock=lambda: datetime(2026, 3, 1, 12, tzinfo=Berlin()))
    before = sandbox.now()

    sandbox.advance(days=60)

    assert sandbox.now() - before == timedelta(days=60)


def test_a_login_token_ends_with_the_sandboxs_time_and_the_next_one_works():
    sandbox = Sandbox(seed=1)
    before = sandbox.client(token=sandbox.jwt)
    before.tenants.get_me()

    sandbox.advance(hours=1)

    with pytest.raises(UnauthorizedError):
        before.tenants.get_me()
    assert sandbox.client(token=sandbox.jwt).tenants.get_me().data.name == "Sandbox"


def test_a_blocked_minute_can_be_advanced():
    sandbox = Sandbox(seed=1, rate_limit=1)
    client = sandbox.client(max_retries=0)
    client.customers.list()
    with pytest.raises(RateLimitError):
        client.customers.list()

    sandbox.advance(minutes=1)

    assert client.customers.list().meta.total == 0


def test_what_arrived_late_is_done_before_the_jobs_of_a_later_time():
    shop = Shop()
    client = shop.sandbox.client(max_retries=0)
    made = client.subscriptions.get(shop.subscribe(shop.plan())["id"]).data
    shop.sandbox.drop_next(late=3)
    with pytest.raises(APIConnectionError):
        client.subscriptions.cancel(made.id)
    shop.wait(days=32)

    shop.sandbox.run_renewals()

    found = client.subscriptions.get(made.id).data
    assert (found.status, found.current_period_end) == ("canceled", made.current_period_end)
