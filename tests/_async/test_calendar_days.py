from __future__ import annotations

import warnings
from datetime import date, datetime, timedelta, timezone

import pytest

from novabilling import NovaBillingError, NovaBillingWarning
from novabilling.sandbox import Sandbox
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

LAGOS = timezone(timedelta(hours=1))
NEW_YORK = timezone(timedelta(hours=-5))
SUBSCRIPTION = {"customer_id": "cus_1", "plan_id": "pln_1", "currency": "NGN"}


def invoice(client, day):
    return client.invoices.create(customer_id="cus_1", items=[], due_date=day)


CALLS = {
    "due_date": invoice,
    "start_date": lambda client, day: client.subscriptions.create(**SUBSCRIPTION, start_date=day),
    "current_period_end": lambda client, day: client.subscriptions.create(
        **SUBSCRIPTION, current_period_end=day
    ),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("given", "in_utc", "meant"),
    [
        (datetime(2025, 2, 28, tzinfo=LAGOS), "2025-02-27", "date(2025, 2, 28)"),
        (datetime(2025, 3, 1, 0, 59, tzinfo=LAGOS), "2025-02-28", "date(2025, 3, 1)"),
        (datetime(2025, 2, 28, 19, tzinfo=NEW_YORK), "2025-03-01", "date(2025, 2, 28)"),
        ("2025-02-28T00:00:00+01:00", "2025-02-27", "date(2025, 2, 28)"),
        ("2025-02-28T00:00+01:00", "2025-02-27", "date(2025, 2, 28)"),
        ("2025-02-28T00:00:00+01", "2025-02-27", "date(2025, 2, 28)"),
    ],
    ids=str,
)
async def test_a_day_that_is_another_one_in_utc_is_warned_about(
    client_for, name, given, in_utc, meant
):
    server = Server(problem(400))

    with pytest.warns(NovaBillingWarning) as caught, pytest.raises(NovaBillingError):
        await CALLS[name](client_for(server), given)

    text = f"{name}: in UTC, {given} is of {in_utc}, the day that counts; give {meant}"
    assert [str(warning.message) for warning in caught] == [text]
    assert [warning.filename for warning in caught] == [__file__]
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "given",
    [
        date(2025, 2, 28),
        datetime(2025, 2, 28, tzinfo=timezone.utc),
        datetime(2025, 2, 28, 1, tzinfo=LAGOS),
        datetime(2025, 2, 28, 18, 59, tzinfo=NEW_YORK),
        "2025-02-28",
        "2025-02-28T00:00:00Z",
        "2025-02-28T00:00:00",
        "next week",
        "0001-01-01T00:00:00+01:00",
    ],
    ids=str,
)
async def test_the_same_day_in_utc_is_not(client_for, name, given):
    server = Server(problem(400))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NovaBillingError):
            await CALLS[name](client_for(server), given)

    assert len(server.requests) == 1


MOMENTS = [
    lambda client, moment: client.coupons.update("cou_1", expires_at=moment),
    lambda client, moment: client.wallets.update("wal_1", expiration_at=moment),
    lambda client, moment: client.invoices.list(date_from=moment),
]


@pytest.mark.parametrize("call", MOMENTS, ids=["expires_at", "expiration_at", "date_from"])
async def test_moments_may_be_of_any_time_zone(client_for, call):
    client = client_for(Server(problem(400)))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NovaBillingError):
            await call(client, datetime(2025, 2, 28, tzinfo=LAGOS))


async def test_the_day_that_counts_is_the_one_in_utc():
    client = Sandbox().async_client()
    customer = await client.customers.create(external_id="u", email="a@example.com", currency="NGN")
    plan = await client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 1}],
    )
    new = {"customer_id": customer.data.id, "plan_id": plan.data.id, "currency": "NGN"}

    day = await client.subscriptions.create(**new, start_date=date(2027, 3, 1))
    with pytest.warns(NovaBillingWarning):
        moment = await client.subscriptions.create(
            **new, start_date=datetime(2027, 3, 1, tzinfo=LAGOS)
        )

    assert day.data.current_period_end.date() == date(2027, 4, 1)
    assert moment.data.current_period_end.date() == date(2027, 3, 28)
