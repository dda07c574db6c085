"""A CalDAV server with few gifts: a real one, behind a proxy that takes from it what many servers lack."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.simulators.web_server import Asked, WebServer, answer

UNSUPPORTED = b'<d:error xmlns:d="DAV:"><d:supported-report/></d:error>'
LACKING = (b"sync-collection", b"free-busy-query")


@contextmanager
def modest(behind: str) -> Iterator[str]:
    """No sync-collection, no free-busy-query, and no ETag in answer to a PUT. Yields its address."""
    with WebServer(lambda asked: _answer(asked, behind)) as server:
        yield server.url


def _answer(asked: Asked, behind: str) -> Iterable[bytes]:
    if any(report in asked.body for report in LACKING):
        return [answer(UNSUPPORTED, "403 Forbidden", content_type="application/xml")]
    connection = HTTPConnection(urlsplit(behind).netloc, timeout=20)
    try:
        passed_on = {name: value for name, value in asked.headers.items() if name != "accept-encoding"}
        connection.request(asked.method, asked.path, asked.body, passed_on)
        response = connection.getresponse()
        body = response.read()
        dropped = {"content-length", "transfer-encoding", "connection"} | ({"etag"} if asked.method == "PUT" else set())
        headers = {name: value for name, value in response.getheaders() if name.lower() not in dropped}
        return [answer(body, f"{response.status} {response.reason}", **headers)]
    finally:
        connection.close()
