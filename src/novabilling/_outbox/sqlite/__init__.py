"""The store on a disk of this machine: databases of SQLite in a folder, and who may touch them.

Imports `_outbox` and the rooms below.
"""
