"""Whom people have their calendar with, and what each of them calls the things that are needed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountWords:
    """The words of one provider's form."""

    slug: str
    name: str
    about: str
    place: str
    """Where its calendars are found; empty: that is asked."""
    place_label: str
    place_hint: str
    user_label: str
    user_hint: str
    key_label: str
    steps: tuple[str, ...]
    """How a password for this alone is made."""
    link: str
    """Where it is made; empty where that differs."""
    link_words: str


ICLOUD = AccountWords(
    slug="icloud",
    name="iCloud",
    about="The calendar of iPhone, iPad and Mac.",
    place="icloud.com",
    place_label="",
    place_hint="",
    user_label="Your Apple Account’s address",
    user_hint="The mail address that you sign in to iCloud with.",
    key_label="App-specific password",
    steps=(
        "Sign in to your Apple Account, and open “Sign-In and Security”, then “App-Specific Passwords”.",
        "Choose “Generate an app-specific password”, and call it Side by Side.",
        "Copy it into the field below. Your own Apple password is not needed, and does not work here.",
    ),
    link="https://account.apple.com/account/manage",
    link_words="Open the Apple Account page",
)
FASTMAIL = AccountWords(
    slug="fastmail",
    name="Fastmail",
    about="",
    place="fastmail.com",
    place_label="",
    place_hint="",
    user_label="Your Fastmail address",
    user_hint="The whole address, with everything after the @.",
    key_label="App password",
    steps=(
        "In Fastmail, open “Settings”, “Privacy & Security”, then “Manage app passwords and access”.",
        "Choose “New app password” with access to “Calendars (CalDAV)”, and call it Side by Side.",
        "Copy it into the field below.",
    ),
    link="https://app.fastmail.com/settings/security/apps",
    link_words="Open that page at Fastmail",
)
NEXTCLOUD = AccountWords(
    slug="nextcloud",
    name="Nextcloud",
    about="Your own, or one at a provider.",
    place="",
    place_label="The address of your Nextcloud",
    place_hint="As it stands in your browser, like https://cloud.example.org.",
    user_label="User name",
    user_hint="",
    key_label="App password",
    steps=(
        "In Nextcloud, open “Personal settings”, then “Security”.",
        "At “Devices & sessions”, type Side by Side as the app’s name, and choose “Create new app password”.",
        "Copy the user name and the password into the fields below.",
    ),
    link="",
    link_words="",
)
MAILBOX_ORG = AccountWords(
    slug="mailbox-org",
    name="mailbox.org",
    about="",
    place="mailbox.org",
    place_label="",
    place_hint="",
    user_label="Your mailbox.org address",
    user_hint="The whole address, with everything after the @.",
    key_label="Application password",
    steps=(
        "In mailbox.org, open “All settings”, “Security”, then “Application passwords”.",
        "Make a new one for calendar and contacts, and call it Side by Side.",
        "Copy it into the field below.",
    ),
    link="",
    link_words="",
)
OTHER = AccountWords(
    slug="other",
    name="Another server",
    about="GMX, WEB.DE, Posteo, Yahoo, Zoho, SOGo, Radicale and whatever else speaks CalDAV.",
    place="",
    place_label="The domain of your mail address, the server, or the calendar’s own address",
    place_hint="Like posteo.de, or https://dav.example.org/calendars/anna/.",
    user_label="User name",
    user_hint="Often the whole mail address.",
    key_label="Password",
    steps=("If your provider makes passwords for single apps, make one for this alone.",),
    link="",
    link_words="",
)
PROVIDERS = {one.slug: one for one in (ICLOUD, FASTMAIL, NEXTCLOUD, MAILBOX_ORG, OTHER)}
