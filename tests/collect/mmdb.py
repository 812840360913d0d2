"""A tiny database in MaxMind's format (MMDB 2.0, IPv4, records of 24 bits), written by hand from its specification."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

MARK = b"\xab\xcd\xefMaxMind.com"
TEXT, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11

NUMBERS = {"node_count": (UINT32, 4), "build_epoch": (UINT64, 8)}


def database(networks: Mapping[str, Any]) -> bytes:
    """The file in which each network has its record."""
    nodes: list[list[Any]] = [[None, None]]
    for network, record in networks.items():
        _put(nodes, ipaddress.ip_network(network), record)
    data, places = b"", {}
    for node in nodes:
        for side in node:
            if isinstance(side, dict) and id(side) not in places:
                places[id(side)] = len(data)
                data += _value(side)
    tree = b"".join(_pointer(side, len(nodes), places) for node in nodes for side in node)
    about = {"node_count": len(nodes), "record_size": 24, "ip_version": 4, "database_type": "Test-Country"}
    more = {"binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_700_000_000}
    return tree + b"\0" * 16 + data + MARK + _value({**about, **more, "languages": [], "description": {}})


def _put(nodes: list[list[Any]], network: Any, record: Any) -> None:
    bits = f"{int(network.network_address):032b}"[: network.prefixlen]
    at = 0
    for bit in map(int, bits[:-1]):
        if nodes[at][bit] is None:
            nodes.append([None, None])
            nodes[at][bit] = len(nodes) - 1
        at = nodes[at][bit]
    nodes[at][int(bits[-1])] = record


def _pointer(side: Any, count: int, places: Mapping[int, int]) -> bytes:
    value = count if side is None else side if isinstance(side, int) else count + 16 + places[id(side)]
    return value.to_bytes(3, "big")


def _value(value: Any, name: str = "") -> bytes:
    if isinstance(value, str):
        return _head(TEXT, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return _head(MAP, len(value)) + b"".join(_value(key) + _value(part, key) for key, part in value.items())
    if isinstance(value, list):
        return _head(ARRAY, len(value)) + b"".join(map(_value, value))
    kind, size = NUMBERS.get(name, (UINT16, 2))
    return _head(kind, size) + value.to_bytes(size, "big")


def _head(kind: int, size: int) -> bytes:
    """Sizes of 29 and more take another byte; kinds above 7 stand in a byte of their own."""
    least = min(size, 29)
    more = bytes([size - 29]) if size >= 29 else b""
    return (bytes([least, kind - 7]) if kind > 7 else bytes([kind << 5 | least])) + more
