"""One colour of the client; `build_sync.py` writes `_sync` from `_async` by replacing names.

May import every room below; is imported by what stands on a client, and lazily by the package.
"""
