"""Open311 services and their attributes, made from complaint templates and, where there is one, a city's mapping file.

Without a file the server is expected to have our own codes: service = template id, attribute = field id, key = option
value; `listed` and `definition` are then what its administrator loads. With a file only what it maps is sent as
attributes, and everything stands in the description besides. GeoReport v2 has six datatypes; a boolean becomes a list
of two, a list without options becomes text.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from gateway.errors import ConfigError
from gateway.fields.base import Option, Words
from gateway.yamls import Document

OWN_DEFAULT = "general"  # the template whose service takes what has none
_CODE = re.compile(r"[^\s\[\]]{1,100}")  # stands in `attribute[code]`
_YES_NO = (Option("true", Words("是", "yes")), Option("false", Words("否", "no")))


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a template, as far as a server must know it. datatype: of gateway/fields; values: those of a choice.
    """

    id: str
    label: Words
    help: Words
    datatype: str
    required: bool = False
    values: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A template. group: the label of its first level of classification."""

    id: str
    title: Words
    about: Words
    group: str
    fields: tuple[FormField, ...]


def _options(*pairs: tuple[str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, Words(zh, en)) for value, zh, en in pairs)


# What the work order says of itself (gateway/work-order.schema.json); every service takes it.
ORDER_FIELDS = (
    FormField("work_order_id", Words("工单编号", "Work order"), Words("12345 的工单编号", "Its number at 12345"),
              "string", True),
    FormField("appeal_type", Words("诉求类型", "Kind of appeal"), Words("诉求类型", "Kind of appeal"),
              "singlevaluelist", True, _options(
                  ("consultation", "咨询", "consultation"), ("assistance", "求助", "assistance"),
                  ("complaint", "投诉", "complaint"), ("report", "举报", "report"),
                  ("suggestion", "建议", "suggestion"), ("commendation", "表扬", "commendation"),
                  ("other", "其他", "other"))),
    FormField("urgency", Words("紧急程度", "Urgency"), Words("紧急程度", "Urgency"), "singlevaluelist", True, _options(
        ("normal", "一般", "normal"), ("urgent", "加急", "urgent"), ("emergency", "紧急", "emergency"))),
    FormField("occurred_at", Words("事发时间", "When it happened"), Words("事发时间", "When it happened"), "datetime"),
    FormField("resolve_by", Words("办理时限", "To be resolved by"), Words("办理时限", "To be resolved by"), "datetime"),
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a service. values: our value → the server's key."""

    code: str
    of: FormField
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def datatype(self) -> str:
        if self.of.datatype == "boolean":
            return "singlevaluelist"
        return "text" if self.of.datatype == "multivaluelist" and not self.values else self.of.datatype


@dataclass(frozen=True, slots=True)
class Service:
    """attributes: by the field's id. form: None for a default service that is no template's own."""

    code: str
    attributes: Mapping[str, Attribute]
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    services: Mapping[str, Service]  # by template id
    default: Service

    def service(self, order: Mapping[str, Any]) -> Service:
        return self.services.get((order.get("template") or {}).get("id", ""), self.default)


# --- our own codes ------------------------------------------------------------------------------------------

def own(forms: Iterable[Form]) -> Catalogue:
    services = {form.id: Service(form.id, _own_attributes((*ORDER_FIELDS, *form.fields)), form) for form in forms}
    default = services.get(OWN_DEFAULT)
    return Catalogue(services, default or Service(OWN_DEFAULT, _own_attributes(ORDER_FIELDS)))


def _own_attributes(fields: Iterable[FormField]) -> dict[str, Attribute]:
    return {one.id: Attribute(one.id, one, {option.value: option.value for option in options(one)}) for one in fields}


def options(one: FormField) -> tuple[Option, ...]:
    return _YES_NO if one.datatype == "boolean" else one.values


# --- a city's mapping file ----------------------------------------------------------------------------------

class AttributeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """values: the server's key for every option of a choice; left out, they are called as ours."""

    attribute: str
    values: dict[str, str] = {}


Fields = dict[str, AttributeRow | str]  # a bare string is the attribute's code


class ServiceRow(Struct, frozen=True, forbid_unknown_fields=True):
    service: str
    fields: Fields = {}


class MappingFile(Struct, frozen=True, forbid_unknown_fields=True):
    """default: the service of templates without a row; order: attributes that every service has (ORDER_FIELDS)."""

    default: str
    order: Fields = {}
    services: dict[str, ServiceRow] = {}


def mapped(document: Document, forms: Iterable[Form]) -> Catalogue:
    """Raises ConfigError with every fault, file and line, one a line."""
    given, known = document.to(MappingFile), {form.id: form for form in forms}
    found = [str(document.fault(f"{what} - at `{path}`", path)) for path, what in _faults(given, known)]
    if found:
        raise ConfigError("\n".join(found))
    order = _attributes(given.order, ORDER_FIELDS)
    services = {
        name: Service(row.service, {**order, **_attributes(row.fields, known[name].fields)}, known[name])
        for name, row in given.services.items()
    }
    return Catalogue(services, Service(given.default, order))


def _attributes(rows: Fields, fields: Iterable[FormField]) -> dict[str, Attribute]:
    return {
        one.id: Attribute(row.attribute, one, row.values or {option.value: option.value for option in options(one)})
        for one in fields if one.id in rows and (row := _row(rows[one.id]))
    }


def _row(row: AttributeRow | str) -> AttributeRow:
    return AttributeRow(row) if isinstance(row, str) else row


def _faults(given: MappingFile, known: Mapping[str, Form]) -> Iterator[tuple[str, str]]:
    if not given.default.strip():
        yield "$.default", "which service takes the rest?"
    yield from _field_faults("$.order", given.order, ORDER_FIELDS, {})
    for name, row in given.services.items():
        path = f"$.services.{name}"
        if name not in known:
            yield path, f"no template {name}"
        elif not row.service.strip():
            yield f"{path}.service", "which service?"
        else:
            yield from _field_faults(f"{path}.fields", row.fields, known[name].fields, given.order)


def _field_faults(
    path: str, rows: Fields, fields: Iterable[FormField], beside: Fields,
) -> Iterator[tuple[str, str]]:
    known = {one.id: one for one in fields}
    taken = {_row(row).attribute for row in beside.values()}
    for name, given in rows.items():
        row, here = _row(given), f"{path}.{name}"
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


# --- for the server's administrator -------------------------------------------------------------------------

def listed(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The answer to GET services."""
    return [_line(service) for service in _distinct(catalogue)]


def definitions(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """The answers to GET services/{code}."""
    for service in _distinct(catalogue):
        attributes = [_described(n, one) for n, one in enumerate(service.attributes.values(), 1)]
        yield {"service_code": service.code, "attributes": attributes}


def _distinct(catalogue: Catalogue) -> list[Service]:
    """Several templates may share a service: its attributes are all of theirs."""
    found: dict[str, Service] = {}
    for service in (*catalogue.services.values(), catalogue.default):
        before = found.get(service.code)
        shared = {**(before.attributes if before else {}), **service.attributes}
        found[service.code] = Service(service.code, shared, (before and before.form) or service.form)
    return list(found.values())


def _line(service: Service) -> dict[str, Any]:
    title = service.form.title if service.form else Words("其他诉求", "Other requests")
    about = service.form.about if service.form else Words("没有对应服务的诉求", "What has no service of its own")
    return {
        "service_code": service.code, "service_name": _both(title), "description": _both(about),
        "metadata": bool(service.attributes), "type": "realtime", "keywords": "12345",
        "group": service.form.group if service.form else "其他",
    }


def _described(n: int, one: Attribute) -> dict[str, Any]:
    described: dict[str, Any] = {
        "variable": True, "code": one.code, "datatype": one.datatype, "required": one.of.required,
        "datatype_description": _both(one.of.help), "order": n, "description": _both(one.of.label),
    }
    if one.values:
        labels = {option.value: _both(option.label) for option in options(one.of)}
        described["values"] = [{"key": key, "name": labels[value]} for value, key in one.values.items()]
    return described


def _both(text: Words) -> str:
    return f"{text.zh} / {text.en}"
