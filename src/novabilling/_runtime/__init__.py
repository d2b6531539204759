"""What Python does differently where it runs: loops, threads, forks, lazy imports, masks.

Imports nothing of this package.
"""
