"""What may be sent twice: found out by asking a server that never answers well."""

from __future__ import annotations

from typing import Tuple

import httpx
import pytest

from novabilling import NovaBilling, NovaBillingError
from tests.examples import arguments_of
from tests.operations import KEYED, METHODS, POSTS
from tests.support import BASE_URL, TOKEN, Server, problem


def attempts(resource: str, method: str) -> Tuple[str, int]:
    """Return the verb of a method, and how often it asks a server that answers 503."""
    server = Server(problem(503))
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    function = getattr(getattr(client, resource), method)
    arguments = arguments_of(function, only_required=True)
    with pytest.raises(NovaBillingError):
        list(function(**arguments)) if method.startswith("iter") else function(**arguments)
    return server.requests[0].method, len(server.requests)


SENT = [(resource, method) for resource, method in METHODS if method != "verify"]


@pytest.mark.parametrize(("resource", "method"), SENT)
def test_a_method_is_repeated_only_where_nothing_can_happen_twice(clock, resource, method):
    verb, requests = attempts(resource, method)

    is_post = method in POSTS.get(resource, "").split()
    once = is_post and f"{resource}.{method}" not in KEYED
    assert (verb == "POST") is is_post
    assert requests == (1 if once else 3)
