"""How much memory finished pages may take (pagecache)."""

from detoxsite import env

#: Bytes, in each web process. 0: no page is kept.
PAGE_CACHE_BYTES = env.whole_number("PAGE_CACHE_MB", 16, 0, 4096) * 1024 * 1024
