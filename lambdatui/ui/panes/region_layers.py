"""The layers of the region, and which functions use which version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from lambdatui.clock import now_ms, today
from lambdatui.errors import AccessDenied, ConsoleError
from lambdatui.insight.layer_use import LayerUse, layer_uses
from lambdatui.models.arn import account_of
from lambdatui.models.function import FunctionSummary
from lambdatui.models.layer import Layer, LayerVersion
from lambdatui.ui import figures
from lambdatui.ui import session as sessions
from lambdatui.ui.panes.function_columns import function_columns
from lambdatui.ui.panes.layer_facts import LayerFacts, state_cell, version_facts
from lambdatui.ui.panes.layers import COPY_ARN
from lambdatui.ui.panes.list_pane import ListPane
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.panes.reading_pane import ReadingPane
from lambdatui.ui.session import InventoryChange, Session
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import trouble

if TYPE_CHECKING:
    from lambdatui.aws.connection import Connection


class RegionLayersPane(ReadingPane[LayerUse]):
    """Every layer version that is in use or newest, with how many functions use it; `enter` shows which."""

    TITLE = "Layers"
    THINGS = "layers"

    DEFAULT_CSS = """
    RegionLayersPane.-inside > TitleLine, RegionLayersPane.-inside > RecordTable { display: none; }
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
        told, functions = super().state(), self.session.reading
        if told.plain:
            return told
        if functions.error is not None:
            return trouble(functions.error, "not all functions are counted: ")
        if functions.read_at is None:
            return Content.styled("counting: the functions are still being read…", "$secondary")
        return Content.styled("used by $LATEST; published versions may use others", "dim")

    # -- who uses a version

    @on(RecordTable.Highlighted)
    def _no_subject(self, event: RecordTable.Highlighted) -> None:
        event.stop()

    @on(RecordTable.Opened)
    async def _show_users(self, event: RecordTable.Opened) -> None:
        event.stop()
        self._users = LayerUsers(self.session, event.record)
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
            self.tell_subject(None)
            super().focus_content()
        return True


def layer_use_columns(session: Session) -> Sequence[Column[LayerUse]]:
    """The columns of the region's layer versions.

    Args:
        session: knows how times are written.
    """

    def state(use: LayerUse) -> Content:
        if use.gone:
            return state_cell("✕", "deleted", "$error")
        if use.older:
            return state_cell("▲", "older", "$warning")
        return state_cell("✓", "newest", "$success") if use.is_newest else Content("newest not known")

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
    """

    THINGS = "functions"
    TITLE = "Functions"

    DEFAULT_CSS = """
    LayerUsers { height: 1fr; }
    """

    def __init__(self, session: Session, use: LayerUse) -> None:
        super().__init__(session)
        self._use = use
        self._versions: list[LayerVersion] | None = None
        self._error: ConsoleError | None = None
        self._facts = LayerFacts(bounded=True)

    def compose(self) -> ComposeResult:
        yield self._facts
        yield from super().compose()

    def columns(self) -> Sequence[Column[FunctionSummary]]:
        return function_columns(self.session, today())

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
        self._read()

    @work(group="versions", exclusive=True, exit_on_error=False, description="versions")
    async def _read(self) -> None:
        """Asks which versions there are until it is told: one request for fifty, only for the layer that was opened."""
        from lambdatui.aws.layers import list_layer_versions  # noqa: PLC0415 - imports the SDK

        own, id_ = self._use.owner.own, self._use.id
        wait = sessions.FIRST_RETRY_S
        while True:
            try:
                pages = list_layer_versions(await self.session.connection(), id_.name if own else id_.layer_arn)
                self._versions = [version async for page in pages for version in page]
                self._error = None
            except ConsoleError as error:
                self._error = error
                if own or not isinstance(error, AccessDenied):
                    self.session.log(f"versions of {id_.name}", error)
            self._show_facts()
            if self._error is None or not self._error.transient:
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, sessions.LONGEST_RETRY_S)

    def _show_facts(self) -> None:
        self._facts.show(version_facts(self._use, self._versions, self._error, self.session))

    @on(RecordTable.Highlighted)
    def _subject_changed(self, event: RecordTable.Highlighted) -> None:
        event.stop()
        self.tell_subject(event.record)

    @on(RecordTable.Opened)
    def _subject_opened(self, event: RecordTable.Opened) -> None:
        event.stop()
        self.post_message(Pane.SubjectOpened(event.record, tab="layers"))
