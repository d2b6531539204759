"""What the server answers to the deletion of a coupon: a message, or the coupon."""

from __future__ import annotations

import msgspec

from ._answers import decode_object
from .types._common import Message
from .types._discounts import Coupon, DeletedCoupon


def read_deleted(content: bytes, root: str) -> DeletedCoupon:
    """Read either answer."""
    try:
        return DeletedCoupon(coupon=decode_object(content, Coupon, root))
    except msgspec.ValidationError:
        return DeletedCoupon(message=decode_object(content, Message, root).message)
