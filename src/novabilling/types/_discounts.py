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
    """How many objects point at a coupon."""

    applied_coupons: int


class Coupon(Model, frozen=True, kw_only=True):
    """A discount; `discount_value` is a percentage or an amount in `currency`."""

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
    """A coupon on a customer; `uses_remaining` is None for one that is not counted."""

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
    """What became of a coupon: gone (`message`), or inactive if it was ever applied (`coupon`)."""

    message: Optional[str] = None
    coupon: Optional[Coupon] = None

    def __hash__(self) -> int:
        return hash_of(self)


class AddOnPrice(Model, frozen=True, kw_only=True):
    """What an add-on costs in one currency."""

    id: str
    add_on_id: str
    currency: str
    amount: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class AddOn(Model, frozen=True, kw_only=True):
    """Something that is charged once, on the next invoice."""

    id: str
    name: str
    code: str
    prices: List[AddOnPrice]
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None
    invoice_display_name: Optional[str] = None


class AppliedAddOn(Model, frozen=True, kw_only=True):
    """An add-on on a customer; `invoice_id` is None until it is invoiced."""

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
    """An amount of an invoice that need not be paid, or is given back."""

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
