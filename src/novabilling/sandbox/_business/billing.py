"""The invoice for a period of a subscription, and credit notes for days that were not used.

The server makes the invoice in a background job; here it is there when the request ends.
Amounts are floats up to the moment they are stored, because the server's are.
"""

from __future__ import annotations

from typing import Any, List, Optional

from .._errors import HttpError
from .._javascript import values as js
from .._javascript.calendar import Moment, days_between, days_later
from .._javascript.values import InvalidDate, Row
from .._store.database import Database, as_stored
from .._store.rows import only
from .._world.jobs import PATIENCE, Missed
from .._world.world import World
from .invoices import create_invoice, document
from .prepaid import pay_from_wallets
from .usage import Usage, usage_of

DEFAULT_PAYMENT_TERMS = 30


def price_in(db: Database, plan_id: str, currency: str) -> Optional[Row]:
    """Return the plan's price in a currency, in whatever case that is written."""
    return db["planPrice"].first(planId=plan_id, currency=currency.upper())


def bill_period(world: World, tenant: Row, subscription_id: str) -> None:
    """Make the invoice for the current period of a subscription."""
    until = world.clock.now() + PATIENCE
    _try_to_bill(world, Missed(tenant["id"], subscription_id, until))


def bill_missed_periods(world: World, tenant: Row) -> None:
    """Try the bills again that have failed just now: another number may be free."""
    for missed in world.jobs.take_missed(tenant["id"], world.clock.now()):
        if missed.subscription_id in world.databases[tenant["id"]]["subscription"].rows:
            _try_to_bill(world, missed._replace(attempts=missed.attempts + 1))


def _try_to_bill(world: World, job: Missed) -> None:
    tenant = world.central["tenant"].rows[job.tenant_id]
    try:
        _Job(world, tenant, job.subscription_id).run()
    except HttpError:
        # Nobody waits for the server's job: a failure shows only in the invoice that is missing.
        world.jobs.miss(job, world.clock.now())


def credit_unused_days(db: Database, subscription: Row, price: Row, note: Row) -> None:
    """Write a credit note for the rest of the period, if there is an invoice to write it on."""
    start, end = subscription["currentPeriodStart"], subscription["currentPeriodEnd"]
    total = days_between(start, end)
    remaining = max(0, total - days_between(start, db.clock.now()))
    invoices = db["invoice"].newest(subscriptionId=subscription["id"])
    amount = float(price["amount"]) * remaining / total if total else 0.0
    if not invoices or amount <= 0:
        return
    db["creditNote"].create(
        {
            "invoiceId": invoices[0]["id"],
            "customerId": subscription["customerId"],
            # Nobody compares this with what the invoice is worth.
            "amount": amount,
            "currency": subscription["currency"],
            "reason": "ORDER_CHANGE",
            "status": "FINALIZED",
            "metadata": {**note, "remainingDays": remaining, "totalDays": total},
        }
    )


class _Job:
    """One invoice in the making."""

    def __init__(self, world: World, tenant: Row, subscription_id: str) -> None:
        self.world = world
        self.tenant = tenant
        self.settings = js.as_object(tenant["settings"])
        self.now = world.clock.now()
        self.db = world.databases[tenant["id"]]
        self.subscription = self.db["subscription"].rows[subscription_id]
        self.plan = self.db["plan"].rows[self.subscription["planId"]]
        self.customer = self.db["customer"].rows[self.subscription["customerId"]]
        self.items: List[Row] = []
        self.total = 0.0

    def run(self) -> None:
        price = price_in(self.db, self.plan["id"], self.subscription["currency"])
        if not price:
            return
        self.add_plan(price)
        self.add_usage()
        self.add_minimum_commitment()
        self.subtract_coupons()
        add_ons = self.add_add_ons()
        taxes = self.add_taxes()
        self.total = max(self.total, 0.0)
        invoice = self.create_invoice(taxes)
        self.use_wallets(invoice)
        for add_on in add_ons:
            self.db["appliedAddOn"].update(add_on["id"], {"invoiceId": invoice["id"]})
        self.notify(invoice)

    def line(self, kind: str, description: str, amount: float, quantity: float = 1) -> None:
        self.items.append(
            {
                "type": kind,
                "description": description,
                "quantity": js.number(quantity),
                "unitAmount": amount,
            }
        )

    def add_plan(self, price: Row) -> None:
        self.total = float(price["amount"])
        interval = self.plan["billingInterval"].lower()
        self.line("plan", f"{self.plan['name']} ({interval})", self.total)

    def add_usage(self) -> None:
        start, end = (self.subscription[f"currentPeriod{edge}"] for edge in ("Start", "End"))
        for usage in usage_of(self.db, self.subscription, start, lambda moment: moment < end):
            cost = max(usage.cost, (usage.charge["minAmountCents"] or 0) / 100)
            if cost > 0:
                self.line("usage", _usage_text(usage), cost / usage.units, usage.units)
                self.total += cost

    def add_minimum_commitment(self) -> None:
        # All else in an override arrives empty and matches nothing.
        override = self.db["planOverride"].first(
            customerId=self.customer["id"], planId=self.plan["id"]
        )
        own = override["overriddenMinimumCommitment"] if override else None
        minimum = float((self.plan["minimumCommitment"] if own is None else own) or 0)
        if minimum > 0 and self.total < minimum:
            missing = minimum - self.total
            self.line("minimum_commitment", "Minimum commitment true-up", missing)
            self.total = minimum

    def subtract_coupons(self) -> None:
        applied = self.db["appliedCoupon"].find(customerId=self.customer["id"])
        own = [row for row in applied if row["subscriptionId"] in (None, self.subscription["id"])]
        # Every discount is of the whole sum, not of what the one before has left.
        self.total -= js.add_up(self.redeem(row) for row in own)

    def redeem(self, applied: Row) -> float:
        coupon, uses = self.db["coupon"].rows[applied["couponId"]], applied["usesRemaining"]
        over = coupon["expiresAt"] is not None and coupon["expiresAt"] < self.now
        if not coupon["isActive"] or over or (uses is not None and uses <= 0):
            return 0.0
        discount = self.discount(coupon)
        if discount <= 0:
            return 0.0
        self.line("coupon", _coupon_text(coupon), -discount)
        if uses == 1:
            self.db["appliedCoupon"].delete(applied["id"])
        elif uses is not None:
            self.db["appliedCoupon"].update(applied["id"], {"usesRemaining": uses - 1})
        return discount

    def discount(self, coupon: Row) -> float:
        if coupon["discountType"] == "PERCENTAGE":
            return self.total * float(coupon["discountValue"]) / 100
        same = coupon["currency"] in (None, "", self.subscription["currency"])
        return float(coupon["discountValue"]) if same else 0.0

    def add_add_ons(self) -> List[Row]:
        pending = self.db["appliedAddOn"].find(
            customerId=self.customer["id"],
            invoiceId=None,
            currency=self.subscription["currency"],
        )
        for add_on in pending:
            amount = float(add_on["amount"])
            self.line("add_on", f"Add-on charge ({add_on['addOnId']})", amount)
            self.total += amount
        return pending

    def add_taxes(self) -> float:
        base, sum_ = max(self.total, 0.0), 0.0
        for tax in self.taxes():
            amount = base * float(tax["rate"]) / 100
            rate = js.decimal_text(tax["rate"])
            self.line("tax", f"Tax: {tax['name']} ({rate}%)", amount)
            sum_ += amount
        self.total += sum_
        return sum_

    def taxes(self) -> List[Row]:
        """List the plan's taxes, else the customer's, else the tenant's defaults."""
        links = self.db["planTax"].find(planId=self.plan["id"])
        links = links or self.db["customerTax"].find(customerId=self.customer["id"])
        if links:
            return [self.db["tax"].rows[link["taxId"]] for link in links]
        return as_stored(self.db["tax"].find(appliedByDefault=True))

    def create_invoice(self, taxes: float) -> Row:
        terms = _first(
            self.customer["netPaymentTerms"],
            self.plan["netPaymentTerms"],
            self.settings.get("netPaymentTerms"),
            DEFAULT_PAYMENT_TERMS,
        )
        grace = _first(
            self.plan["invoiceGracePeriodDays"], self.settings.get("invoiceGracePeriodDays"), 0
        )
        is_draft = js.to_number(grace) > 0
        end = {"gracePeriodEndsAt": _iso(days_later(self.now, grace))} if is_draft else {}
        return create_invoice(
            self.world,
            self.tenant,
            {
                "subscriptionId": self.subscription["id"],
                "customerId": self.customer["id"],
                "amount": self.total,
                "currency": self.subscription["currency"],
                "dueDate": days_later(self.now, terms),
                "status": "DRAFT" if is_draft else "PENDING",
                "metadata": self.metadata({"taxAmount": taxes, **end}),
            },
        )

    def metadata(self, figures: Row) -> Row:
        interval = self.plan["billingInterval"]
        name = self.plan["name"]
        return {"planName": name, "billingInterval": interval, "items": self.items, **figures}

    def notify(self, invoice: Row) -> None:
        about = only(invoice, "invoiceNumber", "customerId", "subscriptionId")
        # Not yet rounded as the database does it.
        sum_ = {"amount": js.number(self.total), **only(invoice, "currency", "dueDate", "status")}
        event = "invoice.drafted" if invoice["status"] == "DRAFT" else "invoice.created"
        self.world.notify(self.tenant["id"], event, {"invoiceId": invoice["id"], **about, **sum_})

    def use_wallets(self, invoice: Row) -> None:
        paid = pay_from_wallets(self.db, invoice, self.total)
        if paid <= 0:
            return
        self.line("wallet_credit", "Prepaid credits applied", -paid)
        # The tax and the end of the grace period are lost here, on the server too.
        self.total = max(self.total - paid, 0.0)
        changes = {
            "amount": self.total,
            "metadata": self.metadata({"prepaidCreditAmount": paid}),
        }
        invoice = self.db["invoice"].update(invoice["id"], changes)
        file = invoice["pdfUrl"].rpartition("/")[2]
        self.world.keep_upload(file, document(self.db, self.tenant, invoice))


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _iso(moment: Moment) -> str:
    if isinstance(moment, InvalidDate):
        raise HttpError(500, "Invalid time value")
    return js.iso(moment)


def _usage_text(usage: Usage) -> str:
    units = js.number_text(usage.units)
    return usage.charge["invoiceDisplayName"] or f"{usage.metric['name']} ({units} units)"


def _coupon_text(coupon: Row) -> str:
    value = js.decimal_text(coupon["discountValue"])
    text = f"{value}%" if coupon["discountType"] == "PERCENTAGE" else f"-{value}"
    return f"Coupon: {coupon['code']} ({text})"
