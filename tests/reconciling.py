"""Every write, objects to make it on, and a server that loses the answer."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pkgutil import iter_modules
from types import SimpleNamespace
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set

import httpx

from novabilling import NovaBilling
from novabilling._reconcile.declared import DECLARED, Evidence
from novabilling.sandbox import Sandbox

START = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
ITEMS = [{"description": "Support", "amount": 2500, "quantity": 3}]
DUE = "2030-01-31"
LOGIN = "api_keys payment_methods tenants webhooks"
"""The resources that need a login."""

Call = Callable[[Any, Any], Any]

CALLS: Dict[str, Call] = {
    "customers.create": lambda c, o: c.customers.create(
        external_id=f"new_{o.n}", email="new@example.com", currency="NGN", metadata={"a": 1}
    ),
    "customers.update": lambda c, o: c.customers.update(o.customer, name="New", country="NG"),
    "customers.delete": lambda c, o: c.customers.delete(o.free_customer),
    "customers.delete_payment_method": lambda c, o: c.customers.delete_payment_method(
        o.customer, o.card
    ),
    "plans.create": lambda c, o: c.plans.create(
        name="New",
        code=f"new_{o.n}",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 19.99}, {"currency": "USD", "amount": 1}],
    ),
    "plans.update": lambda c, o: c.plans.update(o.plan, name="Newer", features=["a", "b"]),
    "plans.delete": lambda c, o: c.plans.delete(o.free_plan),
    "plans.add_price": lambda c, o: c.plans.add_price(o.plan, currency="USD", amount=19.99),
    "plans.update_price": lambda c, o: c.plans.update_price(o.plan, o.price, amount=50001),
    "plans.delete_price": lambda c, o: c.plans.delete_price(o.free_plan, o.free_price),
    "subscriptions.create": lambda c, o: c.subscriptions.create(
        customer_id=o.customer, plan_id=o.dear_plan, currency="NGN", metadata={"order": 5}
    ),
    "subscriptions.create key": lambda c, o: c.subscriptions.create(
        customer_id=o.customer, plan_id=o.plan, currency="NGN", external_id=f"new_{o.n}"
    ),
    "subscriptions.update": lambda c, o: c.subscriptions.update(o.active, metadata={"order": 6}),
    "subscriptions.cancel": lambda c, o: c.subscriptions.cancel(o.active),
    "subscriptions.cancel at end": lambda c, o: c.subscriptions.cancel(
        o.active, cancel_at_period_end=True
    ),
    "subscriptions.pause": lambda c, o: c.subscriptions.pause(o.active),
    "subscriptions.resume": lambda c, o: c.subscriptions.resume(o.paused),
    "subscriptions.change_plan": lambda c, o: c.subscriptions.change_plan(
        o.active, plan_id=o.dear_plan
    ),
    "subscriptions.change_plan later": lambda c, o: c.subscriptions.change_plan(
        o.active, plan_id=o.cheap_plan
    ),
    "invoices.create": lambda c, o: c.invoices.create(
        customer_id=o.customer, items=ITEMS, due_date=DUE, notes="Order 5"
    ),
    "invoices.finalize": lambda c, o: c.invoices.finalize(o.draft),
    "invoices.void": lambda c, o: c.invoices.void(o.open),
    "invoices.mark_paid": lambda c, o: c.invoices.mark_paid(o.open, payment_method="bank"),
    "invoices.create_checkout": lambda c, o: c.invoices.create_checkout(o.open),
    "invoices.checkout": lambda c, o: c.invoices.checkout(o.open),
    "payments.create": lambda c, o: c.payments.create(
        invoice_id=o.open, provider="bank", amount=19.99, currency="NGN", status="successful"
    ),
    "payments.create failed": lambda c, o: c.payments.create(
        invoice_id=o.open,
        provider="bank",
        amount=5,
        currency="NGN",
        status="failed",
        failure_reason="no",
        created_at="2026-01-01",
    ),
    "payments.refund": lambda c, o: c.payments.refund(o.payment, amount=1500, reason="wrong"),
    "payments.refund whole": lambda c, o: c.payments.refund(o.payment),
    "payment_providers.create": lambda c, o: c.payment_providers.create(
        type=["dpo", "pesapal"][o.n], credentials={"secret_key": "k"}, priority=3
    ),
    "payment_providers.configure": lambda c, o: c.payment_providers.configure(
        provider_name=["dpo", "pesapal"][o.n], credentials={"secret_key": "k"}
    ),
    "payment_providers.update": lambda c, o: c.payment_providers.update(o.provider, priority=7),
    "payment_providers.delete": lambda c, o: c.payment_providers.delete(o.provider),
    "webhooks.create": lambda c, o: c.webhooks.create(
        url="https://a.example/hook", events=["payment.failed"]
    ),
    "webhooks.delete": lambda c, o: c.webhooks.delete(),
    "coupons.create": lambda c, o: c.coupons.create(
        code=f"new{o.n}", name="New", discount_type="percentage", discount_value=12.5
    ),
    "coupons.update": lambda c, o: c.coupons.update(o.coupon, name="Newer", active=False),
    "coupons.delete": lambda c, o: c.coupons.delete(o.coupon),
    "coupons.delete applied": lambda c, o: c.coupons.delete(o.used_coupon),
    "coupons.apply": lambda c, o: c.coupons.apply(
        coupon_id=o.coupon, customer_id=o.customer, uses_remaining=2
    ),
    "add_ons.create": lambda c, o: c.add_ons.create(
        name="New", code=f"NEW_{o.n}", prices=[{"currency": "NGN", "amount": 5}]
    ),
    "add_ons.update": lambda c, o: c.add_ons.update(
        o.add_on, prices=[{"currency": "USD", "amount": 6}]
    ),
    "add_ons.delete": lambda c, o: c.add_ons.delete(o.add_on),
    "add_ons.apply": lambda c, o: c.add_ons.apply(
        add_on_id=o.add_on, customer_id=o.customer, amount=5, currency="NGN"
    ),
    "add_ons.remove_applied": lambda c, o: c.add_ons.remove_applied(o.applied_add_on),
    "credit_notes.create": lambda c, o: c.credit_notes.create(
        invoice_id=o.open, customer_id=o.customer, amount=5, currency="NGN", reason="other"
    ),
    "credit_notes.update": lambda c, o: c.credit_notes.update(o.note, amount=7, metadata={"a": 1}),
    "credit_notes.finalize": lambda c, o: c.credit_notes.finalize(o.note),
    "credit_notes.void": lambda c, o: c.credit_notes.void(o.note),
    "portal.create_checkout": lambda c, o: c.portal.create_checkout(f"usr_{o.n}", o.open),
    "billable_metrics.create": lambda c, o: c.billable_metrics.create(
        name="New",
        code=f"new_{o.n}",
        aggregation_type="count",
        filters=[{"key": "region", "values": ["eu", "us"]}],
    ),
    "billable_metrics.update": lambda c, o: c.billable_metrics.update(o.metric, name="Newer"),
    "billable_metrics.delete": lambda c, o: c.billable_metrics.delete(o.free_metric),
    "events.create": lambda c, o: c.events.create(subscription_id=o.active, code=f"calls_{o.n}"),
    "events.create_batch": lambda c, o: c.events.create_batch(
        [{"subscription_id": o.active, "code": f"calls_{o.n}"} for _ in range(3)]
    ),
    "charges.create": lambda c, o: c.charges.create(
        plan_id=o.plan,
        billable_metric_id=o.free_metric,
        charge_model="standard",
        properties={"amount": "5"},
    ),
    "charges.update": lambda c, o: c.charges.update(o.charge, properties={"amount": "6"}),
    "charges.delete": lambda c, o: c.charges.delete(o.charge),
    "wallets.create": lambda c, o: c.wallets.create(
        customer_id=o.customer, currency="NGN", name="New", paid_credits=5, granted_credits=2.5
    ),
    "wallets.update": lambda c, o: c.wallets.update(o.wallet, name="Newer"),
    "wallets.terminate": lambda c, o: c.wallets.terminate(o.wallet),
    "wallets.create_transaction": lambda c, o: c.wallets.create_transaction(
        wallet_id=o.wallet, paid_credits=5, granted_credits=1, voided_credits=2
    ),
    "payment_methods.create": lambda c, o: c.payment_methods.create(
        customer_id=o.customer, provider="stripe", token_id=f"tok_new_{o.n}", last4="4242"
    ),
    "payment_methods.delete": lambda c, o: c.payment_methods.delete(o.card),
    "payment_methods.set_default": lambda c, o: c.payment_methods.set_default(o.second_card),
    "taxes.create": lambda c, o: c.taxes.create(name="New", code=f"new_{o.n}", rate=7.5),
    "taxes.update": lambda c, o: c.taxes.update(o.tax, rate=8),
    "taxes.delete": lambda c, o: c.taxes.delete(o.tax),
    "taxes.assign_to_customer": lambda c, o: c.taxes.assign_to_customer(o.customer, tax_id=o.tax),
    "taxes.remove_from_customer": lambda c, o: c.taxes.remove_from_customer(o.customer, o.used_tax),
    "taxes.assign_to_plan": lambda c, o: c.taxes.assign_to_plan(o.plan, tax_id=o.tax),
    "taxes.remove_from_plan": lambda c, o: c.taxes.remove_from_plan(o.plan, o.used_tax),
    "plan_overrides.create": lambda c, o: c.plan_overrides.create(
        customer_id=o.customer, plan_id=o.plan, overridden_minimum_commitment=5, metadata={"a": 1}
    ),
    "plan_overrides.update": lambda c, o: c.plan_overrides.update(
        o.override, overridden_minimum_commitment=6
    ),
    "plan_overrides.delete": lambda c, o: c.plan_overrides.delete(o.override),
    "tenants.update_me": lambda c, o: c.tenants.update_me(name="Newer", settings={"a": 1}),
    "api_keys.create": lambda c, o: c.api_keys.create(name=f"new_{o.n}", scopes=["read"]),
    "api_keys.delete": lambda c, o: c.api_keys.delete(o.key),
    "api_keys.revoke": lambda c, o: c.api_keys.revoke(o.key),
}
"""A call for each write, on the objects of one side."""

UNKNOWABLE: Dict[str, Call] = {
    "auth.forgot_password": lambda c, o: c.auth.forgot_password(email="owner@example.com"),
    "auth.login": lambda c, o: c.auth.login(email="owner@example.com", password="sandbox-password"),
    "auth.refresh": lambda c, o: c.auth.refresh(refresh_token="a.b.c"),
    "auth.register": lambda c, o: c.auth.register(
        name="Ada", email="new@example.com", password="correct horse", company_name="New"
    ),
    "auth.reset_password": lambda c, o: c.auth.reset_password(
        token="a.b.c", new_password="correct horse"
    ),
    "coupons.remove_applied": lambda c, o: c.coupons.remove_applied(o.applied_coupon),
    "invoices.send_email": lambda c, o: c.invoices.send_email(o.open),
    "payment_providers.test_connection": lambda c, o: c.payment_providers.test_connection(
        o.provider
    ),
    "taxes.assign_to_charge": lambda c, o: c.taxes.assign_to_charge(o.charge, tax_id=o.tax),
    "taxes.remove_from_charge": lambda c, o: c.taxes.remove_from_charge(o.charge, o.tax),
    "tenants.test_smtp": lambda c, o: c.tenants.test_smtp(to="a@example.com"),
}
"""Those that leave nothing to look at."""

NO_OTHER = ("tenants.update_me", "webhooks.create", "webhooks.delete")
"""Those on the one tenant: nobody can do the same to another object."""


@lru_cache(maxsize=None)
def declared_by(client: Any) -> Dict[str, Evidence]:
    """Return what the operations of a kind of client declare.

    Both kinds write it to one place, where that of the other one stands if it was imported later.
    """
    NovaBilling._load_all()  # the bystanders are of this kind
    package = import_module(client.__mro__[1].__module__)
    for found in iter_modules(package.__path__):
        spec = find_spec(f"{package.__name__}.{found.name}")
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(module_from_spec(spec))
    return dict(DECLARED)


def method_of(name: str) -> str:
    return name.partition(" ")[0]


def needs_login(name: str) -> bool:
    return name.partition(".")[0] in LOGIN.split()


class Fault(NamedTuple):
    """What becomes of one write: its answer is lost, and it is carried out, or not, or late."""

    applies: bool
    late: Optional[float] = None


FAULTS = {
    "before": Fault(False),
    "after": Fault(True),
    "1.5 s late": Fault(True, 1.5),
    "3 s late": Fault(True, 3.0),
}


class Losing(Sandbox):
    """A sandbox that loses the answer to the next write, on a clock that only sleeping moves."""

    def __init__(self, clock: Any) -> None:
        self._base = clock.now
        super().__init__(clock=lambda: START + timedelta(seconds=clock.now - self._base))
        self._turned = clock
        self._fault: Optional[Fault] = None
        self._meanwhile: Callable[[httpx.Request], None] = lambda request: None
        self._late: List[Any] = []
        self.verbs: Counter[str] = Counter()
        self.applied: Optional[bool] = None
        """Whether the write whose answer was lost was carried out; the server may refuse it."""
        self.requests: List[str] = []
        self.made = ""
        """The id of what the write has made whose answer was lost."""
        self.altered: Dict[str, Dict[str, Any]] = {}
        """What is shown of objects instead of what they hold, by their ids; a name may be `a.b`."""

    def lose(self, fault: Fault, meanwhile: Callable[[httpx.Request], None]) -> None:
        self._fault, self._meanwhile, self.applied = fault, meanwhile, False

    def handle(self, request: httpx.Request) -> httpx.Response:
        self._catch_up()
        self.verbs[request.method] += 1
        self.requests.append(f"{request.method} {request.url.raw_path.decode()}")
        fault = self._fault
        if fault is None or request.method == "GET":
            answer = super().handle(request)
            return answered(answer, self.altered) if self.altered else answer
        self._fault = None
        self._meanwhile(request)
        if fault.late is not None:
            self._late.append((self._turned.now + fault.late, request))
        elif fault.applies:
            self._apply(request)
        raise httpx.ReadError("the answer is lost", request=request)

    async def ahandle(self, request: httpx.Request) -> httpx.Response:
        return self.handle(request)

    def again(self, request: httpx.Request) -> None:
        """Carry out the same request for somebody else."""
        super().handle(copied(request))

    def _catch_up(self) -> None:
        for at, request in [one for one in self._late if one[0] <= self._turned.now]:
            self._late.remove((at, request))
            self._apply(request)

    def _apply(self, request: httpx.Request) -> None:
        answer = super().handle(copied(request))
        self.applied = answer.is_success
        found = answer.json()
        self.made = str(found.get("id") or found.get("paymentId"))

    def finish(self) -> None:
        self._turned.now += 3600
        self._catch_up()


def copied(request: httpx.Request) -> httpx.Request:
    return httpx.Request(
        request.method, request.url, headers=request.headers, content=request.content
    )


def answered(answer: httpx.Response, altered: Dict[str, Dict[str, Any]]) -> httpx.Response:
    """Copy an answer, with other fields in some of its objects."""
    headers = {k: v for k, v in answer.headers.items() if k != "content-length"}
    body = with_others(answer.json(), altered)
    return httpx.Response(answer.status_code, headers=headers, json=body)


def with_others(value: Any, altered: Dict[str, Dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [with_others(one, altered) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: with_others(one, altered) for name, one in value.items()}
    for path, other in altered.get(str(value.get("id")), {}).items():
        name, _, below = path.partition(".")
        if name in found:
            found[name] = {**(found[name] or {}), below: other} if below else other
    return found


def tampered(request: httpx.Request, **changes: Any) -> httpx.Request:
    """Copy a request with other fields in its body."""
    body = {**json.loads(request.content), **changes}
    headers = {k: v for k, v in request.headers.items() if k != "content-length"}
    return httpx.Request(request.method, request.url, headers=headers, json=body)


def side(sandbox: Sandbox, n: int) -> Any:
    """Make one of everything; two sides share only the tenant."""
    c = sandbox.client(token=lambda: sandbox.jwt)
    customer = _customer(c, f"usr_{n}")
    plan, free_plan = _plan(c, f"plan_{n}", 50000), _plan(c, f"free_{n}", 50000)
    metric, free_metric = _metric(c, f"calls_{n}"), _metric(c, f"free_{n}")
    dear, cheap = _plan(c, f"dear_{n}", 90000), _plan(c, f"cheap_{n}", 10)
    active, paused = (_subscribe(c, customer, plan.id) for _ in range(2))
    c.subscriptions.pause(paused)
    paid = _invoice(c, customer)
    c.invoices.mark_paid(paid)
    opened = _invoice(c, customer)
    c.invoices.finalize(opened)
    note = c.credit_notes.create(
        invoice_id=opened, customer_id=customer, amount=3, currency="NGN", reason="other"
    )
    wallet = c.wallets.create(customer_id=customer, currency="NGN", paid_credits=100)
    used_coupon, coupon = _coupon(c, f"used{n}"), _coupon(c, f"coupon{n}")
    add_on = c.add_ons.create(
        name="A", code=f"a_{n}", prices=[{"currency": "NGN", "amount": 5}]
    ).data.id
    used_tax, tax = (
        c.taxes.create(name="T", code=f"{code}_{n}", rate=5).data.id for code in ("used", "t")
    )
    c.taxes.assign_to_customer(customer, tax_id=used_tax)
    c.taxes.assign_to_plan(plan.id, tax_id=used_tax)
    cards = [
        c.payment_methods.create(customer_id=customer, provider="stripe", token_id=f"t{i}_{n}")
        for i in range(2)
    ]
    return SimpleNamespace(
        n=n,
        customer=customer,
        free_customer=_customer(c, f"free_{n}"),
        plan=plan.id,
        price=plan.prices[0].id,
        free_plan=free_plan.id,
        free_price=free_plan.prices[0].id,
        dear_plan=dear.id,
        cheap_plan=cheap.id,
        active=active,
        paused=paused,
        draft=_invoice(c, customer),
        open=opened,
        payment=c.payments.list(invoice_id=paid).data[0].id,
        note=note.data.id,
        wallet=wallet.data.id,
        coupon=coupon,
        used_coupon=used_coupon,
        applied_coupon=c.coupons.apply(coupon_id=used_coupon, customer_id=customer).data.id,
        add_on=add_on,
        applied_add_on=c.add_ons.apply(
            add_on_id=add_on, customer_id=customer, amount=9, currency="NGN"
        ).data.id,
        tax=tax,
        used_tax=used_tax,
        card=cards[0].data.id,
        second_card=cards[1].data.id,
        metric=metric,
        free_metric=free_metric,
        charge=c.charges.create(
            plan_id=plan.id,
            billable_metric_id=metric,
            charge_model="standard",
            properties={"amount": "5"},
        ).data.id,
        override=c.plan_overrides.create(
            customer_id=customer, plan_id=free_plan.id, overridden_minimum_commitment=5
        ).data.id,
        provider=c.payment_providers.create(
            type=["payu", "stripe"][n], credentials={"safe_key": "k"}, priority=n + 1
        ).data.id,
        key=c.api_keys.create(name=f"key_{n}", scopes=["read"]).data.id,
    )


def _customer(c: Any, external_id: str) -> str:
    made = c.customers.create(external_id=external_id, email="a@example.com", currency="NGN")
    return str(made.data.id)


def _plan(c: Any, code: str, amount: float) -> Any:
    return c.plans.create(
        name=code,
        code=code,
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": amount}],
    ).data


def _metric(c: Any, code: str) -> str:
    made = c.billable_metrics.create(name=code, code=code, aggregation_type="count")
    return str(made.data.id)


def _subscribe(c: Any, customer: str, plan: str) -> str:
    made = c.subscriptions.create(customer_id=customer, plan_id=plan, currency="NGN")
    return str(made.data.id)


def _invoice(c: Any, customer: str) -> str:
    return str(c.invoices.create(customer_id=customer, items=ITEMS, due_date=DUE).data.id)


def _coupon(c: Any, code: str) -> str:
    made = c.coupons.create(code=code, name=code, discount_type="percentage", discount_value=5)
    return str(made.data.id)


def writes() -> Set[str]:
    """Return the methods of all calls here."""
    return {method_of(name) for name in {**CALLS, **UNKNOWABLE}}
