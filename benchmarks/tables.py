"""What an export costs beside decoding alone, and whether its memory grows.

The pages are those of a sandbox, taken once and played again, so that the server costs nothing.
`python -m benchmarks.tables ROWS` writes a file and prints the peak of this process.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any, Callable, Dict, Iterator, List

import httpx

from benchmarks.server import ROOT, Server
from benchmarks.timing import in_turn, ratios, say, spread, title, verdict
from novabilling import NovaBilling
from novabilling._call.envelopes import decode_list
from novabilling.sandbox import Sandbox
from novabilling.tables import export
from novabilling.types import Invoice

TARGET = 1.5
GROWTH = 8.0  # MB
URL = "http://sandbox.local"
PAGES = 20


@lru_cache(maxsize=None)
def pages() -> List[bytes]:
    """Return pages of a hundred invoices, as the sandbox writes them."""
    sandbox = Sandbox(seed=1)
    client = sandbox.client()
    for number in range(PAGES * 100):
        if number % 10 == 0:
            payer = client.customers.create(
                external_id=f"usr_{number}",
                email=f"user{number}@example.com",
                currency="NGN",
                name=f"Customer {number}",
                metadata={"plan": f"tier-{number}", "region": "west-1"},
            ).data
        client.invoices.create(
            customer_id=payer.id,
            items=[
                {"description": "Consulting", "amount": 150.5 + number, "quantity": 2},
                {"description": "Hosting", "amount": 19.99},
            ],
            due_date="2027-01-01",
        )
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    return [
        sandbox.handle(
            httpx.Request("GET", f"{URL}/api/invoices?limit=100&page={n + 1}", headers=headers)
        ).content
        for n in range(PAGES)
    ]


class Player:
    """Answers with the pages again and again, each invoice with another id."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def content(self, number: int) -> bytes:
        """Return a page of many, which knows how many there are."""
        content = pages()[number % PAGES].replace(b'"id":"c', b'"id":"%04d' % number)
        total, count = b'"total":%d' % (PAGES * 100), b'"totalPages":%d' % PAGES
        content = content.replace(total, b'"total":%d' % self.rows)
        return content.replace(count, b'"totalPages":%d' % (self.rows // 100))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.content(int(request.url.params["page"]) - 1))

    def client(self) -> NovaBilling:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return NovaBilling(token="sk", base_url=URL, http_client=http)

    def decoded(self) -> Iterator[Invoice]:
        """Decode each page and nothing else."""
        for number in range(self.rows // 100):
            yield from decode_list(self.content(number), Invoice, URL)[0]


def pyarrow_alone(rows: int, path: str) -> Callable[[], None]:
    """Return what makes the same file of Python's own lists, prepared before."""
    from pyarrow import RecordBatch, parquet

    from novabilling.tables._arrow import Converter

    converter = Converter(Invoice)
    found = list(Player(rows).decoded())
    chunks = [
        converter.batch(found[start : start + 1000]).to_pylist() for start in range(0, rows, 1000)
    ]

    def write() -> None:
        with parquet.ParquetWriter(path, converter.schema) as writer:
            for chunk in chunks:
                writer.write_batch(RecordBatch.from_pylist(chunk, schema=converter.schema))

    return write


def print_costs(rows: int, rounds: int) -> None:
    player = Player(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "invoices.parquet")
        calls: Dict[str, Callable[[], Any]] = {
            "decoding": lambda: sum(1 for _ in player.decoded()),
            "reading": lambda: sum(1 for _ in player.client().invoices.iter()),
            "pyarrow": pyarrow_alone(rows, path),
            "export": lambda: export(player.client().invoices.iter(), path),
            "of decoded": lambda: export(player.decoded(), path),
        }
        gc.collect()
        gc.freeze()  # what was prepared is no part of an export
        samples = in_turn(calls, 1, rounds)
        gc.unfreeze()
    title(f"{rows} invoices to Parquet", "CPU", "a row")
    for name, found in samples.items():
        say(name, f"{median(found):.2f} s", f"{median(found) / rows * 1e6:.1f} us")
    title("An export beside its parts", "ratio", "p10-p90", "target")
    for name, other in (("export", "reading"), ("of decoded", "decoding")):
        allowed = [TARGET * read + made for read, made in zip(samples[other], samples["pyarrow"])]
        found = ratios({name: samples[name], "allowed": allowed}, name, "allowed")
        low, high = spread(found)
        say(
            f"{name}, of {TARGET} {other} + pyarrow",
            f"{median(found):.2f}",
            f"{low:.2f}-{high:.2f}",
            *verdict(median(found), 1.0),
        )


def print_peaks(few: int, many: int) -> None:
    title("Peak of a process that exports", f"{few} rows", f"{many} rows", "growth", "target")
    for suffix in ("parquet", "csv", "jsonl"):
        peaks = [peak_of(rows, suffix) / 1e6 for rows in (few, many)]
        growth = peaks[1] - peaks[0]
        cells = [f"{peak:.1f} MB" for peak in peaks]
        say(suffix, *cells, f"{growth:.1f} MB", *verdict(growth, GROWTH))


def peak_of(rows: int, suffix: str) -> int:
    command = [sys.executable, "-m", "benchmarks.tables", str(rows), suffix]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: int = json.loads(done.stdout)
    return found


def print_tables(_: Server, quick: bool) -> None:
    """Print the CPU of an export, then the peaks of few rows and of many."""
    print_costs(20_000 if quick else 100_000, 3 if quick else 5)
    print_peaks(*((40_000, 60_000) if quick else (40_000, 100_000)))


if __name__ == "__main__":
    rows, suffix = int(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        export(Player(rows).client().invoices.iter(), Path(folder) / f"invoices.{suffix}")
    status = Path("/proc/self/status").read_text()
    print(1024 * int(status.partition("VmHWM:")[2].split()[0]))
