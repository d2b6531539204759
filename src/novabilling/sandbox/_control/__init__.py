"""The control API and the page, under `/_sandbox/`: their operations, and who may use them.

May import everything of the sandbox below it; a sandbox in a process loads none of it.
"""
