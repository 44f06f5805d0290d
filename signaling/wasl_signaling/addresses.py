"""The addresses at which browsers reach this machine."""

from __future__ import annotations

import ipaddress

import ifaddr

WILDCARDS = ("0.0.0.0", "::")


def reachable(host: str) -> list[str]:
    """Addresses behind a bind address: itself, or for a wildcard all of this machine's, loopback last.

    `0.0.0.0` stands for those of IPv4, `::` for IPv6 as well, which comes second: more networks know the other.
    Addresses of one link alone are left out.
    """
    if host == "localhost":
        return ["127.0.0.1"]
    if host not in WILDCARDS:
        return [host]
    names = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    found = [ipaddress.ip_address(name) for name in names]
    usable = [one for one in found if one.version == 4 or (host == "::" and not one.is_link_local)]
    return [str(one) for one in sorted(usable, key=lambda one: (one.is_loopback, one.version))]


def in_url(address: str) -> str:
    """As it stands in a URL (RFC 3986, 3.2.2)."""
    return f"[{address}]" if ":" in address else address
