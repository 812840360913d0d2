"""Django's settings, derived from :mod:`regard.base.config` and from nothing else."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from regard import __version__
from regard.base import Invalid
from regard.base.config import Config, config
from regard.wiring import API, AUDITED, ERASERS, JOBS, NAVIGATION, SCHEDULES, SOURCE_NAMES

SECRET_LENGTH = 50
CONNECTION_SECONDS = 60
"""How long a thread keeps a connection to the database: from one request to the next."""
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000; PRAGMA foreign_keys=ON;"
)


def database(url: str, home: Path) -> dict[str, object]:
    """Django's description of the operational database that a URL names; SQLite in ``home`` when there is none.

    >>> database("postgresql://ann:p%40ss@db.example.org:5433/regard?sslmode=require", Path("."))["PASSWORD"]
    'p@ss'
    """
    return _postgresql(url) if url else _sqlite(home)


def _sqlite(home: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home / "regard.sqlite3",
        "CONN_MAX_AGE": CONNECTION_SECONDS,
        # IMMEDIATE: a transaction that will write takes its lock at once, and waits instead of failing half-way.
        "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 10},
    }


def _postgresql(url: str) -> dict[str, object]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad_database(str(error)) from error
    options: dict[str, object] = dict(parse_qsl(parts.query))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise _bad_database(f"{parts.scheme or 'nothing'!r} is not a database it knows")
    if not parts.path.strip("/"):
        raise _bad_database("it names no database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": CONNECTION_SECONDS,
    }


def _bad_database(reason: str) -> Invalid:
    return Invalid(
        f"REGARD_DATABASE_URL cannot be used: {reason}",
        field="REGARD_DATABASE_URL",
        remedy="write postgresql://user:password@host:5432/name, or leave it empty for SQLite",
    )


def secret_key(given: Config) -> str:
    """The key that signs sessions and links: the operator's, or one made once and kept beside the data."""
    if given.secret_key:
        if given.production and (len(given.secret_key) < SECRET_LENGTH or len(set(given.secret_key)) < 8):
            raise Invalid(
                "REGARD_SECRET_KEY is too easy to guess",
                field="REGARD_SECRET_KEY",
                remedy=f"give {SECRET_LENGTH} random characters or more, or leave it empty to have one made",
            )
        return given.secret_key
    return _kept_secret(given.home / "secret_key")


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as made:  # mode 600
            made.write(secrets.token_urlsafe(64))
            made.flush()
            with contextlib.suppress(FileExistsError):  # two processes start at once: the first one's key counts
                os.link(made.name, path)
    return path.read_text().strip()


def mail(url: str, home: Path) -> dict[str, object]:
    """Django's e-mail settings for an SMTP URL; without one, mails are written to ``<home>/outbox``.

    >>> mail("smtp+tls://ann:secret@mail.example.org", Path("."))["EMAIL_PORT"]
    587
    """
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(home / "outbox"),
        }
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"REGARD_EMAIL_URL cannot be used: {error}", field="REGARD_EMAIL_URL") from error
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise Invalid(
            "REGARD_EMAIL_URL cannot be used",
            field="REGARD_EMAIL_URL",
            remedy="write smtp+tls://user:password@host:587 (or smtp://, smtps://)",
        )
    return {
        "EMAIL_BACKEND": "regard.channels.adapters.SmtpBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 15,
        **{
            f"{kind}_EMAIL": address
            for address in [dict(parse_qsl(parts.query)).get("from")]
            if address
            for kind in ("DEFAULT_FROM", "SERVER")
        },
    }


def require_bounce_address(pattern: str) -> None:
    """Refuse an address for reports that has no room for an id, or that a mail's envelope cannot hold.

    >>> require_bounce_address("bounces+{id}@cx.example.org")
    """
    if pattern and not re.fullmatch(r"[A-Za-z0-9.+=_-]{0,22}\{id\}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", pattern):
        raise Invalid(
            "REGARD_BOUNCE_ADDRESS cannot be used",
            field="REGARD_BOUNCE_ADDRESS",
            remedy="write bounces+{id}@cx.example.org, with at most 22 letters before {id}",
        )


_config = config()
_home = _config.home
_code = Path(__file__).parent

REGARD_PRODUCTION = _config.production
REGARD_VERSION = __version__
REGARD_NAVIGATION = NAVIGATION
REGARD_API = API
REGARD_SOURCE_NAMES = SOURCE_NAMES
REGARD_AUDITED = AUDITED
REGARD_JOBS = JOBS
REGARD_ERASERS = ERASERS
REGARD_SCHEDULES = SCHEDULES

SECRET_KEY = secret_key(_config)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in _config.allowed_hosts.split(",") if host.strip()] or LOCAL_HOSTS
CSRF_TRUSTED_ORIGINS = [_config.base_url.rstrip("/")] if _config.base_url else []

INSTALLED_APPS = [
    "regard.web",
    "regard.jobs",
    "regard.accounts",
    "regard.accounts.keys",
    "regard.collect",
    "regard.profiles",
    "regard.surveys",
    "regard.metrics",
    "regard.report",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "regard.web.middleware.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, against guessing secrets from sizes (BREACH)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regard.accounts.middleware.PreferenceMiddleware",
    "regard.web.middleware.ErrorMiddleware",
    "regard.accounts.middleware.GuardMiddleware",
]
RESPONDENTS_MIDDLEWARE = [
    name
    for name in MIDDLEWARE
    if not name.startswith(("whitenoise.", "allauth.", "django.contrib.", "regard.accounts.middleware.Preference"))
]
"""What pages for respondents need: they know no sign-in, and their files come from elsewhere."""
ROOT_URLCONF = "regard.urls"
ASGI_APPLICATION = "regard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regard.web.context_processors.shell",
            ]
        },
    }
]
FORM_RENDERER = "regard.web.forms.Renderer"

# Counts how often somebody tries, by the minute; too few places, and many visitors would make it forget a few guessers.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}
DATABASES = {"default": database(_config.database_url, _home)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:workspaces"

ACCOUNT_ADAPTER = "regard.accounts.adapters.ClosedAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # sign-up is by invitation only, and the invitation vouches for the address
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced once the new one is verified
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Regard: "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _config.production else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Regard"

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _config.production
SECURE_SSL_REDIRECT = _config.production
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _config.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # the form of a mapping has up to four fields for each column of a file
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W021",
]  # other hosts of the domain, and browsers' lists, are not ours to speak for

LANGUAGE_CODE = _config.language
LANGUAGES = [("en", "English"), ("pl", "Polski"), ("ru", "Русский"), ("zh-hans", "简体中文"), ("ro", "Română")]
LOCALE_PATHS = [_code / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = _home / "static" / __version__
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

globals().update(mail(_config.email_url, _home))
require_bounce_address(_config.bounce_address)

# Warnings and worse go to stderr as one line each. Django's own request log would name paths and addresses of people.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nothing": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "regard": {"level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["nothing"], "propagate": False},
    },
}
