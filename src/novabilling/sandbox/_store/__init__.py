"""Tables of rows in memory, as the server's ORM and PostgreSQL keep them, and the clock.

May import `_javascript` and `_errors`.
"""
