"""A city's mapping file: which service of its server takes which template, and how attributes are called there.

What it leaves out is not sent as an attribute and stands in the description alone; a template without a row goes to the
default service.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from casebridge.open311.services import ORDER_FIELDS, Attribute, Catalogue, Form, FormField, Service, options
from gateway.errors import ConfigError
from gateway.yamls import Document

T = TypeVar("T")
_CODE = re.compile(r"[^\s\[\]]{1,100}")  # stands in `attribute[code]`


class AttributeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """values: the server's key for every option of a choice; left out, they are called as ours."""

    attribute: str
    values: dict[str, str] = {}


Fields = dict[str, AttributeRow]


class ServiceRow(Struct, frozen=True, forbid_unknown_fields=True):
    """fields: our field's id → AttributeRow, or its code alone."""

    service: str
    fields: dict[str, Any] = {}


class MappingFile(Struct, frozen=True, forbid_unknown_fields=True):
    """default: the service of templates without a row; order: attributes that every service has (ORDER_FIELDS);
    services: template id → ServiceRow."""

    default: str
    order: dict[str, Any] = {}
    services: dict[str, Any] = {}


def mapped(document: Document, forms: Iterable[Form]) -> Catalogue:
    """Raises ConfigError with every fault, file and line, one a line."""
    given, known = document.to(MappingFile), {form.id: form for form in forms}
    order = _fields(document, "$.order", given.order)
    rows = _each(document, "$.services", given.services, ServiceRow)
    fields = {name: _fields(document, f"$.services.{name}.fields", row.fields) for name, row in rows.items()}
    found = [
        *_default_faults(given.default), *_field_faults("$.order", order, ORDER_FIELDS, {}),
        *(fault for name, row in rows.items() for fault in _row_faults(name, row, known)),
        *(fault for name, below in fields.items() if name in known
          for fault in _field_faults(f"$.services.{name}.fields", below, known[name].fields, order)),
    ]
    if found:
        raise ConfigError("\n".join(str(document.fault(f"{what} - at `{path}`", path)) for path, what in found))
    common = _attributes(order, ORDER_FIELDS)
    return Catalogue({
        name: Service(row.service, {**common, **_attributes(fields[name], known[name].fields)}, known[name])
        for name, row in rows.items()
    }, Service(given.default, common))


def _each(document: Document, path: str, rows: Mapping[str, Any], kind: type[T]) -> dict[str, T]:
    """Read one by one, so that a fault has the line of its own row. Raises ConfigError."""
    read: dict[str, T] = {}
    for name, row in rows.items():
        try:
            read[name] = msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            what, _, below = str(error).partition(" - at `$")
            here = f"{path}.{name}{below.rstrip('`')}"
            raise document.fault(f"{what} - at `{here}`", here) from error
    return read


def _fields(document: Document, path: str, rows: Mapping[str, Any]) -> Fields:
    whole = {name: {"attribute": row} if isinstance(row, str) else row for name, row in rows.items()}
    return _each(document, path, whole, AttributeRow)


def _attributes(rows: Fields, fields: Iterable[FormField]) -> dict[str, Attribute]:
    return {
        one.id: Attribute(row.attribute, one, row.values or {option.value: option.value for option in options(one)})
        for one in fields if (row := rows.get(one.id))
    }


def _default_faults(code: str) -> Iterator[tuple[str, str]]:
    if not code.strip():
        yield "$.default", "which service takes the rest?"


def _row_faults(name: str, row: ServiceRow, known: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    if name not in known:
        yield f"$.services.{name}", f"no template {name}"
    if not row.service.strip():
        yield f"$.services.{name}.service", "which service?"


def _field_faults(
    path: str, rows: Fields, fields: Iterable[FormField], beside: Fields,
) -> Iterator[tuple[str, str]]:
    known = {one.id: one for one in fields}
    taken = {row.attribute for row in beside.values()}
    for name, row in rows.items():
        here = f"{path}.{name}"
        if name not in known:
            yield here, f"the form has no field {name}"
            continue
        if not _CODE.fullmatch(row.attribute):
            yield here, "an attribute's code has neither blanks nor brackets"
        if row.attribute in taken:
            yield here, f"two fields for attribute {row.attribute}"
        taken.add(row.attribute)
        yield from _value_faults(here, row, known[name])


def _value_faults(path: str, row: AttributeRow, one: FormField) -> Iterator[tuple[str, str]]:
    ours = {option.value for option in options(one)}
    for value in row.values:
        if value not in ours:
            yield f"{path}.values.{value}", f"{one.id} has no value {value}"
    for value in sorted(ours - row.values.keys()) if row.values else ():
        yield f"{path}.values", f"no key for {value}"
