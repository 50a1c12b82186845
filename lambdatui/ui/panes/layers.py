"""The layers of a function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.errors import AccessDenied, ConsoleError
from lambdatui.insight.layer_owners import layer_owner
from lambdatui.insight.layer_use import LIMIT
from lambdatui.models.arn import account_of
from lambdatui.models.layer import LayerVersion, UsedLayer
from lambdatui.ui import figures
from lambdatui.ui.panes.layer_facts import LayerFacts, package_weight, state_cell, used_layer_facts
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.session import InventoryChange
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import in_short

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

COPY_ARN = Binding("Y", "copy_arn", "copy ARN", id="list.copy_arn", show=False, tooltip="copy the ARN to the clipboard")

TABLE_LINES = 7
"""Of a function's layers while there are none: room to say why."""


class LayersPane(ReadingPane[UsedLayer]):
    """A function's layers in their order, and under them all that is known of the one under the cursor."""

    TITLE = "Layers"
    THINGS = "layers"

    BINDINGS: ClassVar[list[BindingType]] = [COPY_ARN]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._facts = LayerFacts()
        self.table.styles.height = TABLE_LINES

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._facts

    def columns(self) -> Sequence[Column[UsedLayer]]:
        return used_layer_columns(lambda: self._account)

    def key(self, record: UsedLayer) -> str:
        return record.id.arn

    def name_of(self, record: UsedLayer) -> str:
        return str(record.id)

    def action_copy_arn(self) -> None:
        self.copy(self.key)

    @property
    def _account(self) -> str:
        """The function's own."""
        return account_of(self.subject.arn) if self.subject else ""

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[UsedLayer]]:
        from lambdatui.aws.layers import all_looked_up, function_layers  # noqa: PLC0415 - imports the SDK

        assert self.subject is not None
        if self.subject.package_type == "Image":
            return
        former = {self.key(record): record for record in self.table.records}
        used = await function_layers(connection, self.subject)
        yield [_kept(one, former.get(self.key(one))) for one in used]
        found = await all_looked_up(connection, used, self._account)
        yield [_kept(one, former.get(self.key(one))) for one in found]
        self._tell_troubles(found)

    def _tell_troubles(self, found: Sequence[UsedLayer]) -> None:
        """Enters what is not permitted in the error log, and lets what failed be tried again.

        That another account keeps its layer's versions to itself is what all of them do, and no entry.

        Raises:
            ConsoleError: the first failure that may pass.
        """
        forbidden: dict[str, ConsoleError] = {}
        for layer in found:
            for trouble in layer.troubles:
                if not isinstance(trouble, AccessDenied):
                    raise trouble
                if layer.id.account == self._account or trouble is layer.size:
                    forbidden[trouble.action] = trouble
        for trouble in forbidden.values():
            self.session.log(f"{self.THINGS} of {self.place}", trouble)

    def nothing(self) -> Content:
        if self.subject is not None and self.subject.package_type == "Image":
            return Content("A container image takes no layers: what it needs is in the image.")
        return Content(f"{self.place} has no layers.")

    def count(self) -> str:
        return f"{self.table.total} of {LIMIT}" if self.table.total else super().count()

    def show_title(self) -> None:
        super().show_title()
        self.table.styles.height = self.table.total + 2 if self.table.total else TABLE_LINES
        self._show_facts()

    @on(RecordTable.Highlighted)
    def _show_highlighted(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self._show_facts()

    def inventory_changed(self, change: InventoryChange) -> None:
        self._show_facts()

    def _show_facts(self) -> None:
        record = self.table.cursor_record
        rows = [] if record is None else used_layer_facts(record, self._account, self.session)
        weight = package_weight(self.subject, self.table.records) if self.subject is not None else None
        known = record is not None or self.reading_now().read_at is not None
        self._facts.show([("package", weight), *rows] if weight is not None and known else rows)


def _kept(now: UsedLayer, former: UsedLayer | None) -> UsedLayer:
    """A layer read again: what is not known yet, or failed this time for a reason that may pass, stays as it was."""
    if former is None or former.id != now.id:
        return now

    def part(new: Any, old: Any) -> Any:
        passing = new is None or (isinstance(new, ConsoleError) and new.transient)
        return old if passing and not (old is None or isinstance(old, ConsoleError)) else new

    return replace(
        now,
        size=part(now.size, former.size),
        details=part(now.details, former.details),
        versions=part(now.versions, former.versions),
    )


def used_layer_columns(account: Callable[[], str]) -> Sequence[Column[UsedLayer]]:
    """The columns of a function's layers.

    Args:
        account: called for the function's own account.
    """

    def state(layer: UsedLayer) -> Content:
        if layer.deleted:
            return state_cell("✕", "deleted", "$error")
        if layer.versions is None:
            return Content.styled("…", "dim")
        if isinstance(layer.versions, ConsoleError):
            (glyph, colour), word = in_short(layer.versions)
            return state_cell(glyph, word, colour)
        if layer.behind is None:
            return Content("newest not known")
        return (
            state_cell("▲", f"{layer.behind} behind", "$warning")
            if layer.behind
            else state_cell("✓", "newest", "$success")
        )

    def owner(layer: UsedLayer) -> Content:
        told = layer_owner(layer.id.account, account())
        return Content.styled(plain(told.label), "" if told.known else "$warning")

    def detail(layer: UsedLayer) -> LayerVersion | None:
        return layer.details if isinstance(layer.details, LayerVersion) else None

    return (
        Column(
            id="position",
            title="#",
            cell=lambda u: str(u.position),
            value=lambda u: u.position,
            width=1,
            align="right",
        ),
        Column(id="layer", title="LAYER", cell=lambda u: u.id.name, flex=True, min_width=16),
        Column(
            id="version",
            title="VERSION",
            cell=lambda u: str(u.id.version or "-"),
            value=lambda u: u.id.version,
            width=7,
            align="right",
        ),
        Column(
            id="newest",
            title="NEWEST",
            cell=lambda u: str(u.newest or "?"),
            value=lambda u: u.newest,
            width=6,
            align="right",
            priority=2,
        ),
        Column(id="state", title="STATE", cell=state, value=lambda u: u.behind, width=16),
        Column(
            id="size",
            title="SIZE",
            cell=lambda u: figures.size(u.size) if isinstance(u.size, int) else "?",
            value=lambda u: u.size if isinstance(u.size, int) else None,
            unit="B",
            width=8,
            align="right",
            priority=1,
        ),
        Column(id="owner", title="OWNER", cell=owner, width=24, priority=3),
        Column(
            id="runtimes",
            title="RUNTIMES",
            cell=lambda u: " ".join(d.compatible_runtimes) if (d := detail(u)) else "",
            width=34,
            priority=4,
        ),
    )
