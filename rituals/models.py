"""Every table, imported once, so that the metadata is whole."""

from rituals import (
    connection,
    couple,
    delivery,
    heartbeat,
    invitation,
    linked_calendar,
    news,
    occurrence,
    outbox,
    override,
    placement,
    plan,
    signin,
    suggestion,
    version,
)

__all__ = [
    "connection",
    "couple",
    "delivery",
    "heartbeat",
    "invitation",
    "linked_calendar",
    "news",
    "occurrence",
    "outbox",
    "override",
    "placement",
    "plan",
    "signin",
    "suggestion",
    "version",
]
