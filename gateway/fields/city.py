"""The city's own data, already loaded: names, time zone, districts, streets, emergency numbers, departments."""
from __future__ import annotations

from msgspec import Struct


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """One administrative division.

    name    official, e.g. 海珠区, 广州市, 江海街道
    en      romanised without the generic part, e.g. Haizhu; "" when unknown
    adcode  6 digits (GB/T 2260) for province, city, district; 9 for a street or town
    """

    name: str
    adcode: str
    en: str = ""


class Department(Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    zh: str
    en: str
    skills: tuple[str, ...] = ()

    def goes_by(self, word: str) -> bool:
        """Case systems tell it by its code, or by a name."""
        return word in (self.code, self.zh, self.en)

    def name(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class EmergencyNumber(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to call in one kind of danger (gateway/emergency.py); number as dialled.

    also    a second line that its wording names: lift rescue for the trapped, the crisis line for the desperate, where
            to write when one cannot speak; "" for none
    """

    kind: str
    number: str
    zh: str
    en: str
    also: str = ""


class OtherLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A line that is not part of 12345. `about` and `unless` are regular expressions (gateway/scope.py)."""

    id: str
    number: str
    zh: str
    en: str
    about: tuple[str, ...]
    unless: tuple[str, ...] = ()


class City(Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """One city. `divisions` are all provinces, cities and districts of the country (an address may lead
    anywhere), `streets` the home city's own; `area_code` goes before telephone numbers of eight digits.

    Compared by identity: indexes of its places are cached by city, and comparing thousands of places at every
    look-up would cost milliseconds."""

    adcode: str
    zh: str
    en: str
    time_zone: str
    hotline: str = "12345"
    area_code: str = ""
    departments: tuple[Department, ...] = ()
    emergency: tuple[EmergencyNumber, ...] = ()
    lines: tuple[OtherLine, ...] = ()
    divisions: tuple[Place, ...] = ()
    streets: tuple[Place, ...] = ()
