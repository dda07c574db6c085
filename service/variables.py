"""Environment variables, each read and checked with a sentence for the person who set it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
Choice = TypeVar("Choice", bound=StrEnum)

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class SettingsError(ValueError):
    """A setting is missing or wrong; the text names the variable, the fault and the cure, and quotes no secret."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment, asked for one variable at a time. An empty variable counts as unset."""

    environ: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        value = self.environ.get(name, "").strip()
        if not value.isprintable():
            raise SettingsError(f"{name} holds a line break or another control character. Write it in one line.")
        return value or default

    def several(self, name: str) -> tuple[str, ...]:
        """The values between the commas."""
        return tuple(part.strip() for part in self.text(name).split(",") if part.strip())

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise SettingsError(f"{name} is '{value}'. Write a whole number from {least} to {most}.")
        return int(value)

    def truth(self, name: str, *, default: bool) -> bool:
        value = self.text(name).lower()
        if value in YES | NO:
            return value in YES
        if value:
            raise SettingsError(f"{name} is '{value}'. Write 1 for yes or 0 for no.")
        return default

    def choice(self, name: str, default: Choice) -> Choice:
        value = self.text(name, default.value).lower()
        kind = type(default)
        if value not in {member.value for member in kind}:
            raise SettingsError(f"{name} is '{value}'. Write {' or '.join(member.value for member in kind)}.")
        return kind(value)

    def networks(self, name: str) -> tuple[Network, ...]:
        try:
            return tuple(ip_network(part, strict=False) for part in self.several(name))
        except ValueError as error:
            raise SettingsError(
                f"{name}: {error}. Write IP addresses or networks with commas between, like 127.0.0.1, 10.0.0.0/8."
            ) from error

    def origin(self, name: str, default: str) -> str:
        """Scheme, host and port of a site, without a slash at the end."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            whole = False
        if not whole or value.lower() != f"{parts.scheme}://{parts.netloc}".lower() or re.search(r"[\s@\\]", value):
            raise SettingsError(
                f"{name} is not the address of a site. Write http:// or https://, the host and perhaps a port, "
                "without any path, like https://rituals.example.org."
            )
        return f"{parts.scheme}://{parts.netloc.lower()}"
