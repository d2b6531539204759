"""Every answer of the real server that was recorded is read by the method that asks for it."""

from __future__ import annotations

from typing import Any, Callable, Iterator, List

import httpx
import msgspec
import pytest

import novabilling
from novabilling import APIStatusError, ConflictError, ResponseDecodeError
from novabilling._login.tokens import LOGIN_NEEDED
from novabilling._resources.payments import ONE_REFUND
from novabilling.types import InvoicePdf, Message, PaginatedResponse, Response
from tests.facts import BY_OPERATION, FACTS, Fact
from tests.operations import KEYS_FIRST
from tests.recording import (
    Exchange,
    content_of,
    is_word,
    refusals,
    response,
    result_of,
    successes,
    unread,
)
from tests.samples import PDF, body_of

pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")

OF_JSON = [fact for fact in FACTS if fact.returns is not InvoicePdf]

UNKNOWN_KEY = "no tenant of billing.example has this API key: is it of another server, or deleted?"


def name_of(fact: Fact) -> str:
    return fact.operation


def rows_of(body: Any, fact: Fact) -> Any:
    """Return the part of a recorded answer that becomes the data of a result."""
    return body["data"] if fact.is_list and isinstance(body, dict) else body


def test_every_operation_was_recorded():
    assert [fact.operation for fact in FACTS if not successes(fact.operation)] == []
    assert sum(len(successes(fact.operation)) for fact in FACTS) > 600
    assert sum(len(refusals(fact.operation)) for fact in FACTS) > 550


@pytest.mark.parametrize("fact", OF_JSON, ids=name_of)
def test_no_field_of_a_recorded_answer_is_left_unread(fact):
    for exchange in successes(fact.operation):
        body = exchange["response_body"]

        result = result_of(fact, response(exchange))

        assert type(result) is (PaginatedResponse if fact.is_list else Response)
        assert list(unread(rows_of(body, fact), content_of(result.data))) == [], exchange["id"]


@pytest.mark.parametrize("fact", OF_JSON, ids=name_of)
def test_a_recorded_answer_becomes_the_type_of_the_table(fact):
    for exchange in successes(fact.operation):
        data = result_of(fact, response(exchange)).data

        assert {type(row) for row in (data if fact.is_list else [data])} <= {fact.returns}


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.is_list], ids=name_of)
def test_the_place_of_a_recorded_page_is_read(fact):
    for exchange in successes(fact.operation):
        body = exchange["response_body"]
        count = len(rows_of(body, fact))
        whole = {"total": count, "page": 1, "limit": count, "totalPages": 1}
        sent = body["meta"] if isinstance(body, dict) else whole

        meta = result_of(fact, response(exchange)).meta

        limit = sent["limit"] if "limit" in sent else sent["perPage"]
        assert (meta.total, meta.page, meta.total_pages) == (
            sent["total"],
            sent["page"],
            sent["totalPages"],
        )
        assert meta.limit == int(limit)
        assert type(meta.limit) is int


def test_a_recorded_pdf_is_given_back_as_it_is():
    fact = BY_OPERATION["GET /invoices/{id}/pdf"]

    for exchange in successes(fact.operation):
        assert result_of(fact, response(exchange)).data.content == PDF


# The hosted API: the same in an envelope


@pytest.mark.parametrize("fact", OF_JSON, ids=name_of)
def test_a_recorded_answer_is_read_in_an_envelope_as_well(fact):
    for exchange in successes(fact.operation):
        wrapped = httpx.Response(exchange["status"], json={"data": exchange["response_body"]})

        assert result_of(fact, wrapped).data == result_of(fact, response(exchange)).data


def test_an_object_that_has_a_required_field_is_no_envelope():
    body = {"id": "cus_1", "data": body_of("customer-get")}
    answer = httpx.Response(200, json=body)

    with pytest.raises(ResponseDecodeError, match="missing required field"):
        result_of(BY_OPERATION["GET /customers/{id}"], answer)


# A newer server: unknown fields, unknown words


def structs_in(value: Any, wire: Any) -> Iterator[Any]:
    """Yield each struct of a result with the object of the answer that it was read from."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from structs_in(item, wire[index])
    elif isinstance(value, msgspec.Struct):
        yield value, wire
        for field in msgspec.structs.fields(type(value)):
            if field.encode_name in wire:
                yield from structs_in(getattr(value, field.name), wire[field.encode_name])


NEW = {"new": [{"x": None}], "": 1, "__new__": {"data": []}}


def add_fields(struct: Any, wire: Any) -> int:
    wire.update(NEW)
    return 1


def replace_words(struct: Any, wire: Any) -> int:
    """Replace all words of an object; return how many there were."""
    fields = msgspec.structs.fields(type(struct))
    words = [f for f in fields if is_word(f) and getattr(struct, f.name) is not None]
    wire.update({field.encode_name: "Brand_NEW" for field in words})
    return len(words)


def altered(fact: Fact, exchange: Exchange, alter: Callable[[Any, Any], int]) -> List[Any]:
    """Return the structs of an answer that is altered at every level."""
    body = msgspec.json.decode(msgspec.json.encode(exchange["response_body"]))
    before = content_of(result_of(fact, response(exchange)).data)
    count = sum([alter(*pair) for pair in structs_in(before, rows_of(body, fact))])
    after = content_of(result_of(fact, httpx.Response(exchange["status"], json=body)).data)
    return [before, after, count]


@pytest.mark.parametrize("fact", OF_JSON, ids=name_of)
def test_unknown_fields_at_any_level_change_nothing(fact):
    for exchange in successes(fact.operation):
        before, after, count = altered(fact, exchange, add_fields)

        assert after == before
        assert count >= (0 if isinstance(before, list) else 1)


@pytest.mark.parametrize("fact", OF_JSON, ids=name_of)
def test_unknown_words_at_any_level_arrive_in_lower_case(fact):
    for exchange in successes(fact.operation):
        _, after, count = altered(fact, exchange, replace_words)

        shown = [
            getattr(struct, field.name)
            for struct, _ in structs_in(after, rows_of(exchange["response_body"], fact))
            for field in msgspec.structs.fields(type(struct))
            if is_word(field)
        ]
        assert [word for word in shown if word is not None] == ["brand_new"] * count


def test_words_are_found_to_be_replaced():
    counts = {
        fact.operation: sum(altered(fact, e, replace_words)[2] for e in successes(fact.operation))
        for fact in OF_JSON
    }

    assert counts["GET /subscriptions/{id}"] >= 4
    assert counts["GET /portal/customers/{externalId}/billing"] >= 4
    assert counts["POST /events/batch"] >= 4
    assert sum(counts.values()) > 1000


# Errors

CLASSES = {
    400: novabilling.BadRequestError,
    401: novabilling.UnauthorizedError,
    403: novabilling.ForbiddenError,
    404: novabilling.NotFoundError,
    409: novabilling.ConflictError,
    429: novabilling.RateLimitError,
    500: novabilling.ServerError,
}


def real_field(wire: Any) -> str:
    """Return the field that an error is about, out of the words that the server gives."""
    *at, last = wire["field"].split(".")
    words = wire["message"].split()
    if last == "each" and words[3] == "nested":
        last = "" if at else words[5]
    elif last == "each":
        last = words[3]
    elif last == "property":
        last = words[1]
    return ".".join([*at, last] if last else at).replace("Code", "code")


@pytest.mark.parametrize("fact", FACTS, ids=name_of)
def test_a_recorded_error_is_raised_with_its_message_and_field_names(fact):
    for exchange in refusals(fact.operation):
        body = exchange["response_body"]

        with pytest.raises(APIStatusError) as caught:
            result_of(fact, response(exchange))

        error = caught.value
        lines = body["message"].strip().splitlines()
        text = lines[-1].strip()[:300] if exchange["status"] == 500 else body["message"]
        taken = fact.name in KEYS_FIRST and text.startswith("Unique constraint failed")
        expected = ConflictError if taken else CLASSES[exchange["status"]]
        assert type(error) is expected, exchange["id"]
        hint = "this attempt wrote nothing" if taken else LOGIN_NEEDED
        hint = ONE_REFUND if "can be refunded" in text else hint
        hint = UNKNOWN_KEY if text == "Invalid credentials" else hint
        assert error.message in (text, f"{text} ({hint})")
        assert error.path == body["path"]
        assert [e.message for e in error.errors] == [e["message"] for e in body["errors"] or []]
        assert [e.field for e in error.errors] == [real_field(e) for e in body["errors"] or []]
        assert not {"property", "each"} & {e.field.split(".")[-1] for e in error.errors}
        applied = exchange["status"] == 500 and fact.method != "GET" and not taken
        assert error.may_have_been_applied is applied


def test_the_message_of_a_recorded_confirmation_is_kept():
    for fact in FACTS:
        if fact.returns is Message:
            for exchange in successes(fact.operation):
                shown = result_of(fact, response(exchange)).data.message
                assert shown == exchange["response_body"]["message"]


def test_the_wait_that_a_recorded_429_asks_for_is_read():
    fact = BY_OPERATION["GET /currencies"]
    (exchange,) = [e for e in refusals(fact.operation) if e["status"] == 429]

    with pytest.raises(novabilling.RateLimitError) as caught:
        result_of(fact, response(exchange))

    assert caught.value.retry_after == 60
