"""Requests that this version has no resource for, as `client.request` sends them."""

from __future__ import annotations

from typing import Any

from .._call.call import Call
from .._call.free_requests import decoding, needs_of
from .._call.free_requests import free_call as free_call
from ..types._common import Response
from .resource import AsyncResource


class AsyncFreeRequests(AsyncResource):
    """What this version has no resource for."""

    async def send(self, of: Any, call: Call) -> Response[Any]:
        """Send a call that was made for it, and read its answer as a type."""
        decode = decoding(of, self._caller.config.server.root)
        caller = self._caller.with_needs(needs_of(call.route.path))
        with caller.watch(call) as watched:
            answer = await caller.send(watched)
            return Response(self._read(watched, answer, decode), answer)
