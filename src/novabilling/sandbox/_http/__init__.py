"""The speech of HTTP: requests, validation, paging, the engine that finds and runs an operation.

May import `_world` and what is below it; knows no operation in particular.
"""
