"""Django's settings. What differs between machines is read in `env.py`."""

from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from inspections.env import ROOT, read_environment

ENVIRONMENT = read_environment()

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if ENVIRONMENT.https and host != "*"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "inspections",
]

MIDDLEWARE = [
    "inspections.request_ids.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "inspections.pages.errors.ErrorPages",
]

ROOT_URLCONF = "inspections.urls"
WSGI_APPLICATION = "inspections.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "inspections.pages.context.frame",
            ],
        },
    },
]

DATABASES = {"default": dj_database_url.parse(ENVIRONMENT.database_url, conn_max_age=0)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Measured with four writers: WAL with DEFERRED loses three writes in four to "database is locked", IMMEDIATE none.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY;"
        ),
    }

AUTH_USER_MODEL = "inspections.User"
AUTHENTICATION_BACKENDS = ["inspections.services.logins.GuardedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "hairline_language"
LOCALE_PATHS = [ROOT / "inspections" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STATICFILES_DIRS = [
    ROOT / "static",
    ("vendor/openseadragon", ROOT / "node_modules" / "openseadragon" / "build" / "openseadragon"),
    ("vendor/leaflet", ROOT / "node_modules" / "leaflet" / "dist"),
]
MEDIA_ROOT = ENVIRONMENT.data / "media"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "file_permissions_mode": 0o640, "directory_permissions_mode": 0o750},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Photos are streamed to disk above this size and counted while they come in.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_TEMP_DIR = ENVIRONMENT.data / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
MAX_PHOTO_BYTES = ENVIRONMENT.max_photo_bytes
MAX_PIXELS = ENVIRONMENT.max_pixels

# Without tiles a map is a plain grid, and no browser asks anybody else for anything.
MAP_TILES = ENVIRONMENT.map_tiles
MAP_CREDIT = ENVIRONMENT.map_credit

# The record rings the worker's bell by name; it never imports the worker.
RUN_DISPATCHER = "worker.dispatch.enqueue_run"
MEASURE_DISPATCHER = "worker.dispatch.enqueue_measuring"
SEGMENTER = "worker.segmenter.get_segmenter"
BROKER_URL = ENVIRONMENT.redis_url
SEGMENTATION_DEVICE = ENVIRONMENT.device
SHIPPED_NETWORK = ROOT / "segmentation" / "weights" / "default.safetensors"

# A living worker renews its lease every few seconds, so a killed one is noticed within a minute; completion is fenced
# by the attempt, so that even a worker that comes back from the dead writes nothing.
RUN_TIME_LIMIT_SECONDS = 600
RUN_LEASE_SECONDS = 45
RUN_HEARTBEAT_SECONDS = 5
RUN_MAX_ATTEMPTS = 3
RUN_BELL_SECONDS = 30
SWEEP_SECONDS = 5

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["inspections.api.authentication.ApiTokens"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "inspections.api.parsers.StrictJSONParser",
        "inspections.api.parsers.BoundedFormParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["inspections.api.filters.KnownFilters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "inspections.api.errors.answer_exception",
    "DEFAULT_PAGINATION_CLASS": "inspections.api.paging.Pages",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
}
REST_KNOX = {"TOKEN_TTL": None, "AUTH_HEADER_PREFIX": "Token", "SECURE_HASH_ALGORITHM": "hashlib.sha512"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hairline",
    "DESCRIPTION": "Find, measure and track cracks in photos of bridges.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "inspections.api.schema.tell_of_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "VerdictEnum": "inspections.models.reviews.Verdict",
        "MaterialEnum": "inspections.models.materials.Material",
        "RunStatusEnum": "inspections.models.runs.SegmentationRun.Status",
        "RoleEnum": "inspections.models.organisations.Role",
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:", *filter(None, [ENVIRONMENT.map_origin])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
if ENVIRONMENT.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "inspections": {"level": "INFO"},
        "worker": {"level": "INFO"},
        "segmentation": {"level": "INFO"},
    },
}

DATABASE_IS_SQLITE = urlsplit(ENVIRONMENT.database_url).scheme == "sqlite"
