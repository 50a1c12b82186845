"""What an operator did, with the inverse of each deed: the audit trail read as a journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdatui.actions import ActionEntry, entry_of, load_action
from lambdatui.actions.action import Params, Subject, Undo, fits
from lambdatui.actions.audit import IN_FORCE, AuditLine, AuditReading, AuditUndo


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done, or may have been."""

    line: AuditLine
    undo: Undo | AuditUndo | None = None
    """What takes it back."""
    why_not: str = ""
    """Why nothing does."""

    @property
    def inverse(self) -> ActionEntry | None:
        """The action that takes it back."""
        return entry_of(self.undo.action) if self.undo is not None else None

    @property
    def subject(self) -> Subject | None:
        """What that is done to."""
        if self.inverse is None:
            return None
        line = self.line
        done_to = Subject(function=line.function, qualifier=line.qualifier, mapping=line.mapping, title=line.title)
        return fits(done_to, self.inverse.target)

    def params(self) -> Params | None:
        """What the inverse is asked for. Loads the action, which imports the SDK.

        Raises:
            ValueError: this console's action asks for something else.
        """
        if isinstance(self.undo, Undo):
            return self.undo.params
        if self.undo is None or self.inverse is None:
            return None
        params: Params = load_action(self.inverse).recalled(self.undo.parameters)
        return params


def deeds(reading: AuditReading, secret_undos: Mapping[str, Undo], *, account: str, region: str) -> Iterator[Deed]:
    """What was done in an account and region, newest first; not what came to nothing.

    Args:
        secret_undos: the inverses that the audit trail must not hold, by the attempt's id.
    """
    taken_back = reading.taken_back
    for line in reading.entries:
        if (line.account, line.region) != (account, region) or line.result not in IN_FORCE:
            continue
        undo = secret_undos.get(line.id) or line.undo
        if line.result in {"open", "unknown"}:
            yield Deed(line, why_not="outcome not known: see :audit")
        elif line.id in taken_back:
            yield Deed(line, why_not="taken back")
        elif undo is None:
            held = line.params is None and bool(line.before or line.after)
            yield Deed(line, why_not="held a secret that another console knew" if held else _without_inverse(line))
        elif entry_of(undo.action) is None:
            yield Deed(line, why_not=f"no action {undo.action} in this console")
        else:
            yield Deed(line, undo)


def _without_inverse(line: AuditLine) -> str:
    return "no inverse is known" if line.calls or line.changed else "nothing was changed"
