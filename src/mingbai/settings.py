"""Settings: where the account lies, what runs, and what a page may load. Nothing here holds a secret."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("MINGBAI_DATA", "mingbai-data")).absolute()

DEBUG = False
ALLOWED_HOSTS = [
    "*"
]  # the server binds to loopback unless told otherwise; links are built from settings
SECRET_KEY = os.environ.get(
    "MINGBAI_SECRET_KEY", "not yet opened: the account's own key takes this place"
)
ROOT_URLCONF = "mingbai.web.urls"
WSGI_APPLICATION = "mingbai.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

INSTALLED_APPS = [
    "mingbai.kernel",
    "mingbai.domains.enterprise",
    "mingbai.domains.inspection",
    "mingbai.domains.movement",
    "mingbai.domains.response",
    "mingbai.domains.supplies",
    "mingbai.flows",
    "mingbai.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    # The reader of codes for phones whose browser has none is a package of its own (tools/reader.py).
    *(["mingbai_reader"] if find_spec("mingbai_reader") else []),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mingbai.web.outer.Policy",
    "mingbai.web.kept.NothingPrivateIsKept",
    "mingbai.web.outer.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mingbai.web.outer.SignedIn",
    "mingbai.web.outer.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mingbai.web.errors.Refusals",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]


def databases() -> dict[str, dict[str, Any]]:
    """Return the account's database and the running one: two SQLite files, or two schemas of one PostgreSQL."""
    url = os.environ.get("MINGBAI_DATABASE_URL")
    if not url:
        return {
            "default": sqlite(DATA / "account.sqlite3"),
            "running": sqlite(DATA / "running.sqlite3"),
        }
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    common: dict[str, Any] = {
        "ENGINE": "mingbai.kernel.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }
    return {
        "default": common | {"OPTIONS": {**query, "options": "-c search_path=account"}},
        "running": common | {"OPTIONS": {**query, "options": "-c search_path=running"}},
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Return one SQLite file's settings; what the account answers is on the disk first (kernel/turn.py)."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA secure_delete=ON; PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8000"
            ),
        },
    }


DATABASES = databases()
DATABASE_ROUTERS = ["mingbai.kernel.router.Router"]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # How often each sender came is counted there; a few hundred senders must not push each other's counts out.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "mingbai.web.context.every_page",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [str(HERE / "locale")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/home/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "mingbai.web.sign_in.ClosedSignUp"
# A whole town may come from one address.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "60/m/ip"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Mingbai"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_USERNAME_CALLABLE = "mingbai.web.sign_in.whose_name"
AXES_LOCKOUT_CALLABLE = "mingbai.web.sign_in.locked"
AXES_VERBOSE = False

# What is sent over HTTPS stays on HTTPS, and a proxy in front says which it was.
HTTPS = os.environ.get("MINGBAI_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mingbai.web.errors.stale_form"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "mingbai": {"level": "INFO"},
        # They write addresses, and a slip's address holds its code; faults are logged in web/errors.py, by their number.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "axes": {"level": "ERROR"},
    },
}
