"""What field types say about a value: the keys below `problem.` and `warning.` of the reply catalogs.

A problem is raised as errors.Unreadable with exactly these params; a warning stands in Reading.warnings.
"""
from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PROBLEMS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "empty": (),
    "too_short": ("min",),          # characters
    "too_long": ("max",),           # characters, of the answer or of one list item
    "too_many": ("max",),           # items, files
    "pattern": (),                  # the template's own shape for a text
    "text": (), "list": (), "files": (), "images": (), "video": (), "document": (),
    "phone": (), "tracking_number": (), "address": (), "organisation": (),
    "resident_id": (), "passport": (), "plate": (), "credit_code": (), "account_number": (),
    "number": (), "number_low": ("min",), "number_high": ("max",),
    "money": (), "money_low": ("min",), "money_high": ("max",),  # yuan
    "moment": (), "period": (), "period_order": (), "future": (),
    "choice": (), "choice_several": (),                          # several options were named, one is wanted
    "yes_no": (),
})

WARNINGS: Mapping[str, str] = MappingProxyType({
    "unknown_district": "no district of the address is known: ask once, then take it as it is",
    "district_assumed": "the address names no district: it was given the one where the citizen's code hangs",
    "district_elsewhere": "the district lies in another city than the one that was named",
    "other_city": "the template asks for a place of this city (limit `home`), the address is in another",
    "tracking_pattern": "the letters are a carrier's, the digits are not as many as usual",
    "tracking_check_digit": "a postal number whose S10 check digit does not fit: one digit may be mistyped",
    "resident_id_check": "the check digit does not fit: one digit may be mistyped",
    "passport_shape": "longer or shorter than passports' numbers are",
    "plate_province": "the province's character is missing",
    "plate_shape": "none of the plates of GA 36-2018",
    "credit_code_check": "the check character does not fit: one may be mistyped",
    "credit_code_shape": "an older number, or letters that the code does not use",
    "account_number_shape": "not the 6 to 20 digits that are usual",
    "moment_vague": "stands for more than the day: last week, 三月份",
    "period_vague": "one point in time was said: the end is a guess",
})
