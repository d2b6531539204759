"""What the server does with money: invoices, usage, wallets, renewals, checkout, analytics.

May import `_world` and what is below it; knows no request.
"""
