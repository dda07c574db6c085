"""The one way out to servers that people name: checked addresses, a deadline over everything, a cap on every answer."""

from integrations.http.guard import Guard
from integrations.http.response import Response
from integrations.http.retry_after import retry_after
from integrations.http.session import Session

__all__ = ["Guard", "Response", "Session", "retry_after"]
