"""All methods of all resources, and which of them may be sent twice."""

from __future__ import annotations

from typing import Dict

IDS: Dict[str, Dict[str, str]] = {
    "auth": {
        "register": "",
        "login": "",
        "refresh": "",
        "forgot_password": "",
        "reset_password": "",
    },
    "tenants": {"get_me": "", "update_me": "", "get_usage": "", "test_smtp": ""},
    "api_keys": {"list": "", "create": "", "delete": "api_key_id", "revoke": "api_key_id"},
    "currencies": {"list": ""},
    "customers": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "customer_id",
        "get_by_external_id": "external_id",
        "update": "customer_id",
        "delete": "customer_id",
        "get_subscriptions": "customer_id",
        "get_invoices": "customer_id",
        "get_payments": "customer_id",
        "get_payment_methods": "customer_id",
        "delete_payment_method": "customer_id payment_method_id",
    },
    "plans": {
        "list": "",
        "create": "",
        "get": "plan_id",
        "get_by_code": "code",
        "update": "plan_id",
        "delete": "plan_id",
        "add_price": "plan_id",
        "update_price": "plan_id price_id",
        "delete_price": "plan_id price_id",
    },
    "subscriptions": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "subscription_id",
        "get_by_external_id": "external_id",
        "update": "subscription_id",
        "cancel": "subscription_id",
        "pause": "subscription_id",
        "resume": "subscription_id",
        "change_plan": "subscription_id",
    },
    "invoices": {
        "list": "",
        "iter": "",
        "create": "",
        "next_number": "",
        "get": "invoice_id",
        "get_by_number": "number",
        "finalize": "invoice_id",
        "void": "invoice_id",
        "mark_paid": "invoice_id",
        "create_checkout": "invoice_id",
        "checkout": "invoice_id",
        "send_email": "invoice_id",
        "get_pdf": "invoice_id",
        "download_pdf": "invoice_id to",
    },
    "payments": {"list": "", "iter": "", "create": "", "get": "payment_id", "refund": "payment_id"},
    "payment_providers": {
        "list": "",
        "create": "",
        "configure": "",
        "get": "payment_provider_id",
        "update": "payment_provider_id",
        "delete": "payment_provider_id",
        "test_connection": "payment_provider_id",
    },
    "webhooks": {"list": "", "create": "", "delete": "", "verify": "payload signature secret"},
    "analytics": {
        "get_revenue": "",
        "get_subscriptions": "",
        "get_customers": "",
        "get_payments": "",
        "get_mrr_breakdown": "",
        "get_net_revenue": "",
        "get_churn_cohorts": "",
        "get_lifetime_value": "",
    },
    "coupons": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "coupon_id",
        "update": "coupon_id",
        "delete": "coupon_id",
        "apply": "",
        "remove_applied": "coupon_id",
    },
    "add_ons": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "add_on_id",
        "update": "add_on_id",
        "delete": "add_on_id",
        "apply": "",
        "list_applied": "",
        "iter_applied": "",
        "remove_applied": "add_on_id",
    },
    "credit_notes": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "credit_note_id",
        "update": "credit_note_id",
        "finalize": "credit_note_id",
        "void": "credit_note_id",
    },
    "portal": {
        "get_billing": "external_id",
        "get_subscriptions": "external_id",
        "get_invoices": "external_id",
        "iter_invoices": "external_id",
        "create_checkout": "external_id invoice_id",
        "get_payments": "external_id",
        "iter_payments": "external_id",
    },
    "billable_metrics": {
        "list": "",
        "create": "",
        "get": "billable_metric_id",
        "update": "billable_metric_id",
        "delete": "billable_metric_id",
    },
    "events": {
        "create": "",
        "create_batch": "events",
        "get": "event_id",
        "get_by_subscription": "subscription_id",
        "iter_by_subscription": "subscription_id",
    },
    "charges": {
        "list": "",
        "create": "",
        "get": "charge_id",
        "update": "charge_id",
        "delete": "charge_id",
        "get_by_plan": "plan_id",
    },
    "wallets": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "wallet_id",
        "update": "wallet_id",
        "terminate": "wallet_id",
        "create_transaction": "",
        "get_transactions": "wallet_id",
        "iter_transactions": "wallet_id",
    },
    "payment_methods": {
        "create": "",
        "get_by_customer": "customer_id",
        "get": "payment_method_id",
        "delete": "payment_method_id",
        "set_default": "payment_method_id",
    },
    "taxes": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "tax_id",
        "update": "tax_id",
        "delete": "tax_id",
        "get_by_customer": "customer_id",
        "assign_to_customer": "customer_id",
        "remove_from_customer": "customer_id tax_id",
        "get_by_plan": "plan_id",
        "assign_to_plan": "plan_id",
        "remove_from_plan": "plan_id tax_id",
        "assign_to_charge": "charge_id",
        "remove_from_charge": "charge_id tax_id",
    },
    "plan_overrides": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "plan_override_id",
        "update": "plan_override_id",
        "delete": "plan_override_id",
    },
}
"""Every method of every resource, with the arguments that may be positional."""

POSTS: Dict[str, str] = {
    "auth": "register login refresh forgot_password reset_password",
    "tenants": "test_smtp",
    "api_keys": "create",
    "customers": "create",
    "plans": "create add_price",
    "subscriptions": "create cancel pause resume change_plan",
    "invoices": "create finalize void mark_paid create_checkout checkout send_email",
    "payments": "create refund",
    "payment_providers": "create configure test_connection",
    "coupons": "create apply",
    "add_ons": "create apply",
    "credit_notes": "create finalize void",
    "portal": "create_checkout",
    "billable_metrics": "create",
    "events": "create create_batch",
    "charges": "create",
    "wallets": "create create_transaction",
    "payment_methods": "create",
    "taxes": "create assign_to_customer assign_to_plan assign_to_charge",
    "plan_overrides": "create",
}
"""Every method that sends a POST. None may be repeated after an attempt of unknown fate, but:"""

KEYED = {"events.create", "events.create_batch"}
"""Those that carry a key of their own, so that the server knows a repeat."""

KEYS_FIRST = {
    "add_ons.create",
    "add_ons.update",
    "api_keys.create",
    "billable_metrics.create",
    "charges.create",
    "coupons.create",
    "credit_notes.create",
    "customers.create",
    "invoices.create",
    "payment_methods.create",
    "payment_providers.create",
    "payments.create",
    "plan_overrides.create",
    "plans.add_price",
    "plans.create",
    "subscriptions.create",
    "taxes.assign_to_charge",
    "taxes.assign_to_customer",
    "taxes.assign_to_plan",
    "taxes.create",
    "tenants.update_me",
    "wallets.create",
}
"""Those whose first write holds the unique keys: a 500 for one that is taken has done nothing.

Not `charges.update` and `billable_metrics.update`, which remove the old filters first.
"""

SECOND_METHODS = {
    "api_keys.revoke": "delete",
    "invoices.checkout": "create_checkout",
    "payment_providers.configure": "create",
}
"""Methods that are second names of others of their resource."""

_PERIOD = {"start_date": "date_from", "end_date": "date_to"}
SECOND_ARGUMENTS = {
    "analytics.get_revenue": _PERIOD,
    "analytics.get_subscriptions": _PERIOD,
    "analytics.get_customers": _PERIOD,
    "analytics.get_payments": _PERIOD,
    "analytics.get_mrr_breakdown": _PERIOD,
    "analytics.get_net_revenue": _PERIOD,
    "subscriptions.cancel": {"cancel_at": "cancel_at_period_end"},
    "subscriptions.change_plan": {"new_plan_id": "plan_id"},
}
"""Arguments that are second names of others of their method."""

NOT_SENT = {
    "analytics.get_payments": {"provider"},
    "plans.list": {"limit", "page"},
    "subscriptions.cancel": {"reason"},
}
"""Arguments for which the server has no place."""

NEEDED = {"subscriptions.change_plan": "plan_id"}
"""What a method cannot do without, although its signature gives a default."""

RESOURCES = sorted(IDS)
METHODS = [(resource, method) for resource in RESOURCES for method in IDS[resource]]
"""Each of them once."""
