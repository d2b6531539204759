"""Wallets beyond the recording: rounding, order and limits of what goes in and out."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from tests.sandbox.shop import Shop

Row = Dict[str, Any]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def wallet(shop: Shop, **fields: Any) -> Row:
    body = {"customerId": shop.customer, "currency": "ngn", **fields}
    made: Row = shop.ok("POST", "wallets", body)
    return made


def top_up(shop: Shop, made: Row, **fields: Any) -> Any:
    return shop.ok("POST", "wallets/transactions", {"walletId": made["id"], **fields})


def balances(made: Row) -> List[str]:
    names = ("creditsBalance", "balance", "consumedCredits", "consumedAmount")
    return [made[name] for name in names]


def test_a_wallet_needs_a_customer(shop: Shop) -> None:
    body = {"customerId": "none", "currency": "NGN"}
    assert shop.refusal("POST", "wallets", body) == "404 Customer not found"


def test_the_credits_of_a_new_wallet_are_granted_before_they_are_bought(shop: Shop) -> None:
    made = wallet(shop, paidCredits=1, grantedCredits=2, currency="dollars", metadata={"a": 1})
    assert (made["currency"], made["creditsBalance"]) == ("DOLLARS", "3")
    rows = shop.ok("GET", f"wallets/{made['id']}/transactions")["data"]
    assert [(row["transactionStatus"], row["metadata"]) for row in rows] == [
        ("PURCHASED", None),
        ("GRANTED", None),
    ]


@pytest.mark.parametrize("credits_", [{}, {"paidCredits": 0, "voidedCredits": 0}])
def test_a_top_up_without_credits_is_refused(shop: Shop, credits_: Row) -> None:
    made = wallet(shop, paidCredits=0, grantedCredits=None)
    refusal = shop.refusal("POST", "wallets/transactions", {"walletId": made["id"], **credits_})
    words = "paidCredits, grantedCredits, voidedCredits"
    assert refusal == f"400 Specify at least one of: {words}"
    assert shop.ok("GET", f"wallets/{made['id']}/transactions")["data"] == []


def test_a_name_that_is_empty_is_none(shop: Shop) -> None:
    assert wallet(shop, name="")["name"] is None


def test_amounts_are_rounded_half_up_to_four_decimals(shop: Shop) -> None:
    made = wallet(shop, rateAmount=0.333, paidCredits=0.5)
    assert balances(made)[:2] == ["0.5", "0.1665"]
    (bought,) = top_up(shop, made, paidCredits=0.05)["transactions"]
    assert bought["amount"] == "0.0167"


def test_all_transactions_of_a_request_get_its_metadata(shop: Shop) -> None:
    made = wallet(shop, paidCredits=5)
    answer = top_up(
        shop, made, voidedCredits=1, grantedCredits=1, paidCredits=1, metadata={"order": "A"}
    )
    assert [row["metadata"] for row in answer["transactions"]] == [{"order": "A"}] * 3


def test_only_credits_from_before_the_request_can_be_voided(shop: Shop) -> None:
    made = wallet(shop, paidCredits=5)
    body = {"walletId": made["id"], "voidedCredits": 5.5, "paidCredits": 10}
    refusal = shop.refusal("POST", "wallets/transactions", body)
    assert refusal == "400 Cannot void 5.5 credits — only 5 available"
    assert shop.ok("GET", f"wallets/{made['id']}") == made


def test_voided_credits_count_as_consumed_and_those_of_a_termination_do_not(shop: Shop) -> None:
    made = wallet(shop, rateAmount=2, paidCredits=5)
    answer = top_up(shop, made, voidedCredits=1)
    assert balances(answer["wallet"]) == ["4", "8", "1", "2"]
    ended = shop.ok("DELETE", f"wallets/{made['id']}")
    assert (ended["status"], balances(ended)) == ("TERMINATED", ["0", "0", "1", "2"])
    rows = shop.ok("GET", f"wallets/{made['id']}/transactions")["data"]
    assert [rows[0][name] for name in ("creditAmount", "amount")] == ["4", "8"]


def test_the_end_of_an_empty_wallet_is_no_transaction(shop: Shop) -> None:
    made = wallet(shop)
    shop.ok("DELETE", f"wallets/{made['id']}")
    assert shop.ok("GET", f"wallets/{made['id']}/transactions")["data"] == []


def test_what_is_left_at_the_end_is_worth_its_credits(shop: Shop) -> None:
    made = wallet(shop, rateAmount=0.333, paidCredits=0.01, grantedCredits=0.01)
    assert made["balance"] == "0.0066"
    shop.ok("DELETE", f"wallets/{made['id']}")
    (row, *_) = shop.ok("GET", f"wallets/{made['id']}/transactions")["data"]
    assert (row["creditAmount"], row["amount"]) == ("0.02", "0.0067")


def test_a_wallet_that_has_expired_is_active_and_takes_credits(shop: Shop) -> None:
    made = wallet(shop, expirationAt="2020-01-01")
    assert top_up(shop, made, grantedCredits=1)["wallet"]["status"] == "ACTIVE"


def test_unknown_wallets_are_404(shop: Shop) -> None:
    assert shop.refusal("GET", "wallets/none") == "404 Wallet not found"
    body = {"walletId": "none", "paidCredits": 1}
    assert shop.refusal("POST", "wallets/transactions", body) == "404 Wallet not found"


def test_an_invoice_draws_on_a_wallet_that_was_made_here(shop: Shop) -> None:
    made = wallet(shop, rateAmount=2, paidCredits=100)
    assert shop.bill(shop.plan(500))["amount"] == "300"
    assert balances(shop.ok("GET", f"wallets/{made['id']}")) == ["0", "0", "100", "200"]


def test_an_invoice_draws_on_the_wallet_with_the_oldest_date_first(shop: Shop) -> None:
    new = wallet(shop, paidCredits=100)
    old = wallet(shop, paidCredits=100, createdAt="2026-01-01")
    assert shop.bill(shop.plan(30))["amount"] == "0"
    left = [shop.ok("GET", f"wallets/{one['id']}")["balance"] for one in (new, old)]
    assert left == ["100", "70"]


def test_credits_that_no_column_holds_leave_the_wallet_without_any(shop: Shop) -> None:
    body = {"customerId": shop.customer, "currency": "NGN", "grantedCredits": 1e308}
    refusal = shop.refusal("POST", "wallets", body)
    assert refusal.startswith("500 Invalid `db.walletTransaction.create()` invocation")
    (made,) = shop.ok("GET", "wallets")["data"]
    assert balances(made) == ["0", "0", "0", "0"]
