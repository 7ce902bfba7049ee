"""How the server behaves: each way in which real ones leave the standard, and each way to fail, is a switch."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["array", "object", "wrapped", "data"]


@dataclass
class Conduct:
    """Deviations stand until changed; a number under "faults" is how many of the next POSTs it concerns.

    shape          of JSON answers: [row] by the standard; row alone where there is one; {"service_requests": [row]};
                   {"data": [row]}
    formats        what an address may end with
    spoken_truth   booleans as strings
    counted        ids as numbers
    brackets       attribute[x][]=a is taken; else it is an unknown parameter, and repeats of attribute[x] are
    strict         parameters outside the standard are refused
    unknown        status for ids that it does not know, also for one of a list
    updates        has servicerequestupdates
    echoes         lists the updates that were posted to it, too
    known_update   how a repeated update_id is answered
    tokens         None: numbers at once; else a token, which has a number after so many looks
    token_status   until then: 200 without a number, or an error
    blank          201 with neither a number nor a token
    described      GET requests shows descriptions
    listed         requests of one answer at most, the oldest first
    remembers      keeps attributes
    """

    shape: Shape = "array"
    formats: tuple[str, ...] = ("json", "xml")
    spoken_truth: bool = False
    counted: bool = False
    brackets: bool = True
    strict: bool = True
    unknown: int = 404
    updates: bool = True
    echoes: bool = False
    known_update: Literal["already exists", "conflict", "taken again"] = "already exists"
    tokens: int | None = None
    token_status: int = 200
    blank: bool = False
    described: bool = True
    listed: int = 1000
    remembers: bool = True
    jurisdiction: str = ""
    # --- faults ---
    down: int = 0        # answered 503, nothing kept
    failing: int = 0     # answered 500, nothing kept
    reset: int = 0       # kept, and the connection breaks instead of an answer
    hanging: int = 0     # kept, and no answer ever
    pages: int = 0       # answered with an HTML page and 200, nothing kept
    huge: int = 0        # kept, and the answer is longer than anybody reads
    login: int = 0       # redirected to a login page, nothing kept

    def takes(self, fault: str) -> bool:
        """Whether this POST has the fault; counts it."""
        left: int = getattr(self, fault)
        if left:
            setattr(self, fault, left - 1)
        return left > 0
