"""Money there and back: what a server that computes as the real one keeps is what was sent."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Dict, List

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from novabilling import BadRequestError
from novabilling.sandbox import Sandbox

# The amounts have all the decimals that the server keeps, more than any currency.
pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")

COUNTER = itertools.count()
LONGEST = Decimal("99999999999.9999")


class Account:
    """A client of a sandbox with a customer and what most amounts need."""

    def __init__(self) -> None:
        self.client: Any = Sandbox().client()
        self.customer = self.new("customers", external_id="u", email="a@b.co", currency="NGN")
        self.plan = self.new("plans", name="p", code="p", billing_interval="monthly")
        self.metric = self.new("billable_metrics", name="m", code="m", aggregation_type="count")
        prices = [{"currency": "NGN", "amount": 1}]
        self.add_on = self.new("add_ons", name="a", code="a", prices=prices)

    def new(self, resource: str, **fields: Any) -> str:
        """Create an object and return its id."""
        return str(getattr(self.client, resource).create(**fields).data.id)

    def code(self) -> str:
        return f"c{next(COUNTER)}"

    def invoice(self, amount: Any) -> Any:
        items = [{"description": "Licence", "amount": amount}]
        return self.client.invoices.create(
            customer_id=self.customer, items=items, due_date="2027-02-28"
        ).data


account = lru_cache(maxsize=None)(Account)


def price(a: Account, amount: Any) -> List[Decimal]:
    added = a.client.plans.add_price(a.plan, currency="NGN", amount=amount).data
    (read,) = a.client.plans.get(a.plan).data.prices
    changed = a.client.plans.update_price(a.plan, added.id, amount=amount).data
    a.client.plans.delete_price(a.plan, added.id)
    return [added.amount, read.amount, changed.amount]


def threshold(a: Account, amount: Any) -> List[Decimal]:
    changed = a.client.plans.update(a.plan, progressive_billing_threshold=amount).data
    return [
        changed.progressive_billing_threshold,
        a.client.plans.get(a.plan).data.progressive_billing_threshold,
    ]


def invoice(a: Account, amount: Any) -> List[Decimal]:
    created = a.invoice(amount)
    read = a.client.invoices.get(created.id).data
    return [created.amount, created.items[0].amount, read.total, read.items[0].unit_amount]


def payment(a: Account, amount: Any) -> List[Decimal]:
    created = a.client.payments.create(
        invoice_id=a.invoice(1).id,
        provider="cash",
        amount=amount,
        currency="NGN",
        status="successful",
    ).data
    return [created.amount, a.client.payments.get(created.id).data.amount]


def portal(a: Account, amount: Any) -> List[Decimal]:
    created = a.invoice(amount)
    listed = a.client.portal.get_invoices("u", limit=100).data
    return [found.amount for found in listed if found.id == created.id]


def credit_note(a: Account, amount: Any) -> List[Decimal]:
    whole = a.invoice(amount).id
    fields = {"customer_id": a.customer, "currency": "NGN", "reason": "other"}
    created = a.client.credit_notes.create(invoice_id=whole, amount=amount, **fields).data
    read = a.client.credit_notes.get(created.id).data
    return [created.amount, read.amount, read.invoice.amount]


def wallet(a: Account, amount: Any) -> List[Decimal]:
    created = a.client.wallets.create(
        customer_id=a.customer, currency="NGN", paid_credits=amount
    ).data
    read = a.client.wallets.get(created.id).data
    return [created.credits_balance, read.credits_balance, *worth(amount, read.balance)]


def worth(amount: Any, *computed: Decimal) -> List[Decimal]:
    """Return what the server multiplies, in floats: exact as far as amounts with a fraction are."""
    return list(computed) if exact(amount) < 10**11 else []


def top_up(a: Account, amount: Any) -> List[Decimal]:
    empty = a.new("wallets", customer_id=a.customer, currency="NGN")
    if not amount:
        with pytest.raises(BadRequestError, match="at least one of"):
            a.client.wallets.create_transaction(wallet_id=empty, granted_credits=amount)
        return [Decimal(0)]  # there is nothing to add
    done = a.client.wallets.create_transaction(wallet_id=empty, granted_credits=amount).data
    (transaction,) = done.transactions
    (read,) = a.client.wallets.get_transactions(empty)
    amounts = [transaction.credit_amount, read.credit_amount, done.wallet.credits_balance]
    return [*amounts, *worth(amount, transaction.amount, read.amount, done.wallet.balance)]


def discount(a: Account, amount: Any) -> List[Decimal]:
    created = a.client.coupons.create(
        code=a.code(),
        name="n",
        discount_type="fixed_amount",
        discount_value=amount,
        currency="NGN",
    ).data
    return [created.discount_value, a.client.coupons.get(created.id).data.discount_value]


def add_on(a: Account, amount: Any) -> List[Decimal]:
    prices = [{"currency": "NGN", "amount": amount}]
    changed = a.client.add_ons.update(a.add_on, prices=prices).data
    applied = a.client.add_ons.apply(
        add_on_id=a.add_on, customer_id=a.customer, amount=amount, currency="NGN"
    ).data
    return [changed.prices[0].amount, applied.amount]


def ranges(a: Account, amount: Any) -> List[Decimal]:
    created = a.client.charges.create(
        plan_id=a.plan,
        billable_metric_id=a.metric,
        charge_model="graduated",
        graduated_ranges=[{"from_value": 0, "per_unit_amount": amount, "flat_amount": amount}],
    ).data
    (read,) = a.client.charges.get(created.id).data.graduated_ranges
    a.client.charges.delete(created.id)
    return [read.per_unit_amount, read.flat_amount]


def commitment(a: Account, amount: Any) -> List[Decimal]:
    created = a.client.plan_overrides.create(
        customer_id=a.customer, plan_id=a.plan, overridden_minimum_commitment=amount
    ).data
    read = a.client.plan_overrides.get(created.id).data
    a.client.plan_overrides.delete(created.id)
    return [created.overridden_minimum_commitment, read.overridden_minimum_commitment]


def tax(a: Account, rate: Any) -> List[Decimal]:
    created = a.client.taxes.create(name="t", code=a.code(), rate=rate).data
    return [created.rate, a.client.taxes.get(created.id).data.rate]


TRIPS: Dict[str, Callable[[Account, Any], List[Decimal]]] = {
    trip.__name__: trip
    for trip in (
        price,
        threshold,
        invoice,
        payment,
        portal,
        credit_note,
        wallet,
        top_up,
        discount,
        add_on,
        ranges,
        commitment,
    )
}

decimals = st.decimals(0, LONGEST, places=4)
wholes = st.integers(0, 10**15 - 1)
floats = st.one_of(st.integers(0, 10**15 - 1).map(lambda n: n / 10_000), wholes.map(float))
amounts = st.one_of(decimals, wholes, wholes.map(Decimal), floats)
rates = st.one_of(
    st.decimals(0, 100, places=4),
    st.integers(0, 100),
    st.integers(0, 10**6).map(lambda n: n / 10_000),
)
patient = settings(deadline=None)


def exact(amount: Any) -> Decimal:
    """Return the number that a user means: a float by its shortest repr."""
    return Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)


@pytest.mark.parametrize("name", TRIPS)
@patient
@given(amount=amounts)
@example(amount=0)
@example(amount=0.1)
@example(amount=LONGEST)
@example(amount=float(LONGEST))
@example(amount=10**15 - 1)
@example(amount=Decimal("0.0001"))
@example(amount=Decimal("1E+14"))
@example(amount=90071992547.4093)
def test_an_amount_is_read_back_as_it_was_sent(name, amount):
    read = TRIPS[name](account(), amount)

    assert read
    assert set(read) == {exact(amount)}


@patient
@given(amount=amounts.filter(bool))
@example(amount=LONGEST)
@example(amount=0.0001)
def test_what_a_credit_is_worth_is_read_back_as_it_was_sent(amount):
    a = account()

    created = a.client.wallets.create(
        customer_id=a.customer, currency="NGN", rate_amount=amount
    ).data

    assert created.rate_amount == exact(amount)
    assert a.client.wallets.get(created.id).data.rate_amount == exact(amount)


@patient
@given(rate=rates)
@example(rate=Decimal("7.5"))
@example(rate=99.9999)
def test_a_rate_is_read_back_as_it_was_sent(rate):
    assert set(tax(account(), rate)) == {exact(rate)}


@patient
@given(percentage=rates)
def test_a_percentage_off_is_read_back_as_it_was_sent(percentage):
    a = account()

    coupon = a.client.coupons.create(
        code=a.code(), name="n", discount_type="percentage", discount_value=percentage
    ).data

    assert coupon.discount_value == exact(percentage)


@patient
@given(amount=st.integers(1, 10**15 - 1).map(lambda n: n / 10_000))
def test_the_floats_of_these_tests_have_no_more_decimals_than_are_kept(amount):
    assert -exact(amount).as_tuple().exponent <= 4
    assert exact(amount) < 10**11
