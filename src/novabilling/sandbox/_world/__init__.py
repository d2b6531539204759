"""Everything one server holds: tenants, tokens, files, deliveries, faults, limits.

May import `_store`, `_javascript` and `_errors`.
"""
