"""Python as it runs: event loops and threads, forks, lazily loaded httpx, masks for secrets.

Imports nothing of this package.
"""
