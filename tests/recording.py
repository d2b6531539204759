"""The real server as it was recorded: its answers by operation, and how they should be read."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Dict, Iterator, List

import httpx
import msgspec

from novabilling import NovaBilling
from novabilling.types import DeletedCoupon, Message
from tests.examples import arguments_of, function_of
from tests.facts import Fact, operation_of
from tests.samples import DATA, pdf
from tests.support import BASE_URL, TOKEN

Exchange = Dict[str, Any]


@lru_cache(maxsize=None)
def _by_operation() -> Dict[str, List[Exchange]]:
    found: Dict[str, List[Exchange]] = defaultdict(list)
    for line in (DATA / "exchanges.jsonl").read_text("utf-8").splitlines():
        exchange = json.loads(line)
        if exchange["path_template"] and exchange["path_template"].startswith("/api/"):
            template = exchange["path_template"][len("/api") :]
            found[f"{exchange['method']} {template}"].append(exchange)
    return found


def successes(operation: str) -> List[Exchange]:
    """Return the recorded 2xx answers of an operation."""
    return [e for e in _by_operation()[operation] if e["status"] < 300]


def refusals(operation: str) -> List[Exchange]:
    """Return the recorded errors of an operation; a 304 and what has no body are none."""
    return [e for e in _by_operation()[operation] if e["status"] >= 400]


def response(exchange: Exchange) -> httpx.Response:
    """Answer as the server did."""
    body = exchange["response_body"]
    if isinstance(body, dict) and "$binary" in body:
        return pdf()
    headers = {k: v for k, v in exchange["headers"].items() if k == "retry-after"}
    return httpx.Response(exchange["status"], headers=headers, json=body)


class Recorded:
    """A server that gives the first recorded success of each operation; some may be replaced."""

    def __init__(self, **instead: httpx.Response) -> None:
        self.instead = instead
        self.requests: List[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        operation = operation_of(request.method, request.url.path)
        return self.instead.get(operation) or response(successes(operation)[0])

    @property
    def operations(self) -> List[str]:
        return [operation_of(r.method, r.url.path) for r in self.requests]


def client_of(handler: Callable[[httpx.Request], httpx.Response]) -> Any:
    """Return a client in front of a handler."""
    http = httpx.Client(transport=httpx.MockTransport(handler))
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=0)


def result_of(fact: Fact, answer: httpx.Response) -> Any:
    """Return what the method of a fact makes of an answer."""
    function = function_of(client_of(Recorded(**{fact.operation: answer})), fact.name)
    return function(**arguments_of(function, only_required=True))


def content_of(data: Any) -> Any:
    """Return what stands for the answer itself in the data of a result."""
    if isinstance(data, DeletedCoupon):
        return data.coupon or Message(message=str(data.message))
    return data


# How a wire value should be read; written down apart from the package.

WORDS = {
    ("Invoice", "PENDING"): "finalized",
    ("Invoice", "CANCELED"): "void",
    ("Payment", "SUCCEEDED"): "successful",
}


def is_word(field: Any) -> bool:
    """Say whether a field of a struct takes the words of a vocabulary."""
    return ".Word" in repr(field.type)


def _expected(of: type, field: Any, wire: Any) -> Any:
    if isinstance(wire, str) and is_word(field):
        kind = of.__name__.replace("Portal", "").replace("Summary", "")
        return WORDS.get((kind, wire), wire.lower())
    if isinstance(wire, str) and "AbsoluteUrl" in repr(field.type):
        return BASE_URL + wire
    return wire


def _same(wire: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return Decimal(str(wire).rstrip("%")) == value
    if isinstance(value, datetime):
        text = value.isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z") == wire
    return type(wire) is type(value) and wire == value


def unread(wire: Any, value: Any, at: str = "") -> Iterator[str]:
    """Yield what is in an answer and not, or not as it should be, in the result."""
    if isinstance(value, msgspec.Struct):
        fields = {field.encode_name: field for field in msgspec.structs.fields(type(value))}
        for key, item in wire.items():
            if key not in fields:
                yield f"{type(value).__name__}.{key}"
            else:
                expected = _expected(type(value), fields[key], item)
                yield from unread(expected, getattr(value, fields[key].name), f"{at}.{key}")
        for key in fields.keys() - wire.keys():
            if getattr(value, fields[key].name) is not None:
                yield f"{at}.{key} is made up"
    elif isinstance(value, list) and len(value) == len(wire):
        for index, item in enumerate(value):
            yield from unread(wire[index], item, f"{at}[{index}]")
    elif not _same(wire, value):
        yield f"{at}: {wire!r} is read as {value!r}"
