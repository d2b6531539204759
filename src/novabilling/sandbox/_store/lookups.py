"""What the rows of each table are ordered and looked up by."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from .schema import CENTRAL, MODELS

ORDERS: Dict[str, Optional[str]] = {
    name: "timestamp"
    if name == "usageEvent"
    else "createdAt"
    if "createdAt" in model.columns
    else None
    for name, model in {**CENTRAL, **MODELS}.items()
}
"""The column by whose time the rows of a table are listed."""

_ALSO_LOOKED_UP = {
    "customer": ("currency", "country"),
    "subscription": ("status", "customerId status"),
    "invoice": ("status", "customerId status", "subscriptionId status"),
    "payment": ("status", "provider"),
    "creditNote": ("status",),
    "usageEvent": ("subscriptionId code",),
    "wallet": ("status",),
    "tax": ("appliedByDefault",),
}

LOOKUPS: Dict[str, Tuple[Tuple[str, ...], ...]] = {
    name: (
        *((column,) for column in model.references),
        *(tuple(text.split()) for text in _ALSO_LOOKED_UP.get(name, ())),
    )
    for name, model in {**CENTRAL, **MODELS}.items()
}
"""What rows are looked up by: foreign keys, and what lists and jobs filter by."""

_ALSO_INDEXED = {
    "customer": ("email",),
    "subscription": ("status",),
    "invoice": ("status", "dueDate"),
    "payment": ("provider", "providerTransactionId"),
    "coupon": ("isActive",),
    "appliedAddOn": ("invoiceId",),
    "wallet": ("status", "expirationAt"),
    "paymentMethod": ("isDefault",),
    "tax": ("appliedByDefault",),
}

INDEXED: Dict[str, Tuple[str, ...]] = {
    name: (
        *model.references,
        *(column for key in model.unique for column in key),
        *_ALSO_INDEXED.get(name, ()),
    )
    for name, model in {**CENTRAL, **MODELS}.items()
}
"""The columns in indexes of the server's database: a row that changes there moves in its file."""

CLIENTS: Dict[str, str] = {"paymentMethod": "prisma"}
"""Tables whose calls stand under another name in complaints than their database's."""
