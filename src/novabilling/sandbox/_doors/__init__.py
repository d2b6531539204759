"""The ways into a sandbox and out of it: its clients, ASGI, deliveries to an application.

May import everything of the sandbox.
"""
