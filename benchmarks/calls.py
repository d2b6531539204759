"""One object, a list of 100, a create and a batch, beside httpx and http.client by hand."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, contextmanager
from http.client import HTTPConnection
from importlib import import_module
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Iterator, List
from urllib.parse import urlsplit
from uuid import uuid4

import anyio
import httpx
import msgspec

from benchmarks.payloads import NEW
from benchmarks.server import Server
from benchmarks.timing import OURS, Samples, in_turn, in_turn_async, show, title
from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.types import Customer

TOKEN = "sk_live_0123456789abcdef"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
JSON = "httpx + json"
MSGSPEC = "httpx + msgspec"
HTTP_CLIENT = "http.client + json"
AIOHTTP = "aiohttp + json"
TARGETS = {"sync": (0.25, 0.50, 0.40), "async": (0.40, 0.50, 0.40)}
BY_HAND = {
    "one object": 0.80,
    "list of 100": 0.85,
    "create": 0.90,
    "events.create_batch of 100": 0.90,
}
ONE_AT_A_TIME = 0.95


class Page(msgspec.Struct):
    """A list as one decodes it by hand."""

    data: List[Customer]
    meta: Dict[str, int]


read_one = msgspec.json.Decoder(Customer).decode
read_page = msgspec.json.Decoder(Page).decode
write = msgspec.json.encode
ONE, MANY = "/api/customers/cus_1", "/api/customers"
LIMIT = {"limit": 100}
AS_JSON = {"content-type": "application/json"}
EVENT = {"subscriptionId": "sub_1", "code": "api_calls", "properties": {"calls": 1}}
USE = {"subscription_id": "sub_1", "code": "api_calls", "properties": {"calls": 1}}
FIELDS = {
    "external_id": NEW["externalId"],
    **{name: NEW[name] for name in ("email", "name", "country", "currency", "metadata")},
}


def sync_calls(ours: NovaBilling, http: httpx.Client) -> Dict[str, Dict[str, Callable[[], Any]]]:
    return {
        "one object": {
            OURS: lambda: ours.customers.get("cus_1").data,
            JSON: lambda: http.get(ONE).json(),
            MSGSPEC: lambda: read_one(http.get(ONE).content),
        },
        "list of 100": {
            OURS: lambda: ours.customers.list(limit=100).data,
            JSON: lambda: http.get(MANY, params=LIMIT).json(),
            MSGSPEC: lambda: read_page(http.get(MANY, params=LIMIT).content),
        },
        "create": {
            OURS: lambda: ours.customers.create(**FIELDS).data,
            JSON: lambda: http.post(MANY, json=NEW).json(),
            MSGSPEC: lambda: read_one(http.post(MANY, content=write(NEW), headers=AS_JSON).content),
        },
    }


@contextmanager
def by_http_client(server: Server) -> Iterator[Dict[str, Callable[[], Any]]]:
    """Give what one writes by hand with the standard library alone."""
    connection = HTTPConnection(urlsplit(server.http).netloc)
    accept = {**HEADERS, "accept": "application/json"}

    def ask(method: str, path: str, body: Any = None) -> Any:
        written = None if body is None else json.dumps(body)
        connection.request(method, path, written, accept if body is None else {**accept, **AS_JSON})
        return json.loads(connection.getresponse().read())

    def batch() -> Any:
        events = [{**EVENT, "transactionId": str(uuid4())} for _ in range(100)]
        return ask("POST", "/api/events/batch", {"events": events})

    yield {
        "one object": lambda: ask("GET", ONE),
        "list of 100": lambda: ask("GET", f"{MANY}?limit=100"),
        "create": lambda: ask("POST", MANY, NEW),
        "events.create_batch of 100": batch,
    }
    connection.close()


@asynccontextmanager
async def by_aiohttp(server: Server) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """Give what one writes by hand with aiohttp."""
    aiohttp: Any = import_module("aiohttp")

    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(headers=HEADERS, connector=connector) as session:

        async def one() -> Any:
            async with session.get(server.http + ONE) as answer:
                return json.loads(await answer.read())

        yield one


def async_calls(
    ours: AsyncNovaBilling, http: httpx.AsyncClient
) -> Dict[str, Dict[str, Callable[[], Awaitable[Any]]]]:
    async def one() -> Any:
        return (await http.get(ONE)).json()

    async def one_typed() -> Any:
        return read_one((await http.get(ONE)).content)

    async def many() -> Any:
        return (await http.get(MANY, params=LIMIT)).json()

    async def many_typed() -> Any:
        return read_page((await http.get(MANY, params=LIMIT)).content)

    async def create() -> Any:
        return (await http.post(MANY, json=NEW)).json()

    async def create_typed() -> Any:
        return read_one((await http.post(MANY, content=write(NEW), headers=AS_JSON)).content)

    return {
        "one object": {
            OURS: lambda: ours.customers.get("cus_1"),
            JSON: one,
            MSGSPEC: one_typed,
        },
        "list of 100": {
            OURS: lambda: ours.customers.list(limit=100),
            JSON: many,
            MSGSPEC: many_typed,
        },
        "create": {
            OURS: lambda: ours.customers.create(**FIELDS),
            JSON: create,
            MSGSPEC: create_typed,
        },
    }


def print_calls(server: Server, quick: bool) -> None:
    """Print the CPU of each call, one at a time, in both colours."""
    count, rounds = (100, 9) if quick else (200, 25)
    title("CPU per call, one at a time", "novabilling", "other", "ratio", "p10-p90", "target")
    with NovaBilling(token=TOKEN, base_url=server.http) as ours, httpx.Client(
        base_url=server.http, headers=HEADERS
    ) as http:
        for (name, calls), target in zip(sync_calls(ours, http).items(), TARGETS["sync"]):
            print_pair(f"sync, {name}", in_turn(calls, count, rounds), target)
        for name, samples in beside_http_client(server, ours, count, rounds).items():
            show(f"sync, {name}: {HTTP_CLIENT}", samples, HTTP_CLIENT, BY_HAND[name])
    anyio.run(print_async_calls, server, count, rounds)


def beside_http_client(
    server: Server, ours: NovaBilling, count: int, rounds: int
) -> Dict[str, Samples]:
    mine: Dict[str, Callable[[], Any]] = {
        "one object": lambda: ours.customers.get("cus_1").data,
        "list of 100": lambda: ours.customers.list(limit=100).data,
        "create": lambda: ours.customers.create(**FIELDS).data,
        "events.create_batch of 100": lambda: ours.events.create_batch([USE] * 100).data,
    }
    with by_http_client(server) as by_hand:
        return {
            name: in_turn({OURS: mine[name], HTTP_CLIENT: by_hand[name]}, count, rounds)
            for name in mine
        }


async def print_async_calls(server: Server, count: int, rounds: int) -> None:
    async with AsyncNovaBilling(token=TOKEN, base_url=server.http) as ours, httpx.AsyncClient(
        base_url=server.http, headers=HEADERS
    ) as http, by_aiohttp(server) as one:
        for (name, calls), target in zip(async_calls(ours, http).items(), TARGETS["async"]):
            print_pair(f"asyncio, {name}", await in_turn_async(calls, count, rounds), target)
        pair = {OURS: lambda: ours.customers.get("cus_1"), AIOHTTP: one}
        samples = await in_turn_async(pair, count, rounds)
        show(f"asyncio, one object: {AIOHTTP}", samples, AIOHTTP, ONE_AT_A_TIME)


def print_pair(name: str, samples: Any, target: float) -> None:
    show(f"{name}: {JSON}", samples, JSON, target)
    show(f"{name}: {MSGSPEC}", samples, MSGSPEC)
