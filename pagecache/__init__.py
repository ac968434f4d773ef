"""Finished pages in memory: rendered and compressed once per change of content, then sent without running Django.

`rules` says which requests may be answered so, `entries` makes a page's bytes for the wire, `cache` keeps them and sees
to it that they are true, `application` is the WSGI program in front of Django, and `wire` answers straight from the
bytes of a request, for our own worker. With Redis, `shared` has pages in common with other processes, by names that
`release` has a part in, and `news` tells them of changes. docs/decisions/0008-page-cache.md has why.
"""
