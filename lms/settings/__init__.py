"""Django's settings: what the product decides. What an operator decides comes from `environment`."""

from datetime import timedelta
from urllib.parse import urlsplit

from lms.core import critical
from lms.settings import environment, languages, storing

ENV = environment.read()
BASE_DIR = environment.BASE_DIR
DATA_DIR = ENV.data_dir

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = ENV.allowed_hosts
PUBLIC_URL = ENV.public_url
_SECURE = PUBLIC_URL.startswith("https://")

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": ENV.database}
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "lms.core",
    "lms.accounts",
    "axes",
    "media_pipeline",
    "courses",
    "lms.schools",
    "lms.records",
    "lms.reach",
    "search",
    "lms.offline",
    "lms.backup",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "lms.core.middleware.HeardOutMiddleware",
    "lms.core.proxies.TrustedProxiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.core.pages.KeptPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "lms.core.middleware.EditorPolicyMiddleware",
    "lms.core.middleware.CarriedMiddleware",
    "lms.core.pages.CompressMiddleware",
    "lms.core.pages.SharedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
    "lms.core.middleware.AtomicWritesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Languages -----------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = ENV.default_language
LANGUAGES = languages.offered(BASE_DIR, ENV.preview_languages)
WAGTAIL_CONTENT_LANGUAGES = languages.CONTENT
languages.make_known(LANGUAGE_CODE)
LOCALE_PATHS = [BASE_DIR / "templates" / "locale"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # addresses are pinyin or Latin
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Files ---------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/files/"
STORAGES = {
    # Pictures and documents of pages.
    "default": storing.place("files", bucket=ENV.bucket, base_url=MEDIA_URL),
    # Uploaded lessons, as they came; never served.
    "sources": storing.place("sources", folder=DATA_DIR / "sources", bucket=ENV.bucket),
    # What the pipeline made of them; served under /media/ by media_pipeline.views.
    "renditions": storing.place("renditions", folder=DATA_DIR / "renditions", bucket=ENV.bucket),
    # What has arrived of recordings that are not whole yet.
    "uploads": storing.place("uploads", folder=DATA_DIR / "uploads" / "pieces", bucket=ENV.bucket),
    "staticfiles": {"BACKEND": "lms.core.statics.SqueezedStaticFilesStorage"},
}
# Beside the storages, so that an upload is moved into place rather than copied.
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o644
# Who has a form for files: editors, and schedulers of paired classes.
MAY_SEND_FILES = ["wagtailadmin.access_admin", "schools.schedule_county"]
FILE_UPLOAD_HANDLERS = [
    "lms.core.uploads.EditorsOnly",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's page editor
WHITENOISE_MAX_AGE = 3600

# Rooms whose rows the learner's pages show: when one changes, kept pages are made anew (lms.core.kept).
PAGES_SHOW = ["courses", "media_pipeline", "wagtailcore", "wagtailimages", "wagtaildocs", "wagtailredirects"]

# Paired classes ------------------------------------------------------------------------------------------------------
BIGBLUEBUTTON_URL, BIGBLUEBUTTON_SECRET = ENV.meetings.server, ENV.meetings.secret
JITSI_HOSTS = ENV.meetings.jitsi_hosts

# Media ---------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = ENV.broker_url
METRICS_TOKEN = ENV.metrics_token
REGIONS = ENV.regions
MEDIA_WORK_DIR = DATA_DIR / "work"  # what steps are writing
MEDIA_MAX_SOURCE_BYTES = 8_000_000_000
MEDIA_UPLOAD_PIECE_BYTES = 16 << 20  # of a recording that comes piece by piece: what one request may hold a thread for
MEDIA_UPLOADS_AT_ONCE = max(1, ENV.web.threads // 2)  # pieces that a process takes in; the other threads serve pages
MEDIA_UPLOAD_KEPT = timedelta(days=3)  # since its last byte
MEDIA_UPLOADS_OPEN = 10  # of a person, not whole yet
MEDIA_UPLOADS_WAITING_BYTES = 16_000_000_000  # of a person, in all
MEDIA_QUOTA_BYTES = ENV.media_quota_bytes  # of all recordings and what is made of them
MEDIA_QUOTA_PERSON_BYTES = ENV.media_quota_person_bytes  # of what each person has sent
MEDIA_ROOM_KEPT_BYTES = 200_000_000  # encoding waits rather than leave less room on the disk
MEDIA_SPACE_PAUSE_S = 30  # before encoding is tried again on a full disk
MEDIA_STORAGE_PATIENCE_S = 600  # what was encoded waits so long for a store that is away before it is given up
# Who sends the bytes: "embedded" (this process), "nginx" (X-Accel-Redirect), "redirect" (S3, by addresses it signed).
MEDIA_DELIVERY = ENV.media_delivery
MEDIA_IN_BUCKET = ENV.bucket is not None
MEDIA_ENCODER = "media_pipeline.encoding"
MEDIA_SHOWN_ASSETS = "courses.selectors.shown_assets"
MEDIA_KEPT_ASSETS = "courses.selectors.used_assets"

# Security ------------------------------------------------------------------------------------------------------------
# Styles that a kind of page carries in its head: no rule that it does not need, all in one element. Their hashes stand
# in the policy; a page names only those it carries (lms.core.middleware.CarriedMiddleware).
_SITE = BASE_DIR / "lms/core/static/site"
_PLAYER = BASE_DIR / "media_pipeline/static/media_pipeline"
_SCHOOLS = BASE_DIR / "lms/schools/static/schools"
_EVERY_PAGE = [_SITE / "tokens.css", _SITE / "site.css"]
CRITICAL_STYLES = critical.bundles(
    {
        "site": [*_EVERY_PAGE],
        "simple": [*_EVERY_PAGE, _SITE / "simple.css"],
        "keep": [_SITE / "keep.css"],
        "kept": [*_EVERY_PAGE, _SITE / "kept.css"],
        "slides": [*_EVERY_PAGE, _SITE / "slides.css"],
        "handout": [*_EVERY_PAGE, _SITE / "handout.css"],
        "find": [*_EVERY_PAGE, _SITE / "cards.css", _SITE / "go.css", _SITE / "find.css"],
        "course": [*_EVERY_PAGE, *(_SITE / name for name in ("facts.css", "saved.css", "course.css"))],
        "lesson": [*_EVERY_PAGE, _SITE / "lesson.css", _PLAYER / "player.css"],
        # Travel where they are used, behind the first paint.
        "lesson-below": [_SITE / name for name in ("facts.css", "go.css", "saved.css", "lesson-below.css", "keep.css")],
        "schools": [*_EVERY_PAGE, _SCHOOLS / "schools.css"],
        "class": [*_EVERY_PAGE, _SCHOOLS / "schools.css", _SCHOOLS / "class.css"],
        "figures": [*_EVERY_PAGE, _SCHOOLS / "schools.css", _SCHOOLS / "figures.css"],
        "class-player": [_PLAYER / "player.css"],
        "hearings": [_SITE / "hearings.css"],
        "learned": [_SITE / "learned.css"],
    }
)
# The player starts with the page: a file of its own would cost a round trip before the first sound.
CRITICAL_SCRIPTS = {"player": critical.script(_PLAYER / "player.js")}
_SELF = "'self'"
# With MEDIA_DELIVERY=redirect, media come from S3 itself.
MEDIA_ORIGINS = [ENV.bucket.origin] if ENV.bucket and MEDIA_DELIVERY == "redirect" else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_SELF],
        "script-src": [_SELF, *(script.source for script in CRITICAL_SCRIPTS.values())],
        "style-src": [_SELF, *(style.source for style in CRITICAL_STYLES.values())],
        "img-src": [_SELF, "data:", *MEDIA_ORIGINS],
        "media-src": [_SELF, "blob:", *MEDIA_ORIGINS],
        "connect-src": [_SELF, *MEDIA_ORIGINS],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [_SELF],
        "frame-ancestors": ["'none'"],
    },
}
TRUSTED_PROXIES = ENV.trusted_proxies
# Of others the line is taken away before anyone reads it (lms.core.proxies).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if urlsplit(PUBLIC_URL).hostname else []
CSRF_FAILURE_VIEW = "lms.core.refusals.without_token"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's editor shows previews in a frame of its own
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/admin/login/"
# Passwords are guessed at most so often for a name from an address. Not for an address alone: a station, a school or a
# whole village shares one; nor for a name alone: anyone could lock anyone out.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "lms.accounts.backends.CardBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "lms.accounts.throttle.network"
AXES_LOCKOUT_CALLABLE = "lms.accounts.throttle.too_many"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # who signed in when, and from where, is nobody's business
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other names under the county's domain are not ours to promise for
    "security.W008",  # nginx sends http to https; what reaches this process came through it
    "security.W019",  # the editor shows previews in frames of this site; frame-ancestors says the same
    "security.W021",
]

# Wagtail -------------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "田间学堂"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_EXTENSIONS = ["pdf", "csv", "txt", "docx", "xlsx", "pptx", "zip", "odt", "ods", "odp"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
TAGGIT_CASE_INSENSITIVE = True
# On a queue of their own, the reference index and admin search waited behind encodes (docs/decisions).
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

# Search --------------------------------------------------------------------------------------------------------------
SEARCH_BACKEND = ENV.search.backend
SEARCH_STANDBY = ENV.search.standby
ELASTICSEARCH_URL = ENV.search.url
ELASTICSEARCH_CA_CERTS = ENV.search.ca_certs
ELASTICSEARCH_TIMEOUT_S = ENV.search.timeout_s
ELASTICSEARCH_INDEX = ENV.search.index
ELASTICSEARCH_SHARDS = ENV.search.shards
ELASTICSEARCH_REPLICAS = ENV.search.replicas
SEARCH_INDEX_PATH = DATA_DIR / "search" / "index.sqlite3"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.admin"}}

# E-mail --------------------------------------------------------------------------------------------------------------
globals().update(ENV.mail)

CACHES = {"default": ENV.cache}
# Kept beside the rows only where all processes see the same: signed out in one is signed out in all.
_SHARED_CACHE = "LOCATION" in ENV.cache
SESSION_ENGINE = "django.contrib.sessions.backends." + ("cached_db" if _SHARED_CACHE else "db")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.security.DisallowedHost": {"level": "ERROR", "propagate": True},
        # What matters of it is said once, by the engine.
        "elastic_transport": {"level": "ERROR", "propagate": True},
    },
}
