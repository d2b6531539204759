"""A store of a table in PostgreSQL, which any number of processes and machines share.

Imports `_outbox` and the rooms below, and psycopg when a store is made.
"""
