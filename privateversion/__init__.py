"""The private version of each page: the same text under a neutral address, title and icon.

Someone who picks up a shared phone sees "Notes" in the tab and `/n/k7wq2hzd/` in the history. `codes` makes and reads
the addresses, `rewriting` keeps every link inside, `middleware` applies both to a request.
"""
