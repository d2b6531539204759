"""Clients of both colours send the same for the same call, and read its answer alike."""

from __future__ import annotations

import json
from inspect import isawaitable
from typing import Any, Dict, List, Tuple

import httpx
import pytest

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError
from tests.examples import arguments_of, function_of
from tests.operations import METHODS
from tests.pool.support import run
from tests.recording import Recorded
from tests.support import BASE_URL, TOKEN

pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
CALLS = [f"{resource}.{method}" for resource, method in METHODS if method != "verify"]
OF_ANOTHER_OPERATION = {"payments.list": "customer_id", "payments.iter": "customer_id"}
"""Arguments with which a call is another one."""
MADE_UP = ("timestamp", "transactionId")
"""What an event has if nothing is given."""


def client_of(colour: str, server: Recorded) -> Any:
    transport = httpx.MockTransport(server)
    if colour == "sync":
        http: Any = httpx.Client(transport=transport)
        return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=0)
    http = httpx.AsyncClient(transport=transport)
    return AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=0)


async def found_by(function: Any, given: Dict[str, Any]) -> Any:
    """Return what a call finds, the first row of what it iterates over, or its error."""
    try:
        found = function(**given)
        if hasattr(found, "__aiter__"):
            async for row in found:
                return row
            return None
        if hasattr(found, "__next__"):
            return next(found, None)
        found = await found if isawaitable(found) else found
    except NovaBillingError as error:
        return type(error), str(error)
    return getattr(found, "data", found), getattr(found, "meta", None)


def played(colour: str, name: str, only_required: bool, without: str) -> Tuple[List[Any], Any]:
    """Return what a call sends, and what it finds."""
    server = Recorded()
    function = function_of(client_of(colour, server), name)
    given = {k: v for k, v in arguments_of(function, only_required).items() if k != without}
    found = run(colour, found_by, function, given)
    file = given.get("to")
    written = file.getvalue() if hasattr(file, "getvalue") else None
    sent = [(request.method, str(request.url), body_of(request)) for request in server.requests]
    return sent, (found, written)


def body_of(request: httpx.Request) -> Any:
    body = json.loads(request.content or b"null")
    for name in MADE_UP:
        if isinstance(body, dict) and isinstance(body.get(name), str):
            body[name] = "made up"
    return body


@pytest.mark.parametrize("only_required", [False, True])
@pytest.mark.parametrize("name", CALLS)
def test_a_call_sends_and_finds_the_same(name, only_required):
    for without in {"", OF_ANOTHER_OPERATION.get(name, "")}:
        sent, found = played("sync", name, only_required, without)

        assert sent
        assert (sent, found) == played("asyncio", name, only_required, without)
