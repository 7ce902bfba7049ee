"""What a server offers against what we would send it, asked before the first citizen is: GET services and definitions.

GeoReport v2: a definition needs to be asked for only where `metadata` is true; `batch` services answer with a token,
`blackbox` ones with nothing.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping

from casebridge.open311.client import Client
from casebridge.open311.services import Attribute, Catalogue, Service, distinct
from casebridge.open311.wire import Row, below, truth, words

_KINDS = {
    "batch": "gives a token at first, and a number later",
    "blackbox": "never gives a number: every submission waits for a person, or is looked up",
}


async def survey(client: Client, catalogue: Catalogue) -> list[str]:
    """One line for everything that does not fit; empty when all does. Raises SendError."""
    offered = {words(row, "service_code"): row for row in await client.get("services", marks=("service_code",))}
    found: list[str] = []
    for service in distinct(catalogue):
        row = offered.get(service.code)
        if row is None:
            found.append(f"service {service.code}: not offered")
            continue
        kind = words(row, "type").lower()
        found += [f"service {service.code}: {kind}, {_KINDS[kind]}"] if kind in _KINDS else []
        attributes = await _attributes(client, service.code) if truth(row.get("metadata")) else {}
        found += [f"service {service.code}: {line}" for line in _compared(service, attributes)]
    return found


async def _attributes(client: Client, code: str) -> Mapping[str, Row]:
    return {words(row, "code"): row for row in await client.get("services", code, marks=("datatype",))}


def _compared(service: Service, theirs: Mapping[str, Row]) -> Iterator[str]:
    ours = {one.code: one for one in service.attributes.values()}
    for code, one in ours.items():
        yield from _differences(one, theirs[code]) if code in theirs else [f"attribute {code}: not in its definition"]
    for code, row in theirs.items():
        if truth(row.get("required")) and not (code in ours and ours[code].of.required):
            yield f"attribute {code}: required there, not always sent"


def _differences(ours: Attribute, theirs: Row) -> Iterator[str]:
    datatype = words(theirs, "datatype").lower()
    if datatype != ours.datatype:
        yield f"attribute {ours.code}: {datatype} there, {ours.datatype} here"
    keys = {words(row, "key") for row in below(theirs, "values", "key")}
    missing = sorted(set(ours.values.values()) - keys) if datatype.endswith("valuelist") else []
    if missing:
        yield f"attribute {ours.code}: no keys {', '.join(missing)}"
