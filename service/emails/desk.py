"""Where mails are written: templates, sender, links and decks at hand."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.filters import do_wordwrap

from rituals.catalogue import Catalogue
from service.emails.mime import CalendarMethod, Letter
from service.links import Links
from service.mail_links import MailLinks
from service.settings import Sender

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
WRAPPED = 1000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A calendar part: what it asks for, and the iCalendar bytes."""

    method: CalendarMethod
    content: bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to write any mail. The same words in give the same letter out."""

    sender: Sender
    links: MailLinks
    catalogue: Catalogue
    templates: Environment

    @classmethod
    def set_up(cls, sender: Sender, links: Links, catalogue: Catalogue) -> "Desk":
        return cls(sender, MailLinks(links), catalogue, templates())

    def write(
        self,
        name: str,
        *,
        to: str,
        key: str,
        at: datetime,
        words: dict[str, object],
        unsubscribe: str | None = None,
        calendar: Attachment | None = None,
    ) -> Letter:
        """The letter from templates/email/<name>/. `key` names it for good: the Message-ID is made from it."""
        words = {"support_url": self.links.support(), **words}
        return Letter(
            sender=self.sender.address,
            sender_name=self.sender.name,
            recipient=to,
            reply_to=self.sender.address,
            subject=self._render(name, "subject.txt", words),
            date=at,
            message_id=self.message_id(key),
            text=self._render(name, "body.txt", words) + "\n",
            html=self._render(name, "body.html", words),
            calendar=calendar.content if calendar else None,
            calendar_method=calendar.method if calendar else CalendarMethod.REQUEST,
            list_unsubscribe=unsubscribe,
        )

    def message_id(self, key: str) -> str:
        """By which a second copy is known as one: always the same for a key."""
        domain = self.sender.address.rpartition("@")[2]
        return f"<{key}.{sha256(key.encode()).hexdigest()[:12]}@{domain}>"

    def _render(self, name: str, part: str, words: dict[str, object]) -> str:
        return self.templates.get_template(f"email/{name}/{part}").render(words).strip()


@cache
def templates() -> Environment:
    """One for the whole program: it compiles each template once, and nothing in it ever changes."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # The same questions are wrapped again and again, and that is slow.
    environment.filters["wordwrap"] = lru_cache(WRAPPED)(partial(do_wordwrap, environment))
    return environment
