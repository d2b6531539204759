"""What reads bytes of others, behind one function each: it raises where a promise is broken.

An input of `answers` is a byte that says how to split the rest. The others have a line before the
content: of `deliveries` the signature, of `errors` the status and a header, of `results` a type.
"""

from __future__ import annotations

import json
import pickle
import random
import re
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any, Callable, Dict, Iterator, NamedTuple

import httpx

import novabilling.types
from novabilling import APIStatusError, FieldError, WebhookSignatureError, webhooks
from novabilling._call.call import Call
from novabilling._call.envelopes import decode_list, decode_object
from novabilling._call.outcomes import is_answer, judge
from novabilling._call.redirects import next_url
from novabilling._network.answer import Answer, header
from novabilling._words.decoders import UNREADABLE, without_bom
from novabilling._words.fields import Model
from novabilling._words.routes import Route
from novabilling.types import WebhookEvent
from tests.chaos.differential import check
from tests.chaos.http_answers import generate, split
from tests.chaos.mutations import mutate
from tests.deliveries import AT, SECRET, deliveries
from tests.samples import DATA

URL = httpx.URL("https://billing.example/api/customers/cus_1?token=canary")
CALLS = (
    Call("GET", Route("/customers/{customer_id}", "cus_1"), "read"),
    Call("POST", Route("/customers"), "once", keys_first=True),
    Call("DELETE", Route("/plans/{plan_id}", "plan_1"), "idempotent", gone_is_done=True),
)
RESULTS: Dict[str, Any] = {
    name: of
    for name, of in ((name, getattr(novabilling.types, name)) for name in dir(novabilling.types))
    if isinstance(of, type) and issubclass(of, Model) and not of.__is_sent__
}


def read_answer(data: bytes) -> None:
    """Read an answer of HTTP/1.1 as h11 and llhttp do, or refuse it for a reason that is known."""
    check(data[1:], split(random.Random(data[:1]), data[1:]))


def read_delivery(data: bytes) -> None:
    """Refuse a delivery whose signature is wrong, and any body that is no event."""
    signature, _, body = data.partition(b"\n")
    right = webhooks.sign(body, SECRET)
    try:
        event = webhooks.parse(body)
    except WebhookSignatureError:
        event = None
    try:
        verified = webhooks.verify(body, signature, SECRET, now=AT, tolerance=None)
    except WebhookSignatureError:
        assert event is None or signature != right.encode()
    else:
        assert signature == right.encode()
        assert verified == event
    if event is None:
        return
    assert webhooks.verify(body, right, SECRET, event_type=event.type, tolerance=None) == event
    assert event.timestamp.utcoffset() == timedelta(0)
    assert event.payload == without_bom(body)
    assert len(event.content_key) == 64
    check_result(event, WebhookEvent.from_dict)


def read_error(data: bytes) -> None:
    """Make an error of an answer that is no success: one that can be shown, kept and judged."""
    line, _, content = data.partition(b"\n")
    status, _, field = line.partition(b" ")
    name, _, value = field.partition(b":")
    number = int(status) if re.fullmatch(rb"[3-9][0-9]{2}", status) else 500
    name = re.sub(rb"[^!#$%&'*+\-.^_`|~0-9A-Za-z]", b"", name) or b"x"
    value = re.sub(rb"[^\t\x20-\x7e\x80-\xff]", b"", value).strip(b" \t")
    for call in CALLS:
        answer = Answer(call.method, URL, number, [(name, value)], content, {})
        is_answer(answer, call, tried_in_doubt=True)
        check_error(judge(call, answer).error)
        target = next_url(call.method, URL, number, header(answer.raw_headers, b"location"))
        assert target is None or (target.scheme in ("http", "https") and target.host)


def check_error(error: Any) -> None:
    assert isinstance(error, APIStatusError)
    text = str(error)
    assert "\n" not in text
    assert len(text) < 1500
    assert "canary" not in text
    text.encode()
    assert all(type(row) is FieldError and set(map(type, row)) == {str} for row in error.errors)
    assert error.path is None or isinstance(error.path, str)
    assert error.timestamp is None or error.timestamp.utcoffset() == timedelta(0)
    assert error.retry_after is None or error.retry_after >= 0
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again).keys()) == (text, vars(error).keys())


def read_result(data: bytes) -> None:
    """Read a result, alone and in a list, or say what it lacks; write it and read it again."""
    name, _, content = data.partition(b"\n")
    of = RESULTS.get(name.decode("latin-1"), novabilling.types.Invoice)
    for decode in (decode_object, decode_list):
        with suppress(*UNREADABLE):
            found: Any = decode(content, of, str(URL))
            rows = found[0] if isinstance(found, tuple) else [found]
            for row in rows[:3]:
                check_result(row, of.from_dict)


def check_result(result: Any, from_dict: Callable[[Any], Any]) -> None:
    try:
        assert repr(result)
        assert isinstance(hash(result), int)
        assert pickle.loads(pickle.dumps(result)) == result
        assert from_dict(result.to_dict(secrets=True)) == result
        assert from_dict(json.loads(result.to_json(secrets=True))) == result
    except RecursionError:  # what is deeper than Python can write
        return


class Target(NamedTuple):
    """A reader, and the changes and the first inputs that suit what it reads."""

    read: Callable[[bytes], None]
    change: Callable[[random.Random, bytes], bytes]
    seeds: Callable[[], Iterator[bytes]]


def _new_answer(dice: random.Random, data: bytes) -> bytes:
    return data[:1] + generate(dice, 0.05)


def _change_content(dice: random.Random, data: bytes) -> bytes:
    line, _, content = data.partition(b"\n")
    return line + b"\n" + mutate(dice, content)


def _answers() -> Iterator[bytes]:
    dice = random.Random("answers")
    for number in range(200):
        yield bytes([number]) + generate(dice, 0.05)


def _deliveries() -> Iterator[bytes]:
    for row in deliveries():
        body = row["body"].encode()
        yield webhooks.sign(body, SECRET).encode() + b"\n" + body


def _exchanges() -> Iterator[Any]:
    for line in (DATA / "exchanges.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row, json.dumps(row["response_body"]).encode()


def _errors() -> Iterator[bytes]:
    for row, content in _exchanges():
        if row["status"] >= 300:
            yield b"%d Retry-After: 5\n" % row["status"] + content
    yield b"302 Location: http://billing.example/login\n<html>"


def _results() -> Iterator[bytes]:
    found: Counter[str] = Counter()
    for row, content in _exchanges():
        for name, of in RESULTS.items():
            if row["status"] < 300 and len(content) < 4000 and found[name] < 4:
                with suppress(*UNREADABLE):
                    decode_object(content, of, "")
                    found[name] += 1
                    yield name.encode() + b"\n" + content


TARGETS = {
    "answers": Target(read_answer, _new_answer, _answers),
    "deliveries": Target(read_delivery, _change_content, _deliveries),
    "errors": Target(read_error, _change_content, _errors),
    "results": Target(read_result, _change_content, _results),
}
