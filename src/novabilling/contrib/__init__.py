"""Adapters of web frameworks, one module each: `fastapi`, `flask`, `django`.

A framework is imported with its module, never before.
"""
