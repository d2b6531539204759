"""Every example runs as a program and prints what it promises."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, List

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

PLAYED = """
{'email': 'ada@example.com', 'paid': False}
400 REFUSAL
204
204
{'email': 'ada@example.com', 'paid': True}
"""
PRINTS: Dict[str, str] = {
    "script": """
reminder for INV-00002 to ada@example.com
open: NGN 17,500.5
open: USD 19.99
""",
    "trio_program": """
INV-00020: Invoice is already paid (not paid)
20 of 20 invoices are paid
NGN 300,000
""",
    "back_office": """
webhook set: https://shop.example.com/webhooks/novabilling
day 1: 24 customers, keys: day 1
day 2: 48 customers, keys: day 2
day 3: 72 customers, keys: day 3
tokens: TokenPair(access_token='********', refresh_token='********')
renewed every hour: True
""",
    "worker": """
order 1
  INV-00001: NGN 15000
order 2
  APIConnectionError: nothing was done, once more
  INV-00002: NGN 2500.5
order 3
  NovaBillingTimeoutError: may have been applied: True
  applied: True, evidence: trace
  INV-00003: NGN 120
order 4
  BadRequestError: may have been applied: False
  not billed: Validation failed
invoices: 3
""",
    "fastapi_service": PLAYED.replace("REFUSAL", '{"detail":"invalid webhook delivery"}'),
    "litestar_service": PLAYED.replace("REFUSAL", "invalid webhook delivery"),
}
NEEDS = {"fastapi_service": "fastapi", "litestar_service": "litestar", "trio_program": "trio"}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the examples are not part of the sdist"
)


CONFIRMED = """
import asyncio, httpx
import fastapi_service as service

client, sandbox = service.SANDBOX.client(), service.SANDBOX
sandbox.client(token=sandbox.jwt).webhooks.create(
    url="https://shop.example.com/webhooks/novabilling", events=["*"]
)
customer = client.customers.create(external_id="u", email="a@b.co", currency="NGN").data.id
items = [{"description": "Pro plan", "amount": 15000}]
invoice = client.invoices.create(customer_id=customer, items=items, due_date="2030-01-31").data.id
client.payment_providers.create(type="payu", credentials={})
client.invoices.create_checkout(invoice, callback_url="https://shop.example.com")
notice = {"MerchantReference": invoice, "TransactionState": "SUCCESSFUL"}
sandbox.handle(httpx.Request("POST", "http://sandbox.local/webhooks/payu", json=notice))

async def main():
    async with service.lifespan(service.app):
        print([one.statuses for one in await sandbox.adeliver(service.app)][-1])

asyncio.run(main())
print(customer in service.PAID)
"""


def lines(text: str) -> List[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize("name", PRINTS)
def test_an_example_prints_what_it_promises(name):
    needed = NEEDS.get(name, "novabilling")
    if find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    unset = {"NOVABILLING_TOKEN", "NOVABILLING_WEBHOOK_SECRET"}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")],
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if key not in unset},
    )

    assert done.returncode == 0, done.stderr
    assert lines(done.stdout) == lines(PRINTS[name])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("program", "live"),
    [("script.py --live", {}), ("fastapi_service.py", {"NOVABILLING_LIVE": "1"})],
)
def test_without_its_variable_an_example_says_which_one_it_needs(program, live):
    if find_spec("fastapi") is None and live:
        pytest.skip("fastapi is not installed")
    kept = {key: value for key, value in os.environ.items() if key != "NOVABILLING_TOKEN"}
    done = subprocess.run(
        [sys.executable, *program.split()],
        capture_output=True,
        text=True,
        cwd=EXAMPLES,
        env={**kept, **live},
    )

    assert done.returncode == 1
    assert "set the variable NOVABILLING_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_payment_that_its_provider_confirms_gives_access():
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    done = subprocess.run(
        [sys.executable, "-c", CONFIRMED], capture_output=True, text=True, cwd=EXAMPLES
    )

    assert lines(done.stdout) == ["(204,)", "True"], done.stderr


@pytest.mark.parametrize("colour", [[], ["--async"], ["--trio"]])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--base-url", "http://127.0.0.1:1", "--token", "sk"], "no answer from 127.0.0.1:1"),
        (["--base-url", "127.0.0.1", "--token", "sk"], "base_url"),
        (["--base-url", "http://127.0.0.1:1", "--token", "a b"], "token"),
    ],
)
def test_the_quickstart_ends_with_a_sentence_for_a_wrong_token_or_address(colour, options, words):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "quickstart.py"), *colour, *options],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("stopped: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_script_goes_live_only_when_told_so():
    environment = {**os.environ, "NOVABILLING_TOKEN": "not a token"}
    command = [sys.executable, str(EXAMPLES / "script.py")]
    options: Dict[str, Any] = {"capture_output": True, "text": True, "env": environment}

    assert subprocess.run(command, check=False, **options).returncode == 0
    assert "token must be" in subprocess.run([*command, "--live"], check=False, **options).stderr
