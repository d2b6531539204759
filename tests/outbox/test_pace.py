"""The sender goes as fast as the server's limit allows, and not faster."""

from __future__ import annotations

import time

import pytest

from novabilling import NovaBilling
from novabilling._call import rate_limits
from novabilling.outbox import Outbox, SQLiteStore
from tests.outbox.ledger import serving

LIMIT, WINDOW = 50, 2.0


@pytest.mark.parametrize("slow", [0.0, 1.0], ids=["quick", "slow"])
def test_it_reaches_the_limit_and_is_hardly_ever_refused(tmp_path, monkeypatch, slow):
    """A window of 2 seconds stands for the server's minute."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(rate_limits, "WINDOW", WINDOW)
    windows = 4
    with serving() as server:
        server.faults(limit=LIMIT, window=WINDOW, slow=slow / 10)
        client = NovaBilling(token="sk_live_x", base_url=server.url)
        outbox = Outbox(client, SQLiteStore(tmp_path), close_timeout=0)
        event = {"subscription_id": "usr_1", "code": "calls"}
        outbox.record_many([event] * (LIMIT * 100 * (windows + 2)))
        outbox.start()
        started = time.monotonic()
        while not server.ledger()["batches"]:
            time.sleep(0.01)
        time.sleep(windows * WINDOW)
        told = server.ledger()
        took = time.monotonic() - started
        outbox.close()

    possible = LIMIT * 100 * (1 + int(took / WINDOW))
    assert told["counted"] <= possible
    assert told["counted"] >= 0.9 * LIMIT * 100 * windows
    assert told["refused"] <= 0.01 * told["batches"]
