"""Keep the books for days: customers by the API key, keys and webhook of the tenant by a login.

The operations of the tenant take a login token, which lasts an hour; all others take the API key.
One client has both, and its session renews the token as long as the program runs. Here three days
pass at once, in a sandbox:

    python examples/back_office.py
"""

from __future__ import annotations

from typing import List

from novabilling import LoginSession, NovaBilling
from novabilling.sandbox import Sandbox
from novabilling.types import TokenPair

HOOK = "https://shop.example.com/webhooks/novabilling"
SANDBOX = Sandbox(seed="back office")
RENEWED: List[TokenPair] = []


def main() -> None:
    # A real one: NovaBilling(token="sk_live_...", login=LoginSession(email=..., password=...))
    session = LoginSession(
        email="owner@example.com",
        password="sandbox-password",  # noqa: S106  # of every sandbox
        on_change=RENEWED.append,
    )
    with SANDBOX.client(login=session, deadline=30) as client:
        for day in (1, 2, 3):
            for hour in range(24):
                sign_up(client, f"day {day}, hour {hour}")
                SANDBOX.advance(hours=1)
            audit(client, day)
    print(f"tokens: {RENEWED[0]}" if RENEWED else "no tokens")
    print("renewed every hour:", 60 <= len(RENEWED) <= 90)


def sign_up(client: NovaBilling, name: str) -> None:
    """Add a customer: this goes by the API key."""
    external_id = name.replace(" ", "_").replace(",", "")
    client.customers.create(external_id=external_id, email="a@example.com", currency="NGN")
    ensure_webhook(client)


def ensure_webhook(client: NovaBilling) -> None:
    """Set the webhook if somebody has removed it: this goes by the login."""
    if not client.webhooks.list().data:
        client.webhooks.create(url=HOOK, events=["*"])
        print(f"webhook set: {HOOK}")


def audit(client: NovaBilling, day: int) -> None:
    """Give each day a key of its own and delete that of the day before: by the login."""
    for key in client.api_keys.list().data:
        client.api_keys.delete(key.id)
    client.api_keys.create(name=f"day {day}", scopes=[])
    usage = client.tenants.get_usage().data
    names = [key.name for key in client.api_keys.list()]
    print(f"day {day}: {usage.customers} customers, keys: {', '.join(names)}")


if __name__ == "__main__":
    main()
