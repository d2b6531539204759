"""One iterator over all rows, in the hands of several tasks or threads."""

from __future__ import annotations

import threading
from typing import List

import anyio
import pytest

from novabilling.sandbox import Sandbox

PAGES, ROWS = 3, 250


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox()
    with sandbox.client() as client:
        for n in range(ROWS):
            client.taxes.create(name="VAT", code=f"vat_{n}", rate=5)
    sandbox.latency = 0.002
    return sandbox


@pytest.mark.anyio
async def test_tasks_that_share_the_rows_get_each_of_them_once(sandbox):
    client, codes, pages = sandbox.async_client(), [], []
    client.on_attempt(pages.append)
    rows = client.taxes.iter()

    async def work() -> None:
        async for tax in rows:
            codes.append(tax.code)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(work)

    assert sorted(codes) == sorted(f"vat_{n}" for n in range(ROWS))
    assert len(pages) == PAGES


def test_threads_that_share_the_rows_get_each_of_them_once(sandbox):
    codes: List[str] = []
    pages: List[object] = []
    client = sandbox.client()
    client.on_attempt(pages.append)
    rows = client.taxes.iter()
    threads = [
        threading.Thread(target=lambda: codes.extend(tax.code for tax in rows)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == sorted(f"vat_{n}" for n in range(ROWS))
    assert len(pages) == PAGES
