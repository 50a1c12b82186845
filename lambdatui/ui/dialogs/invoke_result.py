"""What came back from an invocation, or that it is not known what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from lambdatui.actions.action import Subject
from lambdatui.actions.invoke import InvokeCall, result_of
from lambdatui.clock import now_ms
from lambdatui.errors import OutcomeUnknown
from lambdatui.insight.invocation_answer import Failure, failure_of, pretty, reported
from lambdatui.insight.request_lines import lines_of
from lambdatui.models.arn import LATEST
from lambdatui.models.function import FunctionSummary
from lambdatui.models.invocation import Invocation
from lambdatui.models.invocation_result import InvocationResult, InvocationType
from lambdatui.models.log import LogSource
from lambdatui.ui import figures
from lambdatui.ui.dialogs.log_lines import AROUND_MS, LogLines
from lambdatui.ui.operation import Operation
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.frame import Frame
from lambdatui.ui.widgets.plain_text import NEWLINE, plain
from lambdatui.ui.widgets.section_view import Section, SectionView, Value, toned
from lambdatui.ui.widgets.text_lines import TextLine, TextLines
from lambdatui.ui.widgets.typing_line import TypingLine

AGAIN = "again"
KEYS = (
    "{result.lines} lines · {result.again} again · {result.compare} compare · {result.copy} copy · "
    "{result.find} find · {result.next} next · {dialog.close} closes"
)
ACCEPTED = {InvocationType.EVENT: "queued", InvocationType.DRY_RUN: "would be allowed; nothing ran"}
"""What a success means of the types that wait for no function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One invocation that was sent; it lives in memory alone."""

    subject: Subject
    type: InvocationType
    answer: InvocationResult | OutcomeUnknown

    @classmethod
    def of(cls, operation: Operation) -> Run | None:
        """The invocation of an operation; None where it was certainly not carried out."""
        outcome = next(iter(operation.outcomes), None)
        if outcome is None:
            return None
        call = outcome.plan.calls[0]
        assert isinstance(call, InvokeCall)  # its own action planned it
        if outcome.answers:
            answer: InvocationResult | OutcomeUnknown = result_of(outcome.answers[0])
        elif isinstance(outcome.error, OutcomeUnknown):
            answer = outcome.error
        else:
            return None
        return cls(subject=outcome.plan.subject, type=call.request.type, answer=answer)

    @property
    def result(self) -> InvocationResult | None:
        return self.answer if isinstance(self.answer, InvocationResult) else None

    @property
    def failure(self) -> Failure | None:
        """How the function failed; None where it did not, or its payload does not tell it as the runtimes do."""
        return failure_of(self.result.payload) if self.result and self.result.function_error else None

    @property
    def reported(self) -> Invocation | None:
        """What Lambda reports of it, as far as the log tail holds it."""
        return reported(self.result, self.subject.function) if self.result else None

    @property
    def good(self) -> bool:
        """Whether it did what it was to do."""
        return self.result is not None and self.result.function_error is None

    @property
    def summary(self) -> str:
        """What became of it, in a line."""
        if self.result is None:
            return str(self.answer)
        if self.result.function_error is not None:
            failure = self.failure
            return f"the function failed: {failure.type or failure.message}" if failure else "the function failed"
        return ACCEPTED.get(self.type) or f"it answered in {figures.duration(self.result.duration_ms)}"

    @property
    def response(self) -> list[str]:
        """The response a line each; none where there is none."""
        return NEWLINE.split(pretty(self.result.payload)) if self.result and self.result.payload else []

    def figures(self) -> Iterator[tuple[str, Value]]:
        """What is known beside the response, labelled."""
        result = self.result
        if result is None:
            yield (
                "status",
                toned(str(self.answer.args[0]) if isinstance(self.answer, OutcomeUnknown) else "", "warning"),
            )
            yield "", Value("it was sent once and is not sent again; its log tells whether it ran")
            return
        if result.function_error is None:
            yield "status", toned(f"{result.status}, {self.summary}", "good")
        else:
            failure = self.failure
            told = ": ".join(filter(None, (failure.type, failure.message))) if failure else "the function failed"
            yield "status", toned(f"{result.status}, {result.function_error} error", "error")
            yield "error", Value(told, "error")
        if result.executed_version:
            through = self.subject.qualifier
            asked = f", through {through}" if through not in {"", LATEST, result.executed_version} else ""
            yield "version", Value(f"{result.executed_version}{asked}")
        yield from self._reported()
        trace = f" · X-Ray {result.trace_id}" if result.trace_id else ""
        yield "request id", Value(f"{result.request_id}{trace}")

    def _reported(self) -> Iterator[tuple[str, Value]]:
        result, told = self.result, self.reported
        assert result is not None
        waited = f"waited {figures.duration(result.duration_ms)}"
        if told is None:
            yield "time", Value(waited)
            return
        times = (
            ("ran", told.duration_ms),
            ("billed", told.billed_ms),
            ("init", told.init_ms),
            ("restore", told.restore_ms),
        )
        spans = [f"{name} {figures.duration(span)}" for name, span in times if span is not None]
        yield "time", Value(" · ".join([*spans, waited]))
        if told.used_mb is not None:
            yield "memory", Value(f"{told.used_mb:,} of {told.memory_mb or 0:,} MB used")

    def lines(self) -> Iterator[TextLine]:
        """The stack trace, the response and the log tail, each under its heading."""
        failure = self.failure
        yield from _part("Stack trace", failure.trace if failure else ())
        yield from _part("Response", self.response)
        yield from _part("Log tail", NEWLINE.split(self.result.log_tail.rstrip("\n")) if self.result else ())


def _part(heading: str, lines: Sequence[str]) -> Iterator[TextLine]:
    if any(lines):
        yield TextLine(heading, heading=True)
        yield from map(TextLine, lines)
        yield TextLine("")


class InvokeResult(ModalScreen[str]):
    """Gives `AGAIN` where the operator wants to run it again.

    Args:
        session: where to look for its lines.
        run: the invocation.
        function: what was invoked, whose log is asked; None where the console knows no such function any more.
        before: the run of the function before this one.
    """

    DEFAULT_CSS = """
    InvokeResult { background: $background 60%; align: center middle; }
    InvokeResult > Frame { max-width: 140; height: 100%; }
    InvokeResult SectionView { max-height: 50%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close", id="dialog.close"),
        Binding("l", "lines", "lines", id="result.lines", tooltip="what the function logged of this request"),
        Binding("r", "again", "again", id="result.again", tooltip="preview the same invocation again"),
        Binding("d", "compare", "compare", id="result.compare", tooltip="what differs from the run before"),
        Binding("y", "copy", "copy", id="result.copy", tooltip="copy the response to the clipboard"),
        Binding("slash", "find", "find", id="result.find", key_display="/", tooltip="find a text in it"),
        Binding("n", "find_next", "next", id="result.next", show=False, tooltip="the next place of the text"),
    ]

    def __init__(self, session: Session, run: Run, function: FunctionSummary | None, before: Run | None) -> None:
        super().__init__()
        self._session = session
        self._run = run
        self._function = function
        self._before = before
        self._figures = SectionView()
        self._text = TextLines()
        self._sought = ""
        self._frame = Frame(
            self._figures,
            self._text,
            title=f"Result of {run.subject}",
            keys=KEYS,
        )

    def compose(self) -> ComposeResult:
        yield self._frame

    def on_mount(self) -> None:
        self._figures.show((Section("Result", tuple(self._run.figures())),))
        self._text.show(tuple(self._run.lines()))
        self._text.focus()

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss()

    def action_again(self) -> None:
        """Closes it, to preview the same once more."""
        self.dismiss(AGAIN)

    def action_copy(self) -> None:
        """Copies the response as it came."""
        if self._run.result is not None and self._run.result.payload:
            self.app.copy_to_clipboard(self._run.result.payload)
            self.notify("copied the response", markup=False, timeout=2)

    def action_lines(self) -> None:
        """Reads the log from when it was sent on: its lines where its request id is known, and otherwise all."""
        if self._function is None:
            self.notify("where the function logs is not known", severity="warning", markup=False)
            return
        answer = self._run.answer
        request_id = answer.request_id
        self.app.push_screen(
            LogLines(
                self._session,
                f"{self._function.name} {request_id or 'since it was sent'}",
                (LogSource(function=self._function.name, group=self._function.log_group),),
                since_ms=answer.sent_ms - AROUND_MS,
                until_ms=now_ms() + AROUND_MS,
                pick=(lambda events: lines_of(request_id, events)) if request_id else None,
            )
        )

    def action_compare(self) -> None:
        """Shows what differs from the run before."""
        if self._before is None:
            self.notify("there was no run before this one", markup=False)
            return
        from lambdatui.ui.dialogs.run_comparison import RunComparison  # noqa: PLC0415

        self.app.push_screen(RunComparison(self._before, self._run))

    # -- searching

    async def action_find(self) -> None:
        """Opens a line for what to find."""
        if not self.query(TypingLine):
            line = TypingLine(self._sought, placeholder="text to find")
            await self._frame.mount(line)
            line.focus()

    def action_find_next(self) -> None:
        """Goes to the next place of what was sought last."""
        self._find(further=True)

    @on(TypingLine.Typed)
    def _find_typed(self, event: TypingLine.Typed) -> None:
        event.stop()
        self._sought = event.text
        self._text.find(event.text)

    @on(TypingLine.Done)
    async def _found(self, event: TypingLine.Done) -> None:
        event.stop()
        self._sought = event.text if event.kept else ""
        await event.line.remove()
        self._text.focus()
        self._find()

    def _find(self, *, further: bool = False) -> None:
        if not self._text.find(self._sought, further=further) and self._sought:
            self.notify(f"{plain(self._sought)} is not in it", severity="warning", markup=False)
