"""Tests of the shop as it runs: the app in one process, the sandbox in another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from novabilling import NovaBilling
from novabilling.testing import SandboxServer

pytest_plugins = ["novabilling.testing"]

APP = Path(__file__).with_name("app.py")


@pytest.fixture
def shop(novabilling_server: SandboxServer) -> Iterator[str]:
    """Start the app, let it have the webhooks of the sandbox, and return its address."""
    settings = {
        "NOVABILLING_TOKEN": novabilling_server.token,
        "NOVABILLING_BASE_URL": novabilling_server.url,
        "NOVABILLING_WEBHOOK_SECRET": novabilling_server.webhook_secret,
        "PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, str(APP)],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().split()[-1]
    novabilling_server.forward(f"{address}/webhooks")
    yield address
    process.terminate()
    process.communicate()


def members(shop: str) -> Any:
    return httpx.get(shop).json()


def test_who_has_paid_gets_in(shop: str, novabilling_server: SandboxServer):
    assert members(shop) == {}

    delivery = novabilling_server.trigger("invoice.paid")

    assert delivery["state"] == "accepted"
    assert members(shop) == {"trigger_1@example.com": "INV-00001"}


def test_a_renewal_is_paid(shop: str, novabilling_server: SandboxServer):
    with NovaBilling(token=novabilling_server.token, base_url=novabilling_server.url) as client:
        plan = client.plans.create(
            name="Pro",
            code="pro",
            billing_interval="monthly",
            prices=[{"currency": "NGN", "amount": 15000}],
        ).data
        customer = client.customers.create(
            external_id="usr_1", email="ada@example.com", currency="NGN"
        ).data
        client.subscriptions.create(customer_id=customer.id, plan_id=plan.id, currency="NGN")
        nights = novabilling_server.advance_period()
        assert nights[-1]["did"] == {"subscription.renewed": 1, "invoice.created": 1}
        client.invoices.mark_paid(client.invoices.list().data[0].id, payment_method="card")
    novabilling_server.wait_for_deliveries()

    assert list(members(shop)) == ["ada@example.com"]


def test_an_outage_is_survived(shop: str, novabilling_server: SandboxServer):
    # The app reads the invoice when it hears of it: its client asks again.
    novabilling_server.fail_next(503, method="GET", route="/invoices/{invoice_id}")

    novabilling_server.trigger("invoice.paid")

    seen = novabilling_server.requests(text="/api/invoices")
    assert [one["status"] for one in seen] == [200, 503]
    assert len(members(shop)) == 1
