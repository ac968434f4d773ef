"""The client address that rate limits count by: one for each household."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the sender's IPv4 address, or the /64 network of an IPv6 one, which is what a household gets.

    With settings.PROXY_HOPS trusted proxies in front, it is the entry of X-Forwarded-For that the outermost of them
    wrote; entries to the left of it may be forged. A malformed entry counts as the proxy's own address.
    """
    meta = request.META
    return sender(meta.get("HTTP_X_FORWARDED_FOR", ""), meta.get("REMOTE_ADDR", ""), settings.PROXY_HOPS)


def sender(forwarded: str, peer: str, hops: int) -> str:
    """Return the same address before there is a request, from X-Forwarded-For and the connection's `peer`."""
    entries = forwarded.split(",") if hops else []
    claimed = entries[-hops] if len(entries) >= hops > 0 else ""
    return _bucket(claimed) or _bucket(peer) or UNKNOWN


def _bucket(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))
