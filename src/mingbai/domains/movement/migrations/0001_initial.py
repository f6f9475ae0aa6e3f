"""The movement desk begins without a table."""

from django.db import migrations


class Migration(migrations.Migration):
    """Nothing yet; the tables follow."""

    initial = True
    dependencies = [("kernel", "0005_origins")]
