"""Every field type by the name templates use for it. A type without a table of cases fails the suite."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.fields import (
    address,
    choice,
    choices,
    files,
    list,
    moment,
    money,
    number,
    organisation,
    period,
    phone,
    text,
    tracking_number,
    yes_no,
)
from gateway.fields.base import FieldType

_ALL: tuple[FieldType, ...] = (
    address.TYPE, choice.TYPE, choices.TYPE, files.TYPE, list.TYPE, moment.TYPE, money.TYPE, number.TYPE,
    organisation.TYPE, period.TYPE, phone.TYPE, text.TYPE, tracking_number.TYPE, yes_no.TYPE,
)
TYPES: Mapping[str, FieldType] = MappingProxyType({one.name: one for one in _ALL})
