"""The site, its languages and the pages every site has; topics and audiences. Keeps what is there; safe to repeat."""

import uuid

from django.conf import settings
from django.db import migrations

from courses.seeds import AUDIENCES, TOPICS

# The same keys on every installation, so that packages and imports agree on them.
HOME_KEY = uuid.UUID("0d4a3a3e-4d0c-5d0f-9c55-f1e1d5c40001")
INDEX_KEY = uuid.UUID("0d4a3a3e-4d0c-5d0f-9c55-f1e1d5c40002")
PAGES = {"zh-hans": ("田间学堂", "课程"), "en": ("Fieldschool", "Courses")}


def _free_path(Page, parent_path):
    """The next path below `parent_path` (treebeard: four letters of base 36 a level)."""
    depth = len(parent_path) // 4 + 1
    last = Page.objects.filter(path__startswith=parent_path, depth=depth).order_by("-path").first()
    number = int(last.path[-4:], 36) + 1 if last else 1
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return parent_path + digits.rjust(4, "0")


def _add(apps, model_name, parent, *, locale, key, title, slug):
    Page = apps.get_model("wagtailcore", "Page")
    model = apps.get_model("courses", model_name)
    known = model.objects.filter(translation_key=key, locale=locale).first()
    if known:
        return known
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="courses", model=model_name.lower()
    )
    page = model.objects.create(
        title=title, draft_title=title, slug=slug, live=True, locale=locale, translation_key=key,
        content_type=content_type, path=_free_path(Page, parent.path), depth=parent.depth + 1, numchild=0,
        url_path=f"{parent.url_path}{slug}/",
    )
    Page.objects.filter(pk=parent.pk).update(numchild=Page.objects.filter(
        path__startswith=parent.path, depth=parent.depth + 1).count())
    return page


def site(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    root = Page.objects.get(depth=1)
    default = settings.LANGUAGE_CODE
    homes = {}
    for language in sorted(PAGES, key=lambda language: language != default):
        locale, _ = Locale.objects.get_or_create(language_code=language)
        home_title, index_title = PAGES[language]
        slug = "home" if language == default else f"home-{language}"
        if Page.objects.filter(depth=2, slug=slug, translation_key=HOME_KEY).count() == 0:
            # Wagtail's own welcome page holds the slug on a new site.
            welcome = Page.objects.filter(
                depth=2, slug=slug, numchild=0, content_type__app_label="wagtailcore", content_type__model="page"
            ).first()
            if welcome:
                Page.objects.filter(pk=welcome.pk).update(slug="welcome", url_path="/welcome/")
        homes[language] = _add(apps, "HomePage", root, locale=locale, key=HOME_KEY, title=home_title, slug=slug)
        _add(apps, "CourseIndexPage", homes[language], locale=locale, key=INDEX_KEY, title=index_title, slug="courses")
    welcome = Page.objects.filter(depth=2, slug="welcome", numchild=0, content_type__model="page").first()
    home = homes[default]
    if welcome:
        Site.objects.filter(root_page=welcome).update(root_page_id=home.pk, site_name="田间学堂")
        welcome.delete()
        Page.objects.filter(pk=root.pk).update(numchild=Page.objects.filter(depth=2).count())
    if not Site.objects.exists():
        Site.objects.create(hostname="localhost", root_page_id=home.pk, is_default_site=True, site_name="田间学堂")


def seeds(apps, schema_editor):
    Topic, Audience = apps.get_model("courses", "Topic"), apps.get_model("courses", "Audience")
    for position, (slug, zh, en, icon, below) in enumerate(TOPICS):
        topic, _ = Topic.objects.get_or_create(
            slug=slug, defaults={"title_zh": zh, "title_en": en, "icon": icon, "position": position}
        )
        for place, (slug_below, zh_below, en_below, icon_below) in enumerate(below):
            Topic.objects.get_or_create(
                slug=slug_below,
                defaults={"title_zh": zh_below, "title_en": en_below, "icon": icon_below, "position": place, "parent": topic},
            )
    for position, (slug, zh, en) in enumerate(AUDIENCES):
        Audience.objects.get_or_create(slug=slug, defaults={"title_zh": zh, "title_en": en, "position": position})


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(site, migrations.RunPython.noop),
        migrations.RunPython(seeds, migrations.RunPython.noop),
    ]
