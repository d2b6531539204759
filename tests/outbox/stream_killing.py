"""Kill writers and consumers of a Redis stream, and Redis, and compare the ledger with the notes.

    python -m tests.outbox.stream_killing                                 the small figures, as CI
    python -m tests.outbox.stream_killing --events 50000 --kills 20       larger ones

Of all events whose write has returned, none may be lost, and none counted twice. Redis writes to
the disk before it answers (`appendfsync always`), so that it may be killed as well.
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
from pathlib import Path
from typing import Any, Dict, List, Set, Tuple

from tests.outbox.killing import CHAOS, len_of_notes
from tests.outbox.ledger import ROOT, Server, serving
from tests.outbox.stream_writer import EXAMPLE
from tests.services import Redis, redis_program

LEASE = 2.0
STREAM = "usage"


class Run:
    """One run: the processes, and what they say is safe."""

    def __init__(self, server: Server, redis: Redis, folder: str, options: Any) -> None:
        self.server = server
        self.redis = redis
        self.folder = folder
        self.options = options
        self.writers: List[subprocess.Popen[bytes]] = []
        self.consumers: List[subprocess.Popen[bytes]] = []
        self.started = 0
        self.kills = 0
        self.redis_kills = 0
        self.hung: List[Tuple[float, subprocess.Popen[bytes]]] = []
        """Consumers that stand still, and when they go on: the lease is over by then."""
        self.stops = 0

    def start_writer(self) -> None:
        self.started += 1
        notes = os.path.join(self.folder, f"notes-{self.started}")
        command = [
            *(sys.executable, "-m", "tests.outbox.stream_writer", self.redis.url, STREAM, notes),
            *(str(self.options.events), "--pause", str(self.options.pause)),
            *("--size", str(random.choice([1, 5, 20]))),
        ]
        self.writers.append(subprocess.Popen(command, cwd=ROOT))

    def start_consumer(self) -> None:
        self.started += 1
        name = f"consumer-{self.started % (self.options.consumers + 2)}"  # some come back
        command = [
            *(sys.executable, str(EXAMPLE), "--live", "--redis", self.redis.url),
            *("--stream", STREAM, "--base-url", self.server.url),
            *("--name", name, "--lease", str(LEASE)),
        ]
        env = {**os.environ, "NOVABILLING_TOKEN": "sk_live_x"}
        with open(os.path.join(self.folder, "consumers.log"), "ab") as log:
            self.consumers.append(subprocess.Popen(command, cwd=ROOT, env=env, stderr=log))

    def kill(self) -> None:
        """Kill a process without a warning and start another, or let a consumer stand still."""
        self.kills += 1
        if random.random() < 0.5:
            self.end(self.writers.pop(random.randrange(len(self.writers))))
            return self.start_writer()
        consumer = random.choice(self.consumers)
        if random.random() < 0.3:
            self.stops += 1
            consumer.send_signal(signal.SIGSTOP)
            self.hung.append((time.monotonic() + 1.5 * LEASE, consumer))
        else:
            self.consumers.remove(consumer)
            self.end(consumer)
            self.start_consumer()
        return None

    def wake(self, all_of_them: bool = False) -> None:
        now = time.monotonic()
        for at, consumer in list(self.hung):
            if all_of_them or at <= now:
                self.hung.remove((at, consumer))
                consumer.send_signal(signal.SIGCONT)

    def kill_redis(self) -> None:
        self.redis_kills += 1
        self.redis.kill()
        self.redis.start()

    def end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def end_all(self) -> None:
        for process in [*self.writers, *self.consumers]:
            self.end(process)

    def noted(self, mark: str) -> Set[str]:
        """Return the ids with a mark: `?` is tried, `!` is safe. A last line may be cut off."""
        found: Set[str] = set()
        for path in glob.glob(os.path.join(self.folder, "notes-*")):
            lines = Path(path).read_text().split("\n")
            found.update(line[1:] for line in lines if len(line) == 33 and line[0] == mark)
        return found

    def drain(self, seconds: float) -> None:
        """Wait until the consumers have sent all that is left, and end them."""
        import redis

        self.wake(all_of_them=True)
        ends = time.monotonic() + seconds
        with redis.Redis.from_url(self.redis.url) as db:
            while db.xlen(STREAM):
                if time.monotonic() > ends:
                    raise SystemExit(f"not drained in {seconds} s: {db.xlen(STREAM)} are left")
                time.sleep(0.2)
            assert db.xpending(STREAM, "novabilling")["pending"] == 0
            assert db.xlen(f"{STREAM}:dead") == 0
        for consumer in self.consumers:
            consumer.terminate()
        for consumer in self.consumers:
            assert consumer.wait(30) == 0, "a consumer does not end cleanly"


def run(options: Any) -> Dict[str, Any]:
    """Write, kill, and count."""
    random.seed(options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, serving() as server:
        redis = Redis(Path(folder), redis_program())
        redis.start()
        server.faults(**CHAOS)
        work = Run(server, redis, folder, options)
        try:
            for _ in range(options.writers):
                work.start_writer()
            for _ in range(options.consumers):
                work.start_consumer()
            kill_until_written(work)
            recorded = time.monotonic() - started
            for writer in work.writers:
                work.end(writer)
            server.faults(**CHAOS)
            work.drain(options.seconds)
        finally:
            work.end_all()
            redis.stop()
        safe, tried, counted = work.noted("!"), work.noted("?"), server.ids()
        told = server.ledger()
    return {
        "written": len(safe),
        "counted": len(counted),
        "lost": len(safe - set(counted)),
        "twice": len(counted) - len(set(counted) & tried),
        "duplicates refused": told["duplicates"],
        "batches": told["batches"],
        "kills": work.kills - work.stops,
        "stood still": work.stops,
        "kills of Redis": work.redis_kills,
        "seconds": round(time.monotonic() - started),
        "of them writing": round(recorded),
    }


def kill_until_written(work: Run) -> None:
    o = work.options
    next_kill = time.monotonic() + 1.5
    while work.kills < o.kills or len_of_notes(work.folder) < o.events * 68:
        time.sleep(0.02)
        work.wake()
        if work.kills < o.kills and time.monotonic() >= next_kill:
            work.kill()
            next_kill = time.monotonic() + random.uniform(*o.between)
            if work.redis_kills < o.redis_kills * work.kills // o.kills:
                work.kill_redis()
            if work.kills == o.kills // 2:
                work.server.outage()
            elif work.kills == o.kills // 2 + 2:
                work.server.faults(**CHAOS)


def settings(arguments: List[str]) -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--events", type=int, default=3_000, help="at least so many are written")
    parser.add_argument("--kills", type=int, default=8, help="of writers and consumers")
    parser.add_argument("--redis-kills", type=int, default=1)
    parser.add_argument("--writers", type=int, default=2, help="processes at the same time")
    parser.add_argument("--consumers", type=int, default=2, help="processes at the same time")
    parser.add_argument("--between", type=float, nargs=2, default=(0.2, 0.8))
    parser.add_argument("--pause", type=float, default=0.002, help="of a writer, after each write")
    parser.add_argument("--seconds", type=float, default=60.0, help="to drain what is left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", default=None, help="where to put Redis and the notes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "127.0.0.1"
    result = run(settings(sys.argv[1:]))
    for name, value in result.items():
        print(f"{name:<22}{value:>12,}")
    if result["lost"] or result["twice"]:
        raise SystemExit("events were lost, or counted twice")
