"""Whatever comes in by the door of HTTP has an answer: no exception ever leaves it."""

from __future__ import annotations

import gzip
import json
from typing import Any, Dict, List, Optional
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novabilling.sandbox import Sandbox
from novabilling.sandbox._http.engine import ROUTES, UNFORESEEN
from novabilling.sandbox._http.operations import OPERATIONS, Operation
from novabilling.sandbox._http.validation import Body
from tests.sandbox.caller import Caller

relaxed = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class World:
    """A sandbox in which something of everything is there."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(seed=1)
        api, owner = Caller(self.sandbox), Caller(self.sandbox, self.sandbox.jwt)
        owner.patch("/tenants/me", webhookUrl="https://a.example.com")
        customer = api.customer()["id"]
        prices = [{"currency": "NGN", "amount": 100}]
        about = {"name": "P", "billingInterval": "MONTHLY", "billingTiming": "IN_ADVANCE"}
        plan = api.post("/plans", code="p", prices=prices, progressiveBillingThreshold=1, **about)
        metric = api.post(
            "/billable-metrics", name="M", code="m", aggregationType="SUM", fieldName="n"
        )["id"]
        ids = {"customerId": customer, "planId": plan["id"]}
        charge = api.post(
            "/charges",
            planId=plan["id"],
            billableMetricId=metric,
            chargeModel="STANDARD",
            properties={"amount": "1"},
        )["id"]
        subscription = api.post("/subscriptions", currency="NGN", **ids)["id"]
        event = {"transactionId": "t", "subscriptionId": subscription, "code": "m"}
        invoice = api.invoice({"id": customer})["id"]
        payment = api.post(
            "/payments",
            invoiceId=invoice,
            provider="payu",
            amount=1,
            currency="NGN",
            status="SUCCEEDED",
        )["id"]
        note = {"invoiceId": invoice, "customerId": customer, "amount": 1, "currency": "NGN"}
        coupon = api.post(
            "/coupons", code="C", name="C", discountType="PERCENTAGE", discountValue=10
        )["id"]
        applied = api.post("/coupons/apply", couponId=coupon, customerId=customer)["id"]
        add_on = api.post("/add-ons", name="A", code="a", prices=prices)["id"]
        charged = api.post(
            "/add-ons/apply", addOnId=add_on, customerId=customer, amount=1, currency="NGN"
        )["id"]
        wallet = api.post("/wallets", customerId=customer, currency="NGN", paidCredits=5)["id"]
        tax = api.post("/taxes", name="T", code="t", rate=7.5)["id"]
        provider = api.post("/payment-providers", providerName="payu", credentials={})["id"]
        method = owner.post("/payment-methods", customerId=customer, provider="p", tokenId="t")
        override = api.post("/plan-overrides", **ids)["id"]
        self.ids: List[str] = [
            *(customer, plan["id"], plan["prices"][0]["id"], metric, charge, subscription),
            *(api.post("/events", **event)["id"], invoice, payment, coupon, applied, add_on),
            *(charged, wallet, tax, provider, method["id"], override),
            api.post("/credit-notes", reason="OTHER", **note)["id"],
            owner.post("/tenants/me/api-keys", name="k", scopes=[])["id"],
            "u1",
            f"invoice-{invoice}.pdf",
        ]
        self.tokens = {"J": self.sandbox.jwt, "K": self.sandbox.token, "-": ""}
        self.start = self.sandbox.snapshot()


@pytest.fixture(scope="module")
def world() -> World:
    return World()


WORLD = World()
"""The ids of all worlds are the same: they have the same seed."""

CUSTOMER = WORLD.ids[0]
PLAN = {"name": "Q", "code": "q", "billingInterval": "MONTHLY"}
ADD_ON = {"name": "B", "code": "b"}
EVENT = {"transactionId": "u", "code": "m"}
DUE = {"dueDate": "2027-01-01"}
LATE = {"dueDate": "9999-12-31T23:59:59-14:00"}

odd_text = st.sampled_from(
    [
        *("", "0", "-1", "1e400", "NaN", "a\x00", "\ud800", "é", "%", "\\", "x" * 600),
        *("2026-01-01", "9999-12-31T23:59:59-14:00", "0000-01-01", "Jan 1", "275760-09-13"),
        *("a@b.co", "https://a.example.com", "MONTHLY", "period_end", "FIXED_AMOUNT", "OTHER"),
        *("NGN", "ACTIVE", "now", "p"),
    ]
)
odd_number = st.sampled_from(
    [0, 1, -1, 0.5, 3, 90, 1e300, -1e300, 2**31, 2**53 + 2, 1e15, 1e-320, 99999999999999.99]
)
scalars = st.one_of(st.none(), st.booleans(), odd_number, odd_text, st.sampled_from(WORLD.ids))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(odd_text, st.sampled_from(["n", "weight", "smtp"])), inner),
    ),
    max_leaves=6,
)


def likely(name: str, field: Any) -> st.SearchStrategy[Any]:
    """Make what the field may take, so that most of a request gets through to its function."""
    if field.body is not None:
        return st.one_of(st.lists(bodies(field.body), max_size=3), values)
    usual: Dict[str, st.SearchStrategy[Any]] = {
        "String": st.one_of(odd_text, st.sampled_from(WORLD.ids)),
        "Number": odd_number,
        "Boolean": st.booleans(),
        "Object": st.dictionaries(st.sampled_from(["n", "amount", "rate", "b"]), scalars),
        "Array": st.lists(scalars, max_size=3),
    }
    return st.one_of(usual[field.type], values)


def bodies(body: Body) -> st.SearchStrategy[Any]:
    fields = {name: likely(name, field) for name, field in body.fields.items()}
    needed = {name: made for name, made in fields.items() if not body.fields[name].optional}
    optional = {name: made for name, made in fields.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=optional)


def path_of(operation: Operation, ids: List[str]) -> str:
    pieces = iter(ids)
    texts = (next(pieces) if "{" in one else one for one in operation.segments)
    return "/" + "/".join(quote(text, safe="", errors="surrogatepass") for text in texts)


def send(
    sandbox: Sandbox,
    method: str,
    target: str,
    content: Optional[bytes],
    headers: Dict[bytes, bytes],
) -> httpx.Response:
    raw = httpx.Request(
        method,
        "http://sandbox.local",
        content=content,
        headers=headers,
        extensions={"target": target.encode("utf-8", "replace")},
    )
    answer = sandbox.handle(raw)
    if answer.status_code >= 400 and answer.content:
        problem = answer.json()
        assert list(problem) == ["statusCode", "message", "errors", "timestamp", "path"]
        assert problem["statusCode"] == answer.status_code
        assert isinstance(problem["message"], str)
        assert problem["message"] != UNFORESEEN
    return answer


WRITES = [one for one in OPERATIONS if one.name in ROUTES]


@given(data=st.data())
@relaxed
def test_no_request_makes_the_sandbox_raise(world: World, data: st.DataObject) -> None:
    sandbox = world.sandbox
    sandbox.restore(world.start)
    for _ in range(data.draw(st.integers(1, 4))):
        operation = data.draw(st.sampled_from(WRITES))
        ids = [data.draw(st.one_of(st.sampled_from(WORLD.ids), odd_text)) for _ in range(2)]
        target = path_of(operation, ids)
        if operation.method == "GET":
            names = st.sampled_from(
                [
                    *("page", "limit", "perPage", "months", "search", "status", "customerId"),
                    *("from", "to", "dateFrom", "dateTo", "sortBy", "isActive", "currency", "code"),
                ]
            )
            pairs = data.draw(st.lists(st.tuples(names, odd_text), max_size=3))
            query = "&".join(
                f"{name}={quote(text, errors='surrogatepass')}" for name, text in pairs
            )
            target = f"{target}?{query}"
        body = ROUTES[operation.name].body
        sent = data.draw(bodies(body) if body and data.draw(st.booleans()) else values)
        content = None if operation.method == "GET" else json.dumps(sent).encode()
        headers = {
            b"Authorization": f"Bearer {world.tokens[operation.guard]}".encode(),
            b"Content-Type": b"application/json",
        }
        send(sandbox, operation.method, target, content, headers)
    sandbox.run_jobs()


@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "BREW"]),
    target=st.one_of(
        st.text(max_size=30),
        st.sampled_from(["/api/customers", "/api/plans/%zz", "//", "/api/%00"]),
    ),
    content=st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='{}[]",:0123456789.eE+-truefalsn\\u \n', max_size=40).map(str.encode),
        st.just(gzip.compress(b'{"a": 1}')),
    ),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]
        + [f"application/json; charset={name}" for name in ("utf-8", "utf-99", "latin-1", '"')]
    ),
    coding=st.sampled_from(["identity", "gzip", "deflate", "br", ""]),
    token=st.sampled_from(["sk_", "a.b.c", "a.e30.c", "", "é", "...", WORLD.tokens["K"]]),
)
@settings(relaxed, max_examples=300)
def test_no_bytes_make_the_sandbox_raise(
    world: World, method: str, target: str, content: bytes, kind: str, coding: str, token: str
) -> None:
    headers = {
        b"Authorization": f"Bearer {token}".encode("latin-1"),
        b"Content-Type": kind.encode(),
        b"Content-Encoding": coding.encode(),
        b"If-None-Match": b"*",
    }
    send(world.sandbox, method, target, content, headers)


KEPT = {
    "a list among the prices of a plan": ("POST", "/api/plans", {**PLAN, "prices": [[]]}),
    "a list among the prices of an add-on": ("POST", "/api/add-ons", {**ADD_ON, "prices": [[]]}),
    "a list among items": ("POST", "/api/invoices", {"customerId": CUSTOMER, **DUE, "items": [[]]}),
    "a list among events": ("POST", "/api/events/batch", {"events": [[]]}),
    "no text as an id": ("POST", "/api/events", {**EVENT, "subscriptionId": {}}),
    "half a letter": ("POST", "/api/plans", {**PLAN, "name": "\ud800"}),
    "months without end": ("GET", "/api/analytics/churn-cohorts?months=1e400", None),
    "months before time": ("GET", f"/api/analytics/churn-cohorts?months=-{'9' * 500}", None),
    "pages without end": ("GET", f"/api/coupons?page={'9' * 5000}", None),
    "digits of no number": ("GET", "/api/coupons?limit=0x", None),
    "bytes in a path": ("GET", "/api/customers/\xe9", None),
    "the end of time": ("POST", "/api/invoices", {"customerId": CUSTOMER, **LATE, "items": []}),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_once_made_it_raise(world: World, name: str) -> None:
    method, target, body = KEPT[name]
    world.sandbox.restore(world.start)
    headers = {
        b"Authorization": f"Bearer {world.tokens['K']}".encode(),
        b"Content-Type": b"application/json",
    }
    content = None if body is None else json.dumps(body).encode()
    send(world.sandbox, method, target, content, headers)


@pytest.mark.parametrize("charset", ["utf-99", "utf-8-sig-x", "latin-1"])
def test_a_charset_that_there_is_not_is_refused(world: World, charset: str) -> None:
    kind = f"application/json; charset={charset}".encode()
    answer = send(world.sandbox, "POST", "/api/plans", b"{}", {b"Content-Type": kind})
    assert answer.json()["message"] == f'unsupported charset "{charset.upper()}"'


def test_what_nobody_has_thought_of_is_a_500(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(seed=1)
    monkeypatch.setitem(ROUTES, "GET /plans", ROUTES["GET /plans"]._replace(function=fail))
    answer = Caller(sandbox).send("GET", "/api/plans")
    assert (answer.status_code, answer.json()["message"]) == (500, UNFORESEEN)


def fail(_call: Any) -> None:
    raise ZeroDivisionError
