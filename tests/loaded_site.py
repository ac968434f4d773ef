"""The site, loaded once for all processes that are forked from this one (tests/forks.py)."""

import importlib
import os
import warnings

import django
from django.conf import settings
from django.db import connections
from django.test import override_settings

from detoxsite import settings as module

django.setup()
importlib.import_module("detoxsite.urls")

#: Read too while the site is loaded, but `follow_environment` leaves nothing of it.
READ_AGAIN = {"DATABASES", "LOCALE_PATHS", "LOGGING"}


def follow_environment() -> bool:
    """Read the settings again from the environment. Return False if the site was loaded with some that differ now."""
    if os.environ.get("DJANGO_SETTINGS_MODULE", module.__name__) != module.__name__:
        return False
    for name in [name for name in vars(module) if name.isupper()]:
        delattr(module, name)  # some are set in certain environments only
    try:
        importlib.reload(module)
    except Exception:  # an ordinary start reports it
        return False
    ours = {name: value for name, value in vars(module).items() if name.isupper()}
    # Django keeps each setting that was read as an attribute.
    if any(ours.get(name, value) != value for name, value in vars(settings).items() if name not in READ_AGAIN):
        return False
    del ours["INSTALLED_APPS"]  # else they are loaded again
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of DATABASES: nothing is connected yet
        override_settings(**ours).enable()
    del connections.settings
    connections.__init__()
    return True
