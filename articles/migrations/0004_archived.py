from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0003_search_words'),
    ]

    operations = [
        # One more choice: the database is left as it is.
        migrations.SeparateDatabaseAndState(state_operations=[
        migrations.AlterField(
            model_name='article',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('in-review', 'In review'), ('published', 'Published'), ('archived', 'Archived')], db_index=True, default='draft', max_length=10),
        ),
        ]),
    ]
