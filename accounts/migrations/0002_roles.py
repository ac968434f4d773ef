"""Editors published until now: each of them goes on as a publisher too. `migrate` gives the role its rights."""

from django.db import migrations


def keep_their_right(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    editors = group.filter(name="Editors").first()
    if editors and not group.filter(name="Publishers").exists():
        group.create(name="Publishers").user_set.add(*editors.user_set.all())


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(keep_their_right, migrations.RunPython.noop)]
