from __future__ import annotations

import pytest

from novabilling import BadRequestError
from novabilling.types import BillableMetric, Message, MetricFilterInput
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/billable-metrics", None, "metrics-list", [BillableMetric]),
    Case(
        lambda c: c.create(name="Calls", code="calls", aggregation_type="count"),
        "POST /api/billable-metrics",
        {"name": "Calls", "code": "calls", "aggregationType": "COUNT"},
        "metric-create-count",
        BillableMetric,
    ),
    Case(
        lambda c: c.create(
            name="Users",
            code="users",
            aggregation_type="unique_count",
            description=None,
            field_name="user_id",
            recurring=False,
            filters=[
                MetricFilterInput("region", ["us-east", "eu"]),
                {"key": "tier", "values": []},
            ],
        ),
        "POST /api/billable-metrics",
        {
            "name": "Users",
            "code": "users",
            "aggregationType": "UNIQUE_COUNT",
            "description": None,
            "fieldName": "user_id",
            "recurring": False,
            "filters": [
                {"key": "region", "values": ["us-east", "eu"]},
                {"key": "tier", "values": []},
            ],
        },
        "metric-create-unique-count",
        BillableMetric,
    ),
    Case(
        lambda c: c.get("met_1"),
        "GET /api/billable-metrics/met_1",
        None,
        "metric-get",
        BillableMetric,
    ),
    Case(
        lambda c: c.update(
            "met_1", name="n", description=None, field_name=None, recurring=True, filters=[]
        ),
        "PATCH /api/billable-metrics/met_1",
        {"name": "n", "description": None, "fieldName": None, "recurring": True, "filters": []},
        "metric-update",
        BillableMetric,
    ),
    Case(
        lambda c: c.delete(billable_metric_id="met_1"),
        "DELETE /api/billable-metrics/met_1",
        None,
        "metric-delete",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).billable_metrics)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_metric_has_its_filters_and_charges(client_for):
    metric = (await client_for(Server(recorded("metric-get"))).billable_metrics.get("m")).data

    assert metric.aggregation_type == "sum"
    assert metric.field_name == "tokens"
    assert metric.recurring is False
    assert [(one.key, one.values) for one in metric.filters] == [
        ("region", ["us-east", "eu"]),
        ("tier", []),
    ]
    assert metric.charges == []


async def test_a_listed_metric_has_the_number_of_its_charges(client_for):
    metrics = (await client_for(Server(recorded("metrics-list"))).billable_metrics.list()).data

    assert [metric.counts.charges for metric in metrics] == [
        row["_count"]["charges"] for row in body_of("metrics-list")
    ]


async def test_filters_cannot_be_none_in_an_update_and_the_error_says_what_to_send(client_for):
    server = Server(recorded("metric-update"))

    with pytest.raises(ValueError, match=r"^filters must not be None: .* send \[\] to remove$"):
        await client_for(server).billable_metrics.update("met_1", filters=None)

    assert server.requests == []


@pytest.mark.parametrize(
    "filters",
    [
        [{"key": "region"}],
        [{"key": "region", "values": [], "properties": {}}],
        [{"key": 5, "values": []}],
        {"key": "region", "values": []},
        ["region"],
    ],
    ids=str,
)
async def test_a_filter_that_is_none_is_refused_and_nothing_is_sent(client_for, filters):
    server = Server(recorded("metric-create-sum"))

    with pytest.raises((TypeError, ValueError), match=r"^filters"):
        await client_for(server).billable_metrics.create(
            name="n", code="c", aggregation_type="sum", filters=filters
        )

    assert server.requests == []


async def test_a_metric_with_charges_cannot_be_deleted(client_for):
    server = Server(problem(400, "Cannot delete a metric with charges"))

    with pytest.raises(BadRequestError, match="charges"):
        await client_for(server).billable_metrics.delete("met_1")
