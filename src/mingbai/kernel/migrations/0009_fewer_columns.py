"""What concerns a person stands in their row: their key, and the act that wrote them down; a private value's id says the rest."""

from django.db import migrations, models

KEYS_INTO_ROWS = """
UPDATE kernel_person SET key_wrapped =
    (SELECT wrapped FROM kernel_personkey WHERE kernel_personkey.person_id = kernel_person.id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0008_fewer_indexes'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='privatevalue',
            name='entry',
        ),
        migrations.RemoveField(
            model_name='privatevalue',
            name='field',
        ),
        migrations.AddField(
            model_name='person',
            name='recorded_in',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='person',
            name='key_wrapped',
            field=models.BinaryField(null=True),
        ),
        migrations.RunSQL(KEYS_INTO_ROWS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='person',
            name='initials',
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.DeleteModel(
            name='PersonKey',
        ),
    ]
