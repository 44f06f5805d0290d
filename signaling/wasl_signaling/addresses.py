"""The addresses at which browsers reach this machine."""

from __future__ import annotations

import ipaddress

import ifaddr

WILDCARDS = ("0.0.0.0", "::")


def reachable(host: str) -> list[str]:
    """IPv4 addresses behind a bind address: itself, or for a wildcard all of this machine's, loopback last."""
    if host == "localhost":
        return ["127.0.0.1"]
    if host not in WILDCARDS:
        return [host]
    found = [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    return sorted(found, key=lambda address: ipaddress.ip_address(address).is_loopback)
