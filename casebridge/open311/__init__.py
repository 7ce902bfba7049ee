"""An Open311 GeoReport v2 server as case system: client, services made from our templates, and news by polling."""
from casebridge.open311.backend import Open311 as Open311
