"""The ways to one's own calendar, as they are offered."""

from collections.abc import Sequence

from rituals.connection import LINKED, Way
from service.services import Services

WAYS = (
    (
        Way.GOOGLE,
        "Google Calendar",
        "A calendar of its own in your account. What you move there moves for both. We see nothing else in it, "
        "only when you are busy.",
    ),
    (
        Way.CALDAV,
        "iCloud, Fastmail, Nextcloud and others",
        "With a password made for this alone. What you move there moves for both.",
    ),
    (
        Way.MAIL,
        "Invitations by mail",
        "Each ritual comes as an invitation that your mail program puts on your calendar.",
    ),
    (Way.FEED, "A private address", "Your calendar program reads it again and again, every few hours."),
    (Way.NONE, "Not at all", "Only the question comes to you, by mail, when a ritual starts."),
)
SAID = {
    Way.MAIL: "From now on they come by mail. The first are on their way.",
    Way.FEED: "Your address is ready. Add it to your calendar once, as described here.",
    Way.NONE: "Nothing goes to your calendar any more.",
}
"""Of those that need nothing but to be chosen."""
NAMES = {Way.GOOGLE: "Google Calendar", Way.CALDAV: "CalDAV"}


def offered(services: Services) -> Sequence[tuple[Way, str, str]]:
    """Without those that are not set up here."""
    return [one for one in WAYS if one[0] not in LINKED or one[0] in services.calendars]
