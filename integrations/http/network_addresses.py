"""Which network addresses may be asked: those of the open internet, and others only where the operator says so."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

NEVER_V4 = tuple(map(IPv4Network, ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32")))
"""'This host', link-local (clouds keep their secrets there), multicast, broadcast: no calendar lives in these."""
NEVER_V6 = tuple(map(IPv6Network, ("::/128", "fe80::/10", "ff00::/8")))

CLOSED_V4 = (
    *NEVER_V4,
    *map(
        IPv4Network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
        ),
    ),
)
OPEN_V6 = IPv6Network("2000::/3")
"""All that was ever given out. Loopback, mapped, compatible, NAT64, unique local, site-local lie outside."""
CLOSED_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, ORCHID and others that carry something else inside
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address of any kind in disguise
            "3fff::/20",
        ),
    )
)
WRAPPED_V4 = tuple(map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "::/96")))
"""An IPv4 address stands in the last 32 bits: mapped, NAT64, compatible."""


def may_be_asked(address: str, *, allow_private: bool) -> bool:
    """Whether we connect to this numeric address. `ipaddress.is_global` misses several of these."""
    found = ip_address(address)
    if isinstance(found, IPv4Address):
        refused = NEVER_V4 if allow_private else CLOSED_V4
        return not any(found in network for network in refused)
    if allow_private:
        return not any(found in network for network in NEVER_V6) and _inner_is_fine(found)
    return found in OPEN_V6 and not any(found in network for network in CLOSED_V6)


def _inner_is_fine(address: IPv6Address) -> bool:
    """Of an IPv6 address that stands for an IPv4 address, the latter; '::1' stands for none."""
    if address.is_loopback or not any(address in network for network in WRAPPED_V4):
        return True
    inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return not any(inner in network for network in NEVER_V4)
