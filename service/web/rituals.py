"""The catalogue: every ritual on offer, for anybody to read."""

from flask import Blueprint, render_template

from service.web.found import ritual_on_offer
from service.web.ritual_page import Way, rhythm, way_on
from service.web.visit import Visit, viewing

blueprint = Blueprint("rituals", __name__)


@blueprint.get("/rituals")
def index() -> str:
    with viewing() as visit:
        offers = [(ritual, rhythm(ritual)) for ritual in visit.services.catalogue]
        return render_template("pages/rituals/index.html", offers=offers)


@blueprint.get("/rituals/<slug>")
def show(slug: str) -> str:
    with viewing() as visit:
        ritual = ritual_on_offer(visit, slug)
        return render_template(
            "pages/rituals/show.html", ritual=ritual, rhythm=rhythm(ritual), way=_way(visit, ritual.slug)
        )


def _way(visit: Visit, slug: str) -> Way:
    partner = visit.guest
    return way_on(slug, signed_in=partner is not None, coupled=partner is not None and partner.is_coupled)
