"""Where the links in mails lead. Each is signed, so nothing is stored to make it."""

from dataclasses import dataclass

from service.links import Links, Purpose


@dataclass(frozen=True, slots=True)
class MailLinks:
    """The addresses that mails carry, with the claims their pages read."""

    links: Links

    def sign_in(self, link_id: int) -> str:
        return self._to("/sign-in/", Purpose.SIGN_IN, link=link_id)

    def invitation(self, invitation_id: int) -> str:
        return self._to("/invitation/", Purpose.INVITATION, invitation=invitation_id)

    def outcome(self, occurrence_id: int, partner_id: int) -> str:
        return self._to("/after/", Purpose.OUTCOME, occurrence=occurrence_id, partner=partner_id)

    def unsubscribe(self, plan_id: int, partner_id: int) -> str:
        return self._to("/unsubscribe/", Purpose.UNSUBSCRIBE, plan=plan_id, partner=partner_id)

    def leave(self, couple_id: int, partner_id: int) -> str:
        return self._to("/leave/", Purpose.LEAVE, couple=couple_id, partner=partner_id)

    def answer(self, version_id: int, partner_id: int) -> str:
        return self._to("/answer/", Purpose.ANSWER, version=version_id, partner=partner_id)

    def suggestion(self, suggestion_id: int, partner_id: int) -> str:
        return self._to("/suggestion/", Purpose.SUGGESTION, suggestion=suggestion_id, partner=partner_id)

    def unsuited(self, occurrence_id: int, partner_id: int, moment: int) -> str:
        """`moment`, in epoch seconds, is the start that does not suit: of another one the link says nothing."""
        return self._to("/unsuited/", Purpose.UNSUITED, occurrence=occurrence_id, partner=partner_id, moment=moment)

    def move(self, occurrence_id: int) -> str:
        return self.links.address(f"/occurrences/{occurrence_id}/move")

    def calendars(self) -> str:
        return self.links.address("/calendars")

    def plan(self, plan_id: int) -> str:
        return self.links.address(f"/plans/{plan_id}")

    def collision(self, collision_id: int) -> str:
        return self.links.address(f"/collisions/{collision_id}")

    def support(self) -> str:
        return self.links.address("/support")

    def home(self) -> str:
        return self.links.address("/")

    def _to(self, path: str, purpose: Purpose, **claims: int) -> str:
        return self.links.address(path + self.links.token(purpose, **claims))
