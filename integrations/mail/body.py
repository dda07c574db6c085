"""A message's content as it travels (RFC 5321 section 4.5.2)."""

import re

from rituals.interfaces import Envelope

FINAL_DOT = b"\r\n.\r\n"
DOT = re.compile(rb"\n\.")


def travelling(envelope: Envelope) -> bytes:
    """The content with no line that could end it, and without its last line end, which belongs to the final dot."""
    content = envelope.content
    if envelope.is_even and DOT.search(content) is None and not content.startswith(b"."):
        return content.removesuffix(b"\r\n")
    # splitlines() takes CRLF, CR and LF for an end, and with join() it is the cheapest way to make them all CRLF.
    lines = b"\r\n".join(content.splitlines()).replace(b"\r\n.", b"\r\n..")
    return b"." + lines if lines.startswith(b".") else lines
