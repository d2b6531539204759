"""What may be sent twice: found out by asking a server that never answers well."""

from __future__ import annotations

import inspect
from typing import Any, Dict, Literal, Tuple, Union, get_args, get_origin, get_type_hints

import httpx
import pytest

from novabilling import NovaBilling, NovaBillingError
from tests.operations import KEYED, METHODS, POSTS
from tests.support import BASE_URL, TOKEN, Server, problem


def example_of(hint: Any) -> Any:
    """Return a value that an argument of this type takes."""
    origin = get_origin(hint)
    if origin is Literal:
        return get_args(hint)[0]
    if origin is Union:
        return example_of(get_args(hint)[0])
    if hint in (str, int, float, bool):
        return {str: "x1", int: 1, float: 1, bool: True}[hint]
    if origin is None:
        return "2027-01-01"
    return {} if "Mapping" in str(origin) else []


def required_of(function: Any) -> Dict[str, Any]:
    """Return the least arguments that a method takes."""
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    return {p.name: example_of(hints[p.name]) for p in parameters if p.default is p.empty}


def attempts(resource: str, method: str) -> Tuple[str, int]:
    """Return the verb of a method, and how often it asks a server that answers 503."""
    server = Server(problem(503))
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    function = getattr(getattr(client, resource), method)
    arguments = required_of(function)
    if "currency" in arguments:
        arguments["currency"] = "NGN"
    if method == "create_batch":
        arguments["events"] = [{"subscription_id": "s", "code": "c"}]
    if method == "download_pdf":
        arguments["to"] = "never-written.pdf"
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
