"""The private version of each page: the same words under an address, a title and an icon that say nothing.

Somebody who picks up a shared phone sees "Notes" in the tab and `/n/k7wq2hzd/` in the history. `codes` makes and reads
the addresses, `rewriting` keeps every link inside, `middleware` applies both to a request.
"""
