"""The tokens of a login: what they say of themselves, and who renews them when.

Nothing here waits or sends. It may import `types`, `_words` and `_runtime`.
"""
