"""Every field type by the name templates use for it. A type without a table of cases fails the suite."""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.fields import (
    account_number,
    address,
    choice,
    choices,
    credit_code,
    document,
    files,
    images,
    list,
    moment,
    money,
    number,
    organisation,
    passport,
    period,
    phone,
    plate,
    resident_id,
    text,
    tracking_number,
    video,
    yes_no,
)
from gateway.fields.base import FieldType

_ALL: tuple[FieldType, ...] = (
    account_number.TYPE, address.TYPE, choice.TYPE, choices.TYPE, credit_code.TYPE, document.TYPE, files.TYPE,
    images.TYPE, list.TYPE, moment.TYPE, money.TYPE, number.TYPE, organisation.TYPE, passport.TYPE, period.TYPE,
    phone.TYPE, plate.TYPE, resident_id.TYPE, text.TYPE, tracking_number.TYPE, video.TYPE, yes_no.TYPE,
)
TYPES: Mapping[str, FieldType] = MappingProxyType({one.name: one for one in _ALL})
