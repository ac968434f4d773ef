"""The site's settings, but for the patience with a locked database: a test need not wait for twenty seconds."""

from detoxsite.settings import *  # noqa: F403
from detoxsite.settings import DATABASES
from storage.sqlite import base

DATABASES["default"]["OPTIONS"]["timeout"] = 3
base.FAST_FAIL_SECONDS = 30  # one request: a busy machine inspects a file for seconds between two writes
