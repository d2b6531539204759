"""A key that is taken and noticed only by the server's database: a 500 that is a refusal."""

from __future__ import annotations

import pytest

from novabilling import APIStatusError, ConflictError, ServerError
from novabilling.types import ChargeFilterInput, MetricFilterInput
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

TAKEN = problem(
    500,
    "\nInvalid `db.subscription.create()` invocation:\n\n\n"
    'Unique constraint failed on the fields: (`"externalId"`)',
)
TWICE = r"^filters: two of them have the key 'region'; the server takes each once$"
CHARGE = {"plan_id": "pln_1", "billable_metric_id": "met_1", "charge_model": "standard"}
METRIC = {"name": "n", "code": "c", "aggregation_type": "count"}


async def test_the_error_says_that_nothing_was_done(client_for):
    client = client_for(Server(TAKEN))

    with pytest.raises(ConflictError) as caught:
        await client.subscriptions.create(customer_id="c", plan_id="p", currency="NGN")

    assert caught.value.status_code == 500
    assert not caught.value.may_have_been_applied
    assert str(caught.value) == (
        '500: Unique constraint failed on the fields: (`"externalId"`) (this attempt wrote nothing)'
        " [POST /subscriptions]"
    )


async def test_an_earlier_attempt_of_unknown_fate_leaves_the_doubt(client_for, clock):
    client = client_for(Server(problem(503), TAKEN))

    with pytest.raises(ConflictError) as caught:
        await client.add_ons.update("add_1", name="n")

    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("status", [400, 501, 502])
async def test_the_words_of_another_status_are_no_conflict(client_for, status):
    client = client_for(Server(problem(status, "Unique constraint failed")))

    with pytest.raises(APIStatusError) as caught:
        await client.taxes.create(name="VAT", code="vat", rate=7.5)

    assert type(caught.value) is not ConflictError
    assert "wrote nothing" not in str(caught.value)


async def test_the_words_in_a_value_that_is_quoted_are_no_conflict(client_for):
    message = "Invalid value for argument `name`: 'Unique constraint failed'"

    with pytest.raises(ServerError) as caught:
        await client_for(Server(problem(500, message))).taxes.create(name="a", code="a", rate=1)

    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("resource", ["charges", "billable_metrics"])
async def test_an_update_that_removes_the_old_filters_first_may_have_done_so(client_for, resource):
    client = client_for(Server(TAKEN))

    with pytest.raises(ServerError, match="externalId") as caught:
        await getattr(client, resource).update("id_1", filters=[])

    assert caught.value.may_have_been_applied


@pytest.mark.parametrize(
    "filters",
    [
        [{"key": "region", "values": ["eu"]}, {"key": "region", "values": ["us"]}],
        [{"key": k, "values": ["eu"]} for k in ("tier", "region", "plan", "region")],
    ],
)
async def test_a_filter_key_is_given_once(client_for, filters):
    server = Server(TAKEN)
    client = client_for(server)

    for resource, new in ((client.charges, CHARGE), (client.billable_metrics, METRIC)):
        with pytest.raises(ValueError, match=TWICE):
            await resource.create(**new, filters=filters)
        with pytest.raises(ValueError, match=TWICE):
            await resource.update("id_1", filters=filters)
    assert server.requests == []


async def test_filters_that_are_structs_are_looked_at_as_well(client_for):
    server = Server(TAKEN)

    with pytest.raises(ValueError, match=TWICE):
        await client_for(server).charges.update(
            "chg_1", filters=[ChargeFilterInput("region", [v]) for v in ("eu", "us")]
        )
    with pytest.raises(ValueError, match=TWICE):
        await client_for(server).billable_metrics.update(
            "met_1", filters=[MetricFilterInput("region", [v]) for v in ("eu", "us")]
        )
    assert server.requests == []


async def test_filters_with_other_keys_pass(client_for):
    server = Server(TAKEN)
    filters = [{"key": key, "values": ["a"]} for key in ("region", "Region", "tier")]

    with pytest.raises(ServerError):
        await client_for(server).charges.update("chg_1", filters=filters)
    assert len(server.requests) == 1
