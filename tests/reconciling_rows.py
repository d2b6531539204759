"""What the server shows of a write, field by field: an account of its own of what is declared."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple

from tests.reconciling import CALLS, Call
from tests.reconciling_arguments import WITH_ALL_ARGUMENTS


class NewRow(NamedTuple):
    """A row that a call has made; names of fields are those of the wire."""

    key: str = ""
    """What no other row has."""
    goes_on: str = ""
    """Fields that later calls change, so that they need not be as they were sent."""
    ignored: str = ""
    """Fields that the server does not keep."""
    grows: str = ""
    """Objects that the server adds to."""
    shown_as: Mapping[str, str] = {}
    """Where a field is shown under another name."""
    starts_as: Mapping[str, str] = {}
    """What was not sent, and stands there."""


STARTED = NewRow(goes_on="status", ignored="callbackUrl", starts_as={"status": "PROCESSING"})
NEW_ROWS: Dict[str, NewRow] = {
    "add_ons.apply": NewRow(),
    "add_ons.create": NewRow("code"),
    "api_keys.create": NewRow(),
    "billable_metrics.create": NewRow("code"),
    "charges.create": NewRow("planId billableMetricId"),
    "coupons.apply": NewRow("customerId", goes_on="usesRemaining"),
    "coupons.create": NewRow("code"),
    "credit_notes.create": NewRow(goes_on="status amount reason metadata"),
    "customers.create": NewRow("externalId"),
    "invoices.checkout": STARTED,
    "invoices.create": NewRow(goes_on="status paidAt", shown_as={"items": "metadata.items"}),
    "invoices.create number": NewRow(
        "invoiceNumber", goes_on="status paidAt", shown_as={"items": "metadata.items"}
    ),
    "invoices.create_checkout": STARTED,
    "payment_methods.create": NewRow("provider tokenId"),
    "payment_providers.configure": NewRow("providerName"),
    "payment_providers.create": NewRow("providerName"),
    "payments.create": NewRow(goes_on="status providerTransactionId failureReason"),
    "payments.create failed": NewRow(goes_on="status failureReason"),
    "plan_overrides.create": NewRow(
        "customerId planId", ignored="overriddenPrices overriddenCharges"
    ),
    "plans.add_price": NewRow("currency"),
    "plans.create": NewRow("code"),
    "portal.create_checkout": STARTED,
    "subscriptions.create": NewRow(
        goes_on="status startDate planId metadata",
        ignored="trialDays currentPeriodEnd",
        grows="metadata",
        shown_as={"startDate": "currentPeriodStart"},
    ),
    "subscriptions.create key": NewRow("externalId", goes_on="planId", ignored="trialDays"),
    "taxes.create": NewRow("code"),
    "wallets.create": NewRow(
        goes_on="name expirationAt metadata", ignored="paidCredits grantedCredits"
    ),
}


class Change(NamedTuple):
    """An object that a call has changed."""

    ignored: str = ""
    grows: str = ""


CHANGES: Dict[str, Change] = {
    "add_ons.update": Change(),
    "billable_metrics.update": Change(),
    "charges.update": Change(),
    "coupons.update": Change(),
    "credit_notes.update": Change(),
    "customers.update": Change(ignored="externalId createdAt"),
    "payment_providers.update": Change(),
    "plan_overrides.update": Change(ignored="overriddenPrices overriddenCharges"),
    "plans.update": Change(),
    "plans.update_price": Change(),
    "subscriptions.update": Change(grows="metadata.pendingPlanChange"),
    "taxes.update": Change(),
    "tenants.update_me": Change(grows="settings.more"),
    "wallets.update": Change(),
}


class State(NamedTuple):
    """A status that a call leads to."""

    wanted: str
    taken: str
    """Those in which the call is carried out; in others it is refused."""
    since: str = "updatedAt"
    """The time of the status."""
    may_lead_back: bool = False
    """Whether a later call may have led back to one of those."""
    is_refused: bool = True
    """Whether the call is refused where it leads to."""
    holds: Mapping[str, Any] = {}


STATUSES = {
    "credit_notes": "DRAFT FINALIZED VOIDED",
    "invoices": "DRAFT PENDING PAID FAILED CANCELED",
    "payments": "PENDING PROCESSING SUCCEEDED FAILED REFUNDED",
    "subscriptions": "ACTIVE PAST_DUE CANCELED TRIALING PAUSED",
    "wallets": "ACTIVE TERMINATED",
}
STATES = {
    "credit_notes.finalize": State("FINALIZED", "DRAFT"),
    "credit_notes.void": State("VOIDED", "DRAFT FINALIZED"),
    "invoices.finalize": State("PENDING", "DRAFT"),
    "invoices.void": State("CANCELED", "DRAFT PENDING FAILED", is_refused=False),
    "payments.refund whole": State(
        "REFUNDED", "SUCCEEDED", "metadata.refundedAt", holds={"metadata.refundAmount": 7500}
    ),
    "subscriptions.cancel": State("CANCELED", "ACTIVE PAST_DUE TRIALING PAUSED", "canceledAt"),
    "subscriptions.pause": State("PAUSED", "ACTIVE", may_lead_back=True),
    "subscriptions.resume": State("ACTIVE", "PAUSED", may_lead_back=True),
    "wallets.terminate": State("TERMINATED", "ACTIVE", "terminatedAt"),
}


def calls_of(name: str) -> List[Call]:
    """Return the calls of a name, with few arguments and with all."""
    return [calls[name] for calls in (CALLS, WITH_ALL_ARGUMENTS) if name in calls]


def other(value: Any) -> Any:
    """Return another value of a type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, list):
        return [] if value else ["else"]
    return ({} if value else {"else": 1}) if isinstance(value, dict) else "else"
