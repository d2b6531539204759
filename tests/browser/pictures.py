"""Takes the pictures of docs/sandbox-server.md: `python -m tests.browser.pictures`."""

from __future__ import annotations

import base64
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from novabilling import NovaBilling, NovaBillingError
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxServer
from tests.browser.conftest import PHONE, Browser, _chromium
from tests.pages import DOCS
from tests.sandbox.serving import app, serve

PLACE = DOCS / "pictures"
WINDOW = (1140, 700)
SMALL = (PHONE[0], 700)


def live(server: SandboxServer) -> None:
    """Let an app live through a month, and through an outage."""
    client = NovaBilling(token=server.token, base_url=server.url, max_retries=0)
    plan = client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 15000}],
    ).data
    customer = client.customers.create(
        external_id="usr_1", email="ada@example.com", name="Ada Obi", currency="NGN"
    ).data
    client.subscriptions.create(customer_id=customer.id, plan_id=plan.id, currency="NGN")
    server.advance_period()
    invoice = client.invoices.list().data[0].id
    server.fail_next(503)
    for _ in range(2):
        with suppress(NovaBillingError):
            client.invoices.mark_paid(invoice, payment_method="bank_transfer")
    with suppress(NovaBillingError):
        client.customers.get("cus_none")
    server.drop_next()
    with suppress(NovaBillingError):
        client.payments.list()
    client.payments.list()
    server.wait_for_deliveries()
    client.close()


def take(browser: Browser, name: str, view: str, server: SandboxServer) -> None:
    browser.driver.get("about:blank")
    browser.driver.get(f"{server.url}/_sandbox/#/{view}")
    time.sleep(1.5)  # until nothing moves any more
    shot = browser.driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "webp", "quality": 36}
    )
    (PLACE / f"sandbox-{name}.webp").write_bytes(base64.b64decode(shot["data"]))


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    with app() as shop, serve(ServedSandbox(seed="pictures")) as server, _chromium(
        Path(tempfile.mkdtemp())
    ) as driver:
        shop.statuses = [204, 204, 204, 500, 204]
        server.forward(shop.url)
        live(server)
        paid = server.requests(text="mark-paid", status="201")[0]["id"]
        refused = server.deliveries()[-4]["id"]
        browser = Browser(driver)
        browser.look(WINDOW)
        take(browser, "requests", f"requests/{paid}", server)
        take(browser, "data", "data/invoice", server)
        browser.look(WINDOW, dark=True)
        take(browser, "webhooks", f"webhooks/{refused}", server)
        browser.look(SMALL)
        take(browser, "phone", "requests", server)
        browser.look(SMALL, dark=True)
        take(browser, "phone-dark", "time", server)


if __name__ == "__main__":
    main()
