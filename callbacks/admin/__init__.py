"""The staff's side of the private wing. Whatever staff read here is written down before it is shown.

queue.py is the list, request_page.py one request, actions.py what its buttons do; the rest is named by what it gives.
"""

from callbacks.admin import queue, records

__all__ = ["queue", "records"]
