"""The templates and field types a dialogue can reach, handed in as data."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.dialogue.template import Template
from gateway.fields.base import FieldType

DAY_S = 24 * 3600
DRAFT_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every template version that a draft may still hold, and the newest of each, in the order of offering."""

    versions: Mapping[tuple[str, int], Template]
    newest: Mapping[str, Template]
    types: Mapping[str, FieldType]
    expiry_s: int = DRAFT_S

    @classmethod
    def of(
        cls, templates: Iterable[Template], types: Mapping[str, FieldType], expiry_s: int = DRAFT_S
    ) -> Catalog:
        """`templates` may hold several versions of one id; the order of first appearance is kept.

        expiry_s  how long a draft is kept after the citizen's last word, at least two days
        """
        versions: dict[tuple[str, int], Template] = {}
        newest: dict[str, Template] = {}
        for template in templates:
            versions[template.id, template.version] = template
            if template.id not in newest or template.version > newest[template.id].version:
                newest[template.id] = template
        return cls(versions, newest, types, max(expiry_s, 2 * DAY_S))

    def at(self, template_id: str, version: int) -> Template | None:
        """The version asked for, else the newest one, None when the template is gone."""
        return self.versions.get((template_id, version)) or self.newest.get(template_id)
