"""What goes over a connection and what comes back: byte streams, TLS, time limits, files.

May import `_runtime`; knows no call.
"""
