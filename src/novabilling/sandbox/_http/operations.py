"""The operations of the server: who may call them and the status of success.

One a line: guard (- nobody checked, K API key or JWT, J JWT only), status, method, path.
Paths stand below /api, those behind a ~ at the root.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Tuple


class Operation(NamedTuple):
    """`name` is what a resource module registers its function under."""

    name: str
    guard: str
    status: int
    method: str
    segments: Tuple[str, ...]


_TABLE = """
- 201 POST /auth/register
- 200 POST /auth/login
- 200 POST /auth/refresh
- 200 POST /auth/forgot-password
- 200 POST /auth/reset-password
J 200 GET /tenants/me
J 200 PATCH /tenants/me
J 200 GET /tenants/me/usage
J 201 POST /tenants/me/api-keys
J 200 GET /tenants/me/api-keys
J 201 POST /tenants/me/smtp/test
J 200 DELETE /tenants/me/api-keys/{id}
- 200 GET /currencies
K 200 GET /customers
K 201 POST /customers
K 200 GET /customers/{id}
K 200 PATCH /customers/{id}
K 200 DELETE /customers/{id}
K 200 GET /customers/{id}/subscriptions
K 200 GET /customers/{id}/invoices
K 200 GET /customers/{id}/payments
K 200 GET /customers/{id}/payment-methods
K 200 DELETE /customers/{id}/payment-methods/{methodId}
K 200 GET /plans
K 201 POST /plans
K 200 GET /plans/{id}
K 200 PATCH /plans/{id}
K 200 DELETE /plans/{id}
K 201 POST /plans/{id}/prices
K 200 PATCH /plans/{id}/prices/{priceId}
K 200 DELETE /plans/{id}/prices/{priceId}
K 200 GET /subscriptions
K 201 POST /subscriptions
K 200 GET /subscriptions/{id}
K 200 PATCH /subscriptions/{id}
K 201 POST /subscriptions/{id}/cancel
K 201 POST /subscriptions/{id}/pause
K 201 POST /subscriptions/{id}/resume
K 201 POST /subscriptions/{id}/change-plan
K 200 GET /invoices
K 201 POST /invoices
K 200 GET /invoices/{id}
K 201 POST /invoices/{id}/finalize
K 201 POST /invoices/{id}/void
K 201 POST /invoices/{id}/mark-paid
K 201 POST /invoices/{id}/checkout
K 201 POST /invoices/{id}/send-email
K 200 GET /invoices/{id}/pdf
K 200 GET /payments
K 201 POST /payments
K 200 GET /payments/{id}
K 201 POST /payments/{id}/refund
K 200 GET /payment-providers
K 201 POST /payment-providers
K 200 GET /payment-providers/{id}
K 200 PATCH /payment-providers/{id}
K 200 DELETE /payment-providers/{id}
K 201 POST /payment-providers/{id}/test
K 200 GET /analytics/revenue
K 200 GET /analytics/subscriptions
K 200 GET /analytics/customers
K 200 GET /analytics/payments
K 200 GET /analytics/mrr-breakdown
K 200 GET /analytics/net-revenue
K 200 GET /analytics/churn-cohorts
K 200 GET /analytics/ltv
K 200 GET /coupons
K 201 POST /coupons
K 200 GET /coupons/{id}
K 200 PATCH /coupons/{id}
K 200 DELETE /coupons/{id}
K 201 POST /coupons/apply
K 200 DELETE /coupons/applied/{id}
K 200 GET /add-ons
K 201 POST /add-ons
K 200 GET /add-ons/{id}
K 200 PATCH /add-ons/{id}
K 200 DELETE /add-ons/{id}
K 201 POST /add-ons/apply
K 200 GET /add-ons/applied/list
K 200 DELETE /add-ons/applied/{id}
K 200 GET /credit-notes
K 201 POST /credit-notes
K 200 GET /credit-notes/{id}
K 200 PATCH /credit-notes/{id}
K 201 POST /credit-notes/{id}/finalize
K 201 POST /credit-notes/{id}/void
K 200 GET /portal/customers/{externalId}/billing
K 200 GET /portal/customers/{externalId}/subscriptions
K 200 GET /portal/customers/{externalId}/invoices
K 201 POST /portal/customers/{externalId}/invoices/{invoiceId}/checkout
K 200 GET /portal/customers/{externalId}/payments
K 200 GET /billable-metrics
K 201 POST /billable-metrics
K 200 GET /billable-metrics/{id}
K 200 PATCH /billable-metrics/{id}
K 200 DELETE /billable-metrics/{id}
K 201 POST /events
K 201 POST /events/batch
K 200 GET /events/{id}
K 200 GET /events/subscription/{subscriptionId}
K 200 GET /charges
K 201 POST /charges
K 200 GET /charges/{id}
K 200 PATCH /charges/{id}
K 200 DELETE /charges/{id}
K 200 GET /charges/plan/{planId}
K 201 POST /wallets
K 200 GET /wallets
K 200 GET /wallets/{id}
K 200 PATCH /wallets/{id}
K 200 DELETE /wallets/{id}
K 201 POST /wallets/transactions
K 200 GET /wallets/{id}/transactions
J 201 POST /payment-methods
J 200 GET /payment-methods/customer/{customerId}
J 200 GET /payment-methods/{id}
J 200 DELETE /payment-methods/{id}
J 200 PATCH /payment-methods/{id}/set-default
K 200 GET /taxes
K 201 POST /taxes
K 200 GET /taxes/{id}
K 200 PATCH /taxes/{id}
K 200 DELETE /taxes/{id}
K 200 GET /taxes/customer/{customerId}
K 201 POST /taxes/customer/{customerId}
K 200 DELETE /taxes/customer/{customerId}/{taxId}
K 200 GET /taxes/plan/{planId}
K 201 POST /taxes/plan/{planId}
K 200 DELETE /taxes/plan/{planId}/{taxId}
K 201 POST /taxes/charge/{chargeId}
K 200 DELETE /taxes/charge/{chargeId}/{taxId}
K 200 GET /plan-overrides
K 201 POST /plan-overrides
K 200 GET /plan-overrides/{id}
K 200 PATCH /plan-overrides/{id}
K 200 DELETE /plan-overrides/{id}
- 200 GET ~/health
- 200 GET ~/uploads/invoices/{file}
- 200 POST ~/webhooks/paystack
- 200 POST ~/webhooks/flutterwave
- 200 POST ~/webhooks/dpo
- 200 POST ~/webhooks/payu
- 200 POST ~/webhooks/pesapal
- 200 POST ~/webhooks/stripe
"""


def _operation(line: str) -> Operation:
    guard, status, method, path = line.split()
    full = path[1:] if path.startswith("~") else f"/api{path}"
    segments = tuple(full.strip("/").split("/"))
    return Operation(f"{method} {path}", guard, int(status), method, segments)


OPERATIONS: List[Operation] = [_operation(line) for line in _TABLE.strip().splitlines()]


def find_route(method: Optional[str], route: str) -> Tuple[str, ...]:
    """Return the parts of a path as errors name it, such as `/customers/{customer_id}`.

    Raises:
        ValueError: There is no such operation; a fault for it would wait for ever.
    """
    wanted = re.sub("{[^/]*}", "{}", f"/api{route}")
    for one in OPERATIONS:
        if method in (None, one.method) and re.sub("{[^/]*}", "{}", _path(one)) == wanted:
            return one.segments
    raise ValueError(
        f"there is no operation {method or ''} {route}".replace("  ", " ")
        + "; write it as error.route does: '/payments/{payment_id}/refund'"
    )


def _path(operation: Operation) -> str:
    return "/" + "/".join(operation.segments)
