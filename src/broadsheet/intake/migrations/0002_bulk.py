"""Items know pages of every kind, and of what was landed a digest instead of the whole."""

import django.db.models.deletion
from django.db import migrations, models


def to_digests(apps, schema_editor):
    from broadsheet.intake.values import digest_of

    items = apps.get_model("intake", "ImportItem").objects.all()
    for item in items.iterator(chunk_size=500):
        item.landed = {name: digest_of(name, value) for name, value in item.landed.items()}
        item.save(update_fields=["landed"])


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0001_initial"),
        ("pictures", "__first__"),
        ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field"),
    ]

    operations = [
        migrations.RenameField("importitem", "story", "page"),
        migrations.AlterField(
            "importitem",
            "page",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="import_items",
                to="wagtailcore.page",
            ),
        ),
        migrations.AddField("importitem", "has_gaps", models.BooleanField(default=False)),
        migrations.AlterField("importitem", "landed", models.JSONField(default=dict)),
        migrations.RunPython(to_digests, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ImportPicture",
            fields=[
                ("address_digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                (
                    "picture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="pictures.picture"
                    ),
                ),
            ],
        ),
    ]
