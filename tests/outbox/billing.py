"""A server of usage events, in this process: it counts each event once and keeps a ledger."""

from __future__ import annotations

import json
import threading
from collections import Counter
from typing import Any, Callable, Dict, List, Optional, Union

import httpx

from tests.samples import body_of
from tests.support import problem

Answer = Union[httpx.Response, Exception, Callable[[httpx.Request], httpx.Response]]


def metric(code: str, aggregation: str = "COUNT", field: Optional[str] = None) -> Dict[str, Any]:
    row = body_of("metric-create-count")
    return {**row, "code": code, "aggregationType": aggregation, "fieldName": field}


class Billing:
    """Take batches of events; what stands in `first` is answered before that, one by one."""

    def __init__(self, *first: Answer, codes: str = "calls") -> None:
        self.first: List[Answer] = list(first)
        self.metrics = [metric(code) for code in codes.split()]
        self.subscriptions = {"usr_1"}
        self.refuses: Callable[[List[Any]], Optional[httpx.Response]] = lambda events: None
        self.counted: Counter[str] = Counter()
        """How often each event was counted: once, or somebody pays twice."""
        self.received: Counter[str] = Counter()
        self.batches: List[List[Any]] = []
        self.looks = 0
        self.headers: Dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.method == "GET":
                self.looks += 1
                return httpx.Response(200, json=self.metrics)
            events = json.loads(request.content)["events"]
            self.batches.append(events)
            if self.first:
                answer = self.first.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer(request) if callable(answer) else answer
            return self.refuses(events) or self.take(request)

    def take(self, request: httpx.Request) -> httpx.Response:
        """Count the events of a batch."""
        results = [self._result(event) for event in json.loads(request.content)["events"]]
        states = Counter(result["status"] for result in results)
        body = {
            "total": len(results),
            "created": states["created"],
            "duplicates": states["duplicate"],
            "errors": states["error"],
            "results": results,
        }
        return httpx.Response(201, json=body, headers=self.headers)

    def _result(self, event: Any) -> Dict[str, str]:
        key = event["transactionId"]
        self.received[key] += 1
        if event["subscriptionId"] not in self.subscriptions:
            error = f"Subscription '{event['subscriptionId']}' not found"
            return {"transactionId": key, "status": "error", "error": error}
        if self.counted[key]:
            return {"transactionId": key, "status": "duplicate"}
        self.counted[key] += 1
        return {"transactionId": key, "status": "created"}

    @property
    def sizes(self) -> List[int]:
        return [len(batch) for batch in self.batches]


def lost(billing: Billing) -> Answer:
    """Count a batch and lose the answer."""

    def answer(request: httpx.Request) -> httpx.Response:
        billing.take(request)
        raise httpx.ReadError("cut")

    return answer


def refuse_named(events: List[Any]) -> Optional[httpx.Response]:
    """Refuse a batch for those of its events that have a bad property, and name them."""
    errors = [
        {"field": f"events.{n}.properties", "message": f"events.{n}.properties must be an object"}
        for n, event in enumerate(events)
        if event.get("properties", {}).get("bad")
    ]
    return problem(400, "Validation failed", errors=errors) if errors else None


def too_large(events: List[Any]) -> Optional[httpx.Response]:
    """Refuse a batch as too large while a large event is in it."""
    if any(event.get("properties", {}).get("large") for event in events):
        return problem(500, "request entity too large")
    return None
