"""Webhooks on their way to the app: as they happen, or again when somebody asks for it."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime, timezone
from typing import Dict, List, Literal, NamedTuple, Optional, Set
from urllib.parse import urlsplit

import httpx

from .._doors.sending import TIMEOUT, attempts
from .._world.deliveries import Delivery, Status
from .addresses import check_url, is_loopback
from .sandbox import ServedSandbox

SignedAt = Literal["real", "sandbox"]

ANSWER_SHOWN = 2048
"""Bytes that are kept of what the app answers."""


_OF_FETCH = {
    "Accept": "*/*",
    "Accept-Language": "*",
    "Sec-Fetch-Mode": "cors",
    "Accept-Encoding": "gzip, deflate",
}
"""What the server's way of sending adds."""


_NONE_IDLE = httpx.Limits(max_keepalive_connections=0)
"""Nothing stays open, so that nobody has to close it."""


class Attempt(NamedTuple):
    """One request to the app, and what came back; without a status, nothing did."""

    at: datetime
    url: str
    status: Status
    milliseconds: float
    signature: str
    body: str
    answer: str

    @property
    def timestamp(self) -> str:
        """Return the time that was signed."""
        text: str = json.loads(self.body)["timestamp"]
        return text


class Forwarder:
    """Sends deliveries: to `to`, or to the webhook URL of their tenant.

    By itself it calls no other machine: a tenant's URL must be loopback, or the one in `trusted`.
    """

    def __init__(self, sandbox: ServedSandbox, trusted: Optional[str] = None) -> None:
        self._sandbox = sandbox
        self._trusted = trusted
        self._client: Optional[httpx.AsyncClient] = None
        self._task: Optional[asyncio.Task[None]] = None
        self._reserved: Set[int] = set()
        self.to: Optional[str] = None
        self.signed_at: SignedAt = "real"
        self.attempts: Dict[int, List[Attempt]] = {}
        self.version = 0

    def clear(self) -> None:
        """Forget what was sent: other deliveries stand in these places now."""
        self.attempts.clear()
        self._reserved.clear()
        self.version += 1

    def wake(self) -> None:
        """Send what is pending, in order, while others go on."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    async def drain(self) -> None:
        """Wait until what is pending has been sent."""
        self.wake()
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        while True:
            place = self._sandbox.take_pending()
            if place is None:
                return
            url = self.target(self._sandbox.sent_and_unsent[place])
            if url is not None and place not in self._reserved:
                await self.send(place, url)

    def target(self, delivery: Delivery) -> Optional[str]:
        """Return where a delivery goes by itself, None if nowhere."""
        if self.to is not None:
            return self.to
        try:
            host = urlsplit(check_url(delivery.url)).hostname
        except ValueError:
            return None
        is_ours = host is not None and is_loopback(host)
        return delivery.url if is_ours or delivery.url == self._trusted else None

    async def send(
        self, place: int, url: str, signed_at: Optional[SignedAt] = None
    ) -> List[Attempt]:
        """Send a delivery until it is accepted, at most three times, without a pause."""
        self._reserved.add(place)
        delivery = self._sandbox.sent_and_unsent[place]
        real = (signed_at or self.signed_at) == "real"
        at = datetime.now(timezone.utc) if real else self._sandbox.now()
        made: List[Attempt] = []
        if self._client is None:
            # No proxy of the environment: the app is here.
            self._client = httpx.AsyncClient(
                timeout=TIMEOUT,
                limits=_NONE_IDLE,
                trust_env=False,
                event_hooks={"request": [_check_request]},
            )
        for request in attempts(delivery, self._sandbox.secret_of(delivery), url, at):
            request.headers.update(_OF_FETCH)
            made.append(await _attempt(self._client, request))
            if 200 <= (made[-1].status or 0) <= 299:
                break
        deliveries = self._sandbox.sent_and_unsent
        if place < len(deliveries) and deliveries[place] is delivery:
            known = self.attempts.setdefault(place, [])
            known += made
            self._sandbox.settle(place, delivery, tuple(one.status for one in made))
        self.version += 1
        return made


_FIRST_HOST = "novabilling.first_host"


async def _check_request(request: httpx.Request) -> None:
    """Let redirects lead to no other machine, and be without the cookies of an app."""
    request.headers.pop("Cookie", None)
    host = request.url.host
    # A request has the extensions of the one that was redirected to it.
    first = request.extensions.setdefault(_FIRST_HOST, host)
    try:
        check_url(str(request.url))
    except ValueError as error:
        raise httpx.RequestError(str(error), request=request) from None
    if host != first and not is_loopback(host):
        raise httpx.RequestError(
            f"the redirect to another machine, {host}, was not followed", request=request
        )


async def _attempt(client: httpx.AsyncClient, request: httpx.Request) -> Attempt:
    start, at = time.perf_counter(), datetime.now(timezone.utc)
    status: Status = None
    try:
        answer = await client.send(request, stream=True, follow_redirects=True)
        status, text = answer.status_code, await _beginning(answer)
    except httpx.HTTPError as error:
        text = f"{type(error).__name__}: {error}"
    return Attempt(
        at,
        str(request.url),
        status,
        round((time.perf_counter() - start) * 1000, 1),
        request.headers["X-Webhook-Signature"],
        request.content.decode(),
        text,
    )


async def _beginning(answer: httpx.Response) -> str:
    """Read no more of an answer than is shown."""
    content = b""
    try:
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) >= ANSWER_SHOWN:
                break
    finally:
        await answer.aclose()
    return content[:ANSWER_SHOWN].decode("utf-8", "replace")
