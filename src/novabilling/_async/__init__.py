"""One colour of the client; `build_sync.py` writes `_sync` from `_async` by replacing names.

May import every private room below, and `webhooks`; nothing imports it but what stands on a client.
"""
