"""Contracts, bills and other papers as files."""
from __future__ import annotations

from gateway.fields.base import Words
from gateway.fields.files import MAX_FILES, Files

TYPE = Files("document", MAX_FILES, Words("份材料", "document"), Words("份材料", "documents"))
