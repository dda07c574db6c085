"""Google Calendar: consent, a calendar of our own in somebody's account, and what becomes of our events there."""

from integrations.calendars.google.calendar import GoogleCalendar
from integrations.calendars.google.consent import OAuthAddresses, OAuthClient
from integrations.calendars.google.provider import GoogleProvider

__all__ = ["GoogleCalendar", "GoogleProvider", "OAuthAddresses", "OAuthClient"]
