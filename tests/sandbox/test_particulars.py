"""What the server takes, cuts and says in single cases, as it was seen there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Dict, List

import pytest

from novabilling.sandbox import Sandbox
from novabilling.sandbox._javascript import values as js
from tests.sandbox.caller import Caller
from tests.sandbox.shop import START, Row, Shop

OBJECTS = "must be either object or array"


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def api() -> Caller:
    return Caller(Sandbox(seed=1))


def messages(shop: Shop, method: str, path: str, body: Row) -> List[str]:
    answer = shop.send(method, path, body)
    assert answer.status_code == 400, answer.text
    return [one["message"] for one in answer.json()["errors"] or []]


# Limits


PLAN = {"name": "P", "code": "p", "billingInterval": "MONTHLY"}
METRIC = {"name": "M", "code": "m", "aggregationType": "COUNT"}


@pytest.mark.parametrize(
    ("path", "body", "field", "limit"),
    [
        ("plans", PLAN, "name", 100),
        ("plans", PLAN, "description", 500),
        ("billable-metrics", METRIC, "name", 100),
        ("billable-metrics", METRIC, "description", 500),
    ],
)
def test_names_and_descriptions_have_an_end(
    shop: Shop, path: str, body: Row, field: str, limit: int
) -> None:
    words = f"{field} must be shorter than or equal to {limit} characters"
    assert messages(shop, "POST", path, {**body, field: "x" * (limit + 1)}) == [words]
    made = shop.ok("POST", path, {**body, field: "x" * limit})
    changed = messages(shop, "PATCH", f"{path}/{made['id']}", {field: "x" * (limit + 1)})
    assert changed == [words]


@pytest.mark.parametrize("name", [{}, {"name": ["x"]}])
def test_the_limit_is_also_told_of_what_is_no_text(shop: Shop, name: Row) -> None:
    plan = {name: value for name, value in PLAN.items() if name != "name"}
    found = messages(shop, "POST", "plans", {**plan, **name})
    assert found[0] == "name must be shorter than or equal to 100 characters"


def test_more_limits(shop: Shop) -> None:
    days = {"invoiceGracePeriodDays": 91}
    words = ["invoiceGracePeriodDays must not be greater than 90"]
    assert messages(shop, "POST", "plans", {**PLAN, **days}) == words
    plan = shop.ok("POST", "plans", {**PLAN, "invoiceGracePeriodDays": 90})["id"]
    assert messages(shop, "PATCH", f"plans/{plan}", days) == words
    metric = shop.ok("POST", "billable-metrics", METRIC)["id"]
    charge = {"planId": plan, "billableMetricId": metric, "chargeModel": "STANDARD"}
    charge["properties"] = {}
    long = {**charge, "invoiceDisplayName": "x" * 201}
    words = ["invoiceDisplayName must be shorter than or equal to 200 characters"]
    assert messages(shop, "POST", "charges", long) == words
    shop.ok("POST", "charges", {**charge, "invoiceDisplayName": "x" * 200})


def test_the_name_of_a_tenant_has_an_end() -> None:
    sandbox = Sandbox(seed=1)
    owner = Caller(sandbox, sandbox.jwt)
    answer = owner.send("PATCH", "/api/tenants/me", {"name": "x" * 101})
    (error,) = answer.json()["errors"]
    assert error["message"] == "name must be shorter than or equal to 100 characters"
    assert owner.patch("/tenants/me", name="x" * 100)["name"] == "x" * 100


# Null, lists in lists, keys twice


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("invoices", {"customerId": "c", "dueDate": "2027-01-01"}, "items"),
        ("add-ons", {"name": "A", "code": "a"}, "prices"),
        ("events/batch", {}, "events"),
    ],
)
def test_null_for_a_list_is_refused_twice(shop: Shop, path: str, body: Row, field: str) -> None:
    array = f"{field} must be an array"
    nested = f"each value in nested property {field} {OBJECTS}"
    assert array in messages(shop, "POST", path, body)
    assert nested not in messages(shop, "POST", path, body)
    found = messages(shop, "POST", path, {**body, field: None})
    assert array in found
    assert nested in found


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"billingTiming": None}, "Argument `billingTiming` must not be null."),
        ({"prices": [[]]}, "Cannot read properties of undefined (reading 'toUpperCase')"),
    ],
)
def test_plans_that_the_server_stumbles_over(shop: Shop, extra: Row, words: str) -> None:
    refusal = shop.refusal("POST", "plans", {**PLAN, **extra})
    assert refusal.startswith("500")
    assert words in refusal
    assert shop.ok("GET", "plans") == []


def test_a_plan_keeps_that_its_grace_period_is_null(shop: Shop) -> None:
    made = shop.ok("POST", "plans", {**PLAN, "invoiceGracePeriodDays": None})
    assert made["invoiceGracePeriodDays"] is None
    assert shop.ok("POST", "plans", {**PLAN, "code": "q"})["invoiceGracePeriodDays"] == 0


@pytest.mark.parametrize(
    ("plan", "tenant", "status"),
    [(None, 2, "DRAFT"), (0, 2, "PENDING"), (None, None, "PENDING"), (3, 0, "DRAFT")],
)
def test_a_grace_period_is_the_plans_or_else_the_tenants(
    shop: Shop, plan: Any, tenant: Any, status: str
) -> None:
    shop.world.central["tenant"].update(shop.tenant_id, {"webhookUrl": "https://a.example.com"})
    shop.settings(invoiceGracePeriodDays=tenant)
    invoice = shop.bill(shop.plan(9, invoiceGracePeriodDays=plan))
    assert invoice["status"] == status
    event = shop.sandbox.deliveries[-1].event
    if status == "DRAFT":
        end = js.iso(START + timedelta(days=plan or tenant))
        assert (event, invoice["metadata"]["gracePeriodEndsAt"]) == ("invoice.drafted", end)
    else:
        assert event == "invoice.created"


def test_a_filter_key_twice_in_a_charge(shop: Shop) -> None:
    metric = shop.ok("POST", "billable-metrics", METRIC)["id"]
    twice = [{"key": "k", "values": ["a"]}, {"key": "k", "values": ["b"]}]
    body = {"planId": shop.plan(), "billableMetricId": metric, "chargeModel": "STANDARD"}
    refusal = shop.refusal("POST", "charges", {**body, "properties": {}, "filters": twice})
    assert refusal.startswith("500")
    assert shop.ok("GET", "charges") == []


# Loose dates


DATES = {
    "Jan 2 2026 10:00 UT": "2026-01-02T10:00:00.000Z",
    "Jan 2 2026 10:00 UTC": "2026-01-02T10:00:00.000Z",
    "Jan 2 2026 10:00 gmt": "2026-01-02T10:00:00.000Z",
    "Jan 2 2026 10:00 Z": "2026-01-02T10:00:00.000Z",
    "Jan 2 2026 10:00 EST": "2026-01-02T15:00:00.000Z",
    "Jan 2 2026 10:00 EDT": "2026-01-02T14:00:00.000Z",
    "Jan 2 2026 10:00 CST": "2026-01-02T16:00:00.000Z",
    "Jan 2 2026 10:00 CDT": "2026-01-02T15:00:00.000Z",
    "Jan 2 2026 10:00 MST": "2026-01-02T17:00:00.000Z",
    "Jan 2 2026 10:00 MDT": "2026-01-02T16:00:00.000Z",
    "Jan 2 2026 10:00 PST": "2026-01-02T18:00:00.000Z",
    "Jan 2 2026 10:00 pdt": "2026-01-02T17:00:00.000Z",
    "2026:": "2026-01-01T00:00:00.000Z",
    "1999.-": None,
    "5": "2001-05-01T00:00:00.000Z",
    "0": "2000-01-01T00:00:00.000Z",
    "-1": "2001-01-01T00:00:00.000Z",
    "1.5": "2001-01-05T00:00:00.000Z",
    "Jan 1 2026": "2026-01-01T00:00:00.000Z",
    "January 2, 2026 3:04 pm": "2026-01-02T15:04:00.000Z",
    "2 jan 26": "2026-01-02T00:00:00.000Z",
    "1/2/70": "1970-01-02T00:00:00.000Z",
    "2026/02/30": "2026-03-02T00:00:00.000Z",
    "Thu, 01 Jan 2026 10:00:00 GMT+0130 (somewhere)": "2026-01-01T08:30:00.000Z",
    "Jan 1 2026 10:00:00.25 EST": "2026-01-01T15:00:00.250Z",
    "2026-1-5": "2026-01-05T00:00:00.000Z",
    "999": "0999-01-01T00:00:00.000Z",
    "1 2 3 24:00": "2003-01-03T00:00:00.000Z",
    "12 AM": None,
    "13": None,
    "2026-13-01": None,
    "2027-W09": None,
    "2026-01-02 -32": None,
    "2026-01-02T10": None,
    "1 2 3 4": None,
    "1 2 3 13:00 pm": None,
    "1 2 3 10:00x": None,
    "1 2 3 10:00:00.": None,
    "1 2 3 4::5::6": None,
    "1 2 3 10:00 +12345": None,
    "1 2 3 1:2:3:4:5": None,
    "1)": None,
    "x1": None,
    "1 tomorrow": None,
    "2026-01-01T00:00:00+24:00": None,
    "2026-01-01T00:00:00+02": None,
    "2026-01-01T00:00:00+0200": "2025-12-31T22:00:00.000Z",
    "2026-01-00": None,
    "2026-1-01T12:30:00": None,
    "+002026-01-01": "2026-01-01T00:00:00.000Z",
    "12/31/\U0001f4a5": None,
    "\u0662\u0660\u0662\u0666": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize("text", DATES)
def test_dates_are_read_as_loosely_as_node_does(text: str) -> None:
    moment = js.to_date(text)
    assert (None if isinstance(moment, js.InvalidDate) else js.iso(moment)) == DATES[text]


@pytest.mark.parametrize("text", ["5", "0", "-1", "1.5", "Jan 1 2026"])
def test_events_are_listed_from_and_to_loose_dates(shop: Shop, text: str) -> None:
    subscription = shop.subscribe(shop.plan())["id"]
    shop.row("billableMetric", name="M", code="m", aggregationType="COUNT")
    for year in (1999, 2030):
        event = {"transactionId": f"t{year}", "subscriptionId": subscription, "code": "m"}
        shop.ok("POST", "events", {**event, "timestamp": f"{year}-05-05"})
    path = f"events/subscription/{subscription}"
    later = shop.ok("GET", f"{path}?from={text}")["data"]
    assert [one["transactionId"] for one in later] == ["t2030"]
    assert [one["transactionId"] for one in shop.ok("GET", f"{path}?to={text}")["data"]] == [
        "t1999"
    ]
    refusal = shop.refusal("GET", f"{path}?from=soon")
    assert refusal.startswith("500")


@pytest.mark.parametrize(("given", "kept"), [("5", "5"), ("-1", "-1"), (0, "0")])
def test_an_api_key_ends_on_a_loose_date(given: Any, kept: str) -> None:
    sandbox = Sandbox(seed=1)
    made = Caller(sandbox, sandbox.jwt).post(
        "/tenants/me/api-keys", name="k", scopes=[], expiresAt=given
    )
    assert made["expiresAt"] == DATES[kept]


# Pages and filters


def pages(shop: Shop, path: str) -> Any:
    return shop.ok("GET", path)["meta"]


@pytest.mark.parametrize("path", ["credit-notes", "coupons", "add-ons", "add-ons/applied/list"])
@pytest.mark.parametrize(
    ("query", "limit"),
    [("1e1", 1), ("1.5", 1), ("2abc", 2), ("3&limit=4", 3), ("x", 20), ("0", 20), ("0x10", 20)],
)
def test_the_digits_at_the_beginning_are_the_limit(
    shop: Shop, path: str, query: str, limit: int
) -> None:
    assert pages(shop, f"{path}?limit={query}")["limit"] == limit
    assert pages(shop, f"{path}?page=1e21")["page"] == 1


def test_more_lists_read_the_digits_at_the_beginning(shop: Shop) -> None:
    made = shop.ok("POST", "wallets", {"customerId": shop.customer, "currency": "NGN"})["id"]
    own = "portal/customers/u1"
    for path in ("wallets", f"wallets/{made}/transactions", f"{own}/invoices", f"{own}/payments"):
        assert pages(shop, f"{path}?limit=2abc&page=1e21")["limit"] == 2
    for path in ("subscriptions", "taxes", "plan-overrides"):
        assert pages(shop, f"{path}?limit=1e1")["limit"] == 10
        assert pages(shop, f"{path}?limit=1.5")["limit"] == 1.5
        assert shop.refusal("GET", f"{path}?page=1e21").startswith("500")


@pytest.mark.parametrize(
    "path",
    [
        "subscriptions?customerId",
        "subscriptions?planId",
        "wallets?customerId",
        "credit-notes?customerId",
        "credit-notes?invoiceId",
        "add-ons/applied/list?customerId",
        "plan-overrides?customerId",
        "plan-overrides?planId",
        "events/subscription/x?code",
    ],
)
def test_a_filter_given_twice_matches_nothing(shop: Shop, path: str) -> None:
    shop.subscribe(shop.plan())
    name = path.partition("?")[2]
    answer = shop.ok("GET", f"{path}={shop.customer}&{name}={shop.customer}")
    assert answer["data"] == []


def test_charges_of_a_plan_given_twice(shop: Shop) -> None:
    assert shop.ok("GET", "charges?planId=a&planId=b") == []
    assert shop.refusal("GET", "subscriptions?status=ACTIVE&status=ACTIVE").startswith("500")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("a_a", ["ada"]),
        ("A%B", ["ada", "back"]),
        ("%", ["ada", "under_score", "per%cent", "back"]),
        (r"\_", ["under_score"]),
        (r"\%", ["per%cent"]),
        ("r%c", ["under_score", "per%cent"]),
        ("d_r_", ["under_score"]),
        (r"x\\y", ["back"]),
        ("e_e_e", []),
        ("cent\\", []),
        ("%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%q", []),
    ],
)
def test_a_search_has_wildcards(api: Caller, search: str, found: List[str]) -> None:
    for name in ("ada", "under_score", "per%cent", "back"):
        more = "x\\y" if name == "back" else name
        api.customer(externalId=name, email=f"{name.partition('%')[0]}@b.co", name=more)
    rows = api.get("/customers", search=search, sortBy="createdAt", sortOrder="asc")["data"]
    assert [row["externalId"] for row in rows] == found


def test_a_search_that_ends_in_a_backslash_is_for_a_percent_sign_at_the_end(api: Caller) -> None:
    api.customer(name="half 50%")
    assert api.get("/customers", search="50\\")["meta"]["total"] == 1
    assert api.get("/customers", search="half\\")["meta"]["total"] == 0


def test_the_currency_of_a_customer_is_kept_and_filtered_as_written(api: Caller) -> None:
    client = api.sandbox.client()
    api.customer(currency="ngn")
    client.customers.create(external_id="u2", email="a@b.co", currency="ngn")
    found = {
        written: [one.external_id for one in client.customers.list(currency=written).data]
        for written in ("ngn", "NGN")
    }
    assert found == {"ngn": ["u1"], "NGN": ["u2"]}


# Texts


COUPON = {"code": "C", "name": "C", "discountType": "FIXED_AMOUNT", "discountValue": 5}


def test_refusals_in_the_servers_words(shop: Shop) -> None:
    def refused(path: str, **body: Any) -> str:
        return shop.refusal("POST", path, body)

    assert refused("coupons", **COUPON) == "400 Currency is required for fixed amount discounts"
    over = {**COUPON, "discountType": "PERCENTAGE", "discountValue": 101}
    assert refused("coupons", **over) == "400 Percentage discount must be between 0 and 100"
    shop.ok("POST", "coupons", {**COUPON, "currency": "NGN"})
    assert refused("coupons", **COUPON) == "400 A coupon with this code already exists"
    add_on = {"name": "A", "code": "a", "prices": [{"currency": "NGN", "amount": 1}]}
    shop.ok("POST", "add-ons", add_on)
    assert refused("add-ons", **add_on) == "400 An add-on with this code already exists"
    tax = {"name": "VAT", "code": "vat_ng", "rate": 7.5}
    shop.ok("POST", "taxes", tax)
    assert refused("taxes", **tax) == '409 Tax with code "vat_ng" already exists'
    answer = shop.send("POST", "taxes", {**tax, "code": "VAT-NG"})
    words = "code must be lowercase alphanumeric with underscores"
    assert answer.json()["errors"] == [{"field": "code", "message": words}]
    metric = {**METRIC, "aggregationType": "SUM"}
    words = "400 fieldName is required for SUM aggregation type"
    assert refused("billable-metrics", **metric) == words


def test_a_true_up_by_its_name(shop: Shop) -> None:
    plan = shop.plan(10)
    shop.row("planOverride", customerId=shop.customer, planId=plan, overriddenMinimumCommitment=25)
    items = shop.bill(plan)["metadata"]["items"]
    assert items[-1]["description"] == "Minimum commitment true-up"
    assert items[-1]["unitAmount"] == 15


def test_webhooks_tell_amounts_as_they_were_sent(shop: Shop) -> None:
    shop.world.central["tenant"].update(shop.tenant_id, {"webhookUrl": "https://a.example.com"})
    invoice = shop.bill(shop.plan(9))["id"]
    money = {"amount": 1.23456789, "currency": "ngn"}
    payment = {"invoiceId": invoice, "provider": "p", "status": "FAILED", **money}
    assert shop.ok("POST", "payments", payment)["amount"] == "1.2346"
    note = {"invoiceId": invoice, "customerId": shop.customer, "reason": "OTHER", **money}
    made = shop.ok("POST", "credit-notes", note)
    assert made["amount"] == "1.2346"
    shop.ok("POST", f"credit-notes/{made['id']}/finalize")
    told = [(one.event, one.data["amount"]) for one in shop.sandbox.deliveries[-3:]]
    assert told == [
        ("payment.created", 1.23456789),
        ("credit_note.created", 1.23456789),
        ("credit_note.finalized", 1.2346),
    ]


# Usage


def use(shop: Shop, subscription: Row, *amounts: Row) -> None:
    for properties in amounts:
        number = len(shop.db["usageEvent"].rows)
        event = {"transactionId": f"e{number}", "subscriptionId": subscription["id"], "code": "m"}
        shop.ok("POST", "events", {**event, "properties": properties})


def metered(shop: Shop, model: str, ranges: List[Any], how: str = "SUM", **plan: Any) -> str:
    made = shop.plan(50, billingTiming="IN_ARREARS", **plan)
    metric = {**METRIC, "aggregationType": how, "fieldName": "n"}
    shop.ok("POST", "billable-metrics", metric)
    (row,) = shop.db["billableMetric"].find()
    names = ("fromValue", "toValue", "perUnitAmount", "flatAmount")
    charge: Dict[str, Any] = {
        "planId": made,
        "billableMetricId": row["id"],
        "chargeModel": model,
        "graduatedRanges": [dict(zip(names, one)) for one in ranges],
        "properties": {"amount": 1},
    }
    shop.ok("POST", "charges", charge)
    return made


def bill_now(shop: Shop, subscription: Row) -> str:
    end = {"currentPeriodEnd": START + timedelta(days=1)}
    shop.db["subscription"].update(subscription["id"], end)
    shop.sandbox.run_jobs("billing")
    amount: str = shop.invoices(subscription)[0]["amount"]
    return amount


@pytest.mark.parametrize(("units", "amount"), [(10.5, "103.5"), (25, "142"), (150.25, "267.25")])
def test_a_range_holds_both_its_ends(shop: Shop, units: float, amount: str) -> None:
    ranges = [(0, 10, 5, 1), (11, 20, 3, 2), (21, None, 1, 0)]
    subscription = shop.subscribe(metered(shop, "GRADUATED", ranges))
    use(shop, subscription, {"n": units})
    assert bill_now(shop, subscription) == amount


@pytest.mark.parametrize(("units", "amount"), [(10, "60"), (10.5, "50"), (11, "61")])
def test_a_volume_between_two_ranges_is_free(shop: Shop, units: float, amount: str) -> None:
    ranges = [(0, 10, 1, 0), (11, 100, 1, 0)]
    subscription = shop.subscribe(metered(shop, "VOLUME", ranges))
    use(shop, subscription, {"n": units})
    assert bill_now(shop, subscription) == amount


@pytest.mark.parametrize(
    ("events", "amount"),
    [
        ([{"n": 3, "weight": 2}, {"n": 4, "weight": 3}], "68"),
        ([{"n": 3, "weight": 0}, {"n": 4}, {"n": 5, "weight": "x"}], "62"),
    ],
)
def test_a_weighted_sum(shop: Shop, events: List[Row], amount: str) -> None:
    subscription = shop.subscribe(metered(shop, "STANDARD", [], "WEIGHTED_SUM"))
    use(shop, subscription, *events)
    assert bill_now(shop, subscription) == amount


def test_events_within_a_minute_make_one_more_invoice(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", [], progressiveBillingThreshold=50)
    subscription = shop.subscribe(plan)
    use(shop, subscription, {"n": 20}, {"n": 40}, {"n": 60})
    assert [one["amount"] for one in shop.invoices(subscription)] == ["170"]
    use(shop, subscription, {"n": 70})
    assert len(shop.invoices(subscription)) == 1

    shop.wait(minutes=1)
    use(shop, subscription, {"n": 49})
    assert len(shop.invoices(subscription)) == 1
    use(shop, subscription, {"n": 1})
    assert [one["amount"] for one in shop.invoices(subscription)] == ["290", "170"]


def test_time_that_passes_and_webhooks_show_what_the_minute_brought(shop: Shop) -> None:
    shop.world.central["tenant"].update(shop.tenant_id, {"webhookUrl": "https://a.example.com"})
    plan = metered(shop, "STANDARD", [], progressiveBillingThreshold=50)
    one, other = shop.subscribe(plan), shop.subscribe(plan)
    use(shop, one, {"n": 60})
    assert shop.sandbox.deliveries[-1].event == "invoice.created"
    use(shop, other, {"n": 60})
    shop.sandbox.advance(minutes=2)
    assert len(shop.db["invoice"].rows) == 2


def test_a_check_of_what_is_gone_or_was_restored_bills_nothing(shop: Shop) -> None:
    plan = metered(shop, "STANDARD", [], progressiveBillingThreshold=50)
    subscription = shop.subscribe(plan)
    empty = shop.sandbox.snapshot()
    use(shop, subscription, {"n": 60})
    shop.sandbox.restore(empty)
    assert shop.invoices(subscription) == []
    use(shop, subscription, {"n": 60})
    shop.db["subscription"].delete(subscription["id"])
    shop.ok("GET", "invoices")
    assert not shop.db["invoice"].rows


# Ids and times


def made_at(identifier: str) -> int:
    return int(identifier[1:9], 36)


def test_ids_carry_the_time_of_the_server_whatever_createdat_says(api: Caller) -> None:
    old = api.customer(createdAt="2020-01-01T00:00:00Z")
    now = round(api.sandbox.now().timestamp() * 1000)
    assert old["createdAt"] == "2020-01-01T00:00:00.000Z"
    assert abs(made_at(old["id"]) - now) <= 2
    assert old["updatedAt"] == js.iso(api.sandbox.now())
    api.sandbox.advance(days=1)
    new = api.customer(externalId="u2")
    assert made_at(new["id"]) - made_at(old["id"]) >= 86_400_000


def test_updatedat_moves_with_the_same_values_but_not_with_none(api: Caller) -> None:
    made = api.customer(name="Ada")
    path = f"/customers/{made['id']}"
    assert api.patch(path)["updatedAt"] == made["updatedAt"]
    assert api.patch(path, name="Ada")["updatedAt"] > made["updatedAt"]


# The rate limit


def test_the_end_of_a_block_stops_the_clocks_of_the_other_operations() -> None:
    sandbox = Sandbox(seed=1, rate_limit=100)
    api = Caller(sandbox)

    def remaining(path: str) -> int:
        return int(api.send("GET", path).headers["x-ratelimit-remaining"])

    for _ in range(101):
        api.send("GET", "/api/plans")
    sandbox.advance(seconds=5)
    for _ in range(50):
        api.send("GET", "/api/customers")
    sandbox.advance(seconds=56)
    assert remaining("/api/plans") == 99  # its block has ended
    sandbox.advance(seconds=10)
    assert remaining("/api/customers") == 49
    sandbox.advance(minutes=5)
    assert remaining("/api/customers") == 49
    assert remaining("/api/plans") == 99

    for _ in range(50):
        api.send("GET", "/api/customers")
    assert api.send("GET", "/api/customers").status_code == 429
    sandbox.advance(minutes=1)
    assert remaining("/api/customers") == 99


def test_without_any_block_each_call_counts_for_a_minute_from_its_own_time() -> None:
    sandbox = Sandbox(seed=1, rate_limit=100)
    api = Caller(sandbox)
    found = []
    for _ in range(3):
        answer = api.send("GET", "/api/customers")
        found.append(answer.headers["x-ratelimit-remaining"])
        sandbox.advance(seconds=40)
    assert found == ["99", "98", "98"]


@pytest.mark.parametrize("path", ["/api/customers", "/api/nothing", "/api/customers/x"])
def test_every_answer_has_the_date_in_whole_seconds(path: str) -> None:
    sandbox = Sandbox(seed=1)
    sandbox.fail_next()
    sandbox.advance(hours=1)
    dates = [Caller(sandbox).send("GET", path).headers["date"] for _ in range(2)]
    assert dates == ["Mon, 01 Jun 2026 13:00:00 GMT"] * 2


# Batches


def test_a_batch_takes_almost_anything(shop: Shop) -> None:
    metered(shop, "STANDARD", [])
    plan = shop.plan(9)
    made = {status: shop.subscribe(plan, status=status)["id"] for status in ("CANCELED", "PAUSED")}
    active = shop.subscribe(plan)["id"]

    def event(number: int, subscription: str = active, **fields: Any) -> Row:
        about = {"transactionId": f"b{number}", "subscriptionId": subscription, "code": "m"}
        return {**about, **fields}

    answer = shop.ok(
        "POST",
        "events/batch",
        {
            "events": [
                event(1, code="nowhere"),
                event(2, "nobody"),
                event(3, properties={"n": "many"}),
                event(4, made["CANCELED"]),
                event(5, made["PAUSED"]),
                event(6, timestamp="1999-01-01"),
                event(7, timestamp="2030-01-01"),
                event(8),
                event(8),
            ]
        },
    )
    statuses = [one["status"] for one in answer["results"]]
    assert statuses == ["created", "error", *["created"] * 6, "duplicate"]
    assert answer["results"][1]["error"] == "Subscription 'nobody' not found"
    assert (answer["created"], answer["duplicates"], answer["errors"]) == (7, 1, 1)
    words = "404 Billable metric with code 'nowhere' not found"
    assert shop.refusal("POST", "events", event(9, code="nowhere")) == words


def test_a_wrong_field_refuses_a_whole_batch(shop: Shop) -> None:
    right = {"transactionId": "b1", "subscriptionId": "s", "code": "m"}
    answer = shop.send("POST", "events/batch", {"events": [right, {**right, "code": ""}]})
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["events.1.code"]
    many = messages(shop, "POST", "events/batch", {"events": [right] * 101})
    assert many == ["events must contain no more than 100 elements"]
    large = {**right, "properties": {"x": "x" * 102_400}}
    refusal = shop.refusal("POST", "events/batch", {"events": [large]})
    assert refusal == "500 request entity too large"
