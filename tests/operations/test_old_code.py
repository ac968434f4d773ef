"""While a new version is rolled out, hosts with the old one serve on the migrated database; no migration may break it.

So what is new since BASELINE only adds. What old code reads or writes is taken away a release later, when no host runs
that code any more; then BASELINE moves on and the migration is below it (docs/decisions/0009).
"""

import json

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone

from articles.models import Article
from editorial.models import PageNotice
from editorial.workflow import notices
from tests.factories import make_article, make_staff

#: The newest migration of each app in the release before this one.
BASELINE = {
    "accounts": "0001_initial",
    "articles": "0001_initial",
    "callbacks": "0004_withdrawn_at",
    "detoxsite": "0001_scheduled_jobs",
    "editorial": "0004_listed_hours",
    "limits": "0001_initial",
    "phases": "0002_compare_and_areas",
    "search": "0002_fts",
    "translations": "0001_translation",
}
TABLE = "django_tasks_database_dbtaskresult"
BREAKS_OLD_CODE = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.AlterUniqueTogether,
    migrations.AddConstraint,
    migrations.RunSQL,
)


def breaking(operation) -> str:
    """Why old code would not survive it, or nothing."""
    name = type(operation).__name__
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return "; ".join(filter(None, map(breaking, operation.database_operations)))
    if isinstance(operation, BREAKS_OLD_CODE):
        return f"{name} takes away or forbids what old code does"
    if isinstance(operation, migrations.AddField):
        field = operation.field
        if not field.null and field.db_default is NOT_PROVIDED and not field.many_to_many:
            return f"{operation.name} needs null=True or db_default: old code writes rows without it"
    if isinstance(operation, migrations.AlterField) and not operation.field.null:
        return f"{operation.name} may forbid what old code writes; widen it, or wait for the next release"
    return ""


def newer() -> dict[str, list[str]]:
    """For each migration since the baseline, what is wrong with it."""
    disk = MigrationLoader(None).disk_migrations
    ours = {config.label for config in apps.get_app_configs() if config.label in BASELINE}
    return {
        f"{app}.{name}": [why for why in map(breaking, migration.operations) if why]
        for (app, name), migration in disk.items()
        if app in ours and name > BASELINE[app]
    }


def test_migrations_since_the_last_release_leave_old_code_working():
    assert {name: wrong for name, wrong in newer().items() if wrong} == {}


def test_every_app_with_migrations_has_a_baseline():
    disk = {app for app, _ in MigrationLoader(None).disk_migrations}
    rooms = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert disk & rooms == set(BASELINE)
    assert all((app, name) in MigrationLoader(None).disk_migrations for app, name in BASELINE.items())


@pytest.mark.parametrize(
    ("operation", "survives"),
    [
        (migrations.AddField("page", "note", models.TextField(null=True)), True),
        (migrations.AddField("page", "note", models.TextField(db_default="")), True),
        (migrations.AddField("page", "note", models.TextField(default="")), False),  # Django drops it in the database
        (migrations.AddField("page", "topics", models.ManyToManyField("topic")), True),
        (migrations.AlterField("page", "note", models.TextField(null=True)), True),
        (migrations.AlterField("page", "note", models.CharField(max_length=5)), False),
        (migrations.RemoveField("page", "note"), False),
        (migrations.RenameField("page", "note", "remark"), False),
        (migrations.SeparateDatabaseAndState([migrations.DeleteModel("page")]), False),
        (migrations.SeparateDatabaseAndState([], [migrations.DeleteModel("page")]), True),
    ],
)
def test_migration_that_old_code_would_not_survive_is_found(operation, survives):
    assert (breaking(operation) == "") is survives


@pytest.mark.django_db
def test_mail_queued_by_the_release_before_is_sent():
    """Also by a host that serves on after the migration. The table is of a package that is gone."""
    user, article = make_staff("ed"), make_article()
    queued = [
        ("editorial.notices.send", "READY", ["published", "articles.article", article.pk, user.pk]),
        ("editorial.workflow.notices.send", "READY", ["signed", "articles.article", article.pk, user.pk, 3]),
        ("editorial.notices.send", "READY", ["signed", "articles.article", article.pk, user.pk + 1]),
        ("editorial.notices.send", "SUCCESSFUL", ["archived", "articles.article", article.pk, user.pk]),
        ("editorial.notices.send", "RUNNING", ["archived", "articles.article", article.pk, user.pk]),
        ("callbacks.notices.tell_staff", "READY", ["a-request"]),
    ]
    arguments_type = "jsonb" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (task_path text, status text, args_kwargs {arguments_type})")
        for path, status, arguments in queued:
            row = [path, status, json.dumps({"args": arguments, "kwargs": {}})]
            cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, %s)", row)
        notices.send_due(timezone.now())
        cursor.execute(f"SELECT status FROM {TABLE}")
        assert cursor.fetchall() == [("RUNNING",)]
    assert [(notice.event, notice.page_type.model_class()) for notice in PageNotice.objects.all()] == [
        ("published", Article),
        ("signed", Article),
    ]
