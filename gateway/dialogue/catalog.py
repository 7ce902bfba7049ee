"""The templates and field types a dialogue can reach, handed in as data."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gateway.dialogue import telling
from gateway.dialogue.template import Template
from gateway.fields.base import FieldType
from gateway.fields.labels import lexicon

DAY_S = 24 * 3600
DRAFT_S = 30 * DAY_S


class Catalog:
    """Every template version that a draft may still hold, and the newest of each, in the order of offering.

    One catalog serves a whole process; `renew` changes it for everybody at once, between two turns.
    """

    def __init__(self, types: Mapping[str, FieldType], expiry_s: int = DRAFT_S) -> None:
        """expiry_s  how long a draft is kept after the citizen's last word, at least two days"""
        self._versions: dict[tuple[str, int], Template] = {}
        self._newest: dict[str, Template] = {}
        self.versions: Mapping[tuple[str, int], Template] = MappingProxyType(self._versions)
        self.newest: Mapping[str, Template] = MappingProxyType(self._newest)
        self.types = types
        self.expiry_s = max(expiry_s, 2 * DAY_S)

    @classmethod
    def of(
        cls, templates: Iterable[Template], types: Mapping[str, FieldType], expiry_s: int = DRAFT_S
    ) -> Catalog:
        """`templates` may hold several versions of one id; the order of first appearance is kept."""
        catalog = cls(types, expiry_s)
        catalog.renew(templates)
        return catalog

    def renew(self, templates: Iterable[Template]) -> None:
        """These are the templates now. Versions that were there stay in reach of their drafts."""
        newest: dict[str, Template] = {}
        for template in templates:
            self._versions[template.id, template.version] = template
            if template.id not in newest or template.version > newest[template.id].version:
                newest[template.id] = template
        self._newest.clear()
        self._newest.update(newest)
        _prepare(newest.values())

    def learn(self, template: Template) -> None:
        """Another version that a draft holds; what is offered stays as it is."""
        self._versions[template.id, template.version] = template

    def at(self, template_id: str, version: int) -> Template | None:
        """The version asked for, else the newest one, None when the template is gone."""
        return self.versions.get((template_id, version)) or self.newest.get(template_id)


def _prepare(templates: Iterable[Template]) -> None:
    """Compiles the patterns that openings are read with, about a second for all forms, so that no first message
    pays for it. What has not changed since is still there."""
    for field in (field for template in templates for field in template.fields):
        telling.prepare(field)
        lexicon(field.options)
