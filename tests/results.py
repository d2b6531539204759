"""Results of every recorded answer and delivery, for what is done with all of them."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Set, Tuple

import msgspec

from novabilling import webhooks
from novabilling.types import PaginatedResponse, Response
from tests.deliveries import deliveries
from tests.facts import FACTS
from tests.recording import response, result_of, successes


@lru_cache(maxsize=None)
def answers() -> List[Tuple[str, Any, Any]]:
    """Return each recorded answer as its method does, with its name and the type in it."""
    found: List[Tuple[str, Any, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fact in FACTS:
            for exchange in successes(fact.operation):
                answer = result_of(fact, response(exchange))
                found.append((exchange["id"], answer, fact.returns))
    return found


@lru_cache(maxsize=None)
def events() -> List[Any]:
    """Return the events of all recorded deliveries, and some that this version does not know."""
    bodies = [row["body"].encode() for row in deliveries() if row["method"] == "POST"]
    unknown = (
        b'{"event":"a.b","data":{"amount":9007199254740993.10},"timestamp":"2026-11-22T18:54Z"}'
    )
    return [webhooks.parse(body) for body in [*bodies, unknown.replace(b":54Z", b":54:51Z")]]


@lru_cache(maxsize=None)
def rows() -> List[Any]:
    """Return what is in all answers, and all events."""
    found: List[Any] = []
    for _, answer, _ in answers():
        found.extend(answer.data if isinstance(answer.data, list) else [answer.data])
    return found + events()


@lru_cache(maxsize=None)
def one_of_each() -> Dict[Any, Any]:
    """Return the largest result of each type."""
    found: Dict[Any, Any] = {}
    for row in rows():
        kept = found.get(type(row))
        if kept is None or len(row.to_json()) > len(kept.to_json()):
            found[type(row)] = row
    return found


@lru_cache(maxsize=None)
def one_answer_of_each() -> Dict[Any, Any]:
    """Return the largest answer for each type that is in an answer: `Response[Customer]`."""
    found: Dict[Any, Any] = {}
    for _, answer, of in answers():
        generic: Any = PaginatedResponse if isinstance(answer, PaginatedResponse) else Response
        kept = found.get(generic[of])
        if kept is None or len(answer.to_json()) > len(kept.to_json()):
            found[generic[of]] = answer
    return found


def structs_in(value: Any) -> Iterator[Any]:
    """Yield a result and all results in it."""
    if isinstance(value, list):
        for item in value:
            yield from structs_in(item)
    elif isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from structs_in(getattr(value, name))


def secrets_in(value: Any) -> Set[str]:
    """Return the secrets that a result holds; what the server has masked is none."""
    found: Set[str] = set()
    for struct in structs_in(value):
        for name in getattr(type(struct), "__secret_fields__", ()):
            secret = getattr(struct, name)
            if secret:
                found.add(secret)
    return found
