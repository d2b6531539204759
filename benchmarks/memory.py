"""What results weigh, and whether a process that goes on calling grows."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from typing import Any, Callable, List

import httpx

from benchmarks.calls import TOKEN
from benchmarks.payloads import page_of
from benchmarks.server import ROOT, Server
from benchmarks.timing import say, title, verdict
from novabilling import NovaBilling

TARGET = 0.85
GROWTH = 1.0  # MB
PAGES = 100


def answer_page(request: httpx.Request) -> httpx.Response:
    """Answer with another hundred customers for each page."""
    start = 100 * int(request.url.params["page"])
    return httpx.Response(200, content=page_of(100, start))


def weight(make: Callable[[int], Any]) -> float:
    """Return the bytes that each of the held things takes."""
    make(1)  # what is made once does not count
    held: List[Any] = [None] * PAGES
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(PAGES):
        held[number] = make(number + 1)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / PAGES


def print_weights() -> None:
    transport = httpx.MockTransport(answer_page)
    http = httpx.Client(transport=transport)
    ours = NovaBilling(token=TOKEN, base_url="http://billing.example", http_client=http)

    def plain(page: int) -> Any:
        return http.get("http://billing.example/api/customers", params={"page": page})

    customers = weight(lambda page: ours.customers.list(page=page, limit=100).data) / 100
    dicts = weight(lambda page: json.loads(plain(page).content)["data"]) / 100
    title("Memory", "novabilling", "httpx + json", "ratio", "", "target")
    compare("a customer of a list", customers, dicts, TARGET)
    pages = weight(lambda page: ours.customers.list(page=page, limit=100))
    responses = weight(lambda page: with_json(plain(page)))
    compare("a page of 100, with its answer", pages, responses)


def with_json(response: httpx.Response) -> Any:
    return response, response.json()


def compare(name: str, ours: float, other: float, target: Any = None) -> None:
    ratio = ours / other
    say(name, f"{ours:.0f} B", f"{other:.0f} B", f"{ratio:.2f}", "", *verdict(ratio, target))


def print_growth(server: Server, few: int, many: int) -> None:
    title("Growth while calling", f"{few} calls", f"{many} calls", "growth", "sockets", "target")
    for colour in ("sync", "asyncio"):
        command = [
            sys.executable,
            "-m",
            "benchmarks.growth",
            colour,
            server.http,
            str(few),
            str(many),
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        (first, sockets), (last, sockets_later) = json.loads(done.stdout)
        growth = (last - first) / 1e6
        say(
            colour,
            f"{first / 1e6:.1f} MB",
            f"{last / 1e6:.1f} MB",
            f"{growth:.2f} MB",
            f"{sockets} -> {sockets_later}",
            *verdict(growth, GROWTH),
            "" if sockets == sockets_later else "MORE SOCKETS",
        )


def print_memory(server: Server, quick: bool) -> None:
    """Print the weight of results, then the growth of a process."""
    print_weights()
    print_growth(server, *((1_000, 5_000) if quick else (10_000, 100_000)))
