from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('syndication', '0009_partners_key'),
    ]

    operations = [
        migrations.RemoveField(model_name='partner', name='topics'),
        migrations.AddField(
            model_name='partner',
            name='topics',
            field=models.TextField(blank=True, default='', help_text='As they stand in addresses, with commas; empty: any.', verbose_name='topics'),
            preserve_default=False,
        ),
    ]
