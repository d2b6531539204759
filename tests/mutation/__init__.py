"""Mutation testing: wrong code, on purpose, that the tests have to notice; see `__main__.py`."""
