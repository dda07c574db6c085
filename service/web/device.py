"""What a browser is called in its owner's own list: coarse on purpose."""

BROWSERS = (
    ("Firefox", ("firefox/", "fxios/")),
    ("Edge", ("edg/", "edga/", "edgios/")),
    ("Opera", ("opr/",)),
    ("Samsung Internet", ("samsungbrowser/",)),
    ("Chrome", ("chrome/", "crios/", "chromium/")),
    ("Safari", ("safari/",)),
)
SYSTEMS = (
    ("iPhone", ("iphone",)),
    ("iPad", ("ipad",)),
    ("Android", ("android",)),
    ("Windows", ("windows",)),
    ("Mac", ("macintosh", "mac os x")),
    ("Chromebook", ("cros ",)),
    ("Linux", ("linux",)),
)


def label(user_agent: str) -> str:
    """Firefox on Android. No version and no model: nothing of the line itself is kept."""
    line = user_agent.lower()
    browser, system = _found(BROWSERS, line), _found(SYSTEMS, line)
    return f"{browser or 'A browser'} on {system}" if system else browser or "A browser"


def _found(names: tuple[tuple[str, tuple[str, ...]], ...], line: str) -> str | None:
    return next((name for name, marks in names if any(mark in line for mark in marks)), None)
