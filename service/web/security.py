"""Headers, cookies and cross-site protection for every answer."""

import secrets

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from service.settings import Settings

LARGEST_FORM = 1024 * 1024
MOST_FIELDS = 1000

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action {forms}; frame-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECRET_PATHS = (
    "/feed",
    "/sign-in/",
    "/invitation/",
    "/leave/",
    "/after/",
    "/unsubscribe/",
    "/answer/",
    "/suggestion/",
    "/unsuited/",
    "/calendars/google/return",
)
"""Addresses that carry something only their reader should have."""
csrf = CSRFProtect()


def protect(app: Flask, settings: Settings) -> None:
    """Cookies that only this site reads, tokens on every form, and a page that may load only what is ours."""
    prefix = "__Host-" if settings.is_secure else ""
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SESSION_COOKIE_NAME=f"{prefix}state",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SIGN_IN_COOKIE=f"{prefix}signed-in",
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    app.after_request(lambda response: add_headers(response, is_secure=settings.is_secure))


def add_headers(response: Response, *, is_secure: bool) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(forms=_forms()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()")
    if request.path.startswith(SECRET_PATHS):
        headers.setdefault("X-Robots-Tag", "noindex")
    if is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store" if "Set-Cookie" in headers else "private, no-cache")
    return response


def let_forms_lead_to(origin: str) -> None:
    """A form on this page may be answered with a way to there: browsers look at where redirects end."""
    g.forms_lead_to = origin


def _forms() -> str:
    origin: str | None = g.get("forms_lead_to")
    return f"'self' {origin}" if origin else "'self'"


def own_path(target: str | None) -> str | None:
    """The target if it is a path of this site and nothing cleverer; else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 33 or character == "\\" for character in target):
        return None
    return target


def form_key() -> str:
    """Drawn with a form, so that sending it twice does one thing."""
    return secrets.token_urlsafe(18)
