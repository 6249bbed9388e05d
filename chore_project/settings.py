"""Every setting, from the environment; docs/operators.md lists the variables.

A bad variable stops the start, and all bad ones are named at once. `X_FILE` may name a file that holds the value of `X`.
"""

import zoneinfo
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.conf.global_settings import LANGUAGES
from environs import EnvValidationError, FileAwareEnv, validate
from marshmallow import ValidationError

from children.api.schema.about import DESCRIPTION, TAGS
from chore_project.addresses import known_database, known_redis
from chore_project.secret_key import is_weak, read_or_make_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = FileAwareEnv(eager=False, strip_whitespace=True)


def strong_key(key: str) -> None:
    if key and not DEBUG and is_weak(key):
        raise ValidationError("Too weak: 50 random characters are needed; or leave it out, and one is made.")


def with_scheme(origins: list[str]) -> None:
    if not all(origin.startswith(("http://", "https://")) for origin in origins):
        raise ValidationError("Each begins with https:// or http://.")


env.add_parser("database", known_database)
env.add_parser("redis", known_redis)
not_blank = validate.Length(min=1, error="Must not be blank.")
a_language = validate.OneOf(dict(LANGUAGES), error="Not a language that Django speaks.")
a_zone = validate.OneOf(zoneinfo.available_timezones(), error="Not a time zone.")

# From the environment

try:
    DEBUG = env.bool("CHORE_DEBUG", False)
    DATA_DIR = BASE_DIR / (env.str("CHORE_DATA_DIR", "data", validate=not_blank) or "")
    SECRET_KEY = env.str("CHORE_SECRET_KEY", "", validate=strong_key)
    ALLOWED_HOSTS = env.list("CHORE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CHORE_CSRF_TRUSTED_ORIGINS", [], validate=with_scheme)
    HTTPS = env.bool("CHORE_HTTPS", False)
    HOST = env.str("CHORE_HOST", "127.0.0.1", validate=not_blank)
    PORT = env.int("CHORE_PORT", 8000, validate=validate.Range(1, 65535))
    LANGUAGE_CODE = env.str("CHORE_LANGUAGE", "en", validate=a_language)
    TIME_ZONE = env.str("CHORE_TIME_ZONE", "UTC", validate=a_zone)
    TOKEN_DAYS = env.int("CHORE_TOKEN_DAYS", 90, validate=validate.Range(1, 3650))
    REGISTRATION_OPEN = env.bool("CHORE_REGISTRATION_OPEN", False)
    SQLITE_SYNCHRONOUS = env.str("CHORE_SQLITE_SYNCHRONOUS", "NORMAL", validate=validate.OneOf(["NORMAL", "FULL"]))
    DB_POOL_SIZE = env.int("CHORE_DB_POOL_SIZE", 10, validate=validate.Range(1, 1000))
    LOG_LEVEL = env.str("CHORE_LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))
    DATABASE = env.database("DATABASE_URL", "")
    REDIS = env.redis("REDIS_URL", "")
    PROCESSES = env.int("CHORE_PROCESSES", env.int("WEB_CONCURRENCY", 1), validate=validate.Range(1, 1000))
    STREAM_KEEP_ALIVE = env.int("CHORE_STREAM_KEEP_ALIVE", 15, validate=validate.Range(1, 20))
    LOG_DIR = BASE_DIR / Path(env.str("CHORE_LOG_DIR", "") or DATA_DIR / "logs").expanduser()
    AUDIT_LOG_BYTES = env.int("CHORE_AUDIT_LOG_BYTES", 10_000_000, validate=validate.Range(1000, 10**12))
    AUDIT_LOG_BACKUPS = env.int("CHORE_AUDIT_LOG_BACKUPS", 5, validate=validate.Range(0, 1000))
    RETENTION_DAYS = env.int("CHORE_RETENTION_DAYS", None, validate=validate.Range(1, 36_500))  # None: for ever
    env.seal()
except EnvValidationError as error:
    wrong = "".join(f"\n  {name}: {' '.join(texts)}" for name, texts in sorted(error.error_messages.items()))  # type: ignore[union-attr]
    raise SystemExit(f"Chore does not start with these environment variables:{wrong}") from None
except ValueError as error:  # a file of `X_FILE` that cannot be read
    raise SystemExit(f"Chore does not start with these environment variables:\n  {error}") from None

try:
    DATA_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)  # it holds sessions and hashes: nobody else's business
    SECRET_KEY = SECRET_KEY or read_or_make_secret_key(DATA_DIR / "secret_key")
except OSError as error:
    raise SystemExit(f"Chore cannot use its data folder (CHORE_DATA_DIR): {error}") from None
if not DEBUG and is_weak(SECRET_KEY):
    raise SystemExit(f"The key in {DATA_DIR / 'secret_key'} is too weak: delete the file, and a new one is made.")

# The database

DATABASE = DATABASE or {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "db.sqlite3"}
if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["OPTIONS"] = {
        # The write lock is taken at BEGIN: with DEFERRED, concurrent acts fail with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (  # secure_delete: what is deleted is overwritten
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SQLITE_SYNCHRONOUS}; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        ),
    }
else:
    # Under ASGI each request runs in a thread of its own: connections come from a pool.
    DATABASE["CONN_MAX_AGE"] = 0
    DATABASE["CONN_HEALTH_CHECKS"] = True  # or else each connection of before a restart of PostgreSQL fails one request
    DATABASE.setdefault("OPTIONS", {})["pool"] = {"min_size": 0, "max_size": DB_POOL_SIZE, "timeout": 20}
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The house: each app may know those below it, none above

INSTALLED_APPS = [
    "tracking",
    "rewards",
    "children",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",  # first of those that say something
    "children.api.malformed.RefuseMalformed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "chore_project.urls"
WSGI_APPLICATION = "chore_project.wsgi.application"
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
STATIC_URL = "static/"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "chore_project" / "locale"]

# Who may come in

AUTH_USER_MODEL = "children.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "children.hashers.FrugalArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "/api/v1/docs/"
LOGIN_URL = "rest_framework:login"
KNOX_TOKEN_MODEL = "children.AuthToken"  # noqa: S105
MIGRATION_MODULES = {
    "knox": None
}  # its one model is swapped for ours; its migrations would leave an empty table behind
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": timedelta(days=TOKEN_DAYS)}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "children.api.lockout.lockout_response"
AXES_CLIENT_IP_CALLABLE = "children.api.lockout.client_address"
AXES_USERNAME_CALLABLE = "children.api.lockout.client_username"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who logged in when is nobody's business
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# What leaves the house

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "children.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["children.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "children.api.renderers.PlainBrowsableAPIRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "children.api.pagination.StrictLimitOffsetPagination",
    "DEFAULT_FILTER_BACKENDS": ["children.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "children.api.schema.operation.ChoreSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is an unknown parameter like any other
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
ERROR_STATUSES = ["400", "401", "403", "404", "406", "409", "415", "422", "429", "503"]
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "children.api.errors.ChoreExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "children.api.errors.ChoreExceptionFormatter",
    "ALLOWED_ERROR_STATUS_CODES": ERROR_STATUSES,
    "ERROR_SCHEMAS": dict.fromkeys(ERROR_STATUSES, "children.api.schema.errors.ErrorResponseSerializer"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chore",
    "DESCRIPTION": DESCRIPTION,
    "TAGS": TAGS,
    "VERSION": VERSION,
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DEFAULT_GENERATOR_CLASS": "children.api.schema.generator.EnglishGenerator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "children.api.schema.examples.add_examples",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# The stream. django_eventstream is no installed app: its tables would stay empty, the trail is its storage.

EVENTSTREAM_CHANNELMANAGER_CLASS = "tracking.stream.channels.TrailChannels"
EVENTSTREAM_STORAGE_CLASS = "tracking.stream.storage.TrailStorage"
if REDIS:
    EVENTSTREAM_REDIS = REDIS

# The log

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "unrecorded": {"class": "tracking.unrecorded_log.UnrecordedLogHandler"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "axes": {"level": "WARNING"},
        "django_eventstream": {"level": "WARNING"},
        "tracking.unrecorded": {"handlers": ["unrecorded"], "level": "CRITICAL"},
    },
}
