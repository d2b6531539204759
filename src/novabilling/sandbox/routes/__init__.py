"""The operations of the server, a module for each resource; each puts its own into the engine.

They are imported by name: a program that is one file, or a zip, has no files to list.

How to write one:

    from .._http.engine import Call, route
    from .._http.field_types import max_length, not_empty, string
    from .._http.validation import Body

    CREATE = Body(name=string(not_empty, max_length(200)))      # wire names, source order

    @route("POST /things", body=CREATE)                         # a name out of `_http.operations`
    def create(call: Call) -> Row:
        if call.db["thing"].first(name=call.body["name"]):
            raise conflict("Thing already exists")
        return call.db["thing"].create(call.body)               # columns: `_store.schema`

The engine has done guards, limits and checks before the function runs; the status comes from the
operation's line. `call` has `params` (and `id`), `query`, `body`, `db`, `tenant`, `now`; what is
returned is printed as JSON, `Raw` is sent as it is. Refusals are raised, see `_errors`. A route
without `body=` gets its body unchecked: read it by `call.read("field")`. Where null in a POST
means left out, pass the body through `given`; lists end in `checked_page` or `unchecked_page`. A
`yield` stands where the server lets other calls in, between what it checks and what it writes.
"""

# pyright: reportUnusedImport=false
from . import (  # noqa: F401
    add_ons,
    analytics,
    analytics_recurring,
    auth,
    billable_metrics,
    callbacks,
    charges,
    coupons,
    credit_notes,
    customers,
    events,
    invoices,
    payment_methods,
    payment_providers,
    payments,
    plan_overrides,
    plans,
    portal,
    subscriptions,
    system,
    taxes,
    tenants,
    wallets,
)
