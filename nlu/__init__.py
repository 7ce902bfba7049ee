"""Understanding engines behind `protocols.Understander` and `protocols.KnowledgeBase` (README.md)."""
