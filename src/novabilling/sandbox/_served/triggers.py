"""What makes an event happen: calls of the API, by which all that is needed comes to be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Callable, Dict

from .._javascript.values import Row, iso
from .sandbox import ServedSandbox

CURRENCY = "NGN"
AMOUNT = 15000

NOT_POSSIBLE: Dict[str, str] = {
    "payment.retry.succeeded": "it needs a provider that charges a stored card, and a sandbox "
    "reaches none",
}
"""Events that the sandbox cannot make happen, and why."""

OTHER_NAMES = {"payment.successful": "payment.succeeded"}
"""What the SDK calls an event, and what the server calls it."""


def trigger(sandbox: ServedSandbox, event: str) -> int:
    """Make an event happen; return the place of its delivery.

    Raises:
        LookupError: There is no such event, or it cannot happen here.
    """
    name = OTHER_NAMES.get(event, event)
    if name in NOT_POSSIBLE:
        raise LookupError(f"{event} cannot happen in the sandbox: {NOT_POSSIBLE[name]}")
    if name not in TRIGGERS:
        raise LookupError(f"there is no event {event!r}, only {', '.join(sorted(TRIGGERS))}")
    start = len(sandbox.sent_and_unsent)
    TRIGGERS[name](_Maker(sandbox))
    made = sandbox.sent_and_unsent[start:]
    # The last one: what is made on the way may send such events as well.
    places = [place for place, one in enumerate(made) if one.event == name]
    if not places:
        raise ValueError(f"{event} did not happen: what is in the sandbox stands in its way")
    return start + places[-1]


class _Maker:
    """Makes the objects that events are about."""

    def __init__(self, sandbox: ServedSandbox) -> None:
        self.sandbox = sandbox

    def post(self, path: str, **body: Any) -> Row:
        row: Row = self.sandbox.call("POST", f"/api{path}", body)
        return row

    def _code(self, table: str, column: str) -> str:
        """Return the first code that is free: `trigger_1`, `trigger_2`, ..."""
        rows = self.sandbox.database[table]
        number = 1
        while rows.first(**{column: f"trigger_{number}"}):
            number += 1
        return f"trigger_{number}"

    def customer(self) -> Row:
        code = self._code("customer", "externalId")
        return self.post(
            "/customers",
            externalId=code,
            email=f"{code}@example.com",
            name="Ada Obi",
            currency=CURRENCY,
        )

    def plan(self, amount: int = AMOUNT, **fields: Any) -> Row:
        code = self._code("plan", "code")
        prices = [{"currency": CURRENCY, "amount": amount}]
        about = {"name": "Pro", "code": code, "billingInterval": "MONTHLY", "prices": prices}
        return self.post("/plans", **about, **fields)

    def subscription(self, plan: Row, **fields: Any) -> Row:
        customer = self.customer()["id"]
        about = {"customerId": customer, "planId": plan["id"], "currency": CURRENCY}
        return self.post("/subscriptions", **about, **fields)

    def ago(self, days: int) -> str:
        return iso(self.sandbox.now() - timedelta(days=days))

    def invoice(self) -> Row:
        items = [{"description": "Pro", "quantity": 1, "unitAmount": AMOUNT}]
        due = iso(self.sandbox.now() + timedelta(days=30))
        return self.post("/invoices", customerId=self.customer()["id"], items=items, dueDate=due)

    def payment(self, provider: str, status: str) -> Row:
        invoice = self.invoice()["id"]
        money = {"amount": AMOUNT, "currency": CURRENCY}
        return self.post("/payments", invoiceId=invoice, provider=provider, status=status, **money)

    def credit_note(self) -> Row:
        invoice = self.invoice()
        return self.post(
            "/credit-notes",
            invoiceId=invoice["id"],
            customerId=invoice["customerId"],
            amount=1000,
            currency=CURRENCY,
            reason="OTHER",
        )

    def wallet(self) -> Row:
        customer = self.customer()["id"]
        return self.post("/wallets", customerId=customer, currency=CURRENCY, paidCredits=100)


def _change(table: str, make: Callable[[_Maker], Row], body: Row) -> Callable[[_Maker], None]:
    def run(maker: _Maker) -> None:
        maker.sandbox.call("PATCH", f"/api/{table}/{make(maker)['id']}", body)

    return run


def _delete(table: str, make: Callable[[_Maker], Row]) -> Callable[[_Maker], None]:
    def run(maker: _Maker) -> None:
        maker.sandbox.call("DELETE", f"/api/{table}/{make(maker)['id']}")

    return run


def _then(
    table: str, make: Callable[[_Maker], Row], action: str, **body: Any
) -> Callable[[_Maker], None]:
    """Make something, and do one more thing with it."""

    def run(maker: _Maker) -> None:
        maker.post(f"/{table}/{make(maker)['id']}/{action}", **body)

    return run


def _subscription(maker: _Maker) -> Row:
    return maker.subscription(maker.plan())


def _paused(maker: _Maker) -> Row:
    subscription = _subscription(maker)
    maker.post(f"/subscriptions/{subscription['id']}/pause")
    return subscription


def _change_plan(amount: int) -> Callable[[_Maker], None]:
    def run(maker: _Maker) -> None:
        subscription, plan = _subscription(maker), maker.plan(amount)
        maker.post(f"/subscriptions/{subscription['id']}/change-plan", newPlanId=plan["id"])

    return run


def _renew(maker: _Maker) -> None:
    """Let a period be over that began long ago: the time of the sandbox stays."""
    maker.subscription(maker.plan(), startDate=maker.ago(32))
    maker.sandbox.run_renewals()


def _end_trial(maker: _Maker) -> None:
    maker.subscription(maker.plan(), startDate=maker.ago(3), trialDays=2)
    maker.sandbox.run_renewals()


def _bill(**fields: Any) -> Callable[[_Maker], None]:
    """Make an invoice as for every period that is paid in advance."""

    def run(maker: _Maker) -> None:
        maker.subscription(maker.plan(billingTiming="IN_ADVANCE", **fields))

    return run


def _settle(state: str) -> Callable[[_Maker], None]:
    """Let a provider say how a payment went, as it does after a checkout."""

    def run(maker: _Maker) -> None:
        providers = maker.sandbox.database["paymentProvider"]
        known = providers.first(providerName="payu")
        if known is None:
            maker.post("/payment-providers", providerName="payu", credentials={"safeKey": "test"})
        elif not known["isActive"]:
            providers.update(known["id"], {"isActive": True})
        payment = maker.payment("payu", "PROCESSING")
        about = {"MerchantReference": payment["invoiceId"], "PayUReference": payment["id"]}
        maker.sandbox.call("POST", "/webhooks/payu", {**about, "TransactionState": state})
        # The next checkout is to find the providers that were there before.
        made = providers.first(providerName="payu")
        if known is not None:
            providers.update(known["id"], {"isActive": known["isActive"]})
        elif made is not None:
            providers.delete(made["id"])

    return run


def _payment(maker: _Maker) -> Row:
    return maker.payment("manual", "SUCCEEDED")


TRIGGERS: Dict[str, Callable[[_Maker], Any]] = {
    "customer.created": _Maker.customer,
    "customer.updated": _change("customers", _Maker.customer, {"name": "Ada Eze"}),
    "customer.deleted": _delete("customers", _Maker.customer),
    "subscription.created": _subscription,
    "subscription.canceled": _then("subscriptions", _subscription, "cancel", cancelAt="now"),
    "subscription.paused": _paused,
    "subscription.resumed": _then("subscriptions", _paused, "resume"),
    "subscription.plan_changed": _change_plan(2 * AMOUNT),
    "subscription.plan_change_scheduled": _change_plan(AMOUNT // 2),
    "subscription.renewed": _renew,
    "subscription.trial_ended": _end_trial,
    "invoice.created": _bill(),
    "invoice.drafted": _bill(invoiceGracePeriodDays=3),
    "invoice.finalized": _then("invoices", _Maker.invoice, "finalize"),
    "invoice.paid": _then("invoices", _Maker.invoice, "mark-paid", paymentMethod="manual"),
    "invoice.voided": _then("invoices", _Maker.invoice, "void"),
    "payment.created": _payment,
    "payment.refunded": _then("payments", _payment, "refund", reason="A test"),
    "payment.succeeded": _settle("SUCCESSFUL"),
    "payment.failed": _settle("FAILED"),
    "credit_note.created": _Maker.credit_note,
    "credit_note.finalized": _then("credit-notes", _Maker.credit_note, "finalize"),
    "credit_note.voided": _then("credit-notes", _Maker.credit_note, "void"),
    "wallet.created": _Maker.wallet,
    "wallet.updated": _change("wallets", _Maker.wallet, {"name": "Credits"}),
    "wallet.terminated": _delete("wallets", _Maker.wallet),
}
"""What makes each event happen, by the server's name for it."""
