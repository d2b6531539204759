from __future__ import annotations

from typing import Any, Callable

import httpx
import pytest

from novabilling import AsyncNovaBilling
from tests.support import BASE_URL, TOKEN


@pytest.fixture
def client_for() -> Callable[..., AsyncNovaBilling]:
    """Make a client that talks to a handler; options replace the defaults."""

    def make(
        handler: Callable[[httpx.Request], httpx.Response], **options: Any
    ) -> AsyncNovaBilling:
        http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
        return AsyncNovaBilling(
            **{"token": TOKEN, "base_url": BASE_URL, "http_client": http, **options}
        )

    return make
