"""What single resources do beyond the common way, as pure functions, in modules named after them.

May import `_call`, `types`, `_words` and `_runtime`; used by the resources of both colours.
"""
