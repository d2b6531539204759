"""Below HTTP, in both colours: sockets, TLS, time limits, proxies, content coding, files.

May import `_runtime`; knows no call and no word of the API.
"""
