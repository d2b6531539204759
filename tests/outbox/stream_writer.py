"""A process that writes events to a Redis stream until it is killed; it notes what is safe.

    python -m tests.outbox.stream_writer REDIS STREAM NOTES COUNT [options]

Each id is written to NOTES before it is written to the stream (`?id`) and after that (`!id`).
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import time
from pathlib import Path
from typing import Any, List

from novabilling.types import UsageEventInput
from tests.outbox.writer import Notes

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "stream_consumer.py"


def load_example() -> Any:
    """Import the example, which is part of no package."""
    spec = importlib.util.spec_from_file_location("stream_consumer", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_safe(example: Any, db: Any, stream: str, events: List[UsageEventInput]) -> bool:
    import redis

    try:
        with db.pipeline(transaction=True) as together:
            for event in events:
                example.write(together, stream, event)
            together.execute()
    except redis.RedisError:
        return False
    return True


def main() -> None:
    import redis

    parser = argparse.ArgumentParser()
    for name in ("redis", "stream", "notes"):
        parser.add_argument(name)
    parser.add_argument("count", type=int)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--again", type=float, default=0.02, help="the share that is written twice")
    o = parser.parse_args()
    example, notes = load_example(), Notes(o.notes)
    db = redis.Redis.from_url(o.redis, retry=None)
    for _ in range(0, o.count, o.size):
        text = "x" * random.randrange(50)
        events = [example.new_event("usr_1", "calls", n=1, text=text) for _ in range(o.size)]
        notes.note("?", events)
        while not is_safe(example, db, o.stream, events):
            time.sleep(0.05)  # the answer may be lost and the events written: they are the same
        notes.note("!", events)
        if random.random() < o.again:
            is_safe(example, db, o.stream, events)
        time.sleep(o.pause)


if __name__ == "__main__":
    main()
