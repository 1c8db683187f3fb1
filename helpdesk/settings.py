"""Settings, all read from the environment. README lists the variables."""

import sys
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor  # type: ignore[import-untyped]

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env(
    "SECRET_KEY",
    default="only-for-checks-and-builds" if not env("DATABASE_URL", default="") else environ.Env.NOTSET,
)
# The tenants' domains decide: a host that is none of theirs gets a 404, see tenants.middleware.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var" / "dev")))

INSTALLED_APPS = [
    "helpdesk",
    "tenants",
    "sla",
    "kb",
    "tickets",
    "escalation",
    "inbox",
    "notices",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpdesk.middleware.health",
    "helpdesk.middleware.CompressedPages",
    "csp.middleware.CSPMiddleware",
    # Around sessions and authentication: they are rows of the tenant too.
    "tenants.middleware.TenantMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.middleware.person_preferences",
    "helpdesk.refusals.forms_that_come_too_late",
    "helpdesk.typed.forms_without_nul",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.middleware.session_activity",
    "tenants.viewing.as_another_person",
]

ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
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
                "django.template.context_processors.i18n",
                "helpdesk.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tenants.templatetags.tenant_text",
                "tenants.templatetags.components",
                "tenants.templatetags.once",
            ],
        },
    }
]

# Inputs without templates.
FORM_RENDERER = "tenants.inputs.QuickInputs"

# --- Postgres: DATABASE_URL is the login of the unprivileged app role; the owner's is used to migrate -------------
DATABASE_APP_ROLE = env("DATABASE_APP_ROLE", default="helpdesk_app")
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://helpdesk_app@localhost/helpdesk")}
DATABASES["default"]["ENGINE"] = "tenants.database"
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {})
# Joins run in the order that the ORM writes them, from the ticket outwards. Weighing all orders of a list's nine tables
# took Postgres 48 ms; so it takes 0.7 and finds the same plan. (PgBouncer: ignore_startup_parameters = options.)
DATABASES["default"]["OPTIONS"].setdefault("options", "-c join_collapse_limit=1")
if env.bool("DATABASE_POOL", default=False):  # the web server sets it; Celery closes pools after every task
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=8),
        "timeout": 4,
        # Beyond it the pool asks again with the next request; left alone it would wait as long as the outage lasted.
        "reconnect_timeout": 2,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
# What every page asks is planned once a connection. (PgBouncer that gives each transaction another connection: false.)
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=True)
# Also for the pool: after a restart of Postgres its connections are dead, and nobody else looks.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: only rings bells and counts attempts; nothing exists only there --------------------------------------
REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
        "KEY_FUNCTION": "helpdesk.cache.tenant_key",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
# A new connection costs more than most tasks. helpdesk/celery.py looks after the old one before each task instead.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 110
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "visibility_timeout": 300,
    # A page that rings while Redis is down waits for one attempt; the sweep rings again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"

# --- What happens after which event or alarm, named here so that lower layers need not import it ------------------
REACTIONS = "helpdesk.reactions"

# --- People ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["tenants.backends.PersonBackend"]
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique per tenant, not in the whole table
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tenants.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
# Beside allauth's own limits, for those without an account, from one network address: requests filed, files begun; and
# wrong passwords for one address, whatever networks they come from.
ACCOUNT_RATE_LIMITS = {"file_request": "30/h/ip", "begin_upload": "200/h/ip", "login_failed_anywhere": "100/h/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {"signup": "tenants.forms.SignupForm"}
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_ENGINE = "tenants.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = env.bool("HTTPS", default=False)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_FAILURE_VIEW = "helpdesk.refusals.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Languages and times -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["helpdesk.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["helpdesk.formats"]

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
WHITENOISE_USE_FINDERS = not STATIC_ROOT.is_dir()
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Only a developer's tools ask for them, and they weigh more than all the rest.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT.is_dir()
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20 * 1024 * 1024)
ATTACHMENT_MAX_COUNT = 20
#: What one person's files that no form was sent with yet may be together; they are swept away after a day.
UPLOADS_MAX_COUNT = 3 * ATTACHMENT_MAX_COUNT
UPLOADS_MAX_BYTES = ATTACHMENT_MAX_BYTES * ATTACHMENT_MAX_COUNT
#: For so many seconds a reply can be called back after "Send"; 0 sends at once. At most 60.
UNDO_SEND_SECONDS = env.int("UNDO_SEND_SECONDS", default=10)

# --- Mail: without MAIL_URL every mail is written as an .eml file below DATA_DIR/mail ------------------------------
MAIL_URL = env("MAIL_URL", default="")
if MAIL_URL:
    vars().update(env.email_url("MAIL_URL"))
else:
    EMAIL_BACKEND = "inbox.mail.catcher.FileCatcher"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20
#: The host that takes and sends this site's mail, as DNS records of tenants name it; without it their own host.
MAIL_HOST = env("MAIL_HOST", default="")
#: Where DNS is asked, as 9.9.9.9 or 127.0.0.1:5353; without it where this machine asks.
DNS_SERVERS = env.list("DNS_SERVERS", default=[])
#: Domains in which several tenants may have addresses, beside those of public hosts and MAIL_HOST.
SHARED_MAIL_DOMAINS = env.list("SHARED_MAIL_DOMAINS", default=[])
#: Whether we check DKIM and DMARC of mail about which no mail server that is believed has said anything. Asks DNS.
CHECK_SENDERS = env.bool("CHECK_SENDERS", default=True)
#: Networks beside the internet in which tenants may name servers of their own, as 10.0.0.0/8.
PRIVATE_NETWORKS = env.list("PRIVATE_NETWORKS", default=[])
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="support@localhost")
# The port in links of mails, when people reach the site by an unusual one.
PUBLIC_PORT = env("PUBLIC_PORT", default="")
# What takes the account mails of allauth, named here so that tenants need not import the layer above.
ACCOUNT_MAIL = "inbox.actions.post_account_mail"
# What to select of how mail comes in, for the checklist of what is set up, which is a page of a lower layer.
MAIL_IN = "inbox.mailboxes.coming_in"
# Choices of what the audit log tells, of the apps above the page that shows it.
AUDIT_WORDS = ["inbox.audited.WORDS", "notices.audited.WORDS"]

# --- Safety ------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None if not SESSION_COOKIE_SECURE else "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
#: How many proxies of ours add to X-Forwarded-For: a visitor's address is the one that the outermost of them saw. What
#: stands before it anybody can write. Without it all limits by network address would count everybody as the proxy.
PROXIES = int(env("PROXIES", default="") or (1 if BEHIND_PROXY else 0))
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "helpdesk.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "helpdesk.api.parsers.JSONParser",
        "helpdesk.api.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "helpdesk.api.paging.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["helpdesk.api.throttling.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": env("API_RATE", default="600/min")},
    "NUM_PROXIES": PROXIES,
    "EXCEPTION_HANDLER": "helpdesk.api.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StatusKind": "tickets.models.Status.Kind",
        "MessageKind": "tickets.models.Message.Kind",
        "ArticleKind": "kb.models.Article.Kind",
        "RoleKind": "tenants.models.Role.Kind",
        "DraftKind": "tickets.models.Draft.Kind",
        "ApprovalState": "tickets.models.Approval.State",
        "ClockState": "tickets.api.explaining.CLOCK_STATES",
        "BulkState": "tickets.models.BulkChange.State",
        "ShareAudience": "tickets.models.Macro.Audience",
        "AnnouncementAudience": "notices.models.Announcement.Audience",
        "NoticeState": "notices.models.Notice.State",
        "IncidentState": "notices.models.Incident.State",
        "ComponentState": "notices.api.status.HARMS",
        "ComplaintOutcome": "tickets.models.Complaint.Outcome",
        "TemplateRunOutcome": "tickets.models.TemplateRun.Outcome",
        "AssignmentHindrance": "tickets.staffing.HINDRANCES",
        "SenderSecurity": "inbox.models.Sender.Security",
        "MailboxSecurity": "inbox.models.ImapAccount.Security",
        "NotifyWhen": "inbox.models.NotificationPreference.When",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "helpdesk.api.schema.complete",
    ],
}

# --- Logs --------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_tokens": {"()": "helpdesk.logs.WithoutTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["without_tokens"]},
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
