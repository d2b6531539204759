"""The two vocabularies, the user's and the server's: names, words, checks of arguments, JSON.

May import `_runtime`; knows no method, header or status of HTTP.
"""
