"""Layers: of one function, as a tab; of the region, with who uses each version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from lambdatui.aws.inventory import now_ms
from lambdatui.errors import AccessDenied, ConsoleError
from lambdatui.insight.layer_owners import account_of, layer_owner
from lambdatui.insight.layer_use import LIMIT, LayerUse, layer_uses
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import Layer, LayerVersion, UsedLayer
from lambdatui.ui import figures
from lambdatui.ui.panes.functions import function_columns
from lambdatui.ui.panes.layer_facts import LayerFacts, mark, package_weight, used_layer_facts, version_facts
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.session import InventoryChange, Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection

COPY_ARN = Binding("Y", "copy_arn", "copy ARN", id="list.copy_arn", show=False, tooltip="copy the ARN to the clipboard")


TABLE_LINES = 7
"""Of a function's layers while there are none: room to say why."""


class FunctionLayersPane(ReadingPane[UsedLayer]):
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

        Raises:
            ConsoleError: the first failure that may pass.
        """
        troubles = [trouble for one in found for trouble in one.troubles]
        for trouble in troubles:
            if not isinstance(trouble, AccessDenied):
                raise trouble
        for text, trouble in {str(trouble): trouble for trouble in troubles}.items():
            if text not in (str(entry.error) for entry in self.session.errors):
                self.session.log(f"{self.THINGS} of {self.place}", trouble)

    def nothing(self) -> Content:
        if self.subject is not None and self.subject.package_type == "Image":
            return Content("A container image takes no layers: what it needs is in the image.")
        return Content(f"{self.place} has no layers.")

    def count(self) -> str:
        return f"{self.table.total} of {LIMIT}" if self.reading_now().read_at is not None else super().count()

    def show_title(self) -> None:
        super().show_title()
        self.table.styles.height = max(4, self.table.total + 2) if self.table.total else TABLE_LINES
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


def used_layer_columns(account: Any) -> Sequence[Column[UsedLayer]]:
    """The columns of a function's layers.

    Args:
        account: called for the function's own account.
    """

    def state(layer: UsedLayer) -> Content:
        if layer.deleted:
            return mark("✕", "deleted", "$error")
        if layer.versions is None:
            return Content.styled("…", "dim")
        if isinstance(layer.versions, ConsoleError):
            denied = isinstance(layer.versions, AccessDenied)
            return mark("⊘", "not permitted", "$warning") if denied else mark("!", "failed", "$error")
        if layer.behind is None:
            return Content.styled("newest not known", "dim")
        return mark("▲", f"{layer.behind} behind", "$warning") if layer.behind else mark("✓", "newest", "$success")

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


class LayersPane(ReadingPane[LayerUse]):
    """Every layer version that is in use or newest, with how many functions use it; `enter` shows which."""

    TITLE = "Layers"
    THINGS = "layers"

    DEFAULT_CSS = """
    LayersPane.-inside > TitleLine, LayersPane.-inside > RecordTable { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [COPY_ARN]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._layers: dict[str, Layer] = {}
        self._complete = False
        self._users: LayerUsers | None = None

    def columns(self) -> Sequence[Column[LayerUse]]:
        return layer_use_columns(self.session)

    def key(self, record: LayerUse) -> str:
        return record.id.arn

    def name_of(self, record: LayerUse) -> str:
        return str(record.id)

    def action_copy_arn(self) -> None:
        self.copy(self.key)

    def on_mount(self) -> None:
        self.table.sort_by("layer")
        self.table.set_records(self._uses())
        super().on_mount()

    @property
    def account(self) -> str:
        """The account whose functions these are; empty while nothing tells it."""
        if self.session.identity is not None:
            return self.session.identity.account
        first = next(iter(self.session.functions.values()), None)
        return account_of(first.arn) if first else ""

    def _uses(self) -> list[LayerUse]:
        return layer_uses(self.session.functions.values(), self._layers, account=self.account, complete=self._complete)

    async def pages(self, connection: Connection) -> AsyncIterator[Sequence[LayerUse]]:
        from lambdatui.aws.layers import list_layers  # noqa: PLC0415 - imports the SDK

        found: dict[str, Layer] = {}
        async for page in list_layers(connection):
            found |= {layer.layer_arn: layer for layer in page}
            self._layers |= found
            yield [use for use in self._uses() if use.id.layer_arn in found]
        self._layers, self._complete = found, True
        yield self._uses()

    def inventory_changed(self, change: InventoryChange) -> None:
        self.table.set_records(self._uses())
        self.show_title()

    def state(self) -> Content:
        reading = self.session.reading
        told = super().state()
        if told.plain or (reading.read_at is not None and reading.error is None):
            return told or Content.styled("used by $LATEST; published versions may use others", "dim")
        return Content.styled("counting: the functions are still being read…", "$secondary")

    # -- who uses a version

    @on(RecordTable.Highlighted)
    def _no_subject(self, event: RecordTable.Highlighted) -> None:
        event.stop()

    @on(RecordTable.Opened)
    async def _show_users(self, event: RecordTable.Opened) -> None:
        event.stop()
        self._users = LayerUsers(self.session, event.record, self.account)
        self.add_class("-inside")
        await self.mount(self._users)
        self._users.focus_content()

    def focus_content(self) -> None:
        if self._users is not None:
            self._users.focus_content()
        else:
            super().focus_content()

    def step_back(self) -> bool:
        users = self._users
        if users is None:
            return super().step_back()
        if not users.step_back():
            self._users = None
            self.remove_class("-inside")
            users.remove()
            self.post_message(Pane.SubjectChanged(None))
            super().focus_content()
        return True


def layer_use_columns(session: Session) -> Sequence[Column[LayerUse]]:
    """The columns of the region's layer versions.

    Args:
        session: knows how times are written.
    """

    def state(use: LayerUse) -> Content:
        if use.gone:
            return mark("✕", "deleted", "$error")
        if use.older:
            return mark("▲", "older", "$warning")
        return mark("✓", "newest", "$success") if use.is_newest else Content.styled("newest not known", "dim")

    def owner(use: LayerUse) -> Content:
        return Content.styled(plain(use.owner.label), "" if use.owner.known else "$warning")

    return (
        Column(
            id="layer",
            title="LAYER",
            cell=lambda u: u.id.name,
            value=lambda u: f"{u.id.name} {u.id.account} {2**63 - u.id.version}",
            flex=True,
            min_width=20,
        ),
        Column(
            id="version",
            title="VERSION",
            cell=lambda u: str(u.id.version or "-"),
            value=lambda u: u.id.version,
            width=7,
            align="right",
        ),
        Column(
            id="functions",
            title="FUNCTIONS",
            cell=lambda u: figures.count(u.functions),
            value=lambda u: u.functions,
            width=9,
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
        Column(id="state", title="STATE", cell=state, width=16, priority=1),
        Column(id="owner", title="OWNER", cell=owner, width=24, priority=3),
        Column(
            id="created",
            title="CREATED",
            cell=lambda u: figures.moment(u.details.created_ms, now_ms(), session.times) if u.details else "",
            value=lambda u: u.details.created_ms if u.details else None,
            unit="epoch ms",
            width=8 if session.times == "relative" else 20,
            align="right",
            priority=4,
        ),
        Column(
            id="runtimes",
            title="RUNTIMES",
            cell=lambda u: " ".join(u.details.compatible_runtimes) if u.details else "",
            width=34,
            priority=5,
        ),
        Column(
            id="description",
            title="DESCRIPTION",
            cell=lambda u: u.details.description or "" if u.details else "",
            width=36,
            priority=6,
        ),
    )


class LayerUsers(ListPane[FunctionSummary]):
    """The functions whose $LATEST uses one layer version, and above them that version among the others.

    Args:
        use: the version.
        account: the functions' own.
    """

    THINGS = "functions"
    TITLE = "Functions"

    DEFAULT_CSS = """
    LayerUsers { height: 1fr; }
    """

    def __init__(self, session: Session, use: LayerUse, account: str) -> None:
        super().__init__(session)
        self._use = use
        self._account = account
        self._versions: list[LayerVersion] | ConsoleError | None = None
        self._facts = LayerFacts(bounded=True)

    def compose(self) -> ComposeResult:
        yield self._facts
        yield from super().compose()

    def columns(self) -> Sequence[Column[FunctionSummary]]:
        return function_columns(self.session, datetime.now(UTC).date())

    def key(self, record: FunctionSummary) -> str:
        return record.name

    def nothing(self) -> Content:
        return Content(f"The $LATEST of no function here uses {plain(str(self._use.id))}; a published version may.")

    def state(self) -> Content:
        return Content.styled(f"with {plain(str(self._use.id))} in $LATEST; published versions may differ", "dim")

    def on_mount(self) -> None:
        self.table.sort_by("name")
        self.inventory_changed(InventoryChange(replaced=True))
        self.read_again()

    def inventory_changed(self, change: InventoryChange) -> None:
        functions = self.session.functions.values()
        self.table.set_records([function for function in functions if self._use.id.arn in function.layers])
        self.show_title()
        self._show_facts()

    def read_again(self) -> None:
        self.run_worker(self._read(), group="versions", exclusive=True, exit_on_error=False, description="versions")

    async def _read(self) -> None:
        """Asks which versions there are: one request for fifty, and only for the layer that was opened."""
        from lambdatui.aws.layers import list_layer_versions  # noqa: PLC0415 - imports the SDK

        layer = self._use.id.name if self._use.owner.own else self._use.id.layer_arn

        async def versions(connection: Connection) -> list[LayerVersion]:
            return [version async for page in list_layer_versions(connection, layer) for version in page]

        try:
            self._versions = await self.session.ask(f"versions of {self._use.id.name}", versions)
        except ConsoleError as error:
            self._versions = error
        self._show_facts()

    def _show_facts(self) -> None:
        self._facts.show(version_facts(self._use, self._versions, self.session))

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.post_message(Pane.SubjectChanged(event.record))

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        self.post_message(Pane.SubjectOpened(event.record, tab="layers"))
