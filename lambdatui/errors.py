"""What can go wrong, in the operator's words: a title that says what is wrong, and a hint that says what to do next."""

from __future__ import annotations


class ConsoleError(Exception):
    """An error made for the screen.

    Args:
        title: what is wrong, one line, without a full stop.
        hint: what to do next, one line.
    """

    #: Whether trying the same thing again may help without the operator doing anything.
    transient = False

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title} - {self.hint}" if self.hint else self.title


class SettingsError(ConsoleError):
    """A setting is wrong: the title names file or variable, key and expectation."""


class AuthExpired(ConsoleError):
    """Credentials are missing, wrong or expired; the hint says how to renew them."""


class AccessDenied(ConsoleError):
    """AWS refused one call for want of permission.

    Args:
        action: the IAM action that is needed, such as ``lambda:GetPolicy``.
    """

    def __init__(self, action: str, hint: str = "") -> None:
        super().__init__(f"not permitted: {action}", hint or f"ask for {action}, or go on without it")
        self.action = action


class Throttled(ConsoleError):
    """AWS asked to slow down; trying again later helps."""

    transient = True


class Conflict(ConsoleError):
    """What was to be changed has changed in the meantime, or is being changed."""


class ReadOnly(ConsoleError):
    """The read-only gate refused a request before it was sent.

    Args:
        action: the IAM-style name of the operation refused, such as ``lambda:UpdateAlias``.
    """

    TITLE = "read-only: {action} was not sent"
    HINT = "start without --read-only to change things"

    def __init__(self, action: str) -> None:
        super().__init__(self.TITLE.format(action=action), self.HINT)
        self.action = action


class BilledReadOff(ReadOnly):
    """The gate refused a read that changes nothing, since AWS bills it and the settings do not allow that."""

    TITLE = "read-only: {action}, which AWS bills, is not sent"
    HINT = "billed_reads_when_read_only = true in the settings allows it"


class NotFound(ConsoleError):
    """What was asked for does not exist."""


class Unreachable(ConsoleError):
    """No answer from the endpoint, or an answer that is not AWS's."""

    transient = True


class OutcomeUnknown(ConsoleError):
    """A request that acts was sent, and nothing certain came back: it may have acted.

    It must not be sent again unasked.

    Args:
        what: why it is not known, such as "no answer within 90 s".
        sent_ms: epoch ms, from which the log is to be searched.
        request_id: AWS's, where it was told.
    """

    def __init__(self, what: str, *, sent_ms: int, request_id: str | None = None) -> None:
        super().__init__(f"sent, outcome unknown: {what}", "look in the log whether it ran")
        self.sent_ms = sent_ms
        self.request_id = request_id


class Fault(ConsoleError):
    """A mistake of the console's own.

    It names the place in the code and no values: what an exception quotes may be a secret.
    """

    def __init__(self, error: BaseException) -> None:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f" at {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}" if trace is not None else ""
        super().__init__(f"{type(error).__name__}{place}", "a fault of lambdatui; please report it")


class RequestRefused(ConsoleError):
    """AWS refused the request for a reason that has no class of its own here."""
