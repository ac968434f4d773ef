"""Fallback pages without templates, style sheets or the database. Each has the numbers to call."""

from editorial.pages.page_context import FALLBACK_CLINIC


def _page(title: str, words: str) -> str:
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><h1>{title}</h1><p>{words}</p>
<ul><li>In danger now: <a href="tel:911">911</a><li>In crisis: call or text <a href="tel:988">988</a>
<li>Find care, day or night: <a href="tel:+18006624357">1-800-662-4357</a>
<li>{FALLBACK_CLINIC.name}: <a href="tel:{FALLBACK_CLINIC.tel}">{FALLBACK_CLINIC.phone}</a></ul>
<p lang="es">Espere un momento e intente otra vez, o llame: 911, o 988 y oprima 2.</p></html>"""


ERROR_PAGE = _page("Something broke on our side", "It is not your fault. Wait a minute and try again, or call.")


#: Shown while the site moves to other machines (operations/read_only.py).
READ_ONLY_PAGE = _page(
    "We are moving to another computer",
    "For a few minutes nothing new can be saved, so what you just sent was not kept. All that was sent before is safe. "
    "Go back and try again in a few minutes, or call.",
)

_BUSY_PAGE = _page("Too many people are asking right now", "Wait 5 seconds and try again, or call.")
_BUSY_LINES = (
    "HTTP/1.1 503 Service Unavailable",
    "Content-Type: text/html; charset=utf-8",
    f"Content-Length: {len(_BUSY_PAGE.encode())}",
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Cache-Control: no-store",
    "Retry-After: 5",
    "Connection: close",
    "",
    _BUSY_PAGE,
)
#: The server's response when a lane is full: server.lanes.
BUSY_RESPONSE = "\r\n".join(_BUSY_LINES).encode()
