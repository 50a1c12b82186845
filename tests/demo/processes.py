"""A started emulator as the machine sees it: its processes and its temp folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from lambdatui.demo.emulator import LAUNCH

PATIENCE_S = 15.0


@dataclass(frozen=True)
class Trace:
    """What must be gone once an emulator has ended."""

    processes: list[psutil.Process]
    folder: Path

    @classmethod
    def of(cls, owner: int) -> Trace:
        """What belongs to the emulator that the process `owner` has started last; it may have others."""
        started = sorted(psutil.Process(owner).children(), key=psutil.Process.create_time, reverse=True)
        families = ([child, *child.children(recursive=True)] for child in started)
        family = next(family for family in families if any(map(runs, family)))
        return cls(family, Path(next(filter(runs, family)).cwd()))

    @property
    def ministack(self) -> psutil.Process:
        return next(each for each in self.processes if runs(each))

    def remains(self) -> list[str]:
        """What is still there once all processes had time to end; empty when nothing is."""
        _, alive = psutil.wait_procs(self.processes, PATIENCE_S)
        return [str(each) for each in alive] + [str(self.folder)] * self.folder.exists()


def runs(process: psutil.Process) -> bool:
    """Whether this is ministack itself, not the warden that was given its command."""
    try:
        return process.cmdline()[1:] == ["-P", str(LAUNCH)]
    except psutil.NoSuchProcess:  # it ended meanwhile
        return False
