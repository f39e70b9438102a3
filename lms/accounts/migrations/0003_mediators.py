"""The group of people who bring others in: they register learners, hand out cards and sign in for them."""

from django.db import migrations

GROUP = "Mediators"


def mediators(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    group, is_new = Group.objects.get_or_create(name=GROUP)
    if not is_new:
        return  # an operator's own choices are kept
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="learnercard"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="register_learners",
        defaults={"name": "Can register learners, hand out cards and sign in for them"},
    )
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_cards"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(mediators, migrations.RunPython.noop)]
