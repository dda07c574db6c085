"""Pages that are the same for everybody: drawn without looking at any cookie, and kept by nobody."""

from flask import Response, current_app


def plain_page(template: str, **values: object) -> Response:
    """No name, no navigation, no notice, no cookie read or set; nothing stays in a cache."""
    frame: dict[str, object] = {"signed_in": False, "in_couple": False, "visitor": None, "current": "", "notices": []}
    # Flask's own render_template would look into the visitor's cookie.
    page = current_app.jinja_env.get_template(template).render(frame | values)
    return Response(page, headers={"Cache-Control": "no-store"})
