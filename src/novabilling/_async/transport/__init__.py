"""What moves bytes for the calls of a client: pool, slots, connection, the ways to send.

May import `_call`, `_network` and `_runtime`; knows no resource, word or type of the API.
"""
