"""The group of people who make courses: courses and lessons, pictures, documents; no settings, no users."""

from django.db import migrations

GROUP = "Trainers"
PAGE = ["add_page", "change_page", "publish_page"]
FILES = {"wagtailimages.image": ["add_image", "change_image", "choose_image"],
         "wagtaildocs.document": ["add_document", "change_document", "choose_document"]}  # fmt: skip


def _permission(apps, model, codename):
    app_label, name = model.split(".")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app_label, model=name)
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": codename.replace("_", " ").capitalize()}
    )
    return permission


def trainers(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    if Group.objects.filter(name=GROUP).exists():
        return  # an operator's own choices are kept
    group = Group.objects.create(name=GROUP)
    group.permissions.add(
        _permission(apps, "wagtailadmin.admin", "access_admin"),
        _permission(apps, "simple_translation.simpletranslation", "submit_translation"),
    )
    PagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    for page in apps.get_model("courses", "CourseIndexPage").objects.all():
        for codename in PAGE:
            PagePermission.objects.get_or_create(
                group=group, page_id=page.pk, permission=_permission(apps, "wagtailcore.page", codename)
            )
    root = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    CollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for model, codenames in FILES.items():
        for codename in codenames:
            CollectionPermission.objects.get_or_create(
                group=group, collection=root, permission=_permission(apps, model, codename)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0003_catalogue_records"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("simple_translation", "0001_initial"),
    ]
    operations = [migrations.RunPython(trainers, migrations.RunPython.noop)]
