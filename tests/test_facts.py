"""Proves from the table of facts that every operation has a method, which sends what it should."""

from __future__ import annotations

import json
from typing import Any, Iterator, List, Literal, get_args, get_origin, get_type_hints

import httpx
import msgspec
import pytest

from novabilling import AttemptInfo, types
from novabilling._words.vocabulary import camel
from novabilling.types import PaginatedResponse, Response
from tests.document import (
    DOCUMENT,
    PATH,
    TABLE,
    body_schema,
    mismatches,
    query_schemas,
    struct_schema,
    table_of,
)
from tests.examples import arguments_of, function_of
from tests.facts import BY_OPERATION, FACTS, HELPERS, READS_AS_WELL, Fact, matches
from tests.operations import IDS, METHODS, SECOND_ARGUMENTS
from tests.recording import Recorded, client_of
from tests.samples import body_of as recorded_body
from tests.support import page

pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")

ALWAYS_SENT = {
    "PATCH /payment-providers/{id}": {"isActive", "priority"},  # else the server resets them
    "PATCH /plans/{id}/prices/{priceId}": {"amount"},  # else it changes nothing
    "POST /events": {"timestamp"},  # else it is the time at which the event arrives
}
"""Fields that the server can do without."""


def name_of(value: Any) -> Any:
    return value.operation if isinstance(value, Fact) else None


def requests_of(name: str, only_required: bool = False, **arguments: Any) -> List[httpx.Request]:
    """Return what a method sends when it is called with all its arguments; the hooks see it all."""
    server = Recorded()
    client = client_of(server)
    seen: List[AttemptInfo] = []
    client.on_attempt(seen.append)
    function = function_of(client, name)
    given = {**arguments_of(function, only_required), **arguments}
    if name in ("payments.list", "payments.iter"):
        given.pop("customer_id", None)  # with it they use another operation
    result = function(**given)
    if "iter" in name:
        next(result)
    assert server.requests
    assert [info.method for info in seen] == [request.method for request in server.requests]
    return server.requests


def request_of(fact: Fact, **options: Any) -> httpx.Request:
    """Return the request of the operation itself."""
    sent = requests_of(fact.name, **options)
    others = 1 if fact.name in READS_AS_WELL else 0
    (one,) = [r for r in sent if r.method == fact.method and matches(fact.template, r.url.path)]
    assert len(sent) == 1 + others
    return one


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content or b"null")


# The table


@pytest.mark.skipif(not DOCUMENT, reason=f"the server's document is not at {PATH}")
def test_the_table_says_what_the_server_s_document_says():
    assert table_of(DOCUMENT) == TABLE


def test_every_operation_has_one_method_and_no_method_has_two():
    assert len(FACTS) == len(BY_OPERATION) == len({fact.name for fact in FACTS}) == 137


def test_every_method_is_in_the_table_once():
    listed = [fact.name for fact in FACTS] + [name for name in HELPERS if "(" not in name]

    with_filter = {"payments.list": "primary", "payments.iter": "helper"}
    assert {name.partition("(")[0] for name in HELPERS if "(" in name} == set(with_filter)
    assert sorted(listed) == sorted(f"{resource}.{method}" for resource, method in METHODS)


def test_helpers_use_operations_of_the_table():
    for operations in [*HELPERS.values(), READS_AS_WELL.values()]:
        assert set(operations) <= set(BY_OPERATION)


def test_no_operation_of_the_server_is_missing_and_none_is_made_up():
    found = set(TABLE["operations"])

    api = {operation.replace(" /api", " ") for operation in found if " /api/" in operation}
    assert api == set(BY_OPERATION)
    assert all(
        operation.startswith("POST /webhooks/") for operation in found if "/api" not in operation
    )
    assert len(found) == 137 + 6


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_a_method_is_declared_to_return_the_type_of_the_table(fact):
    hints = get_type_hints(function_of(client_of(Recorded()), fact.name))

    wrapper = PaginatedResponse if fact.is_list else Response
    assert hints["return"] == wrapper[fact.returns]


# What is sent


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_a_call_has_the_verb_and_path_of_its_operation(fact):
    resource, method = fact.name.split(".")
    ids = IDS[resource][method].split() if "{" in fact.template else []

    request = request_of(fact)

    path = fact.template
    for name in ids:
        value = arguments_of(function_of(client_of(Recorded()), fact.name))[name]
        start, end = path.index("{"), path.index("}")
        path = path[:start] + value + path[end + 1 :]
    assert (request.method, request.url.path) == (fact.method, "/api" + path)
    assert bool(request.content) is (fact.method in ("POST", "PATCH"))


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_a_call_with_all_arguments_sends_the_query_that_the_server_reads(fact):
    query = dict(request_of(fact).url.params)

    schemas = query_schemas(fact)
    assert query.keys() == schemas.keys()
    for name, schema in schemas.items():
        value = query[name] if schema["type"] == "string" else json.loads(query[name])
        assert list(mismatches(value, schema, name)) == []


@pytest.mark.parametrize(
    "fact", [fact for fact in FACTS if fact.method in ("POST", "PATCH")], ids=name_of
)
def test_a_call_with_all_arguments_sends_the_body_that_the_server_reads(fact):
    assert list(mismatches(body_of(request_of(fact)), body_schema(fact))) == []


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_only_what_the_server_needs_is_required(fact):
    body = body_of(request_of(fact, only_required=True)) or {}

    required = set(body_schema(fact)["required"])
    assert body.keys() == required | ALWAYS_SENT.get(fact.operation, set())


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_a_call_without_options_has_no_query(fact):
    assert request_of(fact, only_required=True).url.query == b""


STRUCTS = {
    "InvoiceItemDto": types.InvoiceItemDto,
    "CreatePlanPriceDto": types.PriceInput,
    "AddOnPriceDto": types.PriceInput,
    "GraduatedRangeDto": types.GraduatedRangeInput,
    "ChargeFilterDto": types.ChargeFilterInput,
    "CreateBillableMetricFilterDto": types.MetricFilterInput,
    "CreateEventDto": types.UsageEventInput,
}
LENIENT = {"quantity", "transactionId"}
"""Fields that the server needs and the user may leave out."""


@pytest.mark.parametrize("schema", STRUCTS)
def test_a_request_struct_has_the_fields_that_the_server_reads(schema):
    wire = struct_schema(schema)
    renamed = {"amount": "unitAmount"} if schema == "InvoiceItemDto" else {}
    fields = {
        renamed.get(f.name, camel(f.name)): f for f in msgspec.structs.fields(STRUCTS[schema])
    }

    assert fields.keys() == wire["properties"].keys()
    assert {n for n, f in fields.items() if f.required} == set(wire["required"]) - LENIENT


# Words

UNUSED = {
    ("subscriptions.create", "EXPIRED"),  # of the guide; 1.0 has no such status
    ("payments.create", "PENDING"),  # of the server, which refuses it here
    ("portal.get_invoices", "DRAFT"),  # a customer sees no drafts
}


def word_arguments() -> Iterator[Any]:
    for fact in FACTS:
        hints = get_type_hints(function_of(client_of(Recorded()), fact.name))
        for name, hint in hints.items():
            if name in SECOND_ARGUMENTS.get(fact.name, ()):
                continue
            for part in (hint, *get_args(hint)):
                if get_origin(part) is Literal and name not in ("currency", "sort_by"):
                    yield pytest.param(fact, name, get_args(part), id=f"{fact.name} {name}")


@pytest.mark.parametrize(("fact", "name", "words"), list(word_arguments()))
def test_the_words_of_an_argument_are_those_that_the_server_takes(fact, name, words):
    sent = set()
    for word in words:
        request = request_of(fact, **{name: word})
        sent.add((body_of(request) or dict(request.url.params))[camel(name)])

    schemas = {**query_schemas(fact), **body_schema(fact)["properties"]}
    known = schemas[camel(name)].get("enum")
    if known is None:
        assert fact.method == "GET"
        assert name == "status"
    else:
        assert sent - {word for call, word in UNUSED if call == fact.name} == set(known)


# Helpers


def list_with(name: str, field: str, key: str) -> httpx.Response:
    """Answer with a list whose only row has the key that a lookup is asked for."""
    return page([{**recorded_body(name), field: key}])


LISTS_WITH_A_KEY = {
    "GET /invoices": list_with("invoice-get", "invoiceNumber", "x1"),
    "GET /plans": list_with("plan-get", "code", "x1"),
    "GET /subscriptions": list_with("subscription-get", "externalId", "the external_id"),
}


@pytest.mark.parametrize("name", sorted(set(HELPERS) - {"webhooks.verify"}))
def test_a_helper_uses_the_operations_of_the_table(name):
    tenant = {**recorded_body("tenant-get"), "webhookUrl": "https://hooks.example"}
    server = Recorded(**{"GET /tenants/me": httpx.Response(200, json=tenant)}, **LISTS_WITH_A_KEY)
    function = function_of(client_of(server), name)
    given = arguments_of(function)
    if name == "payments.iter":
        given.pop("customer_id")

    result = function(**given)
    if ".iter" in name:
        list(result)

    assert list(dict.fromkeys(server.operations)) == HELPERS[name]


@pytest.mark.parametrize("name", READS_AS_WELL)
def test_a_method_with_two_requests_makes_those_of_the_table(name):
    server = Recorded()
    function = function_of(client_of(server), name)

    function(**arguments_of(function))

    (primary,) = [fact.operation for fact in FACTS if fact.name == name]
    assert sorted(server.operations) == sorted([primary, READS_AS_WELL[name]])
