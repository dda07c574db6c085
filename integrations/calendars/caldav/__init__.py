"""Calendars on servers that speak CalDAV (RFC 4791): iCloud, Fastmail, Nextcloud, and many more."""
