"""NOCALL: the way out, which ends at public addresses.

A name is resolved once, its addresses are checked, and the connection goes to an address that was checked, so
nothing can change in between (DNS rebinding). The certificate is still checked against the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import httpx

__all__ = ["CheckedTransport", "PrivateAddressError", "is_public"]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """A name leads to an address that is not of the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address is of the public internet, whatever it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


class CheckedTransport(httpx.AsyncBaseTransport):
    """Sends requests to one endpoint. Use one for each: connections are shared by address, not by name.

    Args:
        any_address: also private ones, for an endpoint that the operator listed.
    """

    def __init__(self, *, any_address: bool) -> None:
        self._any_address = any_address
        self._inner = httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_connections=4, keepalive_expiry=30)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Resolve, check, and send to the address that was checked."""
        host = request.url.raw_host.decode("ascii")
        addresses = await self._resolve(host, request.url.port or 0)
        request.extensions = {**request.extensions, "sni_hostname": host}
        url = request.url
        failure: httpx.ConnectError | None = None
        for address in addresses:
            request.url = url.copy_with(host=address)
            try:
                return await self._inner.handle_async_request(request)
            except httpx.ConnectError as error:
                failure = error
        raise failure or httpx.ConnectError(f"{host} has no address")

    async def _resolve(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be found: {error}") from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if not self._any_address and not all(map(is_public, addresses)):
            raise PrivateAddressError(host)
        return addresses

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()
