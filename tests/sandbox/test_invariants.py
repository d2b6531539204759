"""The sandbox against its own rules, after whatever sequence of calls and nights."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, Dict, List, Optional, Tuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from novabilling.sandbox import Sandbox, Snapshot
from novabilling.sandbox._javascript import values as js
from tests.sandbox.caller import Caller

Row = Dict[str, Any]
CENT = 0.001  # what floats on their way may lose
amounts = st.sampled_from([0, 0.01, 1, 9.99, 100, 1234.5678])
INTERVALS = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY"]
which = st.integers(0, 1000)


class Shop(RuleBasedStateMachine):
    """A tenant at work."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = Sandbox(seed=1)
        self.api = Caller(self.sandbox)
        self.db = next(iter(self.sandbox._world.databases.values()))
        self.number = 0
        self.kept: Optional[Tuple[Snapshot, str]] = None
        Caller(self.sandbox, self.sandbox.jwt).patch("/tenants/me", webhookUrl="https://a.b.co")
        self.api.post("/billable-metrics", name="M", code="m", aggregationType="SUM", fieldName="n")
        self.api.post("/taxes", name="VAT", code="vat", rate=7.5, appliedByDefault=True)
        self.add_customer()
        self.add_plan("MONTHLY", "IN_ADVANCE", 100, 0)

    def name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def one(self, table: str, number: int) -> Optional[str]:
        ids = list(self.db[table].rows)
        return ids[number % len(ids)] if ids else None

    def try_to(self, path: str, **body: Any) -> Any:
        """Call; a refusal is an answer too."""
        answer = self.api.send("POST", f"/api{path}", body)
        assert "Internal server error" not in answer.text
        return answer

    @rule()
    def add_customer(self) -> None:
        self.api.customer(externalId=self.name())

    @rule(
        interval=st.sampled_from(INTERVALS),
        timing=st.sampled_from(["IN_ADVANCE", "IN_ARREARS"]),
        amount=amounts,
        grace=st.sampled_from([None, 0, 2]),
    )
    def add_plan(self, interval: str, timing: str, amount: float, grace: Optional[int]) -> None:
        plan = self.api.post(
            "/plans",
            name="P",
            code=self.name(),
            billingInterval=interval,
            billingTiming=timing,
            invoiceGracePeriodDays=grace,
            progressiveBillingThreshold=50,
            prices=[{"currency": "NGN", "amount": amount}],
        )
        self.api.post(
            "/charges",
            planId=plan["id"],
            billableMetricId=self.one("billableMetric", 0),
            chargeModel="GRADUATED",
            graduatedRanges=[
                {"fromValue": 0, "toValue": 9, "perUnitAmount": 1, "flatAmount": 0.5},
                {"fromValue": 10, "perUnitAmount": 0.25},
            ],
        )

    @rule(customer=which, plan=which, trial=st.sampled_from([0, 0, 3]))
    def subscribe(self, customer: int, plan: int, trial: int) -> None:
        body = {"customerId": self.one("customer", customer), "planId": self.one("plan", plan)}
        self.try_to("/subscriptions", currency="NGN", trialDays=trial, **body)

    @rule(
        subscription=which,
        plan=which,
        action=st.sampled_from(["now", "period_end", "pause", "resume", "change"]),
    )
    def change_subscription(self, subscription: int, plan: int, action: str) -> None:
        path = f"/subscriptions/{self.one('subscription', subscription)}"
        if action in ("pause", "resume"):
            self.try_to(f"{path}/{action}")
        elif action == "change":
            self.try_to(f"{path}/change-plan", newPlanId=self.one("plan", plan))
        else:
            self.try_to(f"{path}/cancel", cancelAt=action)

    @rule(subscription=which, units=st.sampled_from([1, 4.5, 20, 60]), twice=st.booleans())
    def use(self, subscription: int, units: float, twice: bool) -> None:
        event = {
            "transactionId": self.name(),
            "subscriptionId": self.one("subscription", subscription),
            "code": "m",
            "properties": {"n": units},
        }
        self.try_to("/events", **event)
        if twice:
            self.try_to("/events/batch", events=[event, {**event, "transactionId": self.name()}])

    @rule(customer=which, amount=amounts, quantity=st.sampled_from([1, 3, 1.5]))
    def add_invoice(self, customer: int, amount: float, quantity: float) -> None:
        items = [{"description": "L", "quantity": quantity, "unitAmount": amount}] * 2
        owner = self.one("customer", customer)
        self.try_to("/invoices", customerId=owner, items=items, dueDate="2027-01-01")

    @rule(invoice=which, action=st.sampled_from(["finalize", "void", "mark-paid"]))
    def change_invoice(self, invoice: int, action: str) -> None:
        self.try_to(f"/invoices/{self.one('invoice', invoice)}/{action}")

    @rule(payment=which, amount=amounts)
    def refund(self, payment: int, amount: float) -> None:
        self.try_to(f"/payments/{self.one('payment', payment)}/refund", amount=amount)

    @rule(invoice=which, amount=amounts, void=st.booleans())
    def credit(self, invoice: int, amount: float, void: bool) -> None:
        found = self.db["invoice"].get(self.one("invoice", invoice) or "")
        if found:
            ids = {"invoiceId": found["id"], "customerId": found["customerId"]}
            made = self.try_to(
                "/credit-notes", amount=amount, currency="NGN", reason="OTHER", **ids
            )
            if void and made.status_code == 201:
                self.try_to(f"/credit-notes/{made.json()['id']}/void")

    @rule(customer=which, kind=st.sampled_from(["PERCENTAGE", "FIXED_AMOUNT"]), value=amounts)
    def discount(self, customer: int, kind: str, value: float) -> None:
        body = {"discountType": kind, "discountValue": min(value, 100), "currency": "NGN"}
        coupon = self.api.post("/coupons", code=self.name(), name="C", **body)
        owner = self.one("customer", customer)
        self.try_to("/coupons/apply", couponId=coupon["id"], customerId=owner, usesRemaining=2)

    @rule(customer=which, amount=amounts, rate=st.sampled_from([0, 7.5]))
    def add_more_to_bills(self, customer: int, amount: float, rate: float) -> None:
        prices = [{"currency": "NGN", "amount": amount}]
        add_on = self.api.post("/add-ons", name="A", code=self.name(), prices=prices)
        tax = self.api.post("/taxes", name="T", code=self.name(), rate=rate)
        owner = self.one("customer", customer)
        self.try_to(
            "/add-ons/apply", addOnId=add_on["id"], customerId=owner, amount=amount, currency="NGN"
        )
        self.try_to(f"/taxes/customer/{owner}", taxId=tax["id"])

    @rule(customer=which, rate=st.sampled_from([1, 0.333, 2.5]), paid=amounts, granted=amounts)
    def add_wallet(self, customer: int, rate: float, paid: float, granted: float) -> None:
        about = {"rateAmount": rate, "paidCredits": paid, "grantedCredits": granted}
        self.try_to("/wallets", customerId=self.one("customer", customer), currency="NGN", **about)

    @rule(wallet=which, void=amounts, paid=amounts, end=st.booleans())
    def change_wallet(self, wallet: int, void: float, paid: float, end: bool) -> None:
        name = self.one("wallet", wallet)
        credits_ = {"voidedCredits": void, "paidCredits": paid}
        self.try_to("/wallets/transactions", walletId=name, **credits_)
        if end:
            self.api.send("DELETE", f"/api/wallets/{name}")

    @rule(
        table=st.sampled_from(["customers customer", "plans plan", "charges charge", "taxes tax"]),
        number=which,
    )
    def delete(self, table: str, number: int) -> None:
        path, name = table.split()
        self.api.send("DELETE", f"/api/{path}/{self.one(name, number)}")

    @rule(
        number=which,
        table=st.sampled_from(["add-ons addOn", "charges charge"]),
        twice=st.booleans(),
    )
    def replace(self, number: int, table: str, twice: bool) -> None:
        """Write new lists of owned rows; two of a kind are refused, which leaves the old ones."""
        path, name = table.split()
        times = 2 if twice else 1
        body = {
            "addOn": {"prices": [{"currency": "NGN", "amount": 5}] * times},
            "charge": {"filters": [{"key": "k", "values": []}] * times},
        }
        answer = self.api.send("PATCH", f"/api/{path}/{self.one(name, number)}", body[name])
        assert "Internal server error" not in answer.text
        assert answer.status_code in ((500, 404) if twice else (200, 404))

    @rule(hours=st.sampled_from([1, 13, 24, 24 * 31]), all_jobs=st.booleans())
    def wait(self, hours: int, all_jobs: bool) -> None:
        if all_jobs:
            self.sandbox.advance(hours=hours)
        else:
            self.sandbox.advance(hours=hours, jobs=["renewals"])

    # The state

    def state(self) -> str:
        tables = {
            name: list(table.rows.values()) for name, table in sorted(self.db._tables.items())
        }
        told = [one.body.decode() for one in self.sandbox.deliveries]
        return js.stringify({"tables": tables, "told": told, "now": self.sandbox.now()})

    @rule()
    def keep(self) -> None:
        self.sandbox.deliveries  # noqa: B018 -- what waits is done before
        self.kept = (self.sandbox.snapshot(), self.state())

    @precondition(lambda self: self.kept is not None)
    @rule()
    def come_back(self) -> None:
        assert self.kept is not None
        self.sandbox.restore(self.kept[0])
        assert self.state() == self.kept[1]

    # What is always so

    @invariant()
    def an_invoice_is_the_sum_of_its_items(self) -> None:
        for invoice in self.db["invoice"].rows.values():
            items: List[Row] = invoice["metadata"]["items"]
            prepaid = sum(_worth(one) for one in items if one.get("type") == "wallet_credit")
            rest = sum(_worth(one) for one in items if one.get("type") != "wallet_credit")
            assert abs(float(invoice["amount"]) - (max(rest, 0.0) + prepaid)) < CENT
            taxes = sum(_worth(one) for one in items if one.get("type") == "tax")
            assert abs(taxes - invoice["metadata"].get("taxAmount", taxes)) < CENT
            moved = self.db["walletTransaction"].find(invoiceId=invoice["id"])
            assert abs(float(sum(row["amount"] for row in moved)) + prepaid) < CENT

    @invariant()
    def a_wallet_is_the_sum_of_its_transactions(self) -> None:
        for wallet in self.db["wallet"].rows.values():
            rows = self.db["walletTransaction"].find(walletId=wallet["id"])
            for kept, moved, gone in (
                ("creditsBalance", "creditAmount", "consumedCredits"),
                ("balance", "amount", "consumedAmount"),
            ):
                came = sum(
                    (row[moved] for row in rows if row["transactionType"] == "INBOUND"), Decimal(0)
                )
                went = sum(
                    (row[moved] for row in rows if row["transactionType"] == "OUTBOUND"), Decimal(0)
                )
                lost = sum((row[moved] for row in rows if row["metadata"]), Decimal(0))
                # The end makes both 0, whatever rounding has left of either.
                slack = 0 if wallet["status"] == "ACTIVE" else 0.0002
                assert abs(wallet[kept] - (came - went)) <= slack * len(rows)
                assert wallet[gone] == went - lost

    @invariant()
    def what_is_paid_has_its_payment(self) -> None:
        for invoice in self.db["invoice"].find(status="PAID"):
            paid = self.db["payment"].find(invoiceId=invoice["id"])
            assert [row["amount"] for row in paid] == [invoice["amount"]]
        for payment in self.db["payment"].find(status="REFUNDED"):
            assert payment["metadata"]["refundAmount"] <= float(payment["amount"])
        notes: Counter[str] = Counter()
        for note in self.db["creditNote"].rows.values():
            if note["status"] != "VOIDED" and note["metadata"] is None:
                notes[note["invoiceId"]] += note["amount"]
        for name, credited in notes.items():
            assert credited <= self.db["invoice"].rows[name]["amount"]

    @invariant()
    def recurring_revenue_is_the_sum_of_its_parts(self) -> None:
        parts = self.api.get("/analytics/mrr-breakdown")
        plans = parts["byPlan"]
        assert abs(parts["totalMrr"] - sum(one["mrr"] for one in plans)) < 0.01 * (1 + len(plans))
        assert abs(parts["totalMrr"] - float(self.api.get("/analytics/revenue")["mrr"])) < 0.02
        active = self.db["subscription"].count(status="ACTIVE")
        assert sum(one["subscriptionCount"] for one in plans) == active

    @invariant()
    def ids_are_unique_and_pages_without_gaps(self) -> None:
        ids = [name for table in self.db._tables.values() for name in table.rows]
        assert len(ids) == len(set(ids))
        for path, table in (("/invoices", "invoice"), ("/wallets", "wallet")):
            found: List[Row] = []
            page = 1
            while True:
                answer = self.api.get(path, page=page, limit=3)
                found += answer["data"]
                if page >= answer["meta"]["totalPages"]:
                    break
                page += 1
            assert answer["meta"]["total"] == len(found)
            assert {one["id"] for one in found} == set(self.db[table].rows)
            keys = [(one["createdAt"], one["id"]) for one in found]
            assert keys == sorted(keys, reverse=True)

    @invariant()
    def indexes_find_what_a_look_at_all_rows_finds(self) -> None:
        for table in self.db._tables.values():
            rows = list(table.rows.values())
            for groups in table._groups:
                for key in {groups.key(row) for row in rows}:
                    expected = sorted(table._entry(row) for row in rows if groups.key(row) == key)
                    assert groups.of(key) == expected
                assert sum(map(len, groups._groups.value.values())) == len(rows)
            for unique in table._unique:
                for row in rows:
                    key = unique.key(row)
                    if key is not None and not (isinstance(key, tuple) and None in key):
                        assert unique.of(key) == row["id"]


def _worth(item: Row) -> float:
    return float(item["quantity"]) * float(item["unitAmount"])


TestShop = Shop.TestCase
TestShop.settings = settings(
    deadline=None,
    max_examples=15,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
