"""A sandbox that is served: what its control API needs beyond that of any sandbox.

May import everything of the sandbox below it; a sandbox in a process loads none of it.
"""
