"""Results and request structs as plain data: dicts, JSON, and schemas for the libraries that ask.

May import `_runtime`; pydantic is imported here where it asks for a schema, and nowhere else.
"""
