"""A pane that is a list: a title line that tells its state, a filter, and a RecordTable."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from lambdatui.clock import now_ms
from lambdatui.ui import figures
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.session import Reading
from lambdatui.ui.widgets.key_line import GENERAL
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.record_filter import FilterError
from lambdatui.ui.widgets.record_table import Column, RecordTable
from lambdatui.ui.widgets.trouble import forbidden_or_failed, trouble

if TYPE_CHECKING:
    from lambdatui.actions.action import Subject
    from lambdatui.ui.widgets.filter_bar import FilterBar

R = TypeVar("R")


class TitleLine(Widget):
    """The line above a list: what it shows, how many, how filtered and sorted, and what is wrong with it."""

    DEFAULT_CSS = """
    TitleLine { height: 1; color: $foreground; }
    """

    left: reactive[Content] = reactive(Content(""))
    right: reactive[Content] = reactive(Content(""))

    def render(self) -> Content:
        room = self.size.width - self.left.cell_length - 2
        right = self.right.truncate(max(0, room), ellipsis=True)
        gap = max(1, self.size.width - self.left.cell_length - right.cell_length - 1)
        return Content.assemble(self.left, " " * gap, right)


class ListPane(Pane, Generic[R]):
    """A list of records. A subclass says which columns there are and gives the records.

    TITLE heads the list, and THINGS is what it lists, as a sentence names them.
    """

    TITLE: ClassVar[str]
    THINGS: ClassVar[str]
    MARKABLE: ClassVar[bool] = True
    """Whether rows can be marked: not where a key that acts would only be about the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that the keys that follow wait until the line is there to take them.
        Binding("slash", "filter", "filter", id="list.filter", priority=True, tooltip="show only what matches"),
        Binding("s", "sort_next", "sort", id="list.sort", tooltip="sort by the next column"),
        Binding("S", "sort_reverse", "reverse", id="list.reverse", show=False, tooltip="reverse the order"),
        Binding("y", "copy_name", "copy", id="list.copy_name", group=GENERAL, tooltip="copy the name to the clipboard"),
    ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title_line = TitleLine()
        self.table: RecordTable[R] = RecordTable(self.columns(), self.key, markable=self.MARKABLE)
        self._filter_bar: FilterBar | None = None
        self._filter_problem = ""
        self._shown = self._marked = 0

    @classmethod
    def contents(cls) -> tuple[tuple[type[Widget], ...], ...]:
        return ((RecordTable,),)

    @abstractmethod
    def columns(self) -> Sequence[Column[R]]:
        """The columns, from left to right."""

    @abstractmethod
    def key(self, record: R) -> str:
        """What makes a record the same one after reading it again."""

    def name_of(self, record: R) -> str:
        """What `y` copies."""
        return self.key(record)

    def subject_of(self, record: R) -> Subject | None:
        """What an action would be done to if this record is chosen; None where it is no more than the pane's own."""
        return None

    def subjects(self) -> tuple[Subject, ...]:
        records = self.table.marked or tuple(filter(None, (self.table.cursor_record,)))
        return tuple(filter(None, map(self.subject_of, records))) or super().subjects()

    def unmark(self, over: Callable[[Subject], bool]) -> None:
        """Takes the marks of that away, lest what is done next is done to it too."""
        if self.table.marks:
            self.table.unmark(lambda record: (subject := self.subject_of(record)) is not None and over(subject))
            self.show_title()

    def reading_now(self) -> Reading | None:
        """How the reading of the records stands; None where nothing has to be read."""
        return None

    @property
    def place(self) -> str:
        """What the records belong to: the subject, or the region."""
        if self.subject is not None:
            return plain(self.subject.name)
        identity = self.session.identity
        return plain(identity.region if identity else self.session.target.region or "the region")

    def nothing(self) -> Content:
        """What is said when there is nothing, and that is known."""
        return Content(f"No {self.THINGS} in {self.place}.")

    def count(self) -> str:
        """How many there are, as far as that is known."""
        reading, total = self.reading_now(), self.table.total
        if reading is None or reading.read_at is not None:
            return figures.count(total)
        return f"{figures.count(total)}…" if total else ""

    def state(self) -> Content:
        """How the records stand as a whole, for the right of the title line."""
        reading = self.reading_now()
        if reading is None:
            return Content("")
        if reading.running:
            pages = f"reading, page {reading.pages + 1}" if reading.pages else "reading"
            return Content.styled(f"{pages}…", "$secondary")
        if reading.error is not None and self.table.total:
            stale = f"stale {figures.age(now_ms() - reading.read_at)}: " if reading.read_at else ""
            return trouble(reading.error, stale)
        return Content("")

    def _placeholder(self) -> Content:
        reading = self.reading_now()
        if self.table.total:
            return Content.assemble(f"No {self.THINGS} match. ", ("esc", "bold $accent"), " clears the filter.")
        if reading is not None and reading.error is not None:
            return forbidden_or_failed(reading.error)
        if reading is not None and reading.read_at is None:
            return Content.styled(f"Reading the {self.THINGS} of {self.place}…", "$secondary")
        return self.nothing()

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.table

    def on_mount(self) -> None:
        self.show_title()

    def focus_content(self) -> None:
        self.table.focus(scroll_visible=False)

    def show_title(self) -> None:
        """Draws the title line and what stands for an empty list anew, where they changed."""
        table = self.table
        table.placeholder = self._placeholder()
        left = Content.assemble(" ", (self.TITLE, "bold"), " ", self.count())
        if table.filter_text:
            left = left.append(
                Content.assemble(
                    "  ", (f"/{plain(table.filter_text)}", "$accent"), f"  {figures.count(self._shown)} shown"
                )
            )
        if marks := table.marks:
            shown = "" if self._marked == marks else f"{figures.count(self._marked)} of "
            left = left.append(Content.assemble("  ", (f"● {shown}{figures.count(marks)} marked", "$warning")))
        if self._filter_problem:
            self.title_line.left = left
            self.title_line.right = Content.styled(self._filter_problem, "$error")
            return
        self.title_line.left = left
        self.title_line.right = self.state()

    # -- filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "filter" or self._filter_bar is None or not self._filter_bar.has_focus

    async def action_filter(self) -> None:
        from lambdatui.ui.widgets.filter_bar import FilterBar  # noqa: PLC0415 - the first paint does without

        if self._filter_bar is None:
            self._filter_bar = FilterBar(self.table.filter_text)
            await self.mount(self._filter_bar, after=self.title_line)
        self.screen.set_focus(self._filter_bar)

    def filter_by(self, text: str) -> None:
        """Filters the list; a filter that cannot be read is told in the title line and the former one stays."""
        try:
            self.table.set_filter(text)
            self._filter_problem = ""
        except FilterError as error:
            self._filter_problem = str(error)
        self.show_title()

    async def close_filter(self, *, keep: bool) -> None:
        """Closes the filter's line; its text goes on filtering only if it is kept."""
        bar, self._filter_bar = self._filter_bar, None
        if bar is not None:
            await bar.remove()
        if not keep:
            self.filter_by("")
        self._filter_problem = ""
        self.show_title()
        self.focus_content()

    @on(RecordTable.ShownChanged)
    def _show_counts(self, event: RecordTable.ShownChanged) -> None:
        event.stop()
        self._shown, self._marked = event.shown, event.marked
        self.show_title()

    # -- what a row can do

    def action_sort_next(self) -> None:
        self.table.sort_next()
        self._show_top()

    def action_sort_reverse(self) -> None:
        self.table.reverse_sort()
        self._show_top()

    def _show_top(self) -> None:
        """Who sorts wants to see what comes first."""
        self.table.follow_top()
        self.show_title()

    def action_copy_name(self) -> None:
        self.copy(self.name_of)

    def copy(self, what: Callable[[R], str]) -> None:
        """Copies something of the row under the cursor, or of every marked row, over OSC 52."""
        records = self.table.marked or tuple(filter(None, (self.table.cursor_record,)))
        if not records:
            return
        texts = [what(record) for record in records]
        self.app.copy_to_clipboard("\n".join(texts))
        told = plain(texts[0]) if len(texts) == 1 else f"{len(texts)} lines"
        self.notify(f"copied {told}", markup=False, timeout=2)

    def step_back(self) -> bool:
        if self.table.filter_text:
            self.filter_by("")
            return True
        if self.table.marked:
            self.table.clear_marks()
            self.show_title()
            return True
        return False
