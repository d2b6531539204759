"""A served sandbox from elsewhere: a client of its control API, a process with one, and commands.

May import nothing of the sandbox: what it knows of it comes over HTTP.
"""
