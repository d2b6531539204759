"""What changes the amount of an invoice: coupons, add-ons and credit notes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

import msgspec

from .._serialization.serializable import Serializable
from .._words.fields import Model, Timestamp, Word, check_amounts, hash_of
from .._words.literals import CreditNoteReason, CreditNoteStatus, DiscountType
from ._summaries import CustomerSummary, InvoiceSummary


class CouponCounts(Model, frozen=True, kw_only=True):
    """How many objects point at a coupon.

    Attributes:
        applied_coupons: How many customers have the coupon.
    """

    applied_coupons: int


class Coupon(Model, frozen=True, kw_only=True):
    """A discount.

    Attributes:
        id: The id that the server gave it.
        code: Your own key of it, in upper case.
        name: Its name.
        discount_type: "percentage" or "fixed_amount".
        discount_value: The percentage, or the amount in major units of `currency`.
        redemption_count: How often it was applied; it is never counted down.
        applies_to_plan_ids: The plans that it is for; empty for all.
        active: Whether it can be applied, and takes anything off.
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        description: Text about it; None if there is none.
        currency: The code of the currency that a fixed amount is in; None if none was given.
        max_redemptions: How often it can be applied in all; None or 0 for no limit.
        expires_at: When it expires, in UTC; None for never.
        applied_coupons: The newest 20 of its applications; only of a single coupon, else None.
        counts: What points at it; in lists and of a single coupon, else None.
    """

    id: str
    code: str
    name: str
    discount_type: Word[DiscountType]
    discount_value: Decimal
    redemption_count: int
    applies_to_plan_ids: List[str]
    active: bool = msgspec.field(name="isActive")
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None
    currency: Optional[str] = None
    max_redemptions: Optional[int] = None
    expires_at: Optional[Timestamp] = None
    applied_coupons: Optional[List[AppliedCoupon]] = None
    counts: Optional[CouponCounts] = msgspec.field(name="_count", default=None)

    def __post_init__(self) -> None:
        check_amounts(self.discount_value)


class AppliedCoupon(Model, frozen=True, kw_only=True):
    """A coupon on a customer.

    Attributes:
        id: The id that `remove_applied` takes.
        coupon_id: The id of the coupon.
        customer_id: The id of the customer.
        created_at: When it was applied, in UTC.
        subscription_id: The only subscription whose invoices it reduces; None for all.
        amount_off: The 1.0 server leaves it None.
        uses_remaining: How many invoices it still reduces; None if that is not counted.
        coupon: The coupon; None where the server leaves it out.
        customer: The customer in short; None where the server leaves it out.
    """

    id: str
    coupon_id: str
    customer_id: str
    created_at: Timestamp
    subscription_id: Optional[str] = None
    amount_off: Optional[Decimal] = None
    uses_remaining: Optional[int] = None
    coupon: Optional[Coupon] = None
    customer: Optional[CustomerSummary] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount_off)


class DeletedCoupon(Serializable, frozen=True, kw_only=True):
    """What became of a coupon: gone, or inactive if it was ever applied.

    Attributes:
        message: The server's text, if it is gone; else None.
        coupon: The coupon, inactive now, if it was ever applied; else None.
    """

    message: Optional[str] = None
    coupon: Optional[Coupon] = None

    def __hash__(self) -> int:
        return hash_of(self)


class AddOnPrice(Model, frozen=True, kw_only=True):
    """What an add-on costs in one currency.

    Attributes:
        id: The id that the server gave it.
        add_on_id: The id of the add-on.
        currency: The code of the currency, in upper case.
        amount: What it costs, in major units of `currency`.
    """

    id: str
    add_on_id: str
    currency: str
    amount: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class AddOn(Model, frozen=True, kw_only=True):
    """Something that is charged once, on the next invoice.

    Attributes:
        id: The id that the server gave it.
        name: Its name.
        code: Your own key of it, in lower case.
        prices: Its prices, one for each currency.
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        description: Text about it; None if there is none.
        invoice_display_name: A name for invoices; None if there is none.
    """

    id: str
    name: str
    code: str
    prices: List[AddOnPrice]
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None
    invoice_display_name: Optional[str] = None


class AppliedAddOn(Model, frozen=True, kw_only=True):
    """An add-on on a customer: what the next invoice charges.

    Attributes:
        id: The id that `remove_applied` takes.
        add_on_id: The id of the add-on.
        customer_id: The id of the customer.
        amount: What is charged, in major units of `currency`.
        currency: The code of the currency, in upper case.
        created_at: When it was applied, in UTC.
        subscription_id: The subscription that was named; None if none was.
        invoice_id: The invoice that it is on; None until it is invoiced.
    """

    id: str
    add_on_id: str
    customer_id: str
    amount: Decimal
    currency: str
    created_at: Timestamp
    subscription_id: Optional[str] = None
    invoice_id: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class CreditNote(Model, frozen=True, kw_only=True):
    """An amount of an invoice that need not be paid, or is given back.

    Attributes:
        id: The id that the server gave it.
        invoice_id: The id of the invoice.
        customer_id: The id of the customer.
        amount: What need not be paid or is given back, in major units of `currency`.
        currency: The code of the currency, in upper case.
        reason: Why it was written; "order_change" where the server wrote it.
        status: "draft", "finalized" or "voided".
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        metadata: Your own data, or what the server noted; None if there is none.
        invoice: The invoice in short; None where the server leaves it out.
        customer: The customer in short; None where the server leaves it out.
    """

    id: str
    invoice_id: str
    customer_id: str
    amount: Decimal
    currency: str
    reason: Word[CreditNoteReason]
    status: Word[CreditNoteStatus]
    created_at: Timestamp
    updated_at: Timestamp
    metadata: Optional[Dict[str, Any]] = None
    invoice: Optional[InvoiceSummary] = None
    customer: Optional[CustomerSummary] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)
