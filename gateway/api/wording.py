"""What is wrong with a form, field by field, in the caller's language."""
from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.dialogue.forms import Fault
from gateway.dialogue.template import Template
from gateway.errors import FieldFault, Unprocessable
from gateway.replies import Replies

LONGEST = 64  # characters of a field name that is said back


def refusal(
    replies: Replies, language: str, faults: Iterable[Fault], template: Template | None = None
) -> Unprocessable:
    """For `problem.<code>` of the reply catalogs; labels are the template's."""
    return Unprocessable(faults=tuple(_worded(replies, language, fault, template) for fault in faults))


def _worded(replies: Replies, language: str, fault: Fault, template: Template | None) -> FieldFault:
    name = re.sub(r"[^\w.-]", "", fault.field)[:LONGEST]
    known = template is not None and template.has(fault.field)
    label = template.field(fault.field).label.of(language) if template and known else name
    words = fault.said or replies.render(language, "web", f"problem.{fault.code}", {"label": label, **fault.params})
    return FieldFault(name, fault.code, words)
