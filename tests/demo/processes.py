"""A started emulator as the machine sees it: its processes and its temp folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

PATIENCE_S = 15.0


@dataclass(frozen=True)
class Trace:
    """What must be gone once an emulator has ended."""

    processes: list[psutil.Process]
    folder: Path

    @classmethod
    def of(cls, owner: int) -> Trace:
        """What the process `owner` has started, ministack's folder among it."""
        processes = psutil.Process(owner).children(recursive=True)
        (ministack,) = (each for each in processes if runs(each))
        return cls(processes, Path(ministack.cwd()))

    @property
    def ministack(self) -> psutil.Process:
        return next(each for each in self.processes if runs(each))

    def remains(self) -> list[str]:
        """What is still there once all processes had time to end; empty when nothing is."""
        _, alive = psutil.wait_procs(self.processes, PATIENCE_S)
        return [str(each) for each in alive] + [str(self.folder)] * self.folder.exists()


def runs(process: psutil.Process) -> bool:
    """Whether this is ministack itself, not the warden that was given its command."""
    return process.cmdline()[1:] == ["-m", "ministack"]
