"""The state of a served sandbox in a file: that it goes on exactly, and that nobody reads it."""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

from novabilling import NovaBilling
from novabilling.sandbox._served import state
from novabilling.sandbox._served.keeping import Keeper
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxServer, serve_sandbox
from tests.sandbox.serving import serve

ADA = {"external_id": "usr_1", "email": "ada@example.com", "currency": "NGN"}


def fill(sandbox: ServedSandbox) -> None:
    """Let there be something in every part of the state."""
    from novabilling.sandbox._served.triggers import TRIGGERS, trigger

    client = sandbox.client()
    for event in TRIGGERS:
        trigger(sandbox, event)
    client.auth.register(
        name="Bo", email="bo@example.com", password="correct horse", company_name="Bo Ltd"
    )
    client.auth.forgot_password(email="bo@example.com")
    odd = {"$time": "no time", "n": 1.5, "z": [None, True, {"$object": []}], "e": {}, "s": "é\n"}
    client.customers.create(**{**ADA, "external_id": "odd"}, metadata=odd)
    plan = client.plans.create(
        name="Usage",
        code="usage",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 100}],
        progressive_billing_threshold=5,
    ).data
    metric = client.billable_metrics.create(
        name="Calls", code="calls", aggregation_type="count"
    ).data
    client.charges.create(
        plan_id=plan.id,
        billable_metric_id=metric.id,
        charge_model="graduated",
        graduated_ranges=[{"from_value": 0, "per_unit_amount": 10}],
    )
    customer = client.customers.create(**ADA).data
    subscription = client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN"
    ).data
    sandbox.advance(days=40)
    sandbox.fail_next(503, times=2, method="POST", route="/payments/{payment_id}/refund")
    sandbox.drop_next(after_apply=True, method="PATCH")
    # Last, so that the check of the threshold waits.
    client.events.create(subscription_id=subscription.id, code="calls")


def everything(sandbox: ServedSandbox) -> Dict[str, Any]:
    """Return all that can be seen of a sandbox, and what it makes up next."""
    client = sandbox.client()
    pages: List[Any] = []
    for path in ("customers", "plans", "subscriptions", "invoices", "payments", "wallets"):
        listed = client.request("GET", f"/{path}", query={"limit": 100})
        pages.append(listed.data)
    invoice = client.invoices.list().data[0]
    made = client.customers.create(**{**ADA, "external_id": "next"})
    return {
        "pages": pages,
        "pdf": client.invoices.get_pdf(invoice.id).data,
        "next": (made.data.id, made.data.created_at),
        "deliveries": [(one.event, one.body, one.headers) for one in sandbox.deliveries],
        "now": sandbox.now(),
        "nights": list(sandbox.nights),
        "faults": sandbox.planned_faults,
        "reset": sandbox.reset_token("bo@example.com"),
        "login": client.auth.login(email="bo@example.com", password="correct horse").data.tenant.id,
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.mark.parametrize("seed", ["state", None])
def test_a_sandbox_goes_on_as_if_it_had_never_ended(file: Path, seed: Optional[str]):
    first, second = ServedSandbox(seed=seed), ServedSandbox(seed=seed)
    fill(first)
    state.save(first, file)
    state.load(second, file)

    assert second.token == first.token
    before, after = everything(first), everything(second)
    if seed is None:  # the real time goes on meanwhile
        for one in (before, after):
            for name in ("now", "next", "deliveries", "pages", "pdf"):
                del one[name]
    assert after == before


def test_a_check_that_waits_is_done_afterwards(file: Path):
    first, second = ServedSandbox(seed=1), ServedSandbox(seed=1)
    fill(first)
    state.save(first, file)
    state.load(second, file)
    count = second.client().invoices.list().meta.total

    assert count == first.client().invoices.list().meta.total
    assert second.deliveries[-1].event == "invoice.created"


def test_a_state_is_saved_twice_alike(file: Path, tmp_path: Path):
    first, second = ServedSandbox(seed=1), ServedSandbox(seed=1)
    fill(first)
    state.save(first, file)
    state.load(second, file)
    state.save(second, tmp_path / "again.json")

    assert (tmp_path / "again.json").read_bytes() == file.read_bytes()


def test_a_reset_after_a_start_from_a_file_is_empty(file: Path):
    first, second = ServedSandbox(seed=1), ServedSandbox(seed=1)
    fill(first)
    state.save(first, file)
    state.load(second, file)
    second.reset()

    assert second.client().customers.list().meta.total == 0
    assert second.now() < first.now() - timedelta(days=30)


# The file


def test_only_its_owner_reads_it(file: Path):
    os.umask(0o022)
    file.write_text("{}")
    file.chmod(0o666)
    state.save(ServedSandbox(), file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_says_what_it_is_and_of_which_version(file: Path):
    state.save(ServedSandbox(), file)
    document = json.loads(file.read_text())

    assert (document["kind"], document["version"]) == ("novabilling-sandbox", 1)


def test_it_is_written_whole_or_not_at_all(file: Path, monkeypatch: pytest.MonkeyPatch):
    sandbox = ServedSandbox()
    state.save(sandbox, file)
    before = file.read_bytes()
    sandbox.client().customers.create(**ADA)

    def fail(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        state.save(sandbox, file)

    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no state of a sandbox"),
        (b"{", "no state of a sandbox"),
        (b"[]", "no state of a sandbox"),
        (b"null", "no state of a sandbox"),
        (b"\x80\x04K\x01.", "no state of a sandbox"),  # a pickle
        (b"[" * 100_000, "no state of a sandbox"),
        (b'{"kind": "something", "version": 1}', "no state of a sandbox"),
        (b'{"kind": "novabilling-sandbox", "version": 2, "state": {}}', "this server reads 1"),
        (b'{"kind": "novabilling-sandbox"}', "the version None, and this server reads 1"),
        (b'{"kind": "novabilling-sandbox", "version": 1, "state": {}}', "incomplete"),
        (b'{"kind": "novabilling-sandbox", "version": 1, "state": {"$decimal": "x"}}', "incompl"),
    ],
)
def test_another_file_is_refused_clearly(file: Path, content: bytes, message: str):
    file.write_bytes(content)

    with pytest.raises(state.StateError, match=message):
        state.load(ServedSandbox(), file)


def test_a_state_of_another_seed_is_refused(file: Path):
    state.save(ServedSandbox(seed="a"), file)

    with pytest.raises(state.StateError, match="a sandbox with the seed 'a'"):
        state.load(ServedSandbox(seed="b"), file)
    with pytest.raises(state.StateError, match="a sandbox with the seed 'a'"):
        state.load(ServedSandbox(), file)


def test_what_is_nested_deep_is_kept_too(file: Path):
    from tests.sandbox.caller import Caller

    first, second = ServedSandbox(seed=1), ServedSandbox(seed=1)
    stored = 0
    for depth in (100, 200, 300, 400, 500, 700, 900, 1500):
        nested = '{"a":' * depth + "1" + "}" * depth
        about = f'"externalId": "u{depth}", "email": "a@b.co", "currency": "NGN"'
        answer = Caller(first).send(
            "POST",
            "/api/customers",
            content=f'{{{about}, "metadata": {nested}}}'.encode(),
            headers={"Content-Type": "application/json"},
        )
        stored += answer.status_code == 201
    assert stored >= 2
    state.save(first, file)
    state.load(second, file)

    assert len(second.database["customer"].rows) == stored


# Keeping it


def total(server: SandboxServer) -> Optional[int]:
    with NovaBilling(token=server.token, base_url=server.url) as client:
        return client.customers.list().meta.total


def test_a_process_writes_it_and_goes_on_from_it(file: Path):
    options = ["--state", str(file), "--token", "sk_test_kept"]
    with serve_sandbox(options) as server:
        with NovaBilling(token="sk_test_kept", base_url=server.url) as client:
            client.customers.create(**ADA)
        server.advance(days=3)
        now = server.now()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with serve_sandbox(options) as server:
        assert total(server) == 1
        assert server.now() >= now


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_process_that_is_killed_has_written_it_soon_after_the_change(file: Path):
    import signal
    import subprocess
    import time

    command = [sys.executable, "-m", "novabilling.sandbox", "--port", "0", "--state", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    url = process.stdout.readline().split()[3]
    try:
        with SandboxServer(url) as server:
            with NovaBilling(token=server.token, base_url=url) as client:
                client.customers.create(**ADA)
            end = time.monotonic() + 10
            while b"usr_1" not in file.read_bytes():
                assert time.monotonic() < end
                time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    with serve_sandbox(["--state", str(file)]) as server:
        assert total(server) == 1


def test_many_writes_are_one(file: Path, monkeypatch: pytest.MonkeyPatch):
    from novabilling.sandbox._served import keeping

    saved: List[datetime] = []
    monkeypatch.setattr(keeping, "save", lambda sandbox, _: saved.append(sandbox.now()))
    sandbox = ServedSandbox()
    with Keeper(sandbox, file) as keeper, serve(sandbox, watch=keeper.watch) as server:
        client = NovaBilling(token=server.token, base_url=server.url)
        for number in range(20):
            client.customers.create(**{**ADA, "external_id": f"usr_{number}"})
        client.close()

    assert 2 <= len(saved) <= 8
    assert saved[-1] >= saved[0]


def test_a_disk_that_is_full_does_not_end_the_server(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from novabilling.sandbox._served import keeping

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(keeping, "save", fail)
    with Keeper(ServedSandbox(), file):
        pass

    assert "The state was not written: no space left" in capsys.readouterr().err


def test_two_servers_do_not_undo_each_others_work(file: Path, capsys: pytest.CaptureFixture[str]):
    first, second = ServedSandbox(token="sk_test_first"), ServedSandbox(token="sk_test_second")
    with Keeper(first, file):
        with Keeper(second, file):
            second.client().customers.create(**ADA)
        first.client().customers.create(**{**ADA, "external_id": "usr_2"})

    assert b"sk_test_second" in file.read_bytes()
    assert b"usr_1" in file.read_bytes()
    assert "was written by another server" in capsys.readouterr().err


def test_a_file_that_was_deleted_is_written_anew(file: Path):
    sandbox = ServedSandbox()
    with Keeper(sandbox, file):
        file.unlink()

    assert file.exists()


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with Keeper(ServedSandbox(), None) as keeper:
        assert keeper.watch(print) is print

    assert os.listdir(tmp_path) == []
