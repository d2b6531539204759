"""The life of one call, without I/O: its attempts, their ends, retries, redirects, errors, hooks.

May import `types`, `_words`, `_network`, `_runtime` and `_version`.
"""
