"""The programs of the page on the outbox that need a framework, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import pytest

from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.pages import DOCS, text_of

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[Tuple[Sandbox, str]]:
    """Serve a sandbox with a subscription and the metrics of the page."""
    monkeypatch.chdir(tmp_path)
    sandbox = Sandbox()
    client = sandbox.client()
    for code in ("api_calls", "conversions"):
        client.billable_metrics.create(name=code, code=code, aggregation_type="count")
    prices = [{"currency": "NGN", "amount": 1}]
    plan = client.plans.create(name="Pro", code="pro", billing_interval="monthly", prices=prices)
    customer = client.customers.create(external_id="c", email="ada@example.com", currency="NGN")
    client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN", external_id="usr_1"
    )
    with serve(sandbox.handle) as url:
        yield sandbox, url


def program(heading: str, sandbox: Sandbox, url: str) -> str:
    section = text_of("outbox.md").partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    (code,) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return code.replace('token="sk_live_..."', f"token={sandbox.token!r}, base_url={url!r}")


def events(sandbox: Sandbox) -> int:
    client = sandbox.client()
    subscription = client.subscriptions.list().data[0].id
    return len(list(client.events.iter_by_subscription(subscription)))


def test_the_script_runs(server):
    exec(compile(program("A script", *server), "script", "exec"), {})

    assert events(server[0]) == 3


def test_the_fastapi_service_runs(server):
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from fastapi.testclient import TestClient

    names: Dict[str, Any] = {}
    exec(compile(program("FastAPI", *server), "service", "exec"), names)
    with TestClient(names["app"]) as browser:
        assert browser.get("/search").json() == {"found": []}

    assert events(server[0]) == 1


def test_the_celery_worker_runs(server):
    pytest.importorskip("celery", reason="Celery is not installed")
    names: Dict[str, Any] = {}
    exec(compile(program("Celery", *server), "worker", "exec"), names)

    names["signals"].worker_process_init.send(sender=None)
    names["convert"]("a")  # a task that is called runs here
    names["signals"].worker_process_shutdown.send(sender=None)

    assert events(server[0]) == 1


def test_the_separate_sender_runs(server, tmp_path):
    sandbox, url = server
    code = program("A script", *server).replace(
        'SQLiteStore("usage"), close_timeout=60', 'SQLiteStore("usage"), send=False'
    )
    exec(compile(code, "script", "exec"), {})
    section = text_of("outbox.md").partition("\n### A separate sender\n")[2]
    command = next(line for line in section.splitlines() if line.startswith("NOVABILLING_TOKEN"))
    words = command.partition(" python ")[2].split()

    subprocess.run(
        [sys.executable, *words, "--base-url", url, "--until-empty"],
        env={**os.environ, "NOVABILLING_TOKEN": sandbox.token, "PYTHONPATH": str(ROOT / "src")},
        check=True,
        timeout=60,
    )

    assert events(sandbox) == 3
