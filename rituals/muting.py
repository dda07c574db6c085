"""Stopping one's own prompt mails of one plan, and starting them again. Nobody else is shown."""

from sqlalchemy import select

from rituals.act import Act
from rituals.delivery import Delivery, Unsubscription
from rituals.errand import WAITING
from rituals.horizon import derive
from rituals.occurrence import Occurrence
from rituals.plan import Plan


def is_muted(act: Act, plan: Plan) -> bool:
    """Whether the one who acts wants no prompt mails of this plan."""
    return _mine(act, plan) is not None


def stop_mails(act: Act, plan: Plan) -> None:
    """Not one more prompt of this plan to the one who acts; what is on its way is held back too.

    The caller holds the plan's lock. Asking twice changes nothing.
    """
    if _mine(act, plan) is None:
        act.session.add(Unsubscription(plan_id=plan.id, partner_id=act.by.id, asked_at=act.now))
    on_their_way = (
        select(Delivery)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Occurrence.plan_id == plan.id, Delivery.partner_id == act.by.id, Delivery.state.in_(WAITING))
    )
    held = on_their_way.order_by(Delivery.id).with_for_update(of=Delivery)
    for delivery in act.session.scalars(held, execution_options={"populate_existing": True}):
        delivery.withdraw()
    act.session.flush()


def start_mails(act: Act, plan: Plan) -> None:
    """Prompts from the next start on. The caller holds the plan's lock."""
    mine = _mine(act, plan)
    if mine is None:
        return
    act.session.delete(mine)
    act.session.flush()
    derive(act.session, plan, act.now, window=act.window)


def _mine(act: Act, plan: Plan) -> Unsubscription | None:
    mine = select(Unsubscription).where(Unsubscription.plan_id == plan.id, Unsubscription.partner_id == act.by.id)
    return act.session.scalar(mine)
