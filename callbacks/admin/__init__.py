"""The staff pages. Everything that staff read is recorded in the access log before it is shown.

queue.py is the list, request_page.py one request, action_views.py its buttons.
"""

from callbacks.admin import queue, records
