"""The settings: defaults, what production demands, and a sentence for everything that is wrong."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from service.settings import Environment, Sender, Settings, SettingsError

KEY = "k3y-Of-a-Hundred-Random-Letters-And-More"
OLDER_KEY = "an-0lder-Key-that-still-opens-what-it-sealed"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "BASE_URL": "https://rituals.example.org",
    "SECRET_KEYS": KEY,
    "SMTP_URL": "smtps://user:pass-word@mail.example.org",
    "MAIL_FROM": "Side by Side <rituals@example.org>",
}


def test_nothing_needs_to_be_set_in_development(tmp_path: Path) -> None:
    settings = Settings.read({}, root=tmp_path)
    assert settings.environment is Environment.DEVELOPMENT
    assert settings.database_url == f"sqlite:///{tmp_path}/var/rituals.sqlite3"
    assert (settings.base_url, settings.port) == ("http://localhost:8000", 8000)
    assert settings.mail_from == Sender("Side by Side", "rituals@localhost")
    assert settings.has_mailbox
    assert settings.worker_in_web
    assert not settings.is_production
    assert not settings.is_secure
    assert not settings.allow_private_hosts
    assert settings.trusted_proxies == ()
    assert (settings.prompt_window, settings.lease) == (timedelta(minutes=15), timedelta(minutes=2))


def test_production_runs_with_what_it_demands(tmp_path: Path) -> None:
    settings = Settings.read(PRODUCTION, root=tmp_path)
    assert settings.is_production
    assert settings.is_secure
    assert not settings.has_mailbox
    assert str(settings.mail_from) == "Side by Side <rituals@example.org>"
    assert settings.smtp_urls == ("smtps://user:pass-word@mail.example.org",)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["BASE_URL", "SECRET_KEYS", "SMTP_URL", "MAIL_FROM"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_production_refuses_to_start_without(name: str, value: str | None, tmp_path: Path) -> None:
    environ = {**PRODUCTION, name: value or ""} if value is not None else without(PRODUCTION, name)
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        Settings.read(environ, root=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("PORT", "٨٠"),
        ("BASE_URL", "rituals.example.org"),
        ("BASE_URL", "ftp://rituals.example.org"),
        ("BASE_URL", "https://rituals.example.org/path"),
        ("BASE_URL", "https://rituals.example.org?query"),
        ("BASE_URL", "https://user@rituals.example.org"),
        ("BASE_URL", "https://rituals.example.org:port"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://a b"),
        ("BASE_URL", "https://a\r\nb"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "postgresql+psycopg2://host/name"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://host:port/name"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("SECRET_KEYS", "short"),
        ("METRICS_TOKEN", "short"),
        ("SECRET_KEYS", "x" * 40),
        ("SECRET_KEYS", f"{KEY},short"),
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp://mail.example.org,https://mail.example.org"),
        ("MAIL_FROM", "Side by Side"),
        ("MAIL_FROM", "One <one@example.org>, Two <two@example.org>"),
        ("MAIL_FROM", "Side by Side <rituals@example.org>\r\nBcc: all@example.org"),
        ("BOUNCE_TO", "bounces"),
        ("BOUNCE_TO", "bounces+@example.org"),
        ("BOUNCE_TO", "One <one@example.org>"),
        ("BOUNCE_TO", f"{'x' * 26}@example.org"),
        ("BOUNCE_SECRET", "hush-hush"),
        ("ALLOW_PRIVATE_HOSTS", "perhaps"),
        ("WORKER_IN_WEB", "2"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("PROMPT_WINDOW_SECONDS", "0"),
        ("PROMPT_WINDOW_SECONDS", "901"),
        ("LEASE_SECONDS", "1.5"),
        ("GOOGLE_API_ROOT", "www.googleapis.com"),
        ("GOOGLE_OAUTH_ROOT", "https://accounts.google.com/o/oauth2"),
        ("GOOGLE_API_ROOT", "http://www.googleapis.com"),
        ("GOOGLE_OAUTH_ROOT", "http://10.0.0.1:8080"),
    ],
)
def test_a_wrong_value_is_named_with_its_cure(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"^{name}.*[.'\\])]$") as refusal:
        Settings.read({**PRODUCTION, name: value}, root=tmp_path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEYS", "hush-hush"),
        ("BOUNCE_SECRET", "hush-hush"),
        ("SMTP_URL", "smpt://user:hush-hush@mail.example.org"),
        ("DATABASE_URL", "postgresql://user:hush-hush@host:port/name"),
        ("DATABASE_URL", "mysql://user:hush-hush@host/name"),
    ],
)
def test_a_complaint_quotes_no_secret(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.read({**PRODUCTION, name: value}, root=tmp_path)
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "missing"),
    [("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), ("GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID")],
)
def test_half_a_google_client_is_none(given: str, missing: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"^{missing} is not set, but {given} is") as refusal:
        Settings.read({given: "hush-hush"}, root=tmp_path)
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("root", ["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"])
def test_a_stand_in_for_google_on_this_machine_may_be_spoken_to_in_clear(root: str, tmp_path: Path) -> None:
    settings = Settings.read({"GOOGLE_API_ROOT": root, "GOOGLE_OAUTH_ROOT": root}, root=tmp_path)
    assert (settings.google_api_root, settings.google_oauth_root) == (root, root)


def test_the_settings_show_no_secret(tmp_path: Path) -> None:
    google = {"GOOGLE_CLIENT_ID": "an-id", "GOOGLE_CLIENT_SECRET": "hush"}
    environ = {**PRODUCTION, **google, "DATABASE_URL": "postgresql://u:hush@h/n"}
    settings = Settings.read(environ, root=tmp_path)
    assert not any(secret in repr(settings) for secret in ("hush", KEY, "pass-word"))


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://u:p@h:5433/n?sslmode=require", "postgresql+psycopg://u:p@h:5433/n?sslmode=require"),
        ("postgresql://u:p%40x@h/n", "postgresql+psycopg://u:p%40x@h/n"),
        ("postgresql+psycopg://u@/n?host=/run/pg", "postgresql+psycopg://u@/n?host=/run/pg"),
        ("sqlite:////srv/data.sqlite3", "sqlite:////srv/data.sqlite3"),
        ("sqlite:///data.sqlite3", "sqlite:///{root}/data.sqlite3"),
    ],
)
def test_the_address_of_the_database_is_understood(given: str, understood: str, tmp_path: Path) -> None:
    settings = Settings.read({"DATABASE_URL": given}, root=tmp_path)
    assert settings.database_url == understood.format(root=tmp_path)
    assert settings.worker_in_web == understood.startswith("sqlite")


@pytest.mark.parametrize(("value", "on"), [("1", True), ("true", True), ("YES", True), ("0", False), ("off", False)])
def test_a_switch_speaks_human(value: str, on: bool, tmp_path: Path) -> None:
    assert Settings.read({"WORKER_IN_WEB": value}, root=tmp_path).worker_in_web is on


def test_the_port_makes_the_address_of_the_site(tmp_path: Path) -> None:
    assert Settings.read({"PORT": "8123"}, root=tmp_path).base_url == "http://localhost:8123"


@pytest.mark.parametrize("value", ["https://Rituals.Example.org", "https://rituals.example.org/"])
def test_the_address_of_the_site_is_tidied(value: str, tmp_path: Path) -> None:
    assert Settings.read({"BASE_URL": value}, root=tmp_path).base_url == "https://rituals.example.org"


def test_several_values_have_commas_between(tmp_path: Path) -> None:
    settings = Settings.read(
        {
            "SECRET_KEYS": f"{KEY}, {OLDER_KEY}",
            "SMTP_URL": "smtp://one.example.org ,smtps://two.example.org",
            "TRUSTED_PROXIES": "127.0.0.1, 10.1.2.3/8, ::1",
        },
        root=tmp_path,
    )
    assert settings.secret_keys == (KEY, OLDER_KEY)
    assert settings.smtp_urls == ("smtp://one.example.org", "smtps://two.example.org")
    assert settings.trusted_proxies == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("::1"))


def test_development_makes_its_keys_once_and_keeps_them_to_itself(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        settings = list(threads.map(lambda _: Settings.read({}, root=tmp_path), range(8)))
    assert len({one.secret_keys for one in settings}) == 1
    assert len(settings[0].secret_keys[0]) >= 32
    assert (tmp_path / "var" / "secret_keys").stat().st_mode & 0o777 == 0o600


def test_a_spoilt_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_keys").write_text("short\n")
    with pytest.raises(SettingsError, match="secret_keys: key 1 is too short"):
        Settings.read({}, root=tmp_path)


def without(environ: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key != name}
