"""The roles of staff: groups, which `migrate` creates and completes."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions

_CONTENT = """
articles.article articles.topic editorial.clinic editorial.glossaryterm editorial.helpline editorial.oldaddress
editorial.openingtime editorial.source editorial.specialday phases.phase phases.symptom phases.treatmentoption
translations.translation
""".split()
_INTAKE = ["callbacks.view_callbackrequest", "callbacks.work_callbackrequest"]


def _content(*actions: str) -> list[str]:
    return [name.replace(".", f".{action}_") for name in _CONTENT for action in actions]


_EDITING = [
    *_content("view", "add", "change", "delete"),
    *(f"editorial.{action}_picture" for action in ("view", "add", "change")),
    *(f"editorial.{action}_pagereport" for action in ("view", "change", "delete")),
]

#: The permissions of each role, as "app.codename"; docs/roles.md explains them. Administrators are superusers, as
#: somebody who may manage users can take any right.
ROLES: dict[str, list[str]] = {
    "Editors": _EDITING,
    "Publishers": [*_EDITING, "editorial.publish_page"],
    "Medical reviewers": [*_content("view"), "editorial.sign_page"],
    "Intake": _INTAKE,
    "Intake leads": [
        *_INTAKE,
        "callbacks.export_callbackrequest",
        "callbacks.delete_callbackrequest",
        "callbacks.download_original",
        "callbacks.view_accessrecord",
        "callbacks.view_erasure",
        "callbacks.view_callcount",
    ],
}


def complete(apps=current_apps, using: str = "default") -> None:
    """Give each role those of its permissions that exist, and take none away."""
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    for role, names in ROLES.items():
        group, _ = group_model.objects.using(using).get_or_create(name=role)
        for name in names:
            app, codename = name.split(".")
            found = permission_model.objects.using(using).filter(content_type__app_label=app, codename=codename)
            group.permissions.add(*found)


def after_migrate(sender, using: str = "default", apps=current_apps, **kwargs) -> None:
    """Complete the roles after `migrate`. Permissions are created app by app, so create those of other apps first."""
    try:
        apps.get_model("auth", "Group")
    except LookupError:
        return  # only some apps were migrated
    for label in sorted({name.split(".")[0] for names in ROLES.values() for name in names}):
        create_permissions(current_apps.get_app_config(label), verbosity=0, using=using, apps=apps)
    complete(apps, using)
