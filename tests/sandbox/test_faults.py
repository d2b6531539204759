"""Faults that were asked for: errors, broken connections, slowness, the rate limit."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, List

import anyio
import pytest

from novabilling import (
    APIConnectionError,
    NovaBillingTimeoutError,
    RateLimitError,
    ServerError,
)
from novabilling.sandbox import Sandbox
from tests.conftest import Clock
from tests.sandbox.shop import START, Shop

CUSTOMER = {"external_id": "u1", "email": "ada@example.com", "currency": "NGN"}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(seed=1)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    return sandbox.client(max_retries=0)


def total(sandbox: Sandbox) -> int:
    return sandbox.client().customers.list().meta.total


def test_the_next_requests_fail_as_often_as_was_said(sandbox: Sandbox, client: Any):
    sandbox.fail_next(status=503, times=2)

    for _ in range(2):
        with pytest.raises(ServerError, match="Service Unavailable") as caught:
            client.customers.list()
        assert (caught.value.status_code, caught.value.path) == (503, "/api/customers")
    assert client.customers.list().meta.total == 0


@pytest.mark.parametrize("after_apply", [False, True])
def test_a_failed_write_has_taken_effect_only_after_apply(
    sandbox: Sandbox, client: Any, after_apply: bool
):
    sandbox.fail_next(after_apply=after_apply)

    with pytest.raises(ServerError) as caught:
        client.customers.create(**CUSTOMER)

    assert caught.value.may_have_been_applied
    assert total(sandbox) == after_apply


@pytest.mark.parametrize("after_apply", [False, True])
def test_a_dropped_write_has_taken_effect_only_after_apply(
    sandbox: Sandbox, client: Any, after_apply: bool
):
    sandbox.drop_next(after_apply=after_apply)

    with pytest.raises(APIConnectionError) as caught:
        client.customers.create(**CUSTOMER)

    assert caught.value.may_have_been_applied
    assert total(sandbox) == after_apply


def test_faults_of_several_kinds_come_in_the_order_they_were_planned(
    sandbox: Sandbox, clock: Clock
):
    sandbox.drop_next()
    sandbox.fail_next(status=502)

    assert sandbox.client(max_retries=2).customers.list().meta.total == 0
    assert len(clock.slept) == 2


def test_a_429_says_when_to_come_back(sandbox: Sandbox, client: Any):
    sandbox.fail_next(status=429, retry_after=7)

    with pytest.raises(RateLimitError) as caught:
        client.customers.list()

    assert caught.value.retry_after == 7


def test_a_status_without_a_name_has_one_all_the_same(sandbox: Sandbox, client: Any):
    sandbox.fail_next(status=599)

    with pytest.raises(ServerError, match="Status 599"):
        client.customers.list()


@pytest.mark.parametrize("status", [200, 302, 399, 600])
def test_a_status_that_is_no_error_is_refused(sandbox: Sandbox, status: int):
    with pytest.raises(ValueError, match="400 to 599"):
        sandbox.fail_next(status=status)


@pytest.mark.parametrize("times", [0, -1, True])
def test_no_times_at_all_are_refused(sandbox: Sandbox, times: int):
    with pytest.raises(ValueError, match="1 or more"):
        sandbox.drop_next(times=times)


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_latency_below_nothing_is_refused(sandbox: Sandbox, seconds: float):
    with pytest.raises(ValueError, match="0 seconds or more"):
        sandbox.latency = seconds


def test_a_latency_beyond_the_timeout_is_a_timeout_at_once_and_the_write_took_effect(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("nobody should wait"))
    sandbox.latency = 31

    with pytest.raises(NovaBillingTimeoutError) as caught:
        sandbox.client(timeout=30).customers.create(**CUSTOMER)

    assert caught.value.may_have_been_applied
    sandbox.latency = 0
    assert total(sandbox) == 1


def test_a_latency_within_the_timeout_is_waited_for(
    sandbox: Sandbox, client: Any, monkeypatch: pytest.MonkeyPatch
):
    slept: List[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    sandbox.latency = 3

    client.customers.list()

    assert slept == [3]


@pytest.mark.anyio
async def test_async_clients_wait_without_holding_up_the_others(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    waiting: List[float] = []
    everybody = anyio.Event()

    async def sleep(seconds: float) -> None:
        waiting.append(seconds)
        if len(waiting) == 3:
            everybody.set()
        await everybody.wait()

    client = sandbox.async_client()
    sandbox.latency = 3
    with monkeypatch.context() as patch, anyio.fail_after(10):
        patch.setattr("novabilling.sandbox._doors.turns.anyio.sleep", sleep)
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(client.customers.list)

    assert waiting == [3, 3, 3]


@pytest.mark.anyio
async def test_async_clients_time_out_at_once(sandbox: Sandbox):
    sandbox.latency = 31

    with pytest.raises(NovaBillingTimeoutError):
        await sandbox.async_client(timeout=30, max_retries=0).customers.list()


def test_the_rate_limit_can_be_switched_on_and_off(sandbox: Sandbox, client: Any):
    assert sandbox.rate_limit is None
    sandbox.rate_limit = 1
    client.customers.list()
    with pytest.raises(RateLimitError):
        client.customers.list()

    sandbox.rate_limit = None

    assert client.customers.list().meta.total == 0


def test_a_request_may_be_carried_out_after_its_client_has_gone(shop: Shop):
    client = shop.sandbox.client(max_retries=0)
    shop.sandbox.drop_next(late=3)
    with pytest.raises(APIConnectionError) as caught:
        client.customers.create(**{**CUSTOMER, "external_id": "u2"})
    assert caught.value.may_have_been_applied
    shop.wait(seconds=2.999)
    assert total(shop.sandbox) == 1
    shop.wait(seconds=7)
    newest = client.customers.list().data[0]
    assert newest.external_id == "u2"
    assert newest.created_at == START + timedelta(seconds=3)
    assert total(shop.sandbox) == 2


def test_late_requests_come_in_the_order_of_their_times_and_once(sandbox: Sandbox, client: Any):
    for number, late in enumerate((20, 10)):
        sandbox.drop_next(late=late)
        with pytest.raises(APIConnectionError):
            client.customers.create(**{**CUSTOMER, "external_id": f"u{number}"})
    waiting = sandbox.snapshot()
    for _ in range(2):
        sandbox.advance(hours=1)
        assert [one.external_id for one in client.customers.list().data] == ["u0", "u1"]
        sandbox.restore(waiting)
    assert total(sandbox) == 0


def test_what_a_late_request_tells_is_told_by_its_webhook(sandbox: Sandbox):
    owner = sandbox.client(token=sandbox.jwt, max_retries=0)
    owner.tenants.update_me(webhook_url="https://a.example.com")
    sandbox.drop_next(late=60)
    with pytest.raises(APIConnectionError):
        owner.customers.create(**CUSTOMER)
    assert sandbox.deliveries == []
    sandbox.advance(minutes=1)
    (told,) = sandbox.deliveries
    assert told.event == "customer.created"
    assert sandbox.now() - told.timestamp < timedelta(seconds=1)


def test_late_is_a_time_and_nothing_is_early_and_late(sandbox: Sandbox):
    with pytest.raises(ValueError, match="late must be 0 seconds or more"):
        sandbox.drop_next(late=-1)
    with pytest.raises(ValueError, match="leave one of them out"):
        sandbox.drop_next(late=1, after_apply=True)


def test_a_fault_waits_for_its_operation(sandbox: Sandbox):
    client = sandbox.client()
    sandbox.drop_next(after_apply=True, method="post", route="/customers")

    assert client.customers.list().total == 0
    with pytest.raises(APIConnectionError) as caught:
        client.customers.create(**CUSTOMER)

    assert caught.value.may_have_been_applied
    assert client.customers.list().total == 1


def test_faults_for_others_and_for_any_happen_in_their_order(sandbox: Sandbox, client: Any):
    made = client.customers.create(**CUSTOMER).data
    sandbox.fail_next(500, route="/customers/{customer_id}", times=2)
    sandbox.fail_next(503)

    with pytest.raises(ServerError, match="503"):
        client.customers.list()
    with pytest.raises(ServerError, match="500"):
        client.customers.get(made.id)
    client.customers.list()
    with pytest.raises(ServerError, match="500"):
        client.customers.delete(made.id)
    assert client.customers.get(made.id).id == made.id


def test_a_fault_that_would_wait_for_ever_is_refused(sandbox: Sandbox):
    with pytest.raises(ValueError, match="no operation POST /customer;"):
        sandbox.drop_next(method="POST", route="/customer")
    with pytest.raises(ValueError, match="no operation PATCH /payments"):
        sandbox.fail_next(method="PATCH", route="/payments")
    with pytest.raises(ValueError, match="no operation /api/payments"):
        sandbox.fail_next(route="/api/payments")
    with pytest.raises(ValueError, match="method must be"):
        sandbox.fail_next(method="create")
