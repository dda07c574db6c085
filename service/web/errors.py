"""What a person reads when something is not to be had."""

from flask import Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from rituals.refused import RefusedError
from service.web.security import SECRET_PATHS, own_path
from service.web.visit import SignInNeededError, StepNeededError, services

RETRY_AFTER = "5"

SENTENCES = {
    400: ("That could not be read.", "Something in the form arrived broken. Please go back and try once more."),
    403: ("That is not possible.", "Please go back and try another way."),
    404: ("There is nothing here.", "The page may have moved, or the address has a letter too many."),
    405: ("That is not possible here.", "Please go back and use the button on the page."),
    409: ("That has changed meanwhile.", "Please go back and have another look."),
    410: ("That is over.", "This page has done its work."),
    413: ("That was too much at once.", "Please send less text."),
    415: ("That could not be read.", "Please use the form on the page."),
    429: ("A little too fast.", "Please wait a while, and then try again."),
    500: ("Something broke on our side.", "Nothing that was saved is lost. Please try again in a minute."),
    503: ("One moment, please.", "We are busy and could not save that. Nothing is lost; try again in a few seconds."),
}


def sentence_page(status: int, *, title: str | None = None, text: str | None = None) -> Response:
    """A plain page that says what happened and what to do."""
    default_title, default_text = SENTENCES.get(status, SENTENCES[400])
    page = render_template("pages/error.html", title=title or default_title, text=text or default_text, status=status)
    response = make_response(page, status)
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def register(app: Flask) -> None:
    """Every expected failure is a sentence on a page, never a traceback."""
    app.register_error_handler(HTTPException, lambda error: sentence_page(error.code or 500))
    app.register_error_handler(RateLimitExceeded, lambda _: sentence_page(429))
    app.register_error_handler(CSRFError, lambda _: _stale_form())
    app.register_error_handler(SignInNeededError, lambda _: _to_sign_in())
    app.register_error_handler(StepNeededError, lambda error: redirect(url_for(error.endpoint), 303))
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(SQLAlchemyError, _database)


def _stale_form() -> Response:
    text = "The page was open for a long time, or cookies are off. Please go back, load it again and send it once more."
    return sentence_page(400, title="That form had grown old.", text=text)


def _to_sign_in() -> BaseResponse:
    goes_back = request.method == "GET" and not request.path.startswith(SECRET_PATHS)
    wanted = own_path(request.full_path.rstrip("?")) if goes_back else None
    return redirect(url_for("sign_in.new", next=wanted) if wanted else url_for("sign_in.new"), 303)


def _refused(error: RefusedError) -> BaseResponse:
    """A refusal that no form caught: the sentence, on the page the person came from."""
    flash(str(error), "problem")
    return redirect(url_for("week.index"), 303)


def _database(error: SQLAlchemyError) -> Response:
    if not services().database.is_unavailable(error):
        raise error
    return sentence_page(503)
