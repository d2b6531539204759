"""The speech of HTTP: requests, validation, paging, the table of operations, the engine.

May import `_world` and what is below it; what an operation does stands in `routes`.
"""
