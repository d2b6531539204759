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
    """Credits of a customer; `rate_amount` is what one is worth, `balance` what all are worth."""

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
    """Credits that came or went; `transaction_status` says why."""

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
    """The transactions of one top-up, and the wallet after it."""

    transactions: List[WalletTransaction]
    wallet: Wallet
