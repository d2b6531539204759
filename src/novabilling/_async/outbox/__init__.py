"""The outbox of one colour: what sends, and what its users hold.

May import `_outbox` and what the client imports; is imported by `novabilling.outbox` alone.
"""
