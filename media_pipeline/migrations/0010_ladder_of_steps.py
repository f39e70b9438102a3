"""Steps say which ladder planned what they made: the first, but that sound alone had nothing for devices without Opus."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def say(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    steps = apps.get_model("media_pipeline", "Step").objects.filter(state="done")
    steps.exclude(kind="plain", asset__content="audio").update(ladder=1)


class Migration(migrations.Migration):
    dependencies = [("media_pipeline", "0009_storyboard")]
    operations = [
        migrations.AddField("step", "ladder", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(say, migrations.RunPython.noop),
    ]
