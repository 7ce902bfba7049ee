"""Open311 services and their attributes, made from complaint templates; mapping.py gives them a city's own codes.

Under our own codes a service is called by its template's id, an attribute by its field's, a key by its option's value;
`listed` and `definitions` are what the server's administrator loads. GeoReport v2 has six datatypes: a boolean becomes
a list of two, a list without options becomes text.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.fields.base import Option, Words

OWN_DEFAULT = "general"  # the template whose service takes what has none
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


def distinct(catalogue: Catalogue) -> list[Service]:
    """Several templates may share a service: its attributes are all of theirs."""
    found: dict[str, Service] = {}
    for service in (*catalogue.services.values(), catalogue.default):
        before = found.get(service.code)
        shared = {**(before.attributes if before else {}), **service.attributes}
        found[service.code] = Service(service.code, shared, (before and before.form) or service.form)
    return list(found.values())


# --- for the server's administrator -------------------------------------------------------------------------

def listed(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The answer to GET services."""
    return [_line(service) for service in distinct(catalogue)]


def definitions(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """The answers to GET services/{code}."""
    for service in distinct(catalogue):
        attributes = [_described(n, one) for n, one in enumerate(service.attributes.values(), 1)]
        yield {"service_code": service.code, "attributes": attributes}


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
