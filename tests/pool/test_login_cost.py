"""What a call with a login session costs beside one with a plain token, in steps of Python."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Iterator

import pytest

from novabilling import LoginSession, NovaBilling
from novabilling._login.session import renewals_of
from novabilling.sandbox import Sandbox
from novabilling.types import TokenPair
from tests.pool.played import Player
from tests.pool.servers import answer

pytestmark = pytest.mark.skipif(
    not hasattr(sys, "monitoring"), reason="Python counts its steps since 3.12"
)


@pytest.fixture
def steps_of() -> Iterator[Callable[[Callable[[], object]], int]]:
    monitoring: Any = getattr(sys, "monitoring")  # noqa: B009  # no type checker of 3.8 knows it
    tool, event = 4, monitoring.events.INSTRUCTION
    count = 0

    def note(code: object, offset: int) -> None:
        nonlocal count
        count += 1

    def steps(work: Callable[[], object]) -> int:
        nonlocal count
        count = 0
        monitoring.set_events(tool, event)
        work()
        monitoring.set_events(tool, 0)
        return count

    monitoring.use_tool_id(tool, "steps")
    monitoring.register_callback(tool, event, note)
    yield steps
    monitoring.free_tool_id(tool)


def test_a_login_costs_few_steps_more_than_a_token(monkeypatch, steps_of):
    jwt = Sandbox().jwt
    session = LoginSession(refresh_token="r")
    renewals_of(session).install(TokenPair(access_token=jwt, refresh_token="r"), time.time())
    Player("sync", monkeypatch, [answer("cus_1")] * 9, [answer("cus_1")] * 9)
    plain = NovaBilling(token=jwt, base_url="http://billing.example")
    login = NovaBilling(login=session, base_url="http://billing.example")

    def cost(client: NovaBilling) -> int:
        return min(steps_of(lambda: client.customers.get("cus_1")) for _ in range(9))

    for_token, for_login = cost(plain), cost(login)

    assert for_token > 1000
    # A call over a socket has as much again in system calls and decoding, which are no steps: five
    # hundredths of the steps are less than three of its CPU.
    assert for_token < for_login <= for_token * 1.05
