"""The words of new stories wait in the index's list and are sorted in together: an archive comes in several times as fast."""

from django.db import migrations

from broadsheet.site.fulltext import TABLE


def set_fastupdate(value):
    def alter(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER INDEX {TABLE}_vector SET (fastupdate = {value})")

    return alter


class Migration(migrations.Migration):
    dependencies = [("site", "0002_fulltext")]

    operations = [migrations.RunPython(set_fastupdate("on"), set_fastupdate("off"))]
