"""What somebody types to connect an account, and what is to be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.refused import RefusedError
from service.calendar_troubles import sentence
from service.web.caldav_providers import AccountWords

LONGEST = 300


class Where(StrEnum):
    NEW = "new"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class AccountForm:
    """As it was sent. The password is in no repr, and in no page."""

    place: str
    user: str
    password: str = field(repr=False)
    where: Where

    @classmethod
    def read(cls, form: Mapping[str, str], words: AccountWords) -> Self:
        typed = {name: form.get(name, "").strip()[: LONGEST + 1] for name in ("place", "user", "password")}
        where = Where.OWN if form.get("where") == Where.OWN else Where.NEW
        return cls(words.place or typed["place"], typed["user"], typed["password"], where)

    @classmethod
    def empty(cls) -> Self:
        return cls("", "", "", Where.NEW)

    def check(self) -> None:
        """Raises RefusedError."""
        asked = (
            ("place", self.place, "the address"),
            ("user", self.user, "the name"),
            ("password", self.password, "the password"),
        )
        for name, value, what in asked:
            if not value:
                raise RefusedError(f"Please type {what}.", field=name)
            if len(value) > LONGEST or not value.isprintable():
                raise RefusedError("This is too long, or holds signs that cannot be right.", field=name)


def refusal(error: CalendarError, words: AccountWords) -> RefusedError:
    """The server's no, beside the field that it is about."""
    place = "place" if not words.place else "user"
    fields = {Trouble.RECONNECT: "password", Trouble.REFUSED: "where"}
    return RefusedError(sentence(error), field=fields.get(error.trouble, place))
