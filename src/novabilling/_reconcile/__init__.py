"""Whether a write was carried out whose answer is unknown: evidence, records, judgements; no I/O.

It imports `types` and what is below, and it asks for nothing itself: `_async/reconciler.py` does.
"""
