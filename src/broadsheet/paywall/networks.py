"""Networks that read along: a company's or a university's addresses, each with the scopes it holds.

Pure: made once from a list, then asked by address. The longest prefix that holds an address counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Wider ones are a slip of the pen: they would open the paper to a continent.
SHORTEST = {4: 8, 6: 16}
MOST_NETWORKS = 20_000
MOST_REMEMBERED = 50_000
NOTHING: frozenset[str] = frozenset()
_Table = dict[int, dict[int, frozenset[str]]]


class Networks:
    """Scopes by address. False when there is no network at all."""

    def __init__(self, listed: Iterable[tuple[str, Sequence[str]]] = ()) -> None:
        """`listed` holds (CIDR, scopes); what is no network, or too wide, is passed over. The same one twice adds up."""
        tables: dict[int, _Table] = {4: {}, 6: {}}
        self._known: dict[str, frozenset[str]] = {}
        for count, (text, scopes) in enumerate(listed):
            if count == MOST_NETWORKS:
                break
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                continue
            if network.prefixlen < SHORTEST[network.version]:
                continue
            rest = network.max_prefixlen - network.prefixlen
            held = tables[network.version].setdefault(rest, {})
            key = int(network.network_address) >> rest
            held[key] = held.get(key, NOTHING) | frozenset(scopes)
        self._orders: Mapping[int, list[tuple[int, dict[int, frozenset[str]]]]] = {
            version: sorted(table.items()) for version, table in tables.items()
        }
        self._is_any = any(self._orders.values())

    def __bool__(self) -> bool:
        return self._is_any

    def scopes(self, address: str) -> frozenset[str]:
        """What the network of `address` holds; nothing for what is no address."""
        if not self._is_any:
            return NOTHING
        found = self._known.get(address)
        if found is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            found = self._known[address] = self._find(address)
        return found

    def _find(self, text: str) -> frozenset[str]:
        try:
            address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
        except ValueError:
            return NOTHING
        if isinstance(address, IPv6Address):
            # A socket for both families shows IPv4 clients like this (RFC 4291 §2.5.5.2).
            address = address.ipv4_mapped or address
        number = int(address)
        for rest, table in self._orders[address.version]:
            scopes = table.get(number >> rest)
            if scopes is not None:
                return scopes
        return NOTHING
