"""Kill writers and senders of a table, restart PostgreSQL, and compare the ledger with the work.

    python -m tests.outbox.killing_postgres                                 small figures, as CI
    python -m tests.outbox.killing_postgres --events 500000 --kills 60 --between 1 4   the full ones

Writers put each event into a table of their own in the same transaction, and roll back one in five.
Of what is in that table, nothing may be lost; of what is not, nothing may be counted. With `--calm`
nobody is killed and no answer lost: then nothing may be sent twice either.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Set, Tuple

from tests.outbox.killing import CHAOS
from tests.outbox.ledger import ROOT, Server, serving
from tests.outbox.transacting import KINDS
from tests.postgres import Database, Postgres, running_postgres

CALM = {name: CHAOS[name] for name in ("429", "503", "reset", "slow")}


class Run:
    """One run: the processes, and what they say is safe."""

    def __init__(self, server: Server, database: Database, notes: Path, options: Any) -> None:
        self.server = server
        self.database = database
        self.notes = notes
        self.options = options
        self.kills = 0
        self.started = 0
        self.writers: Dict[int, Tuple[str, subprocess.Popen[bytes]]] = {}
        self.senders: Dict[int, Tuple[str, subprocess.Popen[bytes]]] = {}

    def write(self, kind: str) -> None:
        """Start a writer of a kind."""
        notes = self.notes / f"notes-{self.started}"
        self._start(self.writers, kind, "write", str(notes), kind)

    def send(self, colour: str) -> None:
        self._start(self.senders, colour, "send", colour)

    def _start(self, of: Dict[int, Any], kind: str, what: str, *more: str) -> None:
        self.started += 1
        command = [sys.executable, "-m", "tests.outbox.transacting", what]
        command += [self.server.url, self.database.table, *more]
        environment = {**os.environ, "DSN": self.database.dsn}
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        of[process.pid] = (kind, process)

    def kill(self) -> None:
        """Kill one of them without a warning, and start another; a sender may only hang."""
        self.kills += 1
        several, start = random.choice(((self.writers, self.write), (self.senders, self.send)))
        kind, process = several.pop(random.choice(list(several)))
        process.kill()
        process.wait()
        start(kind)

    def hang(self) -> None:
        """Stop a sender for longer than its lease, and let it go on."""
        _, process = self.senders[random.choice(list(self.senders))]
        process.send_signal(signal.SIGSTOP)
        time.sleep(self.options.hangs)
        process.send_signal(signal.SIGCONT)

    def end(self, of: Dict[int, Tuple[str, subprocess.Popen[bytes]]], number: int) -> None:
        for _, process in of.values():
            process.send_signal(number)
        for _, process in of.values():
            process.wait(60)
        of.clear()

    def noted(self, end: str) -> Set[str]:
        """Return the ids of a kind; a last line may be cut off."""
        found: Set[str] = set()
        for path in self.notes.glob(f"notes-*.{end}"):
            found.update(line for line in path.read_text().split("\n") if len(line) == 32)
        return found

    def recorded(self) -> int:
        return sum(path.stat().st_size for path in self.notes.glob("notes-*.safe")) // 33

    def drain(self, seconds: float) -> None:
        """Wait until the senders have sent all."""
        ends = time.monotonic() + seconds
        sql = f'SELECT count(*) FROM "{self.database.table}"'
        while self.database.execute(sql) != [(0,)]:
            if time.monotonic() > ends:
                raise SystemExit(f"not drained in {seconds} s: {self.database.execute(sql)}")
            time.sleep(0.2)


def run(options: Any) -> Dict[str, Any]:
    """Record, kill, restart, and count."""
    random.seed(options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, running_postgres() as postgres:
        database = Database(postgres.dsn, "Usage of shops")
        database.execute("CREATE TABLE work (id text PRIMARY KEY)")
        with serving() as server:
            server.faults(**(CALM if options.calm else CHAOS))
            work = Run(server, database, Path(folder), options)
            try:
                for number in range(options.writers):
                    work.write(KINDS[number % len(KINDS)])
                for number in range(options.senders):
                    work.send(("sync", "async")[number % 2])
                restarts = disturb(work, postgres, options)
                work.end(work.writers, signal.SIGKILL)
                recorded = time.monotonic() - started
                work.drain(options.seconds)
            finally:
                work.end(work.writers, signal.SIGKILL)
                work.end(work.senders, signal.SIGTERM if options.calm else signal.SIGKILL)
            counted, told = set(server.ids()), server.ledger()
        there = {name for (name,) in database.execute("SELECT id FROM work")}
        ((size,),) = database.execute(f"SELECT pg_total_relation_size('\"{database.table}\"')")
        safe, rolled_back = work.noted("safe"), work.noted("rolled")
    return {
        "recorded": len(there),
        "rolled back": len(rolled_back),
        "counted": len(counted),
        "lost": len(there - counted) + len(safe - there),
        "never recorded": len(counted - there),
        "of them rolled back": len(counted & rolled_back),
        "duplicates refused": told["duplicates"],
        "batches": told["batches"],
        "bytes of the table": size,
        "kills": work.kills,
        "restarts of PostgreSQL": restarts,
        "processes": work.started,
        "seconds": round(time.monotonic() - started),
        "of them recording": round(recorded),
    }


def disturb(work: Run, postgres: Postgres, options: Any) -> int:
    """Kill and restart until enough is recorded; return how often PostgreSQL was restarted."""
    restarts = 0
    next_kill = time.monotonic() + 2.0
    planned = 0 if options.calm else options.kills
    while work.kills < planned or work.recorded() < options.events:
        time.sleep(0.02)
        if options.calm:
            continue
        if work.kills < planned and time.monotonic() >= next_kill:
            work.kill()
            next_kill = time.monotonic() + random.uniform(*options.between)
            if work.kills == planned // 2:
                work.hang()
        if restarts < 2 and work.kills >= planned * (restarts + 1) // 3:
            postgres.restart(crash=restarts == 1)
            restarts += 1
        if work.kills == planned // 4:
            work.server.outage()
        elif work.kills == planned // 4 + 1:
            work.server.faults(**CHAOS)
    return restarts


def settings(arguments: List[str]) -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--events", type=int, default=5_000, help="at least so many are committed")
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--senders", type=int, default=3)
    parser.add_argument("--between", type=float, nargs=2, default=(0.3, 1.0))
    parser.add_argument("--hangs", type=float, default=6.0, help="seconds that a sender hangs")
    parser.add_argument("--seconds", type=float, default=600.0, help="to drain what is left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true")
    parser.add_argument("--folder", default=None, help="where to put the notes")
    return parser.parse_args(arguments)


def is_good(result: Dict[str, Any], calm: bool) -> bool:
    wrong = result["lost"] + result["never recorded"]
    return not wrong and not (calm and result["duplicates refused"])


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "127.0.0.1"
    options = settings(sys.argv[1:])
    result = run(options)
    for name, value in result.items():
        print(f"{name:<24}{value:>12,}")
    if not is_good(result, options.calm):
        raise SystemExit("events were lost, or counted that nobody has recorded, or sent twice")
