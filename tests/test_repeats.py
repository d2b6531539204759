"""What may be sent twice: found out by asking a server that never answers well."""

from __future__ import annotations

from inspect import isawaitable
from typing import Any, Dict, Tuple

import httpx
import pytest

from novabilling import AsyncNovaBilling, ConflictError, NovaBilling, NovaBillingError, ServerError
from tests.examples import arguments_of
from tests.operations import KEYED, KEYS_FIRST, METHODS, POSTS
from tests.pool.support import COLOURS, run
from tests.support import BASE_URL, TOKEN, Server, problem


@pytest.fixture(params=COLOURS)
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def client_of(colour: str, server: Server, **options: int) -> Any:
    transport = httpx.MockTransport(server)
    if colour == "sync":
        http: Any = httpx.Client(transport=transport)
        return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, **options)
    http = httpx.AsyncClient(transport=transport)
    return AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, **options)


async def everything(function: Any, arguments: Dict[str, Any]) -> None:
    """Call a method, and read what it iterates over."""
    found = function(**arguments)
    if isawaitable(found):
        await found
    elif hasattr(found, "__aiter__"):
        async for _ in found:
            pass
    elif hasattr(found, "__next__"):
        list(found)


def asked(
    colour: str, resource: str, method: str, answer: httpx.Response, **options: int
) -> Tuple[Server, NovaBillingError]:
    """Call a method on a server that always answers the same; return what it raised."""
    server = Server(answer)
    function = getattr(getattr(client_of(colour, server, **options), resource), method)
    with pytest.raises(NovaBillingError) as caught:
        run(colour, everything, function, arguments_of(function, only_required=True))
    return server, caught.value


SENT = [(resource, method) for resource, method in METHODS if method != "verify"]


@pytest.mark.parametrize(("resource", "method"), SENT)
def test_a_method_is_repeated_only_where_nothing_can_happen_twice(colour, clock, resource, method):
    server, _ = asked(colour, resource, method, problem(503))

    verb, requests = server.requests[0].method, len(server.requests)
    is_post = method in POSTS.get(resource, "").split()
    once = is_post and f"{resource}.{method}" not in KEYED
    assert (verb == "POST") is is_post
    assert requests == (1 if once else 3)


TAKEN = problem(
    500, "\nInvalid `db.x.create()` invocation:\n\n\nUnique constraint failed on the fields"
)


@pytest.mark.parametrize(("resource", "method"), SENT)
def test_a_key_that_is_taken_is_a_conflict_where_nothing_was_written_before(
    colour, clock, resource, method
):
    server, error = asked(colour, resource, method, TAKEN, max_retries=0)

    name, verb = f"{resource}.{method}", server.requests[-1].method
    kind = ConflictError if name in KEYS_FIRST else ServerError
    assert type(error) is kind
    assert isinstance(error, (ConflictError, ServerError))
    assert error.status_code == 500
    assert error.may_have_been_applied is (verb != "GET" and name not in KEYS_FIRST)
    assert ("this attempt wrote nothing" in str(error)) is (name in KEYS_FIRST)


@pytest.mark.parametrize("name", sorted(KEYS_FIRST | KEYED))
def test_only_events_are_repeated_after_a_key_that_is_taken(colour, clock, name):
    server, _ = asked(colour, *name.split("."), TAKEN)

    assert len(server.requests) == (3 if name in KEYED else 1)
