"""Usage events that were not sent can wait in a file, and are counted once when they come back."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import httpx
import pytest

from novabilling import APIConnectionError
from novabilling.types import UsageEventInput
from tests.support import Server

pytestmark = pytest.mark.anyio

BATCH = {"total": 2, "created": 2, "duplicates": 0, "errors": 0, "results": []}


async def test_events_of_an_error_are_sent_again_as_they_were(client_for, tmp_path):
    file = tmp_path / "events.jsonl"
    away = client_for(Server(httpx.ConnectError("down")), max_retries=0)
    with pytest.raises(APIConnectionError) as caught:
        await away.events.create_batch(
            [
                {"subscription_id": "sub_1", "code": "calls", "properties": {"n": 1.5}},
                UsageEventInput(
                    subscription_id="sub_2",
                    code="calls",
                    timestamp=datetime(2026, 1, 2, tzinfo=timezone.utc),
                ),
            ],
            check_codes=False,
        )
    file.write_text("".join(f"{event.to_json()}\n" for event in caught.value.events))

    lines = file.read_text().splitlines()
    events = [UsageEventInput.from_dict(json.loads(line)) for line in lines]
    server = Server(httpx.Response(201, json=BATCH))
    await client_for(server).events.create_batch(events, check_codes=False)

    assert events == caught.value.events
    sent = server.body["events"]
    assert [event["transactionId"] for event in sent] == [event.transaction_id for event in events]
    assert sent[0]["properties"] == {"n": 1.5}
    assert sent[1]["timestamp"] == "2026-01-02T00:00:00Z"


async def test_one_event_is_no_list_of_events(client_for):
    event = UsageEventInput(subscription_id="sub_1", code="calls")

    with pytest.raises(TypeError, match="events must be a list"):
        await client_for(Server()).events.create_batch(event, check_codes=False)
