"""The page that says what we keep: true of the database as it is, and of the settings that rule how long."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import BinaryField

from operations import what_we_keep
from tests.callbacks.helpers import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_backend]
SAID = {"RETENTION_DAYS": 17, "BACKUP_DAYS": 41, "STAFF_SESSION_HOURS": 3}


def test_every_column_of_the_database_is_named(client):
    shown = client.get("/what-we-keep/").content.decode()
    named = dict(re.findall(r"<strong>(\w+\.\w+)</strong>: ([\w ]+)</p>", shown))
    real = {
        model._meta.label: " ".join(field.name for field in model._meta.concrete_fields)
        for model in apps.get_models(include_auto_created=True)
    }
    assert {label: sorted(names.split()) for label, names in named.items()} == {
        label: sorted(names.split()) for label, names in real.items()
    }


def test_what_is_about_somebody_is_named_by_hand():
    """The columns of the guide's own tables are read from its models: none may be about a person or sealed."""
    for label, _names in what_we_keep.tables()["guide"]:
        for field in apps.get_model(label)._meta.concrete_fields:
            assert field.related_model is not User and not isinstance(field, BinaryField), (label, field.name)


@pytest.mark.parametrize(
    ("path", "days", "hours"), [("/what-we-keep/", "days", "hours"), ("/es/lo-que-guardamos/", "días", "horas")]
)
def test_periods_are_those_of_the_settings(client, settings, path, days, hours):
    for name, value in SAID.items():
        setattr(settings, name, value)
    page = text_of(client.get(path))
    for period in (17, 7, 28, 30, 41, 41 + 7, 3):
        assert f"{period} {days}" in page, period
    assert f"3 {hours}" in page
