"""Usage events: repeats, batches, the list, and bills before the period ends."""

from __future__ import annotations

from typing import Any, List

import pytest

from tests.sandbox.shop import Row, Shop


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.row("billableMetric", name="Calls", code="calls", aggregationType="COUNT")
    return shop


def event(number: Any, subscription: Row, **fields: Any) -> Row:
    about = {"transactionId": f"t{number}", "subscriptionId": subscription["id"], "code": "calls"}
    return {**about, **fields}


def batch(shop: Shop, *events: Any) -> Row:
    answer: Row = shop.ok("POST", "events/batch", {"events": events})
    return answer


def numbers(shop: Shop, subscription: Row, query: str = "") -> List[str]:
    answer = shop.ok("GET", f"events/subscription/{subscription['id']}?{query}")
    return [row["transactionId"] for row in answer["data"]]


def test_null_is_as_good_as_no_time_and_no_properties(shop: Shop) -> None:
    subscription = shop.subscribe(shop.plan())
    body = event(1, subscription, timestamp=None, properties=None)
    created = shop.ok("POST", "events", body)
    assert created["timestamp"] == created["createdAt"] == "2026-11-22T12:00:00.000Z"
    assert created["properties"] == {}


def test_the_external_id_finds_the_subscription(shop: Shop) -> None:
    subscription = shop.subscribe(shop.plan(), externalId="mine")
    body = event(1, {"id": "mine"})
    assert shop.ok("POST", "events", body)["subscriptionId"] == subscription["id"]
    assert numbers(shop, {"id": "mine"}) == []


def test_one_event_needs_a_metric_with_its_code_an_event_of_a_batch_does_not(shop: Shop) -> None:
    odd = event(1, shop.subscribe(shop.plan()), code="odd")
    refusal = shop.refusal("POST", "events", odd)
    assert refusal == "404 Billable metric with code 'odd' not found"
    assert batch(shop, odd)["created"] == 1


def test_a_repeat_is_known_before_anything_else_is_looked_at(shop: Shop) -> None:
    first = shop.ok("POST", "events", event(1, shop.subscribe(shop.plan())))
    repeat = event(1, {"id": "nobody"}, code="odd")
    assert shop.ok("POST", "events", repeat) == first
    assert batch(shop, repeat)["duplicates"] == 1


def test_a_batch_tells_what_became_of_each_event(shop: Shop) -> None:
    mine, nobody = shop.subscribe(shop.plan()), {"id": "nobody"}
    answer = batch(shop, event(1, mine), event(1, mine), event(2, nobody), event(3, mine))
    assert answer == {
        "total": 4,
        "created": 2,
        "duplicates": 1,
        "errors": 1,
        "results": [
            {"transactionId": "t1", "status": "created"},
            {"transactionId": "t1", "status": "duplicate"},
            {
                "transactionId": "t2",
                "status": "error",
                "error": "Subscription 'nobody' not found",
            },
            {"transactionId": "t3", "status": "created"},
        ],
    }


def test_what_the_database_refuses_is_an_error_in_the_batch_and_a_500_alone(shop: Shop) -> None:
    odd = event(1, shop.subscribe(shop.plan()), timestamp="2027-W09")
    (result,) = batch(shop, odd)["results"]
    assert result["error"].endswith("Provided Date object is invalid. Expected Date.")
    assert shop.refusal("POST", "events", odd).startswith("500")


def test_an_array_in_place_of_an_event_has_no_transaction_id(shop: Shop) -> None:
    (result,) = batch(shop, [event(1, shop.subscribe(shop.plan()))])["results"]
    assert set(result) == {"status", "error"}


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([], "events must contain at least 1 elements"),
        ([{}] * 101, "events must contain no more than 100 elements"),
    ],
)
def test_a_batch_has_1_to_100_events(shop: Shop, events: List[Row], complaint: str) -> None:
    subscription = {"id": "s"}
    full = [event(number, subscription) for number in range(len(events))]
    response = shop.send("POST", "events/batch", {"events": full})
    assert response.status_code == 400
    assert [error["message"] for error in response.json()["errors"]] == [complaint]


def test_the_list_is_sorted_by_the_time_of_use_and_cut_by_it(shop: Shop) -> None:
    mine = shop.subscribe(shop.plan())
    for day in (20, 22, 21):
        batch(shop, event(day, mine, timestamp=f"2026-11-{day}", code=f"c{day}"))
    assert numbers(shop, mine) == ["t22", "t21", "t20"]
    assert numbers(shop, mine, "from=2026-11-21&to=2026-11-21") == ["t21"]
    assert numbers(shop, mine, "from=&to=2026-11-21") == ["t21", "t20"]
    assert numbers(shop, mine, "code=c20") == ["t20"]
    assert numbers(shop, mine, "perPage=-2") == ["t21", "t20"]
    assert shop.refusal("GET", f"events/subscription/{mine['id']}?to=soon").startswith("500")


@pytest.mark.parametrize(
    ("asked", "size"),
    [("1.5", 1.5), ("1e1", 10), ("2abc", 50), ("0x10", 16), ("3&perPage=3", 50), ("", 50)],
)
def test_the_size_of_a_page_is_any_number(shop: Shop, asked: str, size: float) -> None:
    answer = shop.ok("GET", f"events/subscription/nobody?perPage={asked}")
    assert answer["meta"] == {"total": 0, "page": 1, "perPage": size, "totalPages": 0}
    assert shop.refusal("GET", "events/subscription/nobody?perPage=Infinity").startswith("500")


def test_events_up_to_the_threshold_make_an_invoice(shop: Shop) -> None:
    plan = shop.plan(10, billingTiming="IN_ARREARS", progressiveBillingThreshold=60)
    metric = shop.db["billableMetric"].find()[0]["id"]
    shop.row(
        "charge",
        planId=plan,
        billableMetricId=metric,
        chargeModel="STANDARD",
        properties={"amount": 30},
    )
    one, other = shop.subscribe(plan), shop.subscribe(plan)
    shop.ok("POST", "events", event(1, one))
    assert shop.invoices(one) == []
    shop.ok("POST", "events", event(2, one))
    batch(shop, event(3, other), event(4, other), event(5, {"id": "nobody"}))
    assert [row["amount"] for row in shop.invoices(one)] == ["70"]
    assert [row["amount"] for row in shop.invoices(other)] == ["70"]
