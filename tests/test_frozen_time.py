"""Programs whose tests freeze time: everything works, inside, outside, and around the imports."""

from __future__ import annotations

import itertools

import pytest

from tests.pool.support import python

FREEZERS = {
    "freezegun": "from freezegun import freeze_time as frozen\n",
    "time_machine": "from time_machine import travel as frozen\n",
}
IMPORTS = """
import novabilling
from novabilling import NotFoundError, NovaBilling, AsyncNovaBilling, webhooks
from novabilling.sandbox import Sandbox
from novabilling.types import UsageEventInput
"""
CALLS = """
import asyncio, json, datetime as real

def live(client, number):
    customer = client.customers.create(
        external_id=f"usr_{number}", email="ada@example.com", currency="NGN"
    ).data
    assert client.customers.get(customer.id).data.created_at == customer.created_at
    assert customer.created_at.tzinfo is not None
    assert customer.id in [row.id for row in client.customers.iter()]
    assert type(customer).from_dict(customer.to_dict(mode="json")) == customer
    event = UsageEventInput(
        subscription_id="x", code="y", timestamp=real.datetime.now(real.timezone.utc)
    )
    assert UsageEventInput.from_dict(event.to_dict(mode="json")) == event
    invoice = client.invoices.create(
        customer_id=customer.id,
        items=[{"description": "Pro", "amount": 1}],
        due_date=real.date(2030, 1, 31),
        subscription_id=None,
    ).data
    assert invoice.due_date.year == 2030
    rows = client.payments.list(customer_id=customer.id, date_from="2026-01-01")
    assert rows.meta.total == 0
    try:
        client.events.create(
            subscription_id="x", code="y", timestamp=real.datetime.now(real.timezone.utc)
        )
    except NotFoundError as error:
        assert error.timestamp is not None and error.events[0].timestamp is not None
    else:
        raise AssertionError

def lost(sandbox, number):
    client = sandbox.client(max_retries=0)
    sandbox.drop_next(after_apply=True)
    try:
        client.customers.create(external_id=f"lost_{number}", email="a@b.co", currency="NGN")
    except novabilling.APIConnectionError as error:
        kept = json.dumps(error.call.to_dict())
        record = novabilling.CallRecord.from_dict(json.loads(kept))
        assert record == error.call
        assert client.reconcile(record, settle=0).applied
    else:
        raise AssertionError

async def live_async(client):
    found = await client.customers.list()
    assert found.meta.total >= 1

def verify(sandbox):
    body = b'{"event": "customer.created", "data": {"customerId": "c", "externalId": "u", ' \
        b'"email": "a@b.co"}, "timestamp": "2026-06-01T12:00:00.000Z"}'
    signature = webhooks.sign(body, "whsec")
    event = webhooks.verify(body, signature, "whsec", now=real.datetime(
        2026, 6, 1, 12, tzinfo=real.timezone.utc))
    assert event.type == "customer.created"

def everything(number, sandbox=None):
    sandbox = sandbox or Sandbox()
    live(sandbox.client(), number)
    asyncio.run(live_async(sandbox.async_client()))
    verify(sandbox)
    lost(sandbox, number)
    return sandbox
"""


@pytest.mark.parametrize("library", FREEZERS)
@pytest.mark.parametrize(
    ("imported", "first_used"), list(itertools.product(("outside", "inside"), repeat=2))
)
def test_calls_work_where_time_is_frozen_and_where_it_is_not(library, imported, first_used):
    pytest.importorskip(library)
    outside = IMPORTS if imported == "outside" else ""
    program = [FREEZERS[library], outside, CALLS]
    if first_used == "outside" and imported == "outside":
        program.append("everything(0)\n")
    inside = IMPORTS if imported == "inside" else ""
    block = f"{inside}\nsandbox = everything(1)\neverything(2, sandbox)\n"
    program.append("with frozen('2026-06-01T12:00:00+00:00'):\n")
    program.append("".join(f"    {line}\n" for line in block.splitlines()))
    program.append("everything(3, sandbox)\neverything(4)\nprint('lived')\n")

    done = python("-W", "error", "-c", "".join(program))

    assert (done.stdout, done.returncode) == ("lived\n", 0), done.stderr


def test_idle_connections_grow_old_although_time_is_frozen():
    pytest.importorskip("freezegun")
    program = """
from freezegun import freeze_time
from novabilling._runtime import concurrency
with freeze_time("2026-06-01"):
    before = concurrency.monotonic()
    for _ in range(10000):
        pass
    print(concurrency.monotonic() > before)
"""

    assert python("-c", program).stdout == "True\n"
