"""Prepaid credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import (
    WalletStatus,
    WalletTransactionKind,
    WalletTransactionStatus,
    WalletTransactionType,
)
from ._billing import Customer


class Wallet(Model, frozen=True, kw_only=True):
    """Credits of a customer.

    Attributes:
        id: The id that the server gave it.
        customer_id: The id of the customer.
        currency: The code of the currency of the invoices that it pays.
        rate_amount: What a credit is worth, in major units of `currency`.
        credits_balance: The credits that are left.
        balance: What they are worth, in major units of `currency`.
        consumed_credits: The credits that were used or voided, of all time.
        consumed_amount: What those were worth, in major units of `currency`.
        status: "active", also after `expiration_at`, or "terminated".
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        name: Its name; None if it has no name.
        expiration_at: When it expires, in UTC: from then on invoices take nothing from it; None for
            never.
        terminated_at: When it was terminated, in UTC; None if it is not.
        metadata: Your own data; None if there is none.
        customer: The customer; None where the server leaves it out.
    """

    id: str
    customer_id: str
    currency: str
    rate_amount: Decimal
    credits_balance: Decimal
    balance: Decimal
    consumed_credits: Decimal
    consumed_amount: Decimal
    status: Word[WalletStatus]
    created_at: Timestamp
    updated_at: Timestamp
    name: Optional[str] = None
    expiration_at: Optional[Timestamp] = None
    terminated_at: Optional[Timestamp] = None
    metadata: Optional[Dict[str, Any]] = None
    customer: Optional[Customer] = None

    def __post_init__(self) -> None:
        check_amounts(self.rate_amount, self.credits_balance, self.balance)
        check_amounts(self.consumed_credits, self.consumed_amount)


class WalletTransaction(Model, frozen=True, kw_only=True):
    """Credits that came or went.

    Attributes:
        id: The id that the server gave it.
        wallet_id: The id of the wallet.
        transaction_type: "inbound" for credits that came, "outbound" for those that went.
        status: "settled"; the 1.0 server makes no "pending" or "failed" ones.
        transaction_status: Why: "purchased", "granted", "voided" or "invoiced".
        credit_amount: How many credits.
        amount: What they are worth, in major units of the wallet's currency.
        created_at: When it was made, in UTC.
        invoice_id: The invoice that they paid; None if it was none.
        settled_at: When it counted, in UTC; None if it does not yet.
        metadata: Your own data, or the reason of the server; None if there is none.
    """

    id: str
    wallet_id: str
    transaction_type: Word[WalletTransactionType]
    status: Word[WalletTransactionStatus]
    transaction_status: Word[WalletTransactionKind]
    credit_amount: Decimal
    amount: Decimal
    created_at: Timestamp
    invoice_id: Optional[str] = None
    settled_at: Optional[Timestamp] = None
    metadata: Optional[Dict[str, Any]] = None

    def __post_init__(self) -> None:
        check_amounts(self.credit_amount, self.amount)


class WalletTopUp(Model, frozen=True, kw_only=True):
    """The transactions of one top-up, and the wallet after it.

    Attributes:
        transactions: One for each kind of credits that was given.
        wallet: The wallet, with its new balance.
    """

    transactions: List[WalletTransaction]
    wallet: Wallet
