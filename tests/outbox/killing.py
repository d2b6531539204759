"""Kill writers and senders at random moments, and compare the ledger with what was recorded.

    python -m tests.outbox.killing                                   the small figures, as CI
    python -m tests.outbox.killing --events 1000000 --kills 200      the full ones

Of all events whose `record()` returned, none may be lost, and none counted twice.
"""

from __future__ import annotations

import argparse
import glob
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, List, Set

from novabilling import NovaBilling
from novabilling.outbox import Outbox, SQLiteStore
from tests.outbox.ledger import ROOT, Server, serving

CHAOS = {
    "429": 0.03,
    "503": 0.03,
    "500": 0.02,
    "reset": 0.02,
    "lost": 0.03,
    "cut": 0.02,
    "slow": 0.05,
}


class Run:
    """One run: the processes, and what they say is safe."""

    def __init__(self, server: Server, folder: str, options: Any) -> None:
        self.server = server
        self.folder = os.path.join(options.spools or folder, "usage")
        self.notes = folder
        self.options = options
        self.started = 0
        self.kills = 0
        self.processes: List[subprocess.Popen[bytes]] = []
        self.groups: List[int] = []
        """Of all that were started: a child may live longer than its parent."""

    def start(self) -> None:
        """Start a writer of some kind."""
        number = self.started
        self.started += 1
        o = self.options
        kinds: List[List[str]] = [
            ["--size", "1"],
            ["--size", "10", "--colour", "async"],
            ["--size", "50", "--no-send"],
            ["--size", "5", *(["--fork"] if hasattr(os, "fork") else [])],
        ]
        command = [
            *(sys.executable, "-m", "tests.outbox.writer", self.folder, self.server.url),
            os.path.join(self.notes, f"notes-{number}"),
            str(o.events),
            *("--pause", str(o.pause)),
            *kinds[number % len(kinds)],
        ]
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        self.processes.append(process)
        self.groups.append(process.pid)

    def kill(self) -> None:
        """Kill one of them without a warning, with its children or without, and start another."""
        process = self.processes.pop(random.randrange(len(self.processes)))
        if random.random() < 0.5:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        self.kills += 1
        self.start()

    def end(self) -> None:
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        for process in self.processes:
            process.wait()

    def noted(self, mark: str) -> Set[str]:
        """Return the ids with a mark: `?` is tried, `!` is safe. A last line may be cut off."""
        found: Set[str] = set()
        for path in glob.glob(os.path.join(self.notes, "notes-*")):
            lines = Path(path).read_text().split("\n")
            found.update(line[1:] for line in lines if len(line) == 33 and line[0] == mark)
        return found

    def drain(self, seconds: float) -> None:
        """Send what is left, by one sender."""
        client = NovaBilling(token="sk_live_x", base_url=self.server.url)
        with Outbox(client, SQLiteStore(self.folder), linger=0) as outbox:
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                outbox.flush(5)
                if outbox.stats().depth == 0:
                    return
                time.sleep(0.2)
        raise SystemExit(f"not drained in {seconds} s: {outbox.stats()}")


def run(options: Any) -> Dict[str, Any]:
    """Record, kill, and count."""
    random.seed(options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, serving() as server:
        server.faults(**CHAOS)
        work = Run(server, folder, options)
        try:
            for _ in range(options.writers):
                work.start()
            next_kill = time.monotonic() + 1.5
            while work.kills < options.kills or len_of_notes(folder) < options.events * 68:
                time.sleep(0.02)
                if work.kills < options.kills and time.monotonic() >= next_kill:
                    work.kill()
                    next_kill = time.monotonic() + random.uniform(*options.between)
                if work.kills == options.kills // 2:
                    server.outage()
                elif work.kills == options.kills // 2 + 2:
                    server.faults(**CHAOS)
        finally:
            work.end()
        recorded = time.monotonic() - started
        server.faults(**CHAOS)
        work.drain(options.seconds)
        safe, tried, counted = work.noted("!"), work.noted("?"), server.ids()
        told = server.ledger()
    return {
        "recorded": len(safe),
        "counted": len(counted),
        "lost": len(safe - set(counted)),
        "twice": len(counted) - len(set(counted) & tried),
        "duplicates refused": told["duplicates"],
        "batches": told["batches"],
        "kills": work.kills,
        "processes": work.started,
        "seconds": round(time.monotonic() - started),
        "of them recording": round(recorded),
    }


def len_of_notes(folder: str) -> int:
    return sum(os.path.getsize(path) for path in glob.glob(os.path.join(folder, "notes-*")))


def settings(arguments: List[str]) -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--events", type=int, default=10_000, help="at least so many are recorded")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--writers", type=int, default=4, help="processes at the same time")
    parser.add_argument("--between", type=float, nargs=2, default=(0.1, 0.6))
    parser.add_argument("--pause", type=float, default=0.002, help="of a writer, after each commit")
    parser.add_argument("--seconds", type=float, default=60.0, help="to drain what is left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", default=None, help="where to put spools and notes")
    parser.add_argument("--spools", default=None, help="where to put the spools, if elsewhere")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "127.0.0.1"
    result = run(settings(sys.argv[1:]))
    for name, value in result.items():
        print(f"{name:<22}{value:>12,}")
    if result["lost"] or result["twice"]:
        raise SystemExit("events were lost, or counted twice")
