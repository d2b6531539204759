"""JavaScript's values in Python: the numbers, dates and JSON that the server computes with.

Imports nothing of the sandbox.
"""
