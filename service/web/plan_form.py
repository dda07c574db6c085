"""The form of a plan as a page: for a first proposal, and for another wording of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, url_for

from rituals.plan import Plan
from rituals.recurrence import zones
from rituals.ritual import Ritual
from service import when
from service.web.offer_view import OfferView
from service.web.plan_fields import PlanFields
from service.web.plan_preview import preview
from service.web.schedule import Reader
from service.web.visit import Visit

FIELDS = (
    "every interval weekdays month_mode date time minutes zone ends until times intention".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the fields."""

    title: str
    lede: str
    name: str
    slug: str
    action: str
    submit: str
    back: str
    hidden: tuple[tuple[str, str], ...]
    """What the form carries along unseen."""


def new_frame(visit: Visit, ritual: Ritual, form_key: str) -> Frame:
    other = visit.couple.other(visit.partner)
    whom = other.name if other else "your partner"
    return Frame(
        title="When shall it be?",
        lede=f"Say it the way you would say it to {whom}. Nothing stands anywhere until {whom} has said yes too.",
        name=ritual.name,
        slug=ritual.slug,
        action=url_for("plans.create"),
        submit=f"Propose it to {whom}",
        back=url_for("rituals.show", slug=ritual.slug),
        hidden=(("ritual", ritual.slug), ("form_key", form_key)),
    )


def edit_frame(visit: Visit, plan: Plan, seen: str) -> Frame:
    other = visit.couple.other(visit.partner)
    whom = other.name if other else "your partner"
    holds = "What you agreed holds until then." if plan.agreed else "It replaces the proposal that waits."
    return Frame(
        title="Another time, perhaps?",
        lede=f"Change what you like. {whom} is asked, and it counts from their yes on. {holds}",
        name=plan.ritual_name,
        slug=plan.ritual,
        action=url_for("plans.update", plan_id=plan.id),
        submit=f"Suggest it to {whom}",
        back=url_for("plans.show", plan_id=plan.id),
        hidden=(("plan", str(plan.id)), ("seen", seen)),
    )


def form_page(
    visit: Visit, frame: Frame, fields: PlanFields, errors: Mapping[str, str], *, offer: OfferView | None = None
) -> str:
    """The form with these values; `errors` by field, nothing that was typed is lost."""
    reader = Reader.of(visit)
    return render_template(
        "pages/plans/form.html",
        frame=frame,
        fields=fields,
        errors={name: errors.get(name, "") for name in FIELDS},
        mistakes=list(errors.items()),
        preview=preview(fields, reader),
        zones=_zones(visit),
        clocks=_clocks(reader),
        offer=offer,
    )


def _zones(visit: Visit) -> list[tuple[str, str]]:
    """All zones to search in, one's own and the partner's first, by whose they are."""
    couple, partner = visit.couple, visit.partner
    other = couple.other(partner)
    first = {partner.zone: "Your clock"}
    if other is not None and other.zone and other.zone != partner.zone:
        first[other.zone] = f"{other.name}’s clock"
    return [*first.items(), *((zone, when.city(zone)) for zone in zones() if zone not in first)]


def _clocks(reader: Reader) -> str:
    if not reader.other_zone or reader.other_zone == reader.zone:
        return f"Your clock is that of {when.city(reader.zone)}. For another, type a city."
    return (
        f"Your clock is that of {when.city(reader.zone)}; {reader.other_name}’s is that of "
        f"{when.city(reader.other_zone)}. For another, type a city."
    )
