"""The tables of the pages say what the code does."""

from __future__ import annotations

import json
import re
from typing import Callable, Dict, List, Literal, Optional, get_args, get_origin

import httpx
import msgspec
import pytest

import novabilling
from novabilling import CallRecord, NovaBilling, NovaBillingError, types
from novabilling._reconcile.declared import (
    DECLARED,
    Counted,
    Evidence,
    Gone,
    Made,
    Paid,
    Reached,
    Unknown,
    addresses_of,
)
from novabilling._words.fields import Model
from novabilling._words.vocabulary import camel, vocabulary
from tests.examples import arguments_of
from tests.operations import IDS, KEYED, METHODS, POSTS, SECOND_ARGUMENTS, SECOND_METHODS
from tests.pages import DOCS, rows, text_of
from tests.reconciling import writes as writes_that_are_lost
from tests.samples import recorded
from tests.support import BASE_URL, TOKEN, Server

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

# Resources


def test_the_page_names_every_resource_and_method():
    found = rows("resources.md", "# Resources")

    assert {name.strip("`"): re.findall(r"\w+", methods) for name, _, methods in found} == {
        name: [method for method in methods if f"{name}.{method}" not in SECOND_METHODS]
        for name, methods in IDS.items()
    }
    assert all(about.endswith(".") for _, about, _ in found)


def test_the_page_names_every_second_name():
    second, first = map(" ".join, zip(*rows("resources.md", "## Second names")))

    for name, of in SECOND_METHODS.items():
        assert f"`{name}(" in second
        assert f"`{name.partition('.')[0]}.{of}(" in first
    for name, arguments in SECOND_ARGUMENTS.items():
        assert name.partition(".")[2] in second
        assert all(f"{argument}=" in second for argument in arguments)
        assert all(f"{argument}=" in first for argument in arguments.values())


def test_the_readme_names_every_resource_and_the_page():
    text = text_of("README.md")

    listed = text[text.index("Resources: ") :].partition(".")[0]
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(IDS)
    assert "docs/resources.md" in text


# Errors


def test_the_page_says_of_every_error_what_to_do():
    named = [name.strip("`") for name, *_ in rows("errors.md", "## What to do about each")]

    named = [name.replace("other `", "") for name in named]
    errors = [name for name in novabilling.__all__ if name.endswith("Error")]
    assert sorted(named) == sorted(set(errors) - {"NovaBillingError", "FieldError"})


# Retries

REPEATABLE = ("GET", "PATCH", "DELETE", "events.create", "events.create_batch")
CALLS: Dict[str, Callable[[NovaBilling], object]] = {
    "GET": lambda client: client.customers.get("cus_1"),
    "PATCH": lambda client: client.customers.update("cus_1", name="Ada"),
    "DELETE": lambda client: client.customers.delete("cus_1"),
    "events.create": lambda client: client.events.create(subscription_id="sub_1", code="calls"),
    "events.create_batch": lambda client: client.events.create_batch(
        [{"subscription_id": "sub_1", "code": "calls"}]
    ),
    "every other POST": lambda client: client.plans.create(
        name="Pro", code="pro", billing_interval="monthly"
    ),
}


@pytest.mark.parametrize("status", [*range(400, 432), 451, *range(500, 512)])
def test_the_page_says_which_statuses_are_tried_again(clock, status):
    table = text_of("retries.md").partition("\n|")[2].split("\n\n")[0].splitlines()
    _, unsent, unknown = (part.strip() for part in table[0].strip("|").split("|", 2))
    repeatable, others = (re.findall(r"again|never", row) for row in table[2:])
    named = table[2].split("|")[1].split(",")

    assert [name.strip(" `") for name in named] == list(REPEATABLE)
    assert (repeatable, others) == (["again", "again"], ["again", "never"])
    for name, call in CALLS.items():
        server = Server(httpx.Response(status, json={"message": "no"}))
        http = httpx.Client(transport=httpx.MockTransport(server))
        with pytest.raises(NovaBillingError):
            call(NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=1))
        again = str(status) in unsent or (str(status) in unknown and name in REPEATABLE)
        # "The two events operations are the exception, where a 500 is also ..."
        again |= status == 500 and name.startswith("events")
        assert len(server.requests) == 1 + again, name


# Every write


WRITES = [
    (re.findall(r"`(\w+)\.(\w+)`", calls), kind, shows, again)
    for calls, kind, shows, again in rows("retries.md", "## Every write")
]
CLASSES = {"once": (1, 1), "idempotent": (2, 1), "keyed": (2, 2)}
"""How often a server that answers 503, and one that answers 500, is asked with one retry."""


def writes(resource: str, method: str, status: int) -> int:
    """Count the requests that a method writes with, to a server where each of them fails."""
    sent: List[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and method == "update":  # of a provider: it reads first
            return recorded("provider-get")
        sent.append(request.method)
        return httpx.Response(status, json={"message": "no"})

    http = httpx.Client(transport=httpx.MockTransport(answer))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=1)
    function = getattr(getattr(client, resource), method)
    arguments = arguments_of(function, only_required=True)
    with pytest.raises(NovaBillingError):
        list(function(**arguments)) if method.startswith("iter") else function(**arguments)
    return len([verb for verb in sent if verb != "GET"])


def test_the_table_of_writes_has_every_operation_that_is_one(clock):
    calls = [
        call for call in METHODS if call[1] != "verify" and ".".join(call) not in SECOND_METHODS
    ]

    named = [call for calls, *_ in WRITES for call in calls]
    assert sorted(named) == sorted(call for call in calls if writes(*call, 503))


@pytest.mark.parametrize(
    ("call", "kind"),
    [(call, kind) for calls, kind, *_ in WRITES for call in calls],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value,
)
def test_the_table_of_writes_says_how_often_each_may_be_sent(clock, call, kind):
    resource, method = call

    assert (writes(*call, 503), writes(*call, 500)) == CLASSES[kind]
    assert (method in POSTS.get(resource, "").split()) is (kind != "idempotent")
    assert (f"{resource}.{method}" in KEYED) is (kind == "keyed")


def test_the_table_of_writes_says_what_a_second_call_does_and_which_read_shows_it(clock):
    for calls, _, shows, again in WRITES:
        assert re.match(r"(refused, \d{3}|doubles|does the same)\b", again), calls
        reads = re.findall(r"`(\w+)\.(\w+)\b", shows)
        assert reads or re.match(r"nowhere\b|`get`: ", shows), calls
        for resource, method in reads:
            is_login = (resource, method) == ("auth", "login")
            assert is_login or not writes(resource, method, 503)


# Did it happen?


EVIDENCE = [
    (re.findall(r"`(\w+\.\w+)`", calls), re.findall(r"`(/[^`]*)`", reads), kinds, cost, unknown)
    for calls, reads, kinds, cost, unknown in rows("did-it-happen.md", "## Every write")
]


def failed(resource: str, method: str) -> Optional[CallRecord]:
    """Return the record of a call that fails; None if it is no write."""

    def answer(request: httpx.Request) -> httpx.Response:
        reads_first = request.method == "GET" and method == "update"
        return recorded("provider-get") if reads_first else httpx.Response(503)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    client = NovaBilling(
        token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=0, marks=True
    )
    function = getattr(getattr(client, resource), method)
    arguments = arguments_of(function, only_required=True)
    with pytest.raises(NovaBillingError) as caught:
        list(function(**arguments)) if method.startswith("iter") else function(**arguments)
    return caught.value.call


RECORDS = {
    f"{resource}.{method}": failed(resource, method)
    for resource, method in METHODS
    if method != "verify" and f"{resource}.{method}" not in SECOND_METHODS
}
DECLARED_FOR = {
    name: DECLARED[record.operation] for name, record in RECORDS.items() if record is not None
}
"""What every write declares."""


def kinds_of(record: CallRecord, evidence: Evidence) -> str:
    """Say which evidence a call may have."""
    marked = "mark, " if record.mark else ""
    if isinstance(evidence, Unknown):
        return "none"
    if isinstance(evidence, (Reached, Gone, Paid)):
        return "state"
    if isinstance(evidence, Made):
        given = all(record.fields.get(name) or name in record.ids for name in evidence.key)
        own = "key" if evidence.key and given else "key, trace" if evidence.key else "trace"
        return marked + own
    return "key" if isinstance(evidence, Counted) else f"{marked}trace"


def test_the_table_of_evidence_has_every_write_once():
    assert sorted(name for names, *_ in EVIDENCE for name in names) == sorted(DECLARED_FOR)


def test_every_write_is_judged_after_its_answer_was_lost():
    assert writes_that_are_lost() == {*DECLARED_FOR, *SECOND_METHODS}


def test_every_declaration_is_that_of_a_write():
    operations = {record.operation for record in RECORDS.values() if record is not None}

    assert set(DECLARED) == operations


@pytest.mark.parametrize("row", EVIDENCE, ids=lambda row: row[0][0])
def test_the_table_of_evidence_is_what_is_declared(row):
    names, reads, kinds, cost, unknown = row
    for name in names:
        evidence, record = DECLARED_FOR[name], RECORDS[name]
        addresses = addresses_of(evidence)
        pages = any("limit=100" in one for one in addresses)
        most = "0" if not addresses else "1" if len(addresses) == 1 and not pages else "1 or 2"
        assert record
        assert [one.partition("?")[0] for one in addresses] == reads
        assert kinds_of(record, evidence) == kinds
        assert cost == most
        assert unknown.startswith("all: ") is isinstance(evidence, Unknown)
        assert unknown


# Pages of results


def test_the_page_names_every_iter():
    text = text_of("pagination.md")

    for resource, methods in IDS.items():
        for method in methods:
            if method.startswith("iter"):
                assert f"`{method}()`" in text
                assert f"`{resource}`" in text or f"`{resource}." in text


# Words

LITERALS = {
    name: getattr(types, name)
    for name in types.__all__
    if get_origin(getattr(types, name)) is Literal
}
NOT_SENT = {"Currency", "CustomerSortField", "WebhookStatus"}
"""Aliases without another spelling on the wire, or that never go there."""
TRANSLATED = {name: literal for name, literal in LITERALS.items() if name not in NOT_SENT}


def test_the_page_lists_all_words():
    assert {
        name.strip("`"): tuple(re.findall(r"`(\w+)`", words))
        for name, words in rows("words.md", "## All words")
    } == {
        name: get_args(literal)
        for name, literal in TRANSLATED.items()
        if name != "WebhookEventType"
    }


def test_the_page_lists_the_words_that_differ_from_the_servers():
    listed = [[cell.strip("`") for cell in row] for row in rows("words.md", "## Words")]

    assert sorted(listed) == sorted(
        [name, word, wire]
        for name, literal in TRANSLATED.items()
        for word, wire in vocabulary(literal).to_wire.items()
        if wire.lower() != word
    )


def test_the_page_lists_the_vocabularies_that_are_lower_case_on_the_wire():
    sentence = re.search(r"^(`.+) are lower case on the wire", text_of("words.md"), re.MULTILINE)

    assert sentence
    assert sorted(re.findall(r"`(\w+)`", sentence[1])) == [
        name
        for name, literal in TRANSLATED.items()
        if all(wire == wire.lower() for wire in vocabulary(literal).to_wire.values())
    ]


def test_the_page_lists_the_fields_that_are_called_otherwise_on_the_wire():
    structs = [getattr(types, name) for name in types.__all__]
    fields = [
        field
        for struct in structs
        if isinstance(struct, type) and issubclass(struct, Model)
        for field in msgspec.structs.fields(struct)
    ]
    listed = rows("words.md", "And these fields of results:\n")

    renamed = {(f.name, f.encode_name) for f in fields if f.encode_name != camel(f.name)}
    found = {
        (name.strip("`").rpartition(".")[2], wire.strip("`"))
        for names, wire in listed
        for name in names.split(", ")
    }
    assert renamed == {pair for pair in found if pair[1] in {wire for _, wire in renamed}} - {
        ("name", "providerName")  # a property
    }


SENT = rows("words.md", "## Names")


@pytest.mark.parametrize(("call", "expected"), SENT, ids=[call for call, _ in SENT])
def test_what_the_page_says_is_sent(call, expected):
    sent: List[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http_client:
        client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http_client)
        with pytest.raises(NovaBillingError):
            eval(f"client.{call.strip('`')}", {"client": client})

    method, path, *body = expected.strip("`").split(" ", 2)
    assert (sent[0].method, sent[0].url.raw_path.decode()) == (method, path)
    assert list(map(json.loads, body)) == list(map(json.loads, filter(None, [sent[0].content])))
