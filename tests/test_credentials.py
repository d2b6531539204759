"""Which credential each operation sends: the page, the resources and the server say the same."""

from __future__ import annotations

import re
from typing import Any, Dict, List

import httpx
import pytest

from novabilling import NovaBilling, NovaBillingError
from novabilling._runtime import reentry
from novabilling.sandbox._http.operations import OPERATIONS
from tests.examples import arguments_of, function_of
from tests.logins import LOGIN, LoginServer
from tests.operations import IDS, METHODS
from tests.pages import DOCS, rows
from tests.support import BASE_URL

WORDS = {"only a login token": "login", "API key or login token": "key", "none": "none"}
GUARDS = {"J": "login", "K": "key", "-": "none"}


def by_the_page() -> Dict[str, str]:
    """Return the credential of each resource as the page has it."""
    return {
        resource: WORDS[credential]
        for credential, _, names in rows("login.md", "## Operations by credential")
        for resource in re.findall(r"`(\w+)`", names)
    }


def guard_of(operation: str) -> str:
    """Return what the server asks for an operation that was called."""
    method, _, path = operation.partition(" ")
    given = ["api", *path.strip("/").split("/")]
    for known in OPERATIONS:
        parts = zip(known.segments, given)
        same = all(ours.startswith("{") or ours == theirs for ours, theirs in parts)
        if known.method == method and len(known.segments) == len(given) and same:
            return GUARDS[known.guard]
    raise LookupError(operation)


@pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")
def test_the_page_names_every_resource_once():
    listed = [
        name
        for _, _, names in rows("login.md", "## Operations by credential")
        for name in re.findall(r"`(\w+)`", names)
    ]

    assert sorted(listed) == sorted(IDS)


@pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")
@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")  # the ids are made up
@pytest.mark.parametrize(
    ("resource", "method"), [(r, m) for r, m in METHODS if (r, m) != ("webhooks", "verify")]
)
def test_each_operation_sends_what_the_server_asks_for_and_the_page_says(resource, method):
    server = LoginServer()
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(
        base_url=BASE_URL,
        token=server.sandbox.token,
        login=server.session(),
        http_client=http,
        max_retries=0,
    )
    found: Any = function_of(client, f"{resource}.{method}")

    try:
        result = found(**arguments_of(found, only_required=True))
        if method.startswith("iter"):
            next(result, None)
    except NovaBillingError:
        pass  # the sandbox is empty; what was asked is what counts

    sent: List[Any] = [one for one in server.asked if one.operation != LOGIN or resource == "auth"]
    assert sent
    assert [one.credential for one in sent] == [guard_of(one.operation) for one in sent]
    assert {one.credential for one in sent} == {by_the_page()[resource]}
    assert all(one.status != 401 for one in sent) or resource == "auth"


def test_a_token_function_that_has_run_leaves_nothing_behind():
    empty = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[])))
    client = NovaBilling(token=lambda: "sk_live_x", base_url=BASE_URL, http_client=empty)

    for _ in range(3):
        client.customers.list()

    assert reentry._runs.get() == ()
