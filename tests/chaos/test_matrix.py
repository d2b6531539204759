"""Every fault, for every class of operation, in every colour, judged by the server's ledger."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, List

import httpx
import pytest

from novabilling import (
    APIConnectionError,
    APIStatusError,
    NovaBillingError,
    NovaBillingTimeoutError,
    RateLimitError,
    ResponseDecodeError,
)
from tests.chaos.calls import COLOURS, OPERATIONS, SLACK, Ended, Job, client_of, job, lies, make_all
from tests.chaos.server import FAULTS, Fault, Server, serving

pytestmark = pytest.mark.usefixtures("short_waits")

RETRIES = 1
# The work may be done before these; the others say that it was not.
DOUBTFUL = ("unknown", "cut", "unreadable", "broken", "failed", "moved late")


def plans_of(name: str) -> List[str]:
    """Return the plans of a fault: for good, and only once; after the work, and instead of it."""
    steps = [name, name + "!"] if FAULTS[name].fate in DOUBTFUL else [name]
    if FAULTS[name].early:
        steps = [name]
    return [plan for step in steps for plan in (step, f"{step} ok")]


def is_repeated(fault: Fault, operation: str) -> bool:
    """Say whether the contract has a call tried again after this fault."""
    if not fault.again:
        return False
    if fault.fate == "unsent":
        return True
    if fault.fate == "unknown":
        return operation != "POST money"
    if fault.fate == "cut":
        return operation == "GET"
    return fault.fate == "broken" and operation == "POST event"


def is_followed(fault: Fault, operation: str) -> bool:
    """Say whether the contract has a call follow this redirect."""
    moved = fault.fate in ("moved", "moved late")
    return fault.fate == "moved whole" or (moved and operation == "GET")


def fault_of(ended: Ended) -> Fault:
    return FAULTS[ended.job.plan.partition(" ")[0].rstrip("!")]


def check(ended: Ended, fault: Fault, received: int) -> None:
    """Compare the end of a call with the contract."""
    operation, plan = ended.job.operation, ended.job.plan
    heals = plan.endswith(" ok")
    error: Any = ended.error
    if fault.fate == "loop":
        follows = operation == "GET" or plan[9:12] in ("307", "308")
        assert (error is None) == (heals and follows), (plan, error)
        assert received == (1 if not follows else 2 if heals else 21)
        assert error is None or error.may_have_been_applied is (not follows)
        return
    repeated = is_repeated(fault, operation)
    succeeds = fault.fate == "fine" or is_followed(fault, operation) or (repeated and heals)
    assert (error is None) == succeeds, (operation, plan, repr(error))
    if not is_followed(fault, operation):
        assert received == (1 + RETRIES if repeated else 1), (operation, plan)
    if error is None:
        return
    doubtful = fault.fate in DOUBTFUL and operation != "GET"
    assert error.may_have_been_applied is doubtful, (operation, plan, error)
    is_write = operation != "GET"
    expected = {
        "unsent": RateLimitError,
        "unreadable": ResponseDecodeError,
        "cut": ResponseDecodeError if is_write else APIConnectionError,
        "unknown": (APIConnectionError, APIStatusError),
    }.get(fault.fate, APIStatusError)
    assert isinstance(error, NovaBillingTimeoutError if fault.slow else expected), repr(error)
    assert error.request_id == ended.job.id


def bound(fault: Fault, timeout: float) -> float:
    return (1 + RETRIES) * (timeout + SLACK) + fault.wait


SLOW = [name for name, fault in FAULTS.items() if fault.slow]
# The slow ones wait for their timeouts at the same time.
GROUPS = [[name] for name in FAULTS if name not in SLOW] + [SLOW[n::3] for n in range(3)]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("names", GROUPS, ids=" ".join)
def test_each_fault_ends_as_the_contract_says_and_the_ledger_agrees(server, other, colour, names):
    is_slow = names[0] in SLOW
    timeout = 1.0 if is_slow else 10
    options = {"timeout": timeout, "max_retries": RETRIES, "max_response_bytes": 1 << 20}
    planned = [(o, p) for name in names for o in OPERATIONS for p in plans_of(name)]
    warm_up = [job("GET", client=1) for _ in planned[::4]]  # the second client has idle connections
    faulty = [job(o, p, client=n % 2) for n, (o, p) in enumerate(planned)]
    faulty += [job(o, p, client=(n + 1) % 2) for n, (o, p) in enumerate(planned) if "!" in p]

    ended = make_all(
        colour,
        lambda: [client_of(colour, server.url, **options) for _ in range(2)],
        warm_up,
        faulty,
    )

    assert len(ended) == len(warm_up) + len(faulty)
    assert [text for end in ended for text in lies(end, server.ledger, other.ledger)] == []
    assert all(end.error is None for end in ended if end.job.plan == "ok")
    for end in ended[len(warm_up) :]:
        fault = fault_of(end)
        check(end, fault, server.ledger.received[end.job.id])
        assert end.seconds < bound(fault, timeout), end


# The sync httpx has no timeout for the whole, and httpx takes a second answer for the next one's.
BEYOND_HTTPX = ("drip-head", "drip-body", "drip-interim", "two-answers")


@pytest.mark.parametrize("colour", ["sync", "asyncio"])
@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.slow)])
def test_the_ledger_agrees_where_a_client_of_httpx_sends(server, other, colour, step):
    http_class: Any = httpx.Client if colour == "sync" else httpx.AsyncClient
    timeouts = {True: 1.0, False: 30.0}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    https = [http_class(limits=limits) for _ in timeouts]
    options = {"max_retries": RETRIES, "max_response_bytes": 1 << 20}
    names = [n for n in FAULTS if n not in BEYOND_HTTPX]
    jobs = [
        job(o, p, client=int(n not in SLOW)) for n in names for o in OPERATIONS for p in plans_of(n)
    ]

    ended = make_all(
        colour,
        lambda: [
            client_of(colour, server.url, http_client=http, timeout=timeouts[is_slow], **options)
            for http, is_slow in zip(https, timeouts)
        ],
        [one for one in jobs if one.client == 0][:: min(step, 2)],
        [one for one in jobs if one.client == 1][::step],
        width=40,
        https=https,
    )

    assert len(ended) > 400
    assert [text for end in ended for text in lies(end, server.ledger, other.ledger)] == []
    for end in ended:
        fault = fault_of(end)
        assert end.seconds < bound(fault, timeouts[fault.slow]), end


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("accepts", ["reset", "close", "stall", "banner", "bad-request"])
def test_a_connection_that_fails_before_the_request_was_read(loop, colour, accepts):
    timeout = 0.5
    plans = [accepts, f"{accepts} ok"]
    with ExitStack() as stack:
        jobs: List[Job] = []
        servers: List[Server] = []
        for operation in OPERATIONS:
            for plan in plans:
                jobs.append(job(operation, client=len(jobs)))
                servers.append(stack.enter_context(serving(loop, accepts=plan)))
        options = {"timeout": timeout, "max_retries": RETRIES}

        ended = make_all(
            colour, lambda: [client_of(colour, s.url, **options) for s in servers], jobs
        )

        assert len(ended) == len(jobs)
        for end in ended:
            number = end.job.client
            assert lies(end, servers[number].ledger) == []
            assert end.seconds < (1 + RETRIES) * (timeout + SLACK)
            heals = number % 2 == 1
            if end.job.operation != "POST money":
                assert (end.error is None) == heals
            else:
                assert heals or isinstance(end.error, NovaBillingError)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_server_that_refuses_connections_was_sent_nothing(loop, colour, operation):
    with serving(loop, listens=False) as server:
        (ended,) = make_all(
            colour, lambda: [client_of(colour, server.url, max_retries=RETRIES)], [job(operation)]
        )

    assert type(ended.error) is APIConnectionError
    assert ended.error.may_have_been_applied is False
    assert ended.seconds < (1 + RETRIES) * SLACK


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_server_that_comes_back_is_asked_once(loop, colour, operation):
    asked: List[int] = []
    with serving(loop, listens=False) as server:

        def token() -> str:  # it is asked for before each attempt
            asked.append(1)
            if len(asked) == 2:
                server.listen()
            return "sk_live"

        (ended,) = make_all(
            colour, lambda: [client_of(colour, server.url, token=token)], [job(operation)]
        )

    assert ended.error is None
    assert len(asked) == 2
    assert len(server.ledger.requests) == 1
    assert lies(ended, server.ledger) == []


@pytest.mark.parametrize("colour", COLOURS)
def test_a_deadline_ends_a_call_in_the_middle_of_its_retries(server, colour):
    options = {"timeout": 0.2, "deadline": 0.5, "max_retries": 50}
    jobs = [job(operation, "stall!") for operation in OPERATIONS]

    ended = make_all(colour, lambda: [client_of(colour, server.url, **options)], jobs)

    assert [text for end in ended for text in lies(end, server.ledger)] == []
    assert all(isinstance(end.error, NovaBillingTimeoutError) for end in ended)
    assert max(end.seconds for end in ended) < 0.5 + SLACK
