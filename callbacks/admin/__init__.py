"""The staff pages: queue.py lists, request_page.py shows, action_views.py acts. What is read is recorded first."""

from callbacks.admin import queue, records
