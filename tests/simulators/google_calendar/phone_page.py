"""The phone as a small web page, for people who try things out: what is coming up, and two buttons each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode

from tests.simulators.google_calendar.api_error import ApiError
from tests.simulators.google_calendar.coming import Coming
from tests.simulators.google_calendar.exchange import Answer, Request, html_answer, redirect
from tests.simulators.google_calendar.phone import Phone

COMING = 15
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{account} - simulated phone</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem }}
li {{ margin: 1rem 0 }} form {{ display: inline }} button {{ font: inherit }} small {{ color: #555 }}</style></head>
<body><p><small>This is a simulated phone. Nothing leaves this machine.</small></p>
<h1>Calendar of {account}</h1>
<ul>{dates}</ul>
<form method="post"><button name="do" value="meet">Put a meeting in my own calendar tomorrow at six</button></form>
</body></html>"""
DATE = """<li><b>{title}</b><br>{when} <small>{zone} - {calendar}</small><br>
<form method="post"><input type="hidden" name="calendar" value="{calendar_id}">
<input type="hidden" name="event" value="{event_id}"><input type="hidden" name="original" value="{original}">
<button name="do" value="later">An hour later</button> <button name="do" value="delete">Delete</button>{series}
</form></li>"""
SERIES = ' <button name="do" value="delete_all">Delete all</button>'


@dataclass(frozen=True, slots=True)
class PhonePage:
    """Of one account."""

    phone: Phone
    now: datetime

    def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            return html_answer(200, self._page())
        form = {name: values[-1] for name, values in request.form().items()}
        try:
            self._do(form)
        except (ApiError, AssertionError, KeyError, ValueError):
            return html_answer(409, "<h1>The phone shows no such date any more</h1>")
        return redirect(f"/phone?{urlencode({'account': self.phone.account.address})}")

    def _do(self, form: dict[str, str]) -> None:
        if form["do"] == "meet":
            tomorrow = (self.now + timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)
            self.phone.add_meeting(tomorrow, tomorrow + timedelta(hours=1), title="Dinner with friends")
            return
        where = (form["calendar"], form["event"])
        original = datetime.fromisoformat(form["original"])
        match form["do"]:
            case "later":
                starts = self.phone.starts_of(*where, original)
                self.phone.move_date(*where, original, starts + timedelta(hours=1))
            case "delete":
                self.phone.delete_date(*where, original)
            case "delete_all":
                self.phone.delete_series(*where)

    def _page(self) -> str:
        coming = self.phone.coming(self.now, COMING)
        dates = "".join(map(_date, coming)) or "<li>Nothing is coming up.</li>"
        return PAGE.format(account=escape(self.phone.account.address), dates=dates)


def _date(one: Coming) -> str:
    return DATE.format(
        title=escape(one.title or "(No title)"),
        when=f"{one.starts:%A %d %B, %H:%M}",
        zone=escape(one.zone),
        calendar=escape(one.calendar),
        calendar_id=escape(one.calendar_id),
        event_id=escape(one.event_id),
        original=one.original.isoformat(),
        series=SERIES if one.repeats else "",
    )
