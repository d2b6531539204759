"""What an outbox does without waiting: its store on the disk, its locks, its rules and its plans.

It imports `_resources` and the rooms below. What waits for the network is in `_async/outbox`.
"""
