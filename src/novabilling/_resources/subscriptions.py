"""What a subscription shows of calls that leave one of several states."""

from __future__ import annotations

from typing import Any, Dict

from .._reconcile.comparing import at


def is_canceled(subscription: Dict[str, Any], sent: Dict[str, Any]) -> bool:
    """Say whether it is canceled as a call asked for: at the end of its period, or now."""
    if sent.get("cancelAt") == "period_end":
        end = subscription.get("currentPeriodEnd")
        return end is not None and subscription.get("cancelAt") == end
    return subscription.get("status") == "CANCELED"


def has_changed_plan(subscription: Dict[str, Any], sent: Dict[str, Any]) -> bool:
    """Say whether it has a plan that a call asked for, or will have it in the next period."""
    pending = at(subscription, "metadata.pendingPlanChange.newPlanId")
    return sent.get("newPlanId") in (subscription.get("planId"), pending)


def may_have_led_back(_subscription: Dict[str, Any], _sent: Dict[str, Any]) -> bool:
    """Say that a pause may have been resumed since, and the other way round."""
    return True


def may_have_moved_on(subscription: Dict[str, Any], sent: Dict[str, Any]) -> bool:
    """Say whether it may be canceled at the end of a period that another plan has replaced."""
    return sent.get("cancelAt") == "period_end" and subscription.get("cancelAt") is not None
