"""What the SDK costs beside httpx by hand and beside other SDKs, in one run.

    python -m pip install -e ".[test]" -r benchmarks/requirements.txt
    python -m benchmarks                  # everything, about ten minutes
    python -m benchmarks --quick          # fewer rounds, about two
    python -m benchmarks calls memory     # some of it

CPU is that of this process alone: the server has one of its own. Figures are medians.
"""

from __future__ import annotations

import argparse
import os
import platform
import time

from benchmarks.bursts import print_bursts
from benchmarks.calls import print_calls
from benchmarks.concurrency import print_concurrency
from benchmarks.decoding import print_decoding
from benchmarks.memory import print_memory
from benchmarks.outbox import print_outbox
from benchmarks.peers import print_peers
from benchmarks.postgres import print_postgres
from benchmarks.sandbox import print_sandbox
from benchmarks.server import serve
from benchmarks.start import print_start
from benchmarks.tables import print_tables

SECTIONS = {
    "calls": print_calls,
    "concurrency": print_concurrency,
    "bursts": print_bursts,
    "peers": print_peers,
    "start": print_start,
    "memory": print_memory,
    "decoding": print_decoding,
    "sandbox": print_sandbox,
    "tables": print_tables,
    "outbox": print_outbox,
    "postgres": print_postgres,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    os.environ["NO_PROXY"] = "127.0.0.1"
    started = time.monotonic()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    with serve() as server:
        for name in options.sections or SECTIONS:
            SECTIONS[name](server, options.quick)
    print(f"\n{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
