"""The site's settings, but for the patience with a locked database: a test need not wait for twenty seconds."""

from detoxsite.settings import *  # noqa: F403
from detoxsite.settings import DATABASES

DATABASES["default"]["OPTIONS"]["timeout"] = 2
