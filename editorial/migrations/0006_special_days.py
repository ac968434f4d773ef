import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('editorial', '0005_content_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='listed_days',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[  # the help text only: there is nothing to change in the database
                migrations.AlterField(
                    model_name='clinic',
                    name='call_within_hours',
                    field=models.PositiveSmallIntegerField(default=8, help_text='Opening hours within which you promise to call back. People are told a time only if opening times are listed below. Nobody is told a time later than two working days, or the first day on which you can reach them.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(80)], verbose_name='call back within'),
                ),
            ],
        ),
        migrations.CreateModel(
            name='SpecialDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='date')),
                ('opens', models.TimeField(blank=True, help_text='Leave both times empty if you are closed all day.', null=True)),
                ('closes', models.TimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='special_days', to='editorial.clinic')),
            ],
            options={
                'verbose_name': 'closed day or day with other hours',
                'verbose_name_plural': 'closed days and days with other hours',
                'ordering': ['day'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closes', None), ('opens', None)), models.Q(('closes__isnull', False), ('opens__isnull', False), ('opens__lt', models.F('closes'))), _connector='OR'), name='special_day_closed_or_open', violation_error_message='Give both times, the earlier one first; or none, if you are closed all day.'), models.UniqueConstraint(fields=('clinic', 'day'), name='special_day_once', violation_error_message='This date is listed already.')],
            },
        ),
    ]
