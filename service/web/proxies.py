"""The client's address and scheme, believed from a proxy only if it is one of ours."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")


class TrustedProxies:
    """Reads X-Forwarded-For and -Proto from the configured proxies; forgets them from anybody else."""

    def __init__(self, app: WSGIApplication, networks: tuple[IPv4Network | IPv6Network, ...]) -> None:
        self._app, self._networks = app, networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        forwarded = {name: str(environ.pop(name, "")) for name in FORWARDED}
        if self._trusts(str(environ.get("REMOTE_ADDR", ""))):
            self._believe(environ, forwarded)
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment, forwarded: dict[str, str]) -> None:
        chain = [hop.strip() for hop in forwarded["HTTP_X_FORWARDED_FOR"].split(",") if hop.strip()]
        client = next((hop for hop in reversed(chain) if not self._trusts(hop)), chain[0] if chain else None)
        if client is not None and _is_address(client):
            environ["REMOTE_ADDR"] = client
        if forwarded["HTTP_X_FORWARDED_PROTO"] in ("http", "https"):
            environ["wsgi.url_scheme"] = forwarded["HTTP_X_FORWARDED_PROTO"]

    def _trusts(self, hop: str) -> bool:
        return _is_address(hop) and any(ip_address(hop) in network for network in self._networks)


def _is_address(hop: str) -> bool:
    try:
        ip_address(hop)
    except ValueError:
        return False
    return True
