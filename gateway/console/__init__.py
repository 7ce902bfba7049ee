"""The staff page and its API, whatever the case backend: cases, conversations, hand-off, dead letters, reports."""
from gateway.console.console import Console, ConsoleSettings
from gateway.console.staff import StaffTable

__all__ = ["Console", "ConsoleSettings", "StaffTable"]
