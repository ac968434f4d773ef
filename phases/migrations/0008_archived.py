from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('phases', '0007_helps_with'),
    ]

    operations = [
        # One more choice: the database is left as it is.
        migrations.SeparateDatabaseAndState(state_operations=[
        migrations.AlterField(
            model_name='phase',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('in-review', 'In review'), ('published', 'Published'), ('archived', 'Archived')], db_index=True, default='draft', max_length=10),
        ),
        migrations.AlterField(
            model_name='treatmentoption',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('in-review', 'In review'), ('published', 'Published'), ('archived', 'Archived')], db_index=True, default='draft', max_length=10),
        ),
        ]),
    ]
