"""One object, a list of 100 and a create, beside httpx by hand."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List

import anyio
import httpx
import msgspec

from benchmarks.payloads import NEW
from benchmarks.server import Server
from benchmarks.timing import OURS, in_turn, in_turn_async, show, title
from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.types import Customer

TOKEN = "sk_live_0123456789abcdef"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
JSON = "httpx + json"
MSGSPEC = "httpx + msgspec"
TARGETS = {"sync": (0.70, 0.70, 0.75), "async": (0.75, 0.75, 0.75)}


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
    anyio.run(print_async_calls, server, count, rounds)


async def print_async_calls(server: Server, count: int, rounds: int) -> None:
    async with AsyncNovaBilling(token=TOKEN, base_url=server.http) as ours, httpx.AsyncClient(
        base_url=server.http, headers=HEADERS
    ) as http:
        for (name, calls), target in zip(async_calls(ours, http).items(), TARGETS["async"]):
            print_pair(f"asyncio, {name}", await in_turn_async(calls, count, rounds), target)


def print_pair(name: str, samples: Any, target: float) -> None:
    show(f"{name}: {JSON}", samples, JSON, target)
    show(f"{name}: {MSGSPEC}", samples, MSGSPEC)
