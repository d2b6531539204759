"""Every fault of the server before a sandbox: what is found out is what was done."""

from __future__ import annotations

import json
import time
from typing import Any, List, Optional, Tuple
from uuid import uuid4

import httpx
import pytest

from novabilling import NovaBillingError
from novabilling.sandbox import Sandbox
from tests.chaos.calls import COLOURS, client_of, finish, run
from tests.chaos.server import FAULTS, Ledger, Request, serving
from tests.chaos.test_matrix import DOUBTFUL
from tests.reconciling import CALLS, NO_OTHER, needs_login, side

PLANS = [
    plan
    for name, fault in FAULTS.items()
    if fault.fate in DOUBTFUL and not fault.slow
    for plan in ([name] if fault.early else [name, name + "!"])
]
SLOW = [name + mark for name, fault in FAULTS.items() if fault.slow for mark in ("", "!")]
ROTATED = [(plan, name) for plan, name in zip(PLANS * 3, list(CALLS) * (3 * len(PLANS)))]
"""Every fault three times, and every write a few times."""
PAIRS: List[Tuple[str, str]] = ROTATED[: 3 * len(PLANS)]


class SandboxLedger(Ledger):
    """Let a sandbox do the work."""

    sandbox: Sandbox
    applied: Optional[bool] = None
    verbs: List[str]

    def apply(self, request: Request) -> bytes:
        headers = {k: v for k, v in request.headers.items() if k != "content-length"}
        url = f"http://sandbox.local{request.target}"
        sent = httpx.Request(request.method, url, headers=headers, content=request.body)
        answer = self.sandbox.handle(sent)
        self.verbs.append(request.method)
        if request.method != "GET":
            self.applied = answer.is_success
        top = [f"HTTP/1.1 {answer.status_code} Reason"]
        top += [f"{k}: {v}" for k, v in answer.headers.items() if k.lower() != "content-length"]
        top += [f"Content-Length: {len(answer.content)}", "", ""]
        return "\r\n".join(top).encode("latin-1") + answer.content


def judged(loop: Any, colour: str, pairs: List[Tuple[str, str]], timeout: float) -> None:
    """Make all these calls, and compare what is found out with what was done."""
    wrong: List[Any] = []
    unknown: List[Any] = []
    with serving(loop) as server:
        ledger = SandboxLedger()
        ledger.sandbox = sandbox = Sandbox()
        server.ledger = ledger
        ours, theirs = side(sandbox, 0), side(sandbox, 1)
        state = sandbox.snapshot()
        if any(name == "webhooks.delete" for _, name in pairs):
            time.sleep(1.2)  # a tenant without a webhook must not have changed within its `Date`
        others = sandbox.client(token=lambda: sandbox.jwt)

        async def script() -> None:
            clients = [
                client_of(colour, server.url, token=token, max_retries=0, timeout=timeout)
                for token in (sandbox.token, lambda: sandbox.jwt)
            ]
            for plan, name in pairs:
                client = clients[needs_login(name)]
                headers = {"X-Plan": plan, "X-Request-Id": uuid4().hex}
                call = CALLS[name]
                sandbox.restore(state)
                if name not in NO_OTHER:
                    call(others, theirs)
                ledger.applied, ledger.verbs = False, []
                try:
                    await finish(call(client.with_options(headers=headers), ours))
                except NovaBillingError as error:
                    ledger.verbs = []
                    outcome = await finish(client.reconcile(error, settle=0))
                    assert set(ledger.verbs) <= {"GET"}, name
                    assert len(ledger.verbs) <= 2, name
                    json.dumps(error.call.to_dict() if error.call else None)
                    if outcome.applied is None:
                        unknown.append((name, plan, outcome.why))
                    elif outcome.applied is not ledger.applied:
                        wrong.append((name, plan, outcome))
            for client in clients:
                await finish(client.close() if colour == "sync" else client.aclose())

        run(colour, script)
    print(f"{len(pairs)} calls: {len(wrong)} wrong, {len(unknown)} not known")  # noqa: T201
    assert wrong == []
    assert len(unknown) <= len(pairs) / 10, unknown


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_found_out_after_any_fault_is_what_was_done(loop, colour):
    start = COLOURS.index(colour) * len(PLANS)
    judged(loop, colour, PAIRS[start : start + len(PLANS)], 10)


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_found_out_after_a_timeout_is_what_was_done(loop, colour):
    start = COLOURS.index(colour)
    names = list(CALLS)[start::7][: len(SLOW)]
    judged(loop, colour, list(zip(SLOW, names)), 0.3)


@pytest.mark.slow
@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", CALLS)
def test_every_write_after_every_fault(loop, colour, name):
    judged(loop, colour, [(plan, name) for plan in PLANS], 10)
