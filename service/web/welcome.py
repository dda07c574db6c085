"""The page for somebody who is not signed in: what this is."""

from flask import render_template


def welcome() -> str:
    return render_template("pages/welcome/show.html")
