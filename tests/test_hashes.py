"""Results go into sets, whatever their fields hold."""

from __future__ import annotations

import copy
import pickle

import pytest

from novabilling.sandbox import Sandbox
from novabilling.types import ChargeFilterInput, Message, MetricFilterInput, UsageEventInput


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


def test_a_result_with_metadata_is_hashed_by_type_and_id(sandbox):
    client = sandbox.client()
    made = client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN", metadata={"a": [1]}
    ).data

    again = client.customers.get(made.id).data
    assert hash(made) == hash(copy.copy(made)) == hash(pickle.loads(pickle.dumps(made)))
    assert hash(again) == hash(made)  # also when it has changed meanwhile
    assert {made, copy.copy(made)} == {made}


def test_rows_of_different_types_with_one_id_are_different(sandbox):
    client = sandbox.client()
    plan = client.plans.create(name="Pro", code="pro", billing_interval="monthly").data
    customer = client.customers.create(
        external_id=plan.id, email="ada@example.com", currency="NGN"
    ).data

    assert len({plan, customer}) == 2


def test_a_result_without_an_id_is_hashed_by_what_can_be_hashed(sandbox):
    assert hash(Message(message="a")) == hash(Message(message="a"))
    assert len({Message(message="a"), Message(message="b"), Message(message="a")}) == 2
    batch = sandbox.client().events.create_batch(
        [UsageEventInput(subscription_id="none", code="calls")]
    )
    assert batch.data in {batch.data}


def test_events_of_webhooks_can_be_hashed(sandbox):
    sandbox.client(token=sandbox.jwt).webhooks.create(
        url="https://app.example/webhooks", events=["plan.created"]
    )
    sandbox.client().customers.create(
        external_id="usr_9", email="ada@example.com", currency="NGN", metadata={"a": 1}
    )
    events = [delivery.event for delivery in sandbox.deliveries] if sandbox.deliveries else []
    (webhook,) = sandbox.client(token=sandbox.jwt).webhooks.list()

    assert webhook in {webhook}
    assert len(set(events)) <= len(events)


def test_arguments_with_dicts_and_lists_can_be_hashed():
    event = UsageEventInput(subscription_id="s", code="calls", properties={"a": [1]})
    by_region = ChargeFilterInput("region", ["ng"], properties={"amount": 1})

    assert hash(event) == hash(copy.copy(event))
    assert {event, copy.copy(event)} == {event}
    assert by_region in {by_region}
    assert len({MetricFilterInput("region", ["ng"]), MetricFilterInput("plan", ["ng"])}) == 2
