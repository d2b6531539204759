"""Changed answers to every method: a result, an APIStatusError or a ResponseDecodeError."""

from __future__ import annotations

import pickle
import random
import time
import tracemalloc
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Dict, List, Set, Type

import httpx
import msgspec
import pytest

import novabilling.types
from novabilling import (
    APIConnectionError,
    APIStatusError,
    NotFoundError,
    NovaBilling,
    NovaBillingError,
    ResponseDecodeError,
)
from tests.chaos.arguments import ASKING, call
from tests.chaos.mutations import STATUSES, Answers, Seed, mutate, mutate_headers
from tests.chaos.server import Request
from tests.support import BASE_URL

pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")

ANSWERS = Answers()
SLOWEST = 2.0


def draw(dice: random.Random, seeds: List[Seed]) -> Seed:
    """Draw an answer: of ten, eight are successes."""
    good = [seed for seed in seeds if seed.status < 300]
    seed = dice.choice(good if good and dice.random() < 0.8 else seeds)
    if dice.random() < 0.1:
        seed = seed._replace(status=dice.choice(STATUSES))
    return seed._replace(content=mutate(dice, seed.content)) if dice.random() < 0.95 else seed


def check_value(value: Any, types: Set[Type[Any]]) -> None:
    """Look into a result: its types are what they are said to be."""
    if isinstance(value, msgspec.Struct):
        types.add(type(value))
        names = [n for n, one in vars(type(value)).items() if isinstance(one, property)]
        for name in [*value.__struct_fields__, *names]:
            check_value(getattr(value, name), types)
    elif isinstance(value, list):
        for item in value:
            check_value(item, types)
    elif isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0)
    elif isinstance(value, Decimal):
        assert value.is_finite()
        assert abs(value.adjusted()) <= 5000
    else:
        assert value is None or isinstance(value, (str, int, float, dict, bytes))


def check_result(result: Any, types: Set[Type[Any]], closely: bool) -> None:
    if isinstance(result, (int, str)):  # of download_pdf and next_number
        return
    if isinstance(result, list):  # of an iterator
        check_value(result, types)
        return
    check_value(result.data, types)
    limit = result.rate_limit
    assert limit is None or repr(limit)
    if hasattr(result, "meta"):
        assert isinstance(result.meta.total_pages, int)
        assert len(list(result)) == len(result.data)
    if closely:
        with suppress(RecursionError):  # metadata that is deeper than Python can write
            assert len(repr(result)) > 10
            assert pickle.loads(pickle.dumps(result)).data == result.data or "nan" in repr(result)


def check_error(error: NovaBillingError, closely: bool) -> None:
    assert "\n" not in str(error)
    if closely:
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), vars(again).keys()) == (str(error), vars(error).keys())


class Fuzz:
    """Ask with every method in turn and count how it ends."""

    def __init__(self, client: Any, allowed: Any) -> None:
        self.client = client
        self.allowed = allowed
        self.types: Set[Type[Any]] = set()
        self.ends: Counter[str] = Counter()
        self.slowest = 0.0

    def run(self, count: int) -> None:
        for number in range(count):
            resource, name = ASKING[number % len(ASKING)]
            started = time.monotonic()
            try:
                result = call(self.client, resource, name)
                check_result(result, self.types, number % 7 == 0)
                self.ends["success"] += 1
            except self.allowed as error:
                check_error(error, number % 7 == 0)
                self.ends[type(error).__name__] += 1
            except Exception as exc:
                raise AssertionError(f"{resource}.{name}, number {number}: {exc!r}") from exc
            self.slowest = max(self.slowest, time.monotonic() - started)


def client_of_changed_answers(dice: random.Random, record: Dict[str, Any]) -> Any:
    def handle(request: httpx.Request) -> httpx.Response:
        seed = draw(dice, ANSWERS.of(request.method, request.url.path))
        record["seed"] = seed
        stream = httpx.ByteStream(seed.content)
        return httpx.Response(seed.status, headers=mutate_headers(dice, seed), stream=stream)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    return NovaBilling(token="sk_live", base_url=BASE_URL, http_client=http)


@pytest.mark.parametrize("count", [4000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_a_changed_answer_is_a_result_or_an_error_of_the_sdk(clock, count):
    record: Dict[str, Any] = {}
    fuzz = Fuzz(
        client_of_changed_answers(random.Random(count), record),
        (ResponseDecodeError, APIStatusError),
    )

    try:
        fuzz.run(count)
    except AssertionError as exc:
        raise AssertionError(repr(record["seed"])[:3000]) from exc

    print(f"{count} answers: {dict(fuzz.ends)}; slowest {fuzz.slowest:.3f} s")  # noqa: T201
    assert fuzz.ends["success"] > count / 10
    assert fuzz.ends["ResponseDecodeError"] > count / 10
    assert sum(fuzz.ends.values()) == count
    assert fuzz.slowest < SLOWEST


def test_the_answers_that_are_changed_become_all_result_types():
    dice = random.Random(3)

    def handle(request: httpx.Request) -> httpx.Response:
        good = [s for s in ANSWERS.of(request.method, request.url.path) if s.status < 300]
        seed = dice.choice(good)
        headers = {"content-type": seed.content_type}
        return httpx.Response(seed.status, headers=headers, content=seed.content)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    allowed = (ResponseDecodeError, NotFoundError)  # of a key that is looked up in a list
    fuzz = Fuzz(NovaBilling(token="sk_live", base_url=BASE_URL, http_client=http), allowed)

    fuzz.run(12 * len(ASKING))

    assert fuzz.ends["ResponseDecodeError"] < 20  # pages of a fraction of a row, never asked for
    assert missing_types(fuzz.types) == set()


DELIVERED = {"novabilling.types._webhook_data", "novabilling.types._webhook_events"}
NOT_READ = {"UnknownEvent", "WebhookEvent"}  # of deliveries as well
NOT_READ |= {"ChargeFilterInput", "GraduatedRangeInput", "InvoiceItemDto"}
NOT_READ |= {"MetricFilterInput", "PriceInput", "UsageEventInput", "PaginationMeta", "RateLimit"}


def missing_types(seen: Set[Type[Any]]) -> Set[str]:
    """Name the result types that no answer has become."""
    public = {name: getattr(novabilling.types, name) for name in dir(novabilling.types)}
    structs = {
        name
        for name, one in public.items()
        if isinstance(one, type)
        and issubclass(one, msgspec.Struct)
        and one.__module__ not in DELIVERED
    }
    return structs - {one.__name__ for one in seen} - NOT_READ


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_changed_answers_leave_no_memory_behind(clock, count):
    fuzz = Fuzz(
        client_of_changed_answers(random.Random(count + 1), {}),
        (ResponseDecodeError, APIStatusError),
    )
    fuzz.run(200)

    tracemalloc.start()
    try:
        fuzz.run(count)
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    print(f"{peak / 1e6:.1f} MB at most, {left / 1e6:.1f} MB at the end")  # noqa: T201
    assert peak < 20e6
    assert left < 10e6


def head_of(dice: random.Random, seed: Seed) -> bytes:
    lines = [b"HTTP/1.1 %d Reason" % seed.status]
    lines += [name + b": " + value for name, value in mutate_headers(dice, seed)]
    lines.append(b"Content-Length: %d" % len(seed.content))
    return b"\r\n".join(lines) + b"\r\n\r\n"


@pytest.mark.parametrize("count", [1500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_changed_bytes_of_http_are_a_result_or_an_error_of_the_sdk(
    server, short_waits, monkeypatch, count
):
    dice = random.Random(count + 2)
    monkeypatch.setattr("novabilling._call.retries.MAX_RETRY_AFTER", 0.01)

    def parts(request: Request) -> List[bytes]:
        seed = draw(dice, ANSWERS.of(request.method, request.path))
        head = head_of(dice, seed)
        for _ in range(dice.choice((0, 1, 1, 2))):
            at = dice.randrange(len(head))
            head = dice.choice(
                (
                    head[:at] + bytes([dice.randrange(256)]) + head[at + 1 :],
                    head[:at] + head[at + 1 :],
                    head[:at],
                    head[:at] + dice.choice((b"\r\n", b"\0", b" ", b":", b"9" * 30)) + head[at:],
                )
            )
        return [head, seed.content]

    server.answers = parts
    options = {"timeout": 5, "max_retries": 1, "max_response_bytes": 1 << 20}
    with NovaBilling(token="sk_live", base_url=server.url, **options) as client:
        fuzz = Fuzz(client, (ResponseDecodeError, APIStatusError, APIConnectionError))
        fuzz.run(count)

    print(f"{count} answers: {dict(fuzz.ends)}; slowest {fuzz.slowest:.3f} s")  # noqa: T201
    assert fuzz.ends["success"] > count / 20
    assert fuzz.ends["APIConnectionError"] > count / 50
    assert fuzz.slowest < SLOWEST
