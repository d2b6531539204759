"""A client in front of a scripted server, for what has no colour: arguments and their checks."""

from __future__ import annotations

from typing import Any, Callable

import httpx
import pytest

from novabilling import NovaBilling
from tests.samples import recorded
from tests.support import BASE_URL, TOKEN, Server, page

NEW_CUSTOMER = {"external_id": "usr_1", "email": "a@b.co", "currency": "NGN"}


def connect(answer: httpx.Response) -> Any:
    """Return a client and the server behind it, which always gives this answer."""
    server = Server(answer)
    http = httpx.Client(transport=httpx.MockTransport(server))
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http), server


def customer_text(**arguments: Any) -> str:
    """Return the JSON text that a call with these arguments sends."""
    client, server = connect(recorded("customer-create-full"))
    client.customers.create(**{**NEW_CUSTOMER, **arguments})
    return str(server.request.content.decode())


def price_text(amount: Any) -> str:
    """Return the JSON text of an amount."""
    client, server = connect(recorded("plan-price-add"))
    client.plans.add_price("pln_1", currency="NGN", amount=amount)
    text = server.request.content.decode()
    prefix, suffix = '{"currency":"NGN","amount":', "}"
    assert text.startswith(prefix)
    assert text.endswith(suffix)
    return str(text[len(prefix) : -len(suffix)])


def refuses(error: type, call: Callable[[Any], Any], match: str = ".") -> str:
    """Assert that a call raises this error and sends nothing; return the message."""
    client, server = connect(page([]))
    with pytest.raises(error, match=match) as caught:
        call(client)
    assert server.requests == []
    return str(caught.value)
