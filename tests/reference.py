"""The methods as the reference shows them: their docstrings, and a place where examples run."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from importlib import import_module
from typing import Any, Dict, List

from novabilling import NovaBilling, webhooks
from novabilling.sandbox import Sandbox
from tests.operations import METHODS
from tests.pages import DOCS

SITE = DOCS / "site"
LOGIN = "owner@example.com"


def site_module(name: str) -> Any:
    """Import a module of what builds the site."""
    if str(SITE) not in sys.path:
        sys.path.append(str(SITE))
    return import_module(name)


class Documented:
    """The parts of the docstring of a method."""

    def __init__(self, resource: str, method: str) -> None:
        self.name = f"{resource}.{method}"
        client = NovaBilling(token="sk")
        self.function: Any = getattr(getattr(client, resource), method)
        self.text = inspect.getdoc(self.function) or ""
        self.parameters: List[str] = list(inspect.signature(self.function).parameters)

    def section(self, title: str) -> str:
        found = re.search(rf"^{title}:\n((?:(?: .*)?\n)*)", self.text + "\n", re.MULTILINE)
        return found[1] if found else ""

    def entries(self, title: str) -> Dict[str, str]:
        """Return the entries of a section by their names."""
        found = re.findall(r"^    ([\w, ]+): (.+(?:\n {8}.+)*)", self.section(title), re.MULTILINE)
        return {name: " ".join(text.split()) for name, text in found}

    @property
    def head(self) -> str:
        """What stands before the sections."""
        return re.split(r"\n\n(?=\w+:\n)", self.text)[0]

    @property
    def example(self) -> str:
        return inspect.cleandoc("\n" + self.section("Example")) + "\n"


ALL = {f"{resource}.{method}": Documented(resource, method) for resource, method in METHODS}


class Stage:
    """A sandbox with one of everything, and the names that the examples use."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(seed=1)
        self.client = self.sandbox.client(token=lambda: self.sandbox.jwt)
        self.names = self._furnish()
        self._state = self.sandbox.snapshot()

    def reset(self) -> Dict[str, Any]:
        """Put everything back, and return the names with a client of the sync colour."""
        self.sandbox.restore(self._state)
        return {**self.names, "client": self.client}

    def _furnish(self) -> Dict[str, Any]:
        client, names = self.client, {}

        def keep(name: str, response: Any) -> Any:
            names[f"{name}_id"] = response.data.id
            return response.data

        customer = keep(
            "customer",
            client.customers.create(
                external_id="usr_1", email="ada@example.com", currency="NGN", name="Ada Lovelace"
            ),
        )
        owner = {"customer_id": customer.id}
        plan = keep(
            "plan",
            client.plans.create(
                name="Pro",
                code="pro",
                billing_interval="monthly",
                prices=[{"currency": "NGN", "amount": 15000}],
            ),
        )
        names["price_id"] = plan.prices[0].id
        keep(
            "dearer_plan",
            client.plans.create(
                name="Business",
                code="business",
                billing_interval="monthly",
                prices=[{"currency": "NGN", "amount": 45000}],
            ),
        )
        keep(
            "subscription",
            client.subscriptions.create(
                plan_id=plan.id, currency="NGN", external_id="sub_1", **owner
            ),
        )
        lines = [{"description": "Pro plan", "amount": 15000}]
        invoice = keep(
            "invoice", client.invoices.create(items=lines, due_date="2026-06-30", **owner)
        )
        paid = client.invoices.create(items=lines, due_date="2026-06-30", **owner).data
        keep(
            "payment",
            client.payments.create(
                invoice_id=paid.id,
                provider="cash",
                amount=15000,
                currency="NGN",
                status="successful",
            ),
        )
        keep("payment_provider", client.payment_providers.create(type="payu", credentials={}))
        coupon = keep(
            "coupon",
            client.coupons.create(
                code="WELCOME", name="Welcome", discount_type="percentage", discount_value=10
            ),
        )
        add_on = keep(
            "add_on",
            client.add_ons.create(
                name="Setup", code="setup", prices=[{"currency": "NGN", "amount": 5000}]
            ),
        )
        keep("applied_coupon", client.coupons.apply(coupon_id=coupon.id, **owner))
        keep(
            "applied_add_on",
            client.add_ons.apply(add_on_id=add_on.id, amount=5000, currency="NGN", **owner),
        )
        keep(
            "credit_note",
            client.credit_notes.create(
                invoice_id=invoice.id, amount=1500, currency="NGN", reason="other", **owner
            ),
        )
        metric = keep(
            "billable_metric",
            client.billable_metrics.create(
                name="API calls", code="api_calls", aggregation_type="count"
            ),
        )
        keep(
            "charge",
            client.charges.create(
                plan_id=plan.id,
                billable_metric_id=metric.id,
                charge_model="standard",
                properties={"amount": 2},
            ),
        )
        keep(
            "event",
            client.events.create(
                subscription_id="sub_1",
                code="api_calls",
                transaction_id="call_1",
                properties={"region": "eu"},
            ),
        )
        keep(
            "wallet",
            client.wallets.create(currency="NGN", paid_credits=1000, **owner),
        )
        keep(
            "payment_method",
            client.payment_methods.create(
                provider="paystack", token_id="AUTH_1", last4="4081", brand="visa", **owner
            ),
        )
        keep("tax", client.taxes.create(name="VAT", code="vat", rate=7.5))
        keep("plan_override", client.plan_overrides.create(plan_id=plan.id, **owner))
        keep("api_key", client.api_keys.create(name="Reports", scopes=["read"]))
        client.auth.forgot_password(email=LOGIN)
        body = b'{"event":"invoice.paid","data":{"invoiceId":"inv_1","invoiceNumber":"INV-00001",'
        body += b'"customerId":"cus_1","amount":15000,"currency":"NGN"},'
        body += b'"timestamp":"2026-06-01T12:00:00.000Z"}'
        secret = client.tenants.get_me().data.webhook_secret or ""
        return {
            **names,
            "external_id": "usr_1",
            "password": "sandbox-password",
            "refresh_token": client.auth.login(
                email=LOGIN, password="sandbox-password"
            ).data.refresh_token,
            "reset_token": self.sandbox.reset_token(LOGIN),
            "payload": body,
            "secret": secret,
            "signature": webhooks.sign(body, secret),
            "now": self.sandbox.now(),
        }


def calls_of(example: str) -> List[str]:
    """Return the methods of the client that an example calls."""
    method_of = site_module("colours").method_of
    return [method for node in ast.walk(ast.parse(example)) if (method := method_of(node))]


def call_again(name: str, names: Dict[str, Any], /, **changed: Any) -> Any:
    """Make the call of an example once more, with other arguments perhaps.

    The names are those that the example has left.
    """
    method_of = site_module("colours").method_of
    tree = ast.parse(ALL[name].example)
    call: Any = [node for node in ast.walk(tree) if method_of(node) == name][-1]
    kept = [keyword for keyword in call.keywords if keyword.arg not in changed]
    call.keywords = [*kept, *(ast.keyword(n, ast.Name(n, ast.Load())) for n in changed)]
    code = compile(ast.fix_missing_locations(ast.Expression(call)), name, "eval")
    return eval(code, {**names, **changed})
