import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media_pipeline", "0001_initial")]

    operations = [
        # What is there already counts as uploaded now: it is kept two days more.
        migrations.AddField(
            model_name="asset",
            name="wanted_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]
