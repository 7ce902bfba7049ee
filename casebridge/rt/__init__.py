"""Request Tracker 5 as the case system. `perl/` is what runs in RT; casebridge/README.md says how they are joined."""
from __future__ import annotations

from casebridge.rt.backend import NAME as NAME
from casebridge.rt.backend import Rt as Rt
from casebridge.rt.nights import Nights as Nights
from casebridge.rt.rest import Access as Access
from casebridge.rt.rest import Rest as Rest
