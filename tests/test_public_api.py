"""The public door: what can be imported, and the signature of every method."""

from __future__ import annotations

import inspect
import re
from types import FunctionType
from typing import Any, Dict, List, Literal, Tuple, Union, get_args, get_origin, get_type_hints

import httpx
import pytest

import novabilling
from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError, types, webhooks
from tests.support import BASE_URL, TOKEN, Server, problem

IDS: Dict[str, Dict[str, str]] = {
    "auth": {
        "register": "",
        "login": "",
        "refresh": "",
        "forgot_password": "",
        "reset_password": "",
    },
    "tenants": {"get_me": "", "update_me": "", "get_usage": "", "test_smtp": ""},
    "api_keys": {"list": "", "create": "", "delete": "api_key_id"},
    "currencies": {"list": ""},
    "customers": {
        "list": "",
        "iter": "",
        "create": "",
        "get": "customer_id",
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
        "get": "invoice_id",
        "finalize": "invoice_id",
        "void": "invoice_id",
        "mark_paid": "invoice_id",
        "create_checkout": "invoice_id",
        "send_email": "invoice_id",
        "get_pdf": "invoice_id",
        "download_pdf": "invoice_id to",
    },
    "payments": {"list": "", "iter": "", "create": "", "get": "payment_id", "refund": "payment_id"},
    "payment_providers": {
        "list": "",
        "create": "",
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
        "remove_applied": "applied_coupon_id",
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
        "remove_applied": "applied_add_on_id",
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
        "assign_to_customer": "customer_id tax_id",
        "remove_from_customer": "customer_id tax_id",
        "get_by_plan": "plan_id",
        "assign_to_plan": "plan_id tax_id",
        "remove_from_plan": "plan_id tax_id",
        "assign_to_charge": "charge_id tax_id",
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
    "invoices": "create finalize void mark_paid create_checkout send_email",
    "payments": "create refund",
    "payment_providers": "create test_connection",
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

BUILT = sorted(set(IDS) & set(dir(NovaBilling)))
METHODS = [(resource, method) for resource in BUILT for method in IDS[resource]]
SYNC = NovaBilling(token=TOKEN, base_url=BASE_URL)
ASYNC = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL)


def public_methods(resource: Any) -> Dict[str, Any]:
    """Return the public functions of a resource, bound to it."""
    names = [name for name in dir(type(resource)) if not name.startswith("_")]
    return {name: getattr(resource, name) for name in names}


def signature(client: Any, resource: str, method: str) -> inspect.Signature:
    return inspect.signature(getattr(getattr(client, resource), method))


# Names


@pytest.mark.parametrize("module", [novabilling, types], ids=["novabilling", "types"])
def test_all_names_everything_that_is_public_and_nothing_else(module):
    for name in module.__all__:
        getattr(module, name)

    found = {name for name in vars(module) if not name.startswith("_")}
    submodules = {n for n in found if inspect.ismodule(getattr(module, n))}
    inner = {"annotations", "Any", "List", "TYPE_CHECKING", "import_module"}
    assert found - submodules - inner == {n for n in module.__all__ if n != "__version__"}
    assert sorted(module.__all__) == dir(module)


def test_all_names_of_types_are_imported_for_type_checkers_too():
    source = inspect.getsource(types)

    shown = re.findall(r"import (\w+) as (\w+)$", source, re.MULTILINE)
    assert sorted(name for name, alias in shown if name == alias) == sorted(types.__all__)


def test_all_names_of_the_package_are_imported_for_type_checkers_too():
    tree = inspect.getsource(novabilling)

    for name in novabilling.__all__:
        assert re.search(rf"^    {name},$|import {name}$", tree, re.MULTILINE), name


@pytest.mark.parametrize("module", [novabilling, types, webhooks], ids=lambda m: m.__name__)
def test_an_unknown_name_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match="nonsense"):
        module.nonsense  # noqa: B018


PUBLIC_CLASSES = [
    (module, name)
    for module in (novabilling, types)
    for name in module.__all__
    if inspect.isclass(getattr(module, name))
]


@pytest.mark.parametrize("name", [name for module, name in PUBLIC_CLASSES if module is novabilling])
def test_clients_and_errors_say_that_they_come_from_the_package(name):
    assert getattr(novabilling, name).__module__ == "novabilling"


def test_every_error_is_public():
    def below(cls: type) -> List[type]:
        return [cls, *(leaf for sub in cls.__subclasses__() for leaf in below(sub))]

    names = {cls.__name__ for cls in below(NovaBillingError)}
    assert names <= set(novabilling.__all__)


def test_the_results_of_all_methods_are_public_types():
    for resource, method in METHODS:
        result = signature(SYNC, resource, method).return_annotation
        for name in re.findall(r"[A-Z]\w+", result):
            assert name in {*types.__all__, "Iterator"}, f"{resource}.{method} -> {name}"


def test_the_clients_have_the_resources_of_the_table_and_no_others():
    for client in (NovaBilling, AsyncNovaBilling):
        found = {name for name in dir(client) if not name.startswith("_")}
        assert found - {"close", "aclose", "with_options"} == set(BUILT)


@pytest.mark.parametrize("resource", BUILT)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_resource_has_the_methods_of_the_table_and_no_others(client, resource):
    assert set(public_methods(getattr(client, resource))) == set(IDS[resource])


# Signatures

BY_KEYWORD = inspect.Parameter.KEYWORD_ONLY
EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_ids_may_be_positional_and_all_else_is_by_keyword(resource, method):
    parameters = signature(SYNC, resource, method).parameters.values()

    kinds = {p.name: p.kind for p in parameters}
    positional = IDS[resource][method].split()
    assert list(kinds)[: len(positional)] == positional
    for name, kind in kinds.items():
        assert kind is (EITHER if name in positional else BY_KEYWORD), name


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_both_clients_have_the_same_signature(resource, method):
    ours = str(signature(SYNC, resource, method))
    theirs = str(signature(ASYNC, resource, method))

    assert ours == theirs.replace("AsyncIterator", "Iterator")


@pytest.mark.parametrize(("resource", "method"), METHODS)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_the_annotations_of_a_method_can_be_evaluated(client, resource, method):
    function = getattr(getattr(client, resource), method)

    assert set(get_type_hints(function)) == {*inspect.signature(function).parameters, "return"}


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_a_method_can_be_awaited_unless_it_iterates_or_needs_no_server(resource, method):
    function = getattr(getattr(ASYNC, resource), method)

    assert inspect.iscoroutinefunction(function) is not (
        method.startswith("iter") or method == "verify"
    )


@pytest.mark.parametrize("method", ["__init__", "with_options"])
def test_both_clients_take_the_same_options_by_keyword_only(method):
    ours, theirs = (
        list(inspect.signature(getattr(client, method)).parameters.values())
        for client in (NovaBilling, AsyncNovaBilling)
    )

    assert [p.name for p in ours] == [p.name for p in theirs]
    assert {p.kind for p in ours[1:]} == {BY_KEYWORD}
    assert [p.default for p in ours] == [p.default for p in theirs]


ITERATED = [(r, m) for r, m in METHODS if m.startswith("iter")]


@pytest.mark.parametrize(("resource", "method"), ITERATED)
def test_iter_takes_the_filters_of_its_list_but_for_the_page(resource, method):
    beside = [m for m in IDS[resource] if m.endswith(method[len("iter") :]) and m != method]
    page_by_page = next(m for m in beside if not m.startswith("iter"))
    listed = signature(SYNC, resource, page_by_page).parameters
    iterated = signature(SYNC, resource, method).parameters

    assert {name: p.annotation for name, p in iterated.items()} == {
        name: p.annotation for name, p in listed.items() if name not in ("page", "limit")
    }


@pytest.mark.parametrize("resource", BUILT)
def test_every_list_by_pages_has_an_iter(resource):
    paged = [m for m in IDS[resource] if "page" in signature(SYNC, resource, m).parameters]
    iterated = [m for m in IDS[resource] if m.startswith("iter")]

    assert len(paged) == len(iterated)


# Docstrings

VERBS = """
Add Apply Assign Call Cancel Change Check Clear Close Configure Count Create Delete Download End
Finalize Find Get Iterate List Log Make Mark Move Pause Read Record Refund Register Remove Renew
Replace Resume Return Send Set Show Sign Start Stream Subscribe Terminate Try Update Use Verify Void
"""


def first_word(thing: Any) -> str:
    assert thing.__doc__, thing
    return str(re.split(r"\W", thing.__doc__.strip(), maxsplit=1)[0])


@pytest.mark.parametrize(("resource", "method"), METHODS)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_the_docstring_of_a_method_starts_with_a_verb(client, resource, method):
    assert first_word(getattr(getattr(client, resource), method)) in VERBS.split()


@pytest.mark.parametrize("resource", BUILT)
def test_the_docstring_of_a_resource_starts_with_a_verb(resource):
    assert first_word(type(getattr(SYNC, resource))) in VERBS.split()


@pytest.mark.parametrize(
    "function",
    [
        NovaBilling,
        AsyncNovaBilling,
        NovaBilling.with_options,
        AsyncNovaBilling.with_options,
        NovaBilling.close,
        AsyncNovaBilling.aclose,
        webhooks.verify,
        webhooks.sign,
    ],
)
def test_the_docstring_of_a_client_and_of_the_functions_starts_with_a_verb(function):
    assert first_word(function) in VERBS.split()


@pytest.mark.parametrize(("module", "name"), PUBLIC_CLASSES, ids=[n for _, n in PUBLIC_CLASSES])
def test_every_public_class_has_a_docstring_of_its_own(module, name):
    assert vars(getattr(module, name)).get("__doc__")


@pytest.mark.parametrize(("module", "name"), PUBLIC_CLASSES, ids=[n for _, n in PUBLIC_CLASSES])
def test_every_public_method_of_a_class_has_a_docstring(module, name):
    for attribute, value in vars(getattr(module, name)).items():
        function = value.fget if isinstance(value, property) else value
        if isinstance(function, FunctionType) and not attribute.startswith("_"):
            assert function.__doc__, f"{name}.{attribute}"


# What may be sent twice


def example_of(hint: Any) -> Any:
    """Return a value that an argument of this type takes."""
    origin = get_origin(hint)
    if origin is Literal:
        return get_args(hint)[0]
    if origin is Union:
        return example_of(get_args(hint)[0])
    if hint in (str, int, float, bool):
        return {str: "x1", int: 1, float: 1, bool: True}[hint]
    if origin is None:
        return "2027-01-01"
    return {} if "Mapping" in str(origin) else []


def required_of(function: Any) -> Dict[str, Any]:
    """Return the least arguments that a method takes."""
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    return {p.name: example_of(hints[p.name]) for p in parameters if p.default is p.empty}


def attempts(resource: str, method: str) -> Tuple[str, int]:
    """Return the verb of a method, and how often it asks a server that answers 503."""
    server = Server(problem(503))
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    function = getattr(getattr(client, resource), method)
    arguments = required_of(function)
    if "currency" in arguments:
        arguments["currency"] = "NGN"
    if method == "create_batch":
        arguments["events"] = [{"subscription_id": "s", "code": "c"}]
    if method == "download_pdf":
        arguments["to"] = "never-written.pdf"
    with pytest.raises(NovaBillingError):
        list(function(**arguments)) if method.startswith("iter") else function(**arguments)
    return server.requests[0].method, len(server.requests)


SENT = [(resource, method) for resource, method in METHODS if method != "verify"]


@pytest.mark.parametrize(("resource", "method"), SENT)
def test_a_method_is_repeated_only_where_nothing_can_happen_twice(clock, resource, method):
    verb, requests = attempts(resource, method)

    is_post = method in POSTS.get(resource, "").split()
    once = is_post and f"{resource}.{method}" not in KEYED
    assert (verb == "POST") is is_post
    assert requests == (1 if once else 3)
