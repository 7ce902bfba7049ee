"""Metrics, and logs as one JSON line each with personal data masked at one point (`mask_event`)."""
from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

from gateway.masking import mask_text

INBOUND = Counter("huiyin_inbound_total", "Messages taken in", ["channel", "outcome"])
OUTBOUND = Counter("huiyin_outbound_total", "Messages to platforms that push, by the way they went", ["channel", "way"])
CALLS = Counter("huiyin_platform_calls_total", "Calls of a platform's API", ["path", "outcome"])
TURNS = Counter("huiyin_turns_total", "Turns taken", ["asked"])
TURN_SECONDS = Histogram(
    "huiyin_turn_seconds", "One turn from lease to changes, by step", ["step"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0),
)
TURN_ERRORS = Counter("huiyin_turn_errors_total", "Turns that raised", ["lane"])
WORK_ORDERS = Counter("huiyin_work_orders_total", "Work orders filed", ["template"])
COMPLETENESS = Histogram(
    "huiyin_work_order_completeness", "Share of a work order's fields that are filled", ["template"],
    buckets=(0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0),
)
RASA = Counter("huiyin_rasa_total", "Messages that Rasa was to understand: by it, or why by the engine beside", ["how"])
TEMPLATE_FAULTS = Gauge("huiyin_template_faults", "Faults for which changed templates were not taken up")
ANSWERS = Counter("huiyin_answers_total", "Approved answers given, and whether they helped", ["entry", "solved"])
TALKS = Counter("huiyin_talks_rated_total", "Talks with staff that citizens judged", ["points"])
RATINGS = Counter("huiyin_ratings_total", "Ratings given", ["resolved"])
CASES_LATE = Counter("huiyin_cases_late_total", "Deadlines of cases that came near or passed", ["deadline"])
CASES_DROPPED = Counter("huiyin_cases_dropped_total", "Work orders read back not whole", ["backend", "template"])
REFUSALS = Counter("huiyin_refusals_total", "Requests and frames refused", ["code"])
LANE_WAITING = Gauge("huiyin_lane_waiting", "Items waiting", ["lane"])
LANE_DEAD = Gauge("huiyin_lane_dead", "Dead letters", ["lane"])
LANE_PARKED = Gauge("huiyin_lane_parked", "Items put aside, their outcome unknown", ["lane"])
LANE_OLDEST = Gauge("huiyin_lane_oldest_seconds", "Age of the oldest waiting item", ["lane"])
SPOOL_WAITING = Gauge("huiyin_spool_waiting", "Items kept on this gateway until the store is back")
SPOOL_OLDEST = Gauge("huiyin_spool_oldest_seconds", "How long the oldest of them has been waiting")
SPOOL_FORWARDED = Counter("huiyin_spool_forwarded_total", "Items that went on to the store")
STORE_AWAY = Gauge("huiyin_store_away", "1 while the store does not answer this gateway")
CASE_BACKEND = Gauge("huiyin_case_backend", "1 for the state it is in: well, away or paused", ["backend", "state"])


def count_refusal(code: str) -> None:
    REFUSALS.labels(code).inc()


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The one masking point of the logs: every word of an event, however deep it lies, tracebacks included."""
    return {key: value if key.startswith("_") else _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return mask_text(value if isinstance(value, str) else repr(value))


def configure_logging(level: str, stream: Any = None) -> None:
    """JSON lines on stderr for our own logs and for every library's."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=shared,
    ))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
