"""Our own full-text index. Entries are made anew by the sweeper: an index holds nothing that isn't elsewhere."""

from django.db import migrations, models

from broadsheet.site.fulltext import POSTGRESQL, SQLITE, TABLE


def empty(apps, schema_editor):
    apps.get_model("site", "SearchEntry").objects.all().delete()


def make_index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = [f"DROP TRIGGER {TABLE}_follows", f"DROP TABLE {TABLE}"]
    else:
        statements = [
            f"DROP TABLE {TABLE}",
            f"DROP FUNCTION {TABLE}_follow CASCADE",
            f"DROP FUNCTION {TABLE}_empty CASCADE",
        ]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("site", "0001_initial")]

    operations = [
        migrations.RunPython(empty, migrations.RunPython.noop),
        migrations.RemoveIndex("searchentry", "search_newest"),
        migrations.RemoveField("searchentry", "words"),
        migrations.RemoveField("searchentry", "headline_folded"),
        migrations.RemoveField("searchentry", "words_folded"),
        migrations.AddField(
            "searchentry", "place", models.BigIntegerField(unique=True, default=0), preserve_default=False
        ),
        migrations.RunPython(make_index, drop_index),
    ]
