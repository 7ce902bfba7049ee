"""The embedded case backend; staff work with it through gateway/console/."""
from casebridge.desk.desk import Desk

__all__ = ["Desk"]
