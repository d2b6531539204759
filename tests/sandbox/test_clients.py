"""The clients that a sandbox makes of itself."""

from __future__ import annotations

import anyio
import pytest

from novabilling import ConflictError, NotFoundError, RateLimitError
from novabilling.sandbox import Sandbox


def test_a_client_is_connected_and_several_share_the_server():
    sandbox = Sandbox()
    with sandbox.client() as client:
        made = client.customers.create(
            external_id="u1", email="ada@example.com", currency="NGN", metadata={"a": 1}
        ).data
    other = sandbox.client()

    assert other.customers.get(made.id).data.metadata == {"a": 1}
    with pytest.raises(ConflictError, match="externalId already exists"):
        other.customers.create(external_id="u1", email="ada@example.com", currency="NGN")


def test_options_of_the_client_can_be_given():
    sandbox = Sandbox(rate_limit=1)
    client = sandbox.client(token=sandbox.jwt, max_retries=0)

    assert client.tenants.get_me().data.email == "owner@example.com"
    with pytest.raises(RateLimitError):
        client.tenants.get_me()


def test_two_sandboxes_know_nothing_of_each_other():
    made = (
        Sandbox()
        .client()
        .customers.create(external_id="u1", email="ada@example.com", currency="NGN")
    )

    other = Sandbox().client()
    with pytest.raises(NotFoundError):
        other.customers.get(made.data.id)


@pytest.mark.anyio
async def test_an_async_client_is_connected_on_both_event_loops():
    sandbox = Sandbox()
    async with sandbox.async_client() as client:

        async def create(number: int) -> None:
            await client.customers.create(
                external_id=f"u{number}", email=f"u{number}@example.com", currency="NGN"
            )

        async with anyio.create_task_group() as group:
            for number in range(25):
                group.start_soon(create, number)
        found = [customer.external_id async for customer in client.customers.iter()]

    assert sorted(found) == sorted(f"u{number}" for number in range(25))
    assert sandbox.client().customers.list().meta.total == 25


def test_the_repr_of_a_sandbox_has_its_time_and_no_secret():
    sandbox = Sandbox(seed=1)

    assert repr(sandbox) == "Sandbox(2026-06-01 12:00:00 UTC, 1 tenant)"
    sandbox.client().auth.register(
        name="Ada", email="ada@example.com", password="correct horse", company_name="Obi"
    )
    assert repr(sandbox) == "Sandbox(2026-06-01 12:00:00 UTC, 2 tenants)"
    assert sandbox.token not in repr(sandbox)
