"""The page of the pulse: findings in sections, of each as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lambdatui.insight.health import State
from lambdatui.ui.function_health import GLYPHS
from lambdatui.ui.widgets.trouble import FAILED, FORBIDDEN, Mark

NONE: Mark = (" ", "")
UNKNOWN = GLYPHS[State.UNKNOWN]

LEAST, MOST = 2, 10
"""Findings of a section that are shown even where they do not fit, and at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the pulse, and where it leads."""

    section: str
    what: str
    mark: Mark = NONE
    number: str = ""
    value: float | None = None
    """What the number says, in the unit of its metric."""
    why: str = ""
    function: str = ""
    """The name of the function that it leads to."""
    tab: str | None = None
    """Of the function; None for the one that was open last."""
    place: str = ""
    """The pane of the region that it leads to."""
    position: int = 0
    """On the page, counted from the top."""
    first: bool = False
    """Whether it stands first in its section."""
    total: int = 0
    """How many of its section there are, where not all are shown; 0 where all are."""

    @property
    def key(self) -> str:
        return f"{self.section} {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Findings of one kind."""

    title: str
    findings: tuple[Finding, ...]
    trouble: Mark = NONE
    """The mark of those findings that want a look; NONE where the other sections tell whether any does."""
    word: str = ""
    """What those are, after their number."""
    whole: bool = False
    """Whether none of its findings may be left out."""
    counted: bool = True
    """Whether it matters how many were left out."""

    @property
    def unwell(self) -> int:
        """How many findings want a look."""
        return sum(finding.mark == self.trouble for finding in self.findings) if self.word else 0

    @property
    def known(self) -> bool:
        return not any(finding.mark in {UNKNOWN, FORBIDDEN, FAILED} for finding in self.findings)


def fitting(sections: Sequence[Section], room: int) -> tuple[Finding, ...]:
    """The findings in order, of each section as many as fit into so many lines together."""

    def shown(section: Section, most: int) -> tuple[Finding, ...]:
        return section.findings if section.whole else section.findings[:most]

    sizes = range(MOST, LEAST, -1)
    most = next((size for size in sizes if sum(len(shown(one, size)) for one in sections) <= room), LEAST)
    lines: list[Finding] = []
    for section in sections:
        first, *others = shown(section, most)
        cut = section.counted and len(section.findings) > 1 + len(others)
        lines += [replace(first, first=True, total=len(section.findings) if cut else 0), *others]
    return tuple(replace(finding, position=position) for position, finding in enumerate(lines))
