"""The invoice for a subscription's period, line by line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, List, Optional, Tuple

import pytest

from novabilling.sandbox._business.progressive import bill_over_threshold
from tests.sandbox.shop import START, Row, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def lines(invoice: Row) -> List[Tuple[str, Any]]:
    return [(item["type"], item["unitAmount"]) for item in invoice["metadata"]["items"]]


def coupon(shop: Shop, value: Any, *, uses: Optional[int] = None, **columns: Any) -> Row:
    code = f"C{len(shop.db['coupon'].rows)}"
    given = {"code": code, "name": code, "discountType": "PERCENTAGE", "discountValue": value}
    row = shop.row("coupon", **{**given, **columns})
    return shop.row(
        "appliedCoupon", couponId=row["id"], customerId=shop.customer, usesRemaining=uses
    )


def tax(shop: Shop, rate: Any, **columns: Any) -> str:
    code = f"t{len(shop.db['tax'].rows)}"
    return str(shop.row("tax", name="VAT", code=code, rate=rate, **columns)["id"])


def wallet(shop: Shop, credits_: Any, rate: Any = 1, **columns: Any) -> str:
    given = {
        "customerId": shop.customer,
        "currency": "NGN",
        "rateAmount": rate,
        "creditsBalance": credits_,
        "balance": Decimal(str(credits_)) * Decimal(str(rate)),
    }
    return str(shop.row("wallet", **{**given, **columns})["id"])


def add_on(shop: Shop, amount: Any, currency: str = "NGN") -> Row:
    number = len(shop.db["addOn"].rows)
    owner = shop.row("addOn", name="A", code=f"a{number}")["id"]
    return shop.row(
        "appliedAddOn", addOnId=owner, customerId=shop.customer, amount=amount, currency=currency
    )


def metered(
    shop: Shop, model: str, *, aggregation: str = "COUNT", field: Optional[str] = None, **more: Any
) -> str:
    """Add a plan of 10 with a charge on the metric `calls`."""
    metric = shop.row(
        "billableMetric", name="Calls", code="calls", aggregationType=aggregation, fieldName=field
    )
    plan = shop.plan(10)
    shop.row("charge", planId=plan, billableMetricId=metric["id"], chargeModel=model, **more)
    return plan


def use(shop: Shop, subscription: str, **columns: Any) -> None:
    number = len(shop.db["usageEvent"].rows)
    given = {"transactionId": f"t{number}", "subscriptionId": subscription, "code": "calls"}
    shop.row("usageEvent", **{**given, **columns})


def bill_usage(shop: Shop, plan: str, *events: Row) -> Row:
    """Subscribe, use, and return the invoice of the next night's renewal."""
    created = shop.subscribe(plan, status="PAUSED", startDate="2026-10-22T12:00:00Z")
    shop.ok("POST", f"subscriptions/{created['id']}/resume")
    for event in events:
        use(shop, created["id"], **event)
    shop.sandbox.run_renewals()
    (invoice,) = shop.invoices(created)
    return dict(invoice)


def usage_line(invoice: Row) -> Optional[Tuple[Any, Any, str]]:
    for item in invoice["metadata"]["items"]:
        if item["type"] == "usage":
            return item["quantity"], item["unitAmount"], item["description"]
    return None


def test_a_bill_adds_coupons_add_ons_taxes_and_prepaid_credits(shop: Shop) -> None:
    shop.db["customer"].update(shop.customer, {"netPaymentTerms": 14})
    applied = coupon(shop, 20, uses=3, code="SUMMER20")
    pending = add_on(shop, 3000)
    shop.row("customerTax", customerId=shop.customer, taxId=tax(shop, "7.5"))
    purse = wallet(shop, "143.5", "2.5", consumedCredits="0.5", consumedAmount="1.25")
    invoice = shop.bill(shop.plan(50000, name="Team"))
    assert (invoice["amount"], invoice["status"]) == ("45866.25", "PENDING")
    assert invoice["dueDate"] == "2026-12-06T12:00:00.000Z"
    assert invoice["invoiceNumber"] == "INV-00001"
    assert list(invoice["metadata"]) == [
        "items",
        "planName",
        "billingInterval",
        "prepaidCreditAmount",
    ]
    texts = [item["description"] for item in invoice["metadata"]["items"]]
    assert texts == [
        "Team (monthly)",
        "Coupon: SUMMER20 (20%)",
        f"Add-on charge ({pending['addOnId']})",
        "Tax: VAT (7.5%)",
        "Prepaid credits applied",
    ]
    assert lines(invoice) == [
        ("plan", 50000),
        ("coupon", -10000),
        ("add_on", 3000),
        ("tax", 3225),
        ("wallet_credit", -358.75),
    ]
    assert shop.db["appliedCoupon"].rows[applied["id"]]["usesRemaining"] == 2
    assert shop.db["appliedAddOn"].rows[pending["id"]]["invoiceId"] == invoice["id"]
    row = shop.db["wallet"].rows[purse]
    assert (row["balance"], row["creditsBalance"]) == (0, 0)
    assert (row["consumedCredits"], row["consumedAmount"]) == (144, 360)
    (transaction,) = shop.db["walletTransaction"].find(walletId=purse)
    assert (transaction["amount"], transaction["creditAmount"]) == (Decimal("358.75"), 143.5)
    assert (transaction["transactionType"], transaction["transactionStatus"]) == (
        "OUTBOUND",
        "INVOICED",
    )
    assert transaction["invoiceId"] == invoice["id"]


def test_a_plain_bill_names_its_tax_even_if_there_is_none(shop: Shop) -> None:
    invoice = shop.bill(shop.plan("0.1"))
    assert (invoice["amount"], invoice["metadata"]["taxAmount"]) == ("0.1", 0)
    assert invoice["pdfUrl"] == f"/uploads/invoices/invoice-{invoice['id']}.pdf"


def test_discounts_are_all_of_the_whole_sum(shop: Shop) -> None:
    coupon(shop, 50)
    coupon(shop, 50)
    assert shop.bill(shop.plan(100))["amount"] == "0"


def test_a_bill_is_never_below_zero_and_add_ons_come_after_the_discount(shop: Shop) -> None:
    coupon(shop, 500, discountType="FIXED_AMOUNT", currency="NGN")
    add_on(shop, 30)
    tax(shop, 10, appliedByDefault=True)
    invoice = shop.bill(shop.plan(100))
    assert lines(invoice) == [("plan", 100), ("coupon", -500), ("add_on", 30), ("tax", 0)]
    assert invoice["amount"] == "0"
    assert invoice["metadata"]["items"][1]["description"] == "Coupon: C0 (-500)"


@pytest.mark.parametrize(
    ("uses", "columns"),
    [
        (None, {"isActive": False}),
        (None, {"expiresAt": START - timedelta(seconds=1)}),
        (0, {}),
        (None, {"discountType": "FIXED_AMOUNT", "currency": "USD"}),
    ],
)
def test_coupons_that_do_not_count(shop: Shop, uses: Optional[int], columns: Row) -> None:
    coupon(shop, 10, uses=uses, **columns)
    assert lines(shop.bill(shop.plan(100))) == [("plan", 100)]


def test_a_coupon_goes_with_its_last_use(shop: Shop) -> None:
    applied = coupon(shop, 10, uses=1)
    assert shop.bill(shop.plan(100))["amount"] == "90"
    assert applied["id"] not in shop.db["appliedCoupon"].rows


def test_a_coupon_for_another_subscription_is_left_alone(shop: Shop) -> None:
    applied = coupon(shop, 10)
    shop.db["appliedCoupon"].update(applied["id"], {"subscriptionId": "another"})
    assert shop.bill(shop.plan(100))["amount"] == "100"


def test_add_ons_of_other_currencies_wait(shop: Shop) -> None:
    pending = add_on(shop, 5, "USD")
    assert shop.bill(shop.plan(100))["amount"] == "100"
    assert shop.db["appliedAddOn"].rows[pending["id"]]["invoiceId"] is None


def test_taxes_are_the_plans_else_the_customers_else_the_defaults(shop: Shop) -> None:
    plan = shop.plan(100)
    assert shop.bill(plan)["metadata"]["taxAmount"] == 0
    tax(shop, 1, appliedByDefault=True)
    tax(shop, 2, appliedByDefault=True)
    assert shop.bill(plan)["metadata"]["taxAmount"] == 3
    shop.row("customerTax", customerId=shop.customer, taxId=tax(shop, 10))
    assert shop.bill(plan)["metadata"]["taxAmount"] == 10
    shop.row("planTax", planId=plan, taxId=tax(shop, 20))
    assert shop.bill(plan)["metadata"]["taxAmount"] == 20


def test_default_taxes_stand_on_a_bill_as_they_were_last_written(shop: Shop) -> None:
    first = tax(shop, 1, appliedByDefault=True)
    tax(shop, 2, appliedByDefault=True)
    shop.wait(seconds=1)
    shop.ok("PATCH", f"taxes/{first}", {"rate": 3})
    items = shop.bill(shop.plan(100))["metadata"]["items"]
    assert [one["unitAmount"] for one in items if one["type"] == "tax"] == [2, 3]


def test_wallets_pay_oldest_first_and_only_usable_ones(shop: Shop) -> None:
    wallet(shop, 500, status="TERMINATED")
    wallet(shop, 500, currency="USD")
    wallet(shop, 500, expirationAt=START)
    first = wallet(shop, 30, expirationAt=START + timedelta(seconds=1))
    second = wallet(shop, 100, 3)
    third = wallet(shop, 10)
    assert shop.bill(shop.plan(100))["amount"] == "0"
    balances = [shop.db["wallet"].rows[one]["balance"] for one in (first, second, third)]
    # 70 are 23.3333 credits at 3, and these are worth 69.9999.
    assert balances == [0, Decimal("230.0001"), 10]


def test_the_pdf_shows_what_wallets_have_left_to_pay(shop: Shop) -> None:
    wallet(shop, 30)
    invoice = shop.bill(shop.plan(100))
    stored = shop.world.upload(invoice["pdfUrl"].rpartition("/")[2])
    assert stored.invoice["amount"] == 70


@pytest.mark.parametrize(
    ("customer", "plan", "settings", "due"),
    [
        (0, 7, {"netPaymentTerms": 9}, "2026-11-22T12:00:00.000Z"),
        (None, 7, {"netPaymentTerms": 9}, "2026-11-29T12:00:00.000Z"),
        (None, None, {"netPaymentTerms": 9}, "2026-12-01T12:00:00.000Z"),
        (None, None, {"netPaymentTerms": None}, "2026-12-22T12:00:00.000Z"),
        (None, None, {"netPaymentTerms": 1.9}, "2026-11-23T12:00:00.000Z"),
        (None, None, {"netPaymentTerms": "1"}, "2026-11-23T12:00:00.000Z"),
    ],
)
def test_due_dates_follow_customer_plan_and_settings(
    shop: Shop, customer: Optional[int], plan: Optional[int], settings: Row, due: str
) -> None:
    shop.settings(**settings)
    shop.db["customer"].update(shop.customer, {"netPaymentTerms": customer})
    assert shop.bill(shop.plan(netPaymentTerms=plan))["dueDate"] == due


@pytest.mark.parametrize(
    ("days", "end"), [(3, "2026-11-25T12:00:00.000Z"), (0, None), (None, None)]
)
def test_grace_days_make_a_draft(shop: Shop, days: Optional[int], end: Optional[str]) -> None:
    invoice = shop.bill(shop.plan(invoiceGracePeriodDays=days))
    assert invoice["status"] == ("DRAFT" if end else "PENDING")
    assert invoice["metadata"].get("gracePeriodEndsAt") == end


@pytest.mark.parametrize(
    "settings",
    [
        {"netPaymentTerms": {}},
        {"netPaymentTerms": 1e300},
    ],
)
def test_a_job_that_fails_leaves_no_invoice_and_no_word(shop: Shop, settings: Row) -> None:
    shop.settings(**settings)
    created = shop.subscribe(shop.plan(invoiceGracePeriodDays=None))
    assert shop.invoices(created) == []


def test_a_grace_period_beyond_the_calendar_leaves_no_invoice(shop: Shop) -> None:
    assert shop.invoices(shop.subscribe(shop.plan(invoiceGracePeriodDays=2**31 - 1))) == []


def test_a_number_that_is_taken_leaves_no_invoice(shop: Shop) -> None:
    # Out of the way of the count: it starts again at 1, and 1 is taken.
    first = shop.bill(shop.plan())
    shop.wait(seconds=1)
    body = {
        "customerId": shop.customer,
        "items": [],
        "dueDate": "2027-01-01",
        "invoiceNumber": "A-1",
    }
    shop.ok("POST", "invoices", body)
    assert first["invoiceNumber"] == "INV-00001"
    assert shop.invoices(shop.subscribe(shop.plan())) == []


@pytest.mark.parametrize(
    ("aggregation", "units"),
    [
        ("COUNT", 4),
        ("SUM", 7.5),
        ("MAX", 5),
        ("UNIQUE_COUNT", 3),
        ("LATEST", 2.5),
        ("WEIGHTED_SUM", 7.5),
    ],
)
def test_aggregations(shop: Shop, aggregation: str, units: float) -> None:
    plan = metered(shop, "STANDARD", aggregation=aggregation, field="n", properties={"amount": "2"})
    events: List[Row] = [
        {"properties": {"n": 5}, "timestamp": START + timedelta(hours=1)},
        {"properties": {"n": "2.5"}, "timestamp": START + timedelta(hours=3)},
        {"properties": {"n": None}, "timestamp": START + timedelta(hours=2)},
        {"properties": None, "timestamp": START},
    ]
    line = usage_line(bill_usage(shop, plan, *events))
    assert line == (units, 2, f"Calls ({units} units)")


def test_only_events_within_the_new_period_count(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", properties={"amount": 1})
    times = [START - timedelta(milliseconds=1), START, START + timedelta(days=30)]
    line = usage_line(bill_usage(shop, plan, *({"timestamp": time} for time in times)))
    assert line == (1, 1, "Calls (1 units)")


@pytest.mark.parametrize(
    ("model", "properties", "units", "cost"),
    [
        ("STANDARD", {"amount": "0.5"}, 12, 6),
        ("STANDARD", {}, 12, None),
        ("STANDARD", None, 12, None),
        ("PACKAGE", {"amount": 3, "packageSize": 5}, 12, 9),
        ("PACKAGE", {"amount": 3}, 12, 36),
        ("PERCENTAGE", {"rate": 50, "fixedAmount": 1}, 12, 7),
        ("PERCENTAGE", {"rate": 50, "fixedAmount": 1, "freeUnitsPerTotalAggregation": 8}, 12, 3),
        (
            "PERCENTAGE",
            {"rate": 50, "fixedAmount": 1, "freeUnitsPerTotalAggregation": 12},
            12,
            None,
        ),
        (
            "PERCENTAGE",
            {"rate": 50, "fixedAmount": 1, "freeUnitsPerTotalAggregation": 20},
            12,
            None,
        ),
        ("PERCENTAGE", {"rate": 50, "freeUnitsPerTotalAggregation": 11}, 12, 0.5),
    ],
)
def test_charge_models_with_properties(
    shop: Shop, model: str, properties: Any, units: int, cost: Optional[float]
) -> None:
    plan = metered(shop, model, aggregation="SUM", field="n", properties=properties)
    line = usage_line(bill_usage(shop, plan, {"properties": {"n": units}}))
    assert (line and line[0] * line[1]) == cost


def test_units_beyond_number_make_no_invoice(shop: Shop) -> None:
    plan = metered(shop, "PACKAGE", aggregation="SUM", field="n", properties={"amount": 1})
    created = shop.subscribe(plan, startDate="2026-10-22T12:00:00Z", status="PAUSED")
    shop.ok("POST", f"subscriptions/{created['id']}/resume")
    use(shop, created["id"], properties={"n": "Infinity"})
    shop.sandbox.run_renewals()
    assert shop.invoices(created) == []


RANGES = [(1, 10, 2, 5), (11, 20, 1, 0), (21, None, "0.5", 100)]
FROM_ZERO = [(0, 1000, "0.01", 0), (1001, None, "0.005", "2.5")]


@pytest.mark.parametrize(
    ("model", "ranges", "units", "cost"),
    [
        ("GRADUATED", RANGES, 4, 13),
        ("GRADUATED", RANGES, 10, 25),
        ("GRADUATED", RANGES, 15, 30),
        ("GRADUATED", RANGES, 24, 137),
        ("GRADUATED", FROM_ZERO, 1200, 13.505),
        ("GRADUATED", [], 24, None),
        ("VOLUME", RANGES, 4, 13),
        ("VOLUME", RANGES, 10, 25),
        ("VOLUME", RANGES, 20, 20),
        ("VOLUME", RANGES, 20.5, None),
        ("VOLUME", RANGES, 15, 15),
        ("VOLUME", RANGES, 24, 112),
        ("VOLUME", FROM_ZERO, 1000.5, None),
        ("VOLUME", RANGES[:2], 24, None),
    ],
)
def test_charge_models_with_ranges(
    shop: Shop, model: str, ranges: List[Any], units: float, cost: Optional[float]
) -> None:
    plan = metered(shop, model, aggregation="SUM", field="n")
    (charge,) = shop.db["charge"].rows
    for order, (low, high, per_unit, flat) in reversed(list(enumerate(ranges))):
        shop.row(
            "graduatedRange",
            chargeId=charge,
            fromValue=low,
            toValue=high,
            perUnitAmount=per_unit,
            flatAmount=flat,
            order=order,
        )
    invoice = bill_usage(shop, plan, {"properties": {"n": units}})
    assert invoice["amount"] == str(round(10 + (cost or 0), 4))


def test_a_charge_may_have_a_minimum_and_a_name(shop: Shop) -> None:
    more = {"minAmountCents": 550, "invoiceDisplayName": "API"}
    plan = metered(shop, "STANDARD", properties={"amount": 1}, **more)
    assert usage_line(bill_usage(shop, plan, {}, {})) == (2, 2.75, "API")


def test_without_usage_there_is_no_minimum(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", properties={"amount": 1}, minAmountCents=550)
    assert usage_line(bill_usage(shop, plan)) is None


def override(shop: Shop, plan: str, **columns: Any) -> None:
    shop.row("planOverride", customerId=shop.customer, planId=plan, **columns)


@pytest.mark.parametrize(
    ("own", "overridden", "expected"),
    [
        (None, "150.5", [("plan", 100), ("minimum_commitment", 50.5)]),
        (120, None, [("plan", 100), ("minimum_commitment", 20)]),
        (120, 0, [("plan", 100)]),
        (None, 100, [("plan", 100)]),
    ],
)
def test_a_minimum_commitment_fills_the_bill_up(
    shop: Shop, own: Any, overridden: Any, expected: List[Any]
) -> None:
    plan = shop.plan(100, minimumCommitment=own)
    override(shop, plan, overriddenMinimumCommitment=overridden)
    assert lines(shop.bill(plan)) == expected


def test_overridden_prices_and_charges_apply_to_nothing(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", properties={"amount": 1})
    plain = bill_usage(shop, plan, {})
    override(shop, plan, overriddenCharges=[[]], overriddenPrices=[[]])
    assert lines(bill_usage(shop, plan, {})) == lines(plain)


def test_a_plan_that_has_lost_its_price_is_not_billed(shop: Shop) -> None:
    created = shop.subscribe(shop.plan(billingInterval="HOURLY"), status="PAUSED")
    shop.db["planPrice"].delete(next(iter(shop.db["planPrice"].rows)))
    shop.ok("POST", f"subscriptions/{created['id']}/resume")
    shop.wait(hours=2)
    shop.sandbox.run_renewals()
    assert shop.invoices(created) == []


def test_usage_at_the_threshold_bills_the_whole_period(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", properties={"amount": 30})
    created = shop.subscribe(plan, status="PAUSED")
    shop.db["plan"].update(plan, {"progressiveBillingThreshold": 60})
    use(shop, created["id"])
    use(shop, created["id"])
    bill_over_threshold(shop.world, shop.tenant, created["id"])
    assert shop.invoices(created) == []
    shop.ok("POST", f"subscriptions/{created['id']}/resume")
    bill_over_threshold(shop.world, shop.tenant, created["id"])
    (invoice,) = shop.invoices(created)
    assert invoice["amount"] == "70"
    billed = shop.db["subscription"].rows[created["id"]]["lastProgressiveBillingAt"]
    assert billed == START


def test_usage_below_the_threshold_or_without_one_is_not_billed_yet(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", properties={"amount": 30})
    shop.db["plan"].update(plan, {"billingTiming": "IN_ARREARS"})
    created = shop.subscribe(plan)
    use(shop, created["id"])
    bill_over_threshold(shop.world, shop.tenant, created["id"])
    shop.db["plan"].update(plan, {"progressiveBillingThreshold": "30.0001"})
    bill_over_threshold(shop.world, shop.tenant, created["id"])
    assert shop.invoices(created) == []
