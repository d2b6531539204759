"""The state of a sandbox: the same from the same seed, and brought back from a snapshot."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any, Iterator, List, Optional, Tuple

import pytest

from novabilling import NotFoundError
from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller

REGISTRATION = {
    "name": "Ada Obi",
    "email": "ada@example.com",
    "password": "correct horse",
    "companyName": "Obi Ltd",
}
Answer = Tuple[int, List[Tuple[bytes, bytes]], bytes]


def story(sandbox: Sandbox) -> Iterator[Answer]:
    """Use the sandbox for a while; yields all that it answers and sends."""
    seen: List[Any] = []

    def ask(method: str, path: str, body: Any = None, token: Optional[str] = None) -> Any:
        response = Caller(sandbox, token).send(method, f"/api{path}", body)
        seen.append((response.status_code, response.headers.raw, response.content))
        is_json = response.headers["content-type"].startswith("application/json")
        return response.json() if is_json else None

    ask("PATCH", "/tenants/me", {"webhookUrl": "https://a.example.com"}, sandbox.jwt)
    ask("POST", "/tenants/me/api-keys", {"name": "k", "scopes": []}, sandbox.jwt)
    other = ask("POST", "/auth/register", REGISTRATION)
    ask("POST", "/customers", {}, other["apiKey"])
    about = {"externalId": "u1", "email": "a@b.co", "currency": "NGN", "metadata": {"b": 1, "a": 2}}
    customer = ask("POST", "/customers", about)
    prices = [{"currency": "NGN", "amount": 100}, {"currency": "USD", "amount": 1}]
    timing = {"billingInterval": "DAILY", "billingTiming": "IN_ADVANCE"}
    plan = ask("POST", "/plans", {"name": "P", "code": "p", "prices": prices, **timing})
    ids = {"customerId": customer["id"], "planId": plan["id"], "currency": "NGN"}
    ask("POST", "/subscriptions", ids)
    sandbox.advance(days=3)
    invoices = ask("GET", "/invoices")["data"]
    ask("GET", f"/invoices/{invoices[0]['id']}/pdf")
    ask("POST", f"/invoices/{invoices[0]['id']}/mark-paid", {})
    ask("GET", "/analytics/revenue")
    ask("GET", "/customers/nobody")
    yield from seen
    for one in sandbox.deliveries:
        yield 0, sorted((k.encode(), v.encode()) for k, v in one.headers.items()), one.body


@pytest.mark.parametrize("seed", [0, 7, "a name"])
def test_the_same_seed_makes_the_same_answers_byte_for_byte(seed: Any):
    ours, theirs = Sandbox(seed=seed), Sandbox(seed=seed)

    assert (ours.token, ours.jwt) == (theirs.token, theirs.jwt)
    assert list(story(ours)) == list(story(theirs))


def test_the_same_seed_makes_the_same_answers_in_another_process():
    program = "from tests.sandbox.test_state import digest; print(digest())"
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {digest().encode()}


def digest() -> str:
    return hashlib.sha256(repr(list(story(Sandbox(seed=1)))).encode()).hexdigest()


@pytest.mark.parametrize("seeds", [(1, 2), (None, None)])
def test_other_seeds_and_none_make_others(seeds: Tuple[Any, Any]):
    ours, theirs = (Sandbox(seed=seed) for seed in seeds)

    assert ours.token != theirs.token
    assert Caller(ours).customer()["id"] != Caller(theirs).customer()["id"]


def test_with_a_seed_time_stands_still_but_for_a_millisecond_a_request():
    sandbox = Sandbox(seed=1)
    start = sandbox.now()
    assert sandbox.now() == start

    client = sandbox.client()
    client.customers.list()
    client.customers.list()

    assert sandbox.now() == start + timedelta(milliseconds=2)


def test_a_snapshot_brings_everything_back_as_often_as_it_is_asked():
    sandbox = Sandbox(seed=1)
    list(story(sandbox))
    sandbox.fail_next(times=1)
    snapshot = sandbox.snapshot()
    before = state(sandbox)

    for _ in range(2):
        sandbox.fail_next(times=9)
        sandbox.drop_next()
        sandbox.latency = 0.001
        sandbox.rate_limit = 1
        sandbox.advance(days=2)
        sandbox.deliver(accept)
        sandbox.restore(snapshot)
        assert state(sandbox) == before
        assert Caller(sandbox).send("GET", "/api/customers").status_code == 503
        added = Caller(sandbox).customer(externalId="u2")["id"]
        assert sandbox.deliveries[-1].data["customerId"] == added
        Caller(sandbox).send("POST", "/api/auth/register", {**REGISTRATION, "email": "b@b.co"})


async def accept(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def state(sandbox: Sandbox) -> List[Any]:
    return [
        sandbox.now(),
        sandbox.jwt,
        sandbox.latency,
        sandbox.rate_limit,
        sandbox.deliveries,
        [one.statuses for one in sandbox.deliveries],
    ]


def test_after_a_restore_the_same_calls_have_the_same_answers():
    sandbox = Sandbox(seed=1)
    snapshot = sandbox.snapshot()

    first = list(story(sandbox))
    sandbox.restore(snapshot)

    assert list(story(sandbox)) == first


def test_clients_stay_connected_and_see_what_was_there():
    sandbox = Sandbox(seed=1)
    client = sandbox.client()
    kept = client.customers.create(external_id="u1", email="a@b.co", currency="NGN").data
    snapshot = sandbox.snapshot()
    client.customers.update(kept.id, name="Ada")
    gone = client.customers.create(external_id="u2", email="a@b.co", currency="NGN").data

    sandbox.restore(snapshot)

    assert client.customers.get(kept.id).data.name is None
    with pytest.raises(NotFoundError):
        client.customers.get(gone.id)


def test_a_password_a_tenant_and_a_reset_token_come_back():
    sandbox = Sandbox(seed=1)
    snapshot = sandbox.snapshot()
    auth = sandbox.client().auth
    auth.forgot_password(email="owner@example.com")
    token = sandbox.reset_token("owner@example.com")
    auth.reset_password(token=str(token), new_password="another one")

    sandbox.restore(snapshot)

    assert sandbox.reset_token("owner@example.com") is None
    assert auth.login(email="owner@example.com", password="sandbox-password").data.access_token


def test_a_block_of_the_rate_limit_comes_back():
    sandbox = Sandbox(seed=1, rate_limit=1)
    fresh = sandbox.snapshot()
    ask = Caller(sandbox).send
    assert [ask("GET", "/api/customers").status_code for _ in range(2)] == [200, 429]
    blocked = sandbox.snapshot()

    sandbox.restore(fresh)
    assert ask("GET", "/api/customers").status_code == 200
    sandbox.restore(blocked)
    assert ask("GET", "/api/customers").status_code == 429


def test_threads_may_work_while_time_moves_and_snapshots_are_taken():
    sandbox = Sandbox(seed=1)
    owner = sandbox.client(token=sandbox.jwt)
    owner.webhooks.create(url="https://a.example.com", events=["*"])

    def create(thread: int) -> None:
        client = sandbox.client()
        for number in range(20):
            name = f"u{thread}-{number}"
            client.customers.create(external_id=name, email="a@b.co", currency="NGN")

    threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        sandbox.advance(days=1)
        sandbox.snapshot()

    assert sandbox.client().customers.list().meta.total == 80
    assert len({one.data["customerId"] for one in sandbox.deliveries}) == 80


def test_a_snapshot_of_another_sandbox_is_refused():
    with pytest.raises(ValueError, match="another sandbox"):
        Sandbox().restore(Sandbox().snapshot())
