"""The figures of a run, judged against their bounds, and the table that shows them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Bound:
    """At most `times` the yardstick plus `plus` (in the figure's unit); without a yardstick, `plus` alone."""

    times: float = 0.0
    plus: float = 0.0

    def limit(self, yardstick: float | None) -> float:
        """The most that the figure may be where the yardstick measured that."""
        return self.times * (yardstick or 0.0) + self.plus

    def words(self, unit: str) -> str:
        """Such as ``1.5 x + 60 ms``."""
        times = f"{self.times:g} x" if self.times else ""
        plus = f"{self.plus:,g} {unit}".rstrip() if self.plus or not self.times else ""
        return " + ".join(part for part in (times, plus) if part)


@dataclass(frozen=True)
class NoBound(Bound):
    """For what is told and not judged, and why it is not."""

    why: str = ""

    def limit(self, yardstick: float | None) -> float:
        return math.inf

    def words(self, unit: str) -> str:
        return self.why


@dataclass(frozen=True)
class Figure:
    """One thing that the issue bounds, measured some times.

    Args:
        samples: one value for each repetition, in `unit`; their median counts.
        yardstick: the same for what it is compared with, measured in turns with it.
        yardstick_name: what that was.
    """

    name: str
    unit: str
    samples: Sequence[float]
    bound: Bound
    yardstick: Sequence[float] = ()
    yardstick_name: str = ""
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the repetitions."""
        return median(self.samples)

    @property
    def measure(self) -> float | None:
        """The median of the yardstick; None where there is none."""
        return median(self.yardstick) if self.yardstick else None

    @property
    def holds(self) -> bool:
        """Whether the bound holds; one that is none always does."""
        return self.value <= self.bound.limit(self.measure)

    @property
    def verdict(self) -> Text:
        """What the table says of it."""
        if isinstance(self.bound, NoBound):
            return Text("not judged", style="yellow")
        return Text("ok", style="green") if self.holds else Text("OVER", style="bold red")


@dataclass(frozen=True)
class Failure:
    """A row that could not be measured, and why."""

    name: str
    reason: str


def render(results: Sequence[Figure | Failure], console: Console) -> None:
    """Prints the table, why rows failed, and how much the machine itself wavered while it was measured."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("what", "median", "min..max", "yardstick", "ratio", "bound", "verdict"):
        table.add_column(heading, justify="left" if heading in {"what", "verdict"} else "right")
    for result in results:
        if isinstance(result, Failure):
            table.add_row(result.name, "-", "", "", "", "", Text("FAILED", style="bold red"))
            continue
        measure = result.measure
        table.add_row(
            result.name,
            f"{number(result.value)} {result.unit}",
            spread(result.samples),
            f"{number(measure)} {result.unit}" if measure is not None else "",
            f"{result.value / measure:.2f} x" if measure else "",
            result.bound.words(result.unit),
            result.verdict,
        )
    console.print(table)
    for result in results:
        if isinstance(result, Failure):
            console.print(Text(f"{result.name}: {result.reason}\n"))
        elif result.note:
            console.print(Text(f"{result.name}: {result.note}"))
    console.print(Text("\nThe machine's noise, as the yardsticks saw it:"))
    for result in results:
        if isinstance(result, Figure) and len(result.yardstick) > 1:
            middle = median(result.yardstick)
            wide = (max(result.yardstick) - min(result.yardstick)) / middle if middle else 0.0
            console.print(
                Text(
                    f"  {result.yardstick_name} (beside {result.name}): {number(middle)} {result.unit},"
                    f" {spread(result.yardstick)}, {wide:.0%} wide"
                )
            )


def number(value: float) -> str:
    """With a decimal below 100, in thousands above."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def spread(samples: Sequence[float]) -> str:
    """The least and the most."""
    return f"{number(min(samples))}..{number(max(samples))}"
