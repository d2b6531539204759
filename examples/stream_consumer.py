"""Send the usage events of a Redis stream, by any number of consumers on any number of machines.

It needs redis-py and Redis 6.2. The first command plays on the embedded sandbox, in a stream that
it removes; the second one sends what is in the stream "usage" until it is told to end:

    python examples/stream_consumer.py --redis redis://127.0.0.1:6379/0
    NOVABILLING_TOKEN=sk_live_... python examples/stream_consumer.py --live
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import socket
import time
from datetime import datetime, timezone
from typing import Any, Dict, List, Optional, Sequence, Tuple
from uuid import uuid4

import redis

from novabilling import NovaBilling
from novabilling.outbox import Verdict, deliver
from novabilling.sandbox import Sandbox
from novabilling.types import UsageEventInput

Entry = Tuple[bytes, Dict[bytes, bytes]]

START = b"0-0"
"""The cursor when all that is pending has been looked through."""

ADDED = (b"reason", b"entry")
"""Fields of a dead letter that the entry did not have."""

logger = logging.getLogger("usage")


# The producer


def new_event(
    subscription_id: str, code: str, transaction_id: Optional[str] = None, **properties: Any
) -> UsageEventInput:
    """Make an event; its id and its time are fixed here, before it is written anywhere."""
    return UsageEventInput(
        subscription_id=subscription_id,
        code=code,
        transaction_id=transaction_id or uuid4().hex,
        timestamp=datetime.now(timezone.utc),
        properties=properties,
    )


def write(db: redis.Redis, stream: str, event: UsageEventInput) -> None:
    """Write an event; if that fails, write the same event again: it is counted once."""
    db.xadd(stream, {"event": event.to_json()})  # no maxlen: that removes what is not sent


# The consumer


class StreamConsumer:
    """Send the entries of a stream and acknowledge each by its verdict.

    An entry that is held stays pending. It comes again, here or at another consumer, when it has
    been idle for `lease` seconds, as do those of a consumer that has died; what is to come earlier
    is said to have been idle for a while. So all that consumers know stands in Redis.
    """

    def __init__(
        self,
        db: redis.Redis,
        client: NovaBilling,
        stream: str,
        name: str,
        *,
        group: str = "novabilling",
        lease: float = 300.0,
        shared: bool = False,
    ) -> None:
        options = db.get_connection_kwargs()
        if db.get_encoder().decode_responses or str(options.get("protocol")) == "3":
            raise ValueError("db must be made without decode_responses and protocol=3")
        self.db = db
        self.client = client
        self.stream = stream
        self.dead = f"{stream}:dead"
        self.group = group
        self.name = name
        self.lease = lease
        self.shared = shared  # other groups read the stream as well
        self.most = 100
        self.failures = 0
        self.cursor: Any = START
        self.new_alone = False
        self.stopping = False

    def run(self) -> None:
        """Send until `stopping` is set; what is under way is finished."""
        while not self.stopping:
            ends = time.monotonic() + self.try_step()
            while not self.stopping and time.monotonic() < ends:
                time.sleep(0.2)

    def try_step(self) -> float:
        """Send some entries; return for how many seconds to pause."""
        try:
            try:
                return self.step()
            except redis.ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                self.prepare()
                return 0.0
        except redis.RedisError as error:  # away, full, in a failover: it goes on when that is over
            logger.error("Redis takes nothing, once more in a second: %s", error)
            return 1.0

    def prepare(self) -> None:
        """Make the group, and the stream unless it is there."""
        self.db.xlen(self.dead)  # it must be a stream, if anything
        try:
            self.db.xgroup_create(self.stream, self.group, id="0", mkstream=True)
        except redis.ResponseError as error:  # another consumer has made it
            if "name already exists" not in str(error):
                raise

    def step(self) -> float:
        """Send some entries; return for how many seconds to pause."""
        entries = self.take()
        if not entries:
            return 0.0
        events = [event_of(fields) for _, fields in entries]
        verdicts = deliver(self.client, events)
        self.settle(entries, verdicts)
        return self.pause(verdicts)

    def take(self) -> List[Entry]:
        """Take what is due again or was left behind, and then what is new."""
        self.new_alone = self.most == 1 and not self.new_alone  # or what is due would keep it off
        entries = [] if self.new_alone else self.due()
        if len(entries) < self.most:
            found = self.db.xreadgroup(
                self.group,
                self.name,
                {self.stream: ">"},
                count=self.most - len(entries),
                block=None if entries or self.cursor != START else 1000,
            )
            entries += [entry for _, new in found for entry in new]
        return entries

    def due(self) -> List[Entry]:
        """Take what has been idle for as long as the lease."""
        me = (self.stream, self.group, self.name)
        self.cursor, entries, *removed = self.db.xautoclaim(
            *me, int(self.lease * 1000), self.cursor, count=self.most
        )
        if any(removed):
            logger.error("entries were removed from the stream before they were sent: %s", removed)
        return [entry for entry in entries if entry[1] is not None]  # removed, in Redis 6.2

    def settle(self, entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> None:
        """Acknowledge what is sent or a duplicate; keep what is dead; try the others later."""
        found = list(zip(entries, verdicts))
        sent = [entry[0] for entry, verdict in found if verdict.status in ("sent", "duplicate")]
        held = [(entry[0], verdict) for entry, verdict in found if verdict.status == "hold"]
        if sent:  # first: it makes room if Redis is full
            self.acknowledge(sent)
        self.hold(held)
        dead = [(entry, verdict) for entry, verdict in found if verdict.status == "dead"]
        if dead:
            self.db.xlen(self.dead)  # fails if it is no stream: MULTI would do the rest
        for (entry_id, fields), verdict in dead:
            reason = verdict.reason or ""
            self.acknowledge([entry_id], {**fields, b"reason": reason, b"entry": entry_id})
        if self.shared:
            trim(self.db, self.stream)

    def acknowledge(self, ids: Sequence[bytes], letter: Optional[Dict[Any, Any]] = None) -> None:
        """Be done with entries; a dead letter is kept with that, or neither happens."""
        with self.db.pipeline(transaction=letter is not None) as change:  # a full Redis takes none
            if letter is not None:
                change.xadd(self.dead, letter)
            change.xack(self.stream, self.group, *ids)
            if not self.shared:
                change.xdel(self.stream, *ids)
            change.execute()

    def hold(self, held: Sequence[Tuple[bytes, Verdict]]) -> None:
        """Let each of these come again after 2, 4, 8 ... seconds, or when the server says."""
        with self.db.pipeline(transaction=False) as ask:
            for entry_id, _ in held:
                ask.xpending_range(self.stream, self.group, min=entry_id, max=entry_id, count=1)
            found = ask.execute()
        with self.db.pipeline(transaction=False) as change:
            for (entry_id, verdict), pending in zip(held, found):
                tries = pending[0]["times_delivered"] if pending else 1
                wait = random.uniform(0.5, 1) * 2.0 ** min(tries, 10)
                idle = max(0.0, self.lease - max(wait, verdict.retry_after or 0.0))
                change.xclaim(
                    *(self.stream, self.group, self.name, 0, [entry_id]),
                    idle=int(idle * 1000),
                    justid=True,  # it does not count as a delivery
                )
            change.execute()

    def pause(self, verdicts: Sequence[Verdict]) -> float:
        """Go on at once if the server takes events; wait in an outage, and try with fewer then."""
        held = [verdict for verdict in verdicts if verdict.outage]
        if not held:
            self.failures = 0
            self.most = min(100, self.most * 2)
            all_wait = all(verdict.status == "hold" for verdict in verdicts)
            return 1.0 if all_wait else 0.0  # more may be due by then: one request for all
        logger.warning("%d events are held: %s", len(held), held[0].reason)
        self.failures += 1
        wait = random.uniform(0.5, 1) * min(60.0, 0.5 * 2.0 ** min(self.failures, 10))
        said = [verdict.retry_after for verdict in held if verdict.retry_after]
        if not said:
            self.most = max(1, self.most // 2)  # one of them may be what the server fails at
        return min(60.0, max(wait, *said, 0.0))


def event_of(fields: Dict[bytes, bytes]) -> Any:
    """Read the event of an entry; what is none gets the verdict "dead"."""
    text = fields.get(b"event", b"")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def trim(db: redis.Redis, stream: str) -> None:
    """Remove what every group has acknowledged, and nothing else."""
    needed: List[bytes] = []
    for group in db.xinfo_groups(stream):
        oldest = db.xpending(stream, group["name"])["min"]
        needed.append(oldest or group["last-delivered-id"])
    if needed:
        first = min(needed, key=lambda name: tuple(map(int, name.split(b"-"))))
        db.xtrim(stream, minid=first, approximate=False)


def requeue(db: redis.Redis, stream: str) -> int:
    """Send the dead letters once more; return how many there were."""
    letters: List[Entry] = db.xrange(f"{stream}:dead")
    db.xlen(stream)  # fails if it is no stream: MULTI would remove the letter
    for entry_id, fields in letters:
        entry: Dict[Any, Any] = {k: v for k, v in fields.items() if k not in ADDED}
        with db.pipeline(transaction=True) as change:
            change.xadd(stream, entry or {"event": b""})
            change.xdel(f"{stream}:dead", entry_id)
            change.execute()
    return len(letters)


# The programs


def live(db: redis.Redis, options: Any) -> None:
    token = os.environ.get("NOVABILLING_TOKEN")
    if not token:
        raise SystemExit("set the variable NOVABILLING_TOKEN to an API key of the server")
    where = {"base_url": options.base_url} if options.base_url else {}
    with NovaBilling(token=token, **where) as client:
        consumer = StreamConsumer(
            db, client, options.stream, options.name, lease=options.lease, shared=options.shared
        )

        def stop(*_: Any) -> None:
            consumer.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        consumer.run()


def demonstrate(db: redis.Redis) -> None:
    """Write some events, good and bad ones, and show what becomes of them."""
    client = Sandbox().client()
    client.billable_metrics.create(name="API calls", code="api_calls", aggregation_type="count")
    prices = [{"currency": "NGN", "amount": 15000}]
    plan = client.plans.create(name="Pro", code="pro", billing_interval="monthly", prices=prices)
    ada = client.customers.create(external_id="cus_1", email="ada@example.com", currency="NGN")
    subscription = client.subscriptions.create(
        customer_id=ada.id, plan_id=plan.id, currency="NGN", external_id="usr_1"
    )
    stream = f"usage-{uuid4().hex}"
    consumer = StreamConsumer(db, client, stream, "demonstration")
    try:
        consumer.prepare()
        event = new_event("usr_1", "api_calls", n=3)
        for one in (event, event, new_event("usr_1", "api_calls"), new_event("usr_1", "uploads")):
            write(db, stream, one)
        write(db, stream, new_event("usr_2", "api_calls"))
        db.xadd(stream, {"event": b"\x00 is no event"})
        consumer.step()
        counted = list(client.events.iter_by_subscription(subscription.id))
        print(f"written: 6, counted: {len(counted)}")
        for _, fields in db.xrange(consumer.dead):
            print(f"dead: {fields[b'reason'].decode()}")
        print(f"held: {db.xpending(stream, consumer.group)['pending']}, left: {db.xlen(stream)}")
    finally:
        db.delete(stream, consumer.dead)


def main(arguments: Optional[List[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--redis", default="redis://127.0.0.1:6379/0")
    parser.add_argument("--live", action="store_true", help="send, by NOVABILLING_TOKEN")
    parser.add_argument("--base-url", default=None)
    parser.add_argument("--stream", default="usage")
    parser.add_argument("--name", default=socket.gethostname(), help="of this consumer alone")
    parser.add_argument("--lease", type=float, default=300.0)
    parser.add_argument("--shared", action="store_true", help="others read the stream as well")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    with redis.Redis.from_url(options.redis, socket_timeout=10) as db:  # or it waits for ever
        live(db, options) if options.live else demonstrate(db)


if __name__ == "__main__":
    main()
