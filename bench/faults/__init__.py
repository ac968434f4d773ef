"""Faults that a night may bring, each as a script of its own: nothing that was acknowledged may be lost.

`.venv/bin/python -m bench.faults` runs all of them and prints one table; each also runs alone, for instance
`.venv/bin/python -m bench.faults.kills`. They start what they need on this machine and stop it again.
"""
