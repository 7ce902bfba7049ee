"""Every error of the gateway, and the decision it carries.

    HuiyinError
    ├── Refused            the caller is at fault; becomes problem+json with `status` and `code`
    │   ├── Malformed      400   ├── Unauthorised  401   ├── Forbidden   403
    │   ├── NotFound       404   ├── Conflict      409   ├── TooLarge    413
    │   ├── Unsupported    415   ├── Unprocessable 422   ├── RateLimited 429
    │   └── TooSlow        408
    ├── Unavailable        503; nothing was stored, the caller may come again
    ├── Fenced             our lease is over: drop the work, somebody else has it
    ├── Held               more of the same citizen may follow at once: come back after `after_s`, nothing is counted
    ├── Unreadable         a field's value could not be read; `code` names the prompt to show
    └── SendError          an outside system did not take what we sent
        ├── Retry          try again, not before `after_s`
        │   └── Busy       it works, and asks for patience (409, 429): no sign of an outage
        ├── Paused         the whole backend is unusable (401, 403, 410): do not burn attempts
        ├── Rejected       it will never be taken: dead letter
        │   └── WayClosed  not this way (window, quota, consent): another way to the same citizen may be open
        └── Uncertain      it may or may not have been taken: a person or a look-up decides

    ConfigError            outside the tree: wrong configuration stops the start
"""
from __future__ import annotations

from dataclasses import dataclass


class HuiyinError(Exception):
    """Root of everything that can go wrong at run time."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One line of a validation problem (WIRE.md: `errors: [{field, code, message}]`)."""

    field: str
    code: str
    message: str


class Refused(HuiyinError):
    """The caller is at fault. `code` is for programs, the message for people; neither holds personal data."""

    status = 400
    code = "refused"

    def __init__(self, message: str = "", *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message or self.code)
        self.code = code or self.code
        self.retry_after = retry_after
        self.faults: tuple[FieldFault, ...] = ()


class Malformed(Refused):
    status, code = 400, "malformed"


class Unauthorised(Refused):
    status, code = 401, "unauthorised"


class Forbidden(Refused):
    status, code = 403, "forbidden"


class NotFound(Refused):
    status, code = 404, "not_found"


class Conflict(Refused):
    status, code = 409, "conflict"


class TooLarge(Refused):
    status, code = 413, "too_large"


class Unsupported(Refused):
    status, code = 415, "unsupported"


class Unprocessable(Refused):
    status, code = 422, "unprocessable"

    def __init__(self, message: str = "", *, faults: tuple[FieldFault, ...] = (), code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.faults = faults


class RateLimited(Refused):
    status, code = 429, "rate_limited"


class TooSlow(Refused):
    status, code = 408, "too_slow"


class Unavailable(HuiyinError):
    """Nothing was stored (disk full, store away): answer 503, the caller's retry is welcome, after `after_s` if that
    is known."""

    def __init__(self, message: str = "", *, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class Fenced(HuiyinError):
    """The lease was lost; whatever was computed under it must be thrown away."""


class Held(HuiyinError):
    """The turn waits a moment, so that a burst of messages becomes one."""

    def __init__(self, after_s: float) -> None:
        super().__init__(after_s)
        self.after_s = after_s


class Unreadable(HuiyinError):
    """A value could not be read as the field's type.

    `code` is a key below `problem.` in the reply catalogs; `params` are values for that wording.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class SendError(HuiyinError):
    """An outside system did not take what we sent. `why` is short, masked, and safe to store."""

    def __init__(self, why: str, *, after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after_s = after_s


class Retry(SendError):
    pass


class Busy(Retry):
    pass


class Paused(SendError):
    pass


class Rejected(SendError):
    pass


class WayClosed(Rejected):
    pass


class Uncertain(SendError):
    pass


class ConfigError(Exception):
    """Wrong configuration or data files: the start stops and names the key or file."""
