"""Payment methods beyond the recording: what is refused, and which one is the default."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller


@pytest.fixture
def api() -> Caller:
    sandbox = Sandbox()
    return Caller(sandbox, sandbox.jwt)


@pytest.fixture
def customer(api: Caller) -> Dict[str, Any]:
    return api.customer()


def method(api: Caller, customer: Dict[str, Any], token: str, **fields: Any) -> Dict[str, Any]:
    body = {"customerId": customer["id"], "provider": "stripe", "tokenId": token, **fields}
    made: Dict[str, Any] = api.post("/payment-methods", **body)
    return made


def tokens(api: Caller, customer: Dict[str, Any]) -> List[str]:
    """List the tokens in the server's order, the default with a star."""
    rows = api.get(f"/payment-methods/customer/{customer['id']}")
    return [row["tokenId"] + "*" * row["isDefault"] for row in rows]


def test_a_token_is_taken_once_for_each_provider(api: Caller, customer: Dict[str, Any]) -> None:
    method(api, customer, "t")
    method(api, customer, "t", provider="paystack")
    other = api.customer(externalId="u2")
    body = {"customerId": other["id"], "provider": "stripe", "tokenId": "t"}
    assert api.refusal("POST", "/payment-methods", body) == "400 Payment method already exists"


def test_a_payment_method_needs_a_customer(api: Caller) -> None:
    body = {"customerId": "none", "provider": "stripe", "tokenId": "t"}
    assert api.refusal("POST", "/payment-methods", body) == "404 Customer none not found"


@pytest.mark.parametrize(
    ("month", "complaint"),
    [
        (0, "expMonth must not be less than 1"),
        (13, "expMonth must not be greater than 12"),
        (1.5, "expMonth must be an integer number"),
    ],
)
def test_months_are_whole_numbers_from_1_to_12(
    api: Caller, customer: Dict[str, Any], month: float, complaint: str
) -> None:
    body = {"customerId": customer["id"], "provider": "p", "tokenId": "t", "expMonth": month}
    (error,) = api.send("POST", "/api/payment-methods", body).json()["errors"]
    assert error["message"] == complaint


def test_every_customer_has_a_default_of_its_own(api: Caller, customer: Dict[str, Any]) -> None:
    other = api.customer(externalId="u2")
    for token in ("a", "b", "c"):
        method(api, customer, token)
    method(api, other, "d")
    assert (tokens(api, customer), tokens(api, other)) == (["a*", "c", "b"], ["d*"])


def test_the_newest_of_the_rest_follows_a_default_that_is_deleted(
    api: Caller, customer: Dict[str, Any]
) -> None:
    first, second, _third = (method(api, customer, token) for token in ("a", "b", "c"))
    api.send("DELETE", f"/api/payment-methods/{second['id']}")
    assert tokens(api, customer) == ["a*", "c"]
    api.send("DELETE", f"/api/payment-methods/{first['id']}")
    assert tokens(api, customer) == ["c*"]


def test_after_the_last_one_there_is_no_default(api: Caller, customer: Dict[str, Any]) -> None:
    only = method(api, customer, "a")
    api.send("DELETE", f"/api/payment-methods/{only['id']}")
    assert tokens(api, customer) == []
    expected = f"404 Payment method {only['id']} not found"
    assert api.refusal("GET", f"/payment-methods/{only['id']}") == expected


def test_with_no_default_left_the_next_one_is_not_the_first(
    api: Caller, customer: Dict[str, Any]
) -> None:
    default = method(api, customer, "a")
    method(api, customer, "b")
    # This way of deleting chooses no new default.
    api.send("DELETE", f"/api/customers/{customer['id']}/payment-methods/{default['id']}")
    method(api, customer, "c")
    assert tokens(api, customer) == ["c", "b"]


def test_a_year_that_does_not_fit_is_refused_in_the_words_of_its_service(
    api: Caller, customer: Dict[str, Any]
) -> None:
    body = {"customerId": customer["id"], "provider": "p", "tokenId": "t", "expYear": 2**31}
    message = api.send("POST", "/api/payment-methods", body).json()["message"]
    assert message.startswith("\nInvalid `prisma.paymentMethod.create()` invocation")
