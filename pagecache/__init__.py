"""An in-memory LRU cache of rendered pages, in front of Django, emptied when content changes.

`rules` decides what may be cached, `entries` holds a page in each encoding, `cache` all pages of one process,
`application` is the WSGI application, `wire` responds to raw bytes. See docs/decisions/0008-page-cache.md.
"""
