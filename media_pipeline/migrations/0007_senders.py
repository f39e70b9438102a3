from typing import Any

from django.conf import settings
from django.db import migrations, models


def keep_who_sent(apps: Any, schema_editor: Any) -> None:
    Asset = apps.get_model("media_pipeline", "Asset")
    Sent = Asset.senders.through
    known = Asset.objects.exclude(uploaded_by=None).values_list("pk", "uploaded_by_id")
    Sent.objects.bulk_create((Sent(asset_id=asset, user_id=person) for asset, person in known), batch_size=500)


def back_to_the_first(apps: Any, schema_editor: Any) -> None:
    Asset = apps.get_model("media_pipeline", "Asset")
    for sent in Asset.senders.through.objects.order_by("-pk"):
        Asset.objects.filter(pk=sent.asset_id).update(uploaded_by_id=sent.user_id)


class Migration(migrations.Migration):
    dependencies = [
        ("media_pipeline", "0006_asset_fitted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="senders",
            field=models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(keep_who_sent, back_to_the_first),
        migrations.RemoveField(model_name="asset", name="uploaded_by"),
    ]
