"""The columns of a list of functions: what they are, and how they are doing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.insight.health import Figures, State
from lambdatui.insight.runtimes import runtime_status
from lambdatui.models.function import FunctionSummary
from lambdatui.ui import figures
from lambdatui.ui.function_health import GLYPHS, SPARKS, STOPPED, FunctionHealth
from lambdatui.ui.session import Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column

METRIC_COLUMNS = frozenset({"health", "invocations", "err", "p95", "throttles", "concurrency", "behind"})
"""Those whose values change though the functions do not."""


def function_columns(
    session: Session, today: date, known: FunctionHealth | None = None
) -> Sequence[Column[FunctionSummary]]:
    """The columns of an inventory.

    Args:
        session: knows how times are written.
        today: the date by which runtimes are judged.
        known: how functions are doing, as far as anybody looked; None leaves that out.
    """

    def name(function: FunctionSummary) -> Content | str:
        """The name, marked where an emergency stop holds the function."""
        if function.name not in session.operations.stopped:
            return function.name
        return Content.assemble((f"{STOPPED} ", "$warning"), plain(function.name))

    return (
        *(health_columns(known) if known is not None else ()),
        Column(
            id="name", title="NAME", cell=name, value=lambda f: f.name, flex=True, min_width=20 if known is None else 28
        ),
        *(metric_columns(known) if known is not None else ()),
        Column(
            id="runtime",
            title="RUNTIME",
            cell=lambda f: runtime_cell(f, today),
            value=lambda f: f.runtime,
            width=16,
            priority=3,
        ),
        Column(
            id="memory",
            title="MEMORY",
            cell=lambda f: f"{figures.count(f.memory_mb)} MB",
            value=lambda f: f.memory_mb,
            unit="MB",
            width=9,
            align="right",
            priority=6,
        ),
        Column(
            id="timeout",
            title="TIMEOUT",
            cell=lambda f: f"{f.timeout_s} s",
            value=lambda f: f.timeout_s,
            unit="s",
            width=7,
            align="right",
            priority=6,
        ),
        Column(
            id="size",
            title="SIZE",
            cell=lambda f: figures.size(f.code_size),
            value=lambda f: f.code_size,
            unit="B",
            width=8,
            align="right",
            priority=8,
        ),
        Column(
            id="modified",
            title="MODIFIED",
            cell=lambda f: figures.moment(f.last_modified, now_ms(), session.times),
            value=lambda f: f.last_modified,
            unit="epoch ms",
            width=8 if session.times == "relative" else 20,
            align="right",
            priority=7,
        ),
        Column(id="arch", title="ARCH", cell=lambda f: " ".join(f.architectures), width=6, priority=9),
        Column(id="package", title="PACKAGE", cell=lambda f: f.package_type, width=7, priority=10),
        Column(id="description", title="DESCRIPTION", cell=lambda f: f.description, width=36, priority=11),
    )


def runtime_cell(function: FunctionSummary, today: date) -> Content | str:
    """The runtime, marked where AWS deprecates it; `today` is the date by which that is judged."""
    if function.runtime is None:
        return Content.styled("image", "dim") if function.package_type == "Image" else "-"
    status = runtime_status(function.runtime, today)
    if not status.glyph:
        return function.runtime
    return Content.assemble(plain(function.runtime), (f" {status.glyph}", status.colour))


def health_columns(known: FunctionHealth) -> Sequence[Column[FunctionSummary]]:
    """The glyph of the verdict, sorted by urgency."""

    def urgency(function: FunctionSummary) -> int | None:
        verdict = known.health(function)
        return verdict.state.urgency if verdict is not None else None

    def glyph(function: FunctionSummary) -> Content:
        verdict = known.health(function)
        return Content.styled(*GLYPHS[verdict.state]) if verdict is not None else Content(" ")

    return (Column(id="health", title="", cell=glyph, value=urgency, width=1),)


def metric_columns(known: FunctionHealth) -> Sequence[Column[FunctionSummary]]:
    """What CloudWatch measured; blank where nobody looked."""

    def of(read: Callable[[Figures], float | None]) -> Callable[[FunctionSummary], float | None]:
        """A figure of a function; None where it is not known."""

        def value(function: FunctionSummary) -> float | None:
            found = known.figures(function)
            return read(found) if found is not None else None

        return value

    def invocations(function: FunctionSummary) -> str:
        total = of(lambda f: f.invocations)(function)
        return "" if total is None else f"{known.spark(function)} {figures.short(total):>6}"

    def judged(
        id_: str,
        title: str,
        read: Callable[[Figures], float | None],
        write: Callable[[float], str],
        state: State,
        *,
        scale: int = 1,
        **options: Any,
    ) -> Column[FunctionSummary]:
        """A figure that is marked where it is the reason for the verdict.

        Args:
            scale: what it is multiplied by where it is compared: a share is compared as percent.
        """
        value = of(read)

        def cell(function: FunctionSummary) -> Content | str:
            number, verdict = value(function), known.health(function)
            if number is None:
                return "-" if verdict is not None else ""
            return Content.styled(write(number), GLYPHS[state][1] if verdict and verdict.state is state else "")

        def compared(function: FunctionSummary) -> float | None:
            number = value(function)
            return None if number is None else number * scale

        return Column(id=id_, title=title, cell=cell, value=compared, align="right", **options)

    def concurrency(function: FunctionSummary) -> Content | str:
        found = known.figures(function)
        if found is None or found.concurrency is None:
            return "" if found is None else "-"
        limit = "" if found.concurrency_limit is None else f" / {figures.short(found.concurrency_limit)}"
        return Content.styled(f"{figures.short(found.concurrency)}{limit}", "$warning" if found.near_limit else "")

    return (
        Column(
            id="invocations",
            title="INVOCATIONS",
            cell=invocations,
            value=of(lambda f: f.invocations),
            width=SPARKS + 7,
            align="right",
            priority=1,
        ),
        judged("err", "ERR", lambda f: f.error_rate, figures.percent, State.FAILING, scale=100, width=7, priority=1),
        judged("p95", "P95", lambda f: f.p95_ms, figures.duration, State.SLOW, unit="ms", width=7, priority=2),
        judged("throttles", "THR", lambda f: f.throttles, figures.short, State.THROTTLED, width=6, priority=2),
        Column(
            id="concurrency",
            title="CONCURRENCY",
            cell=concurrency,
            value=of(lambda f: f.concurrency),
            width=11,
            align="right",
            priority=4,
        ),
        judged(
            "behind", "BEHIND", lambda f: f.event_age_ms, figures.duration, State.BEHIND, unit="ms", width=7, priority=5
        ),
    )
