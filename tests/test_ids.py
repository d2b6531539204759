"""Ids in paths, queries and bodies: one that would reach something else is refused."""

from __future__ import annotations

from typing import Any, Callable, Dict

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.asking import connect, refuses
from tests.samples import recorded
from tests.support import BASE_URL

ID_SLOTS: Dict[str, Callable[[Any, Any], Any]] = {
    "path": lambda c, value: c.customers.get(value),
    "second in the path": lambda c, value: c.plans.delete_price("pln_1", value),
    "query": lambda c, value: c.subscriptions.list(customer_id=value),
    "query of iter": lambda c, value: c.subscriptions.iter(customer_id=value),
    "filter made here": lambda c, value: c.payments.list(customer_id=value),
    "iter over the filter made here": lambda c, value: c.payments.iter(customer_id=value),
    "body": lambda c, value: c.subscriptions.create(
        customer_id="cus_1", plan_id=value, currency="NGN"
    ),
    "external id": lambda c, value: c.customers.create(
        external_id=value, email="a@b.co", currency="NGN"
    ),
    "optional in the body": lambda c, value: c.subscriptions.create(
        customer_id="c", plan_id="p", currency="NGN", external_id=value
    ),
    "optional id of another object": lambda c, value: c.invoices.create(
        customer_id="c", items=[], due_date="2027-01-01", subscription_id=value
    ),
    "renamed in the body": lambda c, value: c.subscriptions.change_plan("sub_1", plan_id=value),
}


@pytest.mark.parametrize("slot", ID_SLOTS)
@pytest.mark.parametrize(
    "value", ["", ".", "..", "a\x00b", "a\nb", "a\x7f", "a\x9f", "a\ud800", "\udfff", "x" * 256]
)
def test_an_id_that_would_reach_something_else_is_refused(slot, value):
    message = refuses(ValueError, lambda c: ID_SLOTS[slot](c, value))

    assert "_id must" in message


@pytest.mark.parametrize("slot", ID_SLOTS)
@pytest.mark.parametrize("value", [1, b"cus_1", ["cus_1"], True, 1.0])
def test_an_id_that_is_not_text_is_refused(slot, value):
    refuses(TypeError, lambda c: ID_SLOTS[slot](c, value), "_id must be a str, not")


@pytest.mark.parametrize("slot", ["path", "second in the path", "body", "external id"])
def test_an_id_that_is_none_is_refused(slot):
    refuses(TypeError, lambda c: ID_SLOTS[slot](c, None), "_id must be a str, not NoneType")


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("cus_1", "cus_1"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("usr/1003 é", "usr%2F1003%20%C3%A9"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("a:b@c;d=e,f&g+h", "a%3Ab%40c%3Bd%3De%2Cf%26g%2Bh"),
        ("☃", "%E2%98%83"),
        ("x" * 255, "x" * 255),
    ],
)
def test_any_other_id_is_sent_as_one_path_segment(value, segment):
    client, server = connect(recorded("customer-get"))

    client.customers.get(value)

    assert server.paths == [f"GET /api/customers/{segment}"]


@given(st.text(min_size=1, max_size=255))
def test_an_id_is_one_path_segment_or_refused(value):
    client, server = connect(recorded("customer-get"))

    try:
        client.customers.get(value)
    except ValueError:
        assert server.requests == []
    else:
        path = server.request.url.raw_path.decode()
        assert path.count("/") == 3
        assert "?" not in path
        assert httpx.URL(BASE_URL + path).path == f"/api/customers/{value}"
