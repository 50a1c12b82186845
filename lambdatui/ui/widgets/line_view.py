"""A widget of lines that sends to the terminal only those that look different from what is there."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.css.styles import RulesMap
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from lambdatui.ui.widgets.cells import harmless
from lambdatui.ui.widgets.column import GUTTER, Cell
from lambdatui.ui.widgets.painted_lines import PaintedLines

if TYPE_CHECKING:
    from typing import Self


class LineView(Widget):
    """Draws line by line: whatever changes, `_repaint` compares. A subclass draws the line at a height.

    It names how parts of lines look by its component classes, ``line-view--<look>``.

    Args:
        placeholder: said instead of lines while there is nothing to show.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-view--{look}" for look in ("line", "muted", "cursor")}
    DEFAULT_CSS = """
    LineView {
        height: 1fr;
        color: $foreground;

        & > .line-view--muted { color: $text-muted; }
        & > .line-view--cursor {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .line-view--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        &:nocolor > .line-view--cursor { text-style: underline; }
        &:nocolor:focus > .line-view--cursor { text-style: reverse; }
    }
    """

    def __init__(self, *, placeholder: Cell = "", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes)
        self._placeholder = placeholder
        self._room = Size()
        """What the lines were last painted in."""
        self._painted = PaintedLines(self._line)
        self._rules: RulesMap = {}
        self._looks: dict[tuple[str, ...], Style] = {}

    @abstractmethod
    def _line(self, y: int) -> Strip:
        """The line at a height, as wide as the room."""

    def _room_changed(self) -> None:
        """There is more room or less; nothing is painted in it yet."""

    @property
    def placeholder(self) -> Cell:
        """What stands for the lines: loading, empty, failed or forbidden each in their own words."""
        return self._placeholder

    @placeholder.setter
    def placeholder(self, placeholder: Cell) -> None:
        if placeholder != self._placeholder:
            self._placeholder = placeholder
            self._repaint()

    # Painting

    def render_line(self, y: int) -> Strip:
        room = self.scrollable_content_region.size
        if room != self._room:
            self._room = room
            self._painted.forget()
            self._room_changed()
        return self._painted.paint(y)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As in every widget, save that all of it is repainted only if the styles around its lines have changed.

        Textual asks for all of it whenever the focus comes or goes, when the cursor's line alone looks different.
        """
        rules = self.styles.get_rules()
        if repaint and not regions and rules == self._rules and self._painted:
            regions = self._painted.stale(self._room.height)
            repaint = bool(regions)
        self._rules = rules
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _repaint(self) -> None:
        """Repaints the lines that would look different from what was last painted there."""
        if stale := self._painted.stale(self._room.height):
            self.refresh(*stale)

    def on_hide(self) -> None:
        """What is painted now is of no use for comparing when it is shown again."""
        self._painted.forget()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._looks.clear()

    # Drawing

    def _placeholder_line(self, line: int) -> Strip:
        """A line of what stands for all of them; below its last one, and above its first, nothing."""
        room = max(1, self._room.width - 2 * GUTTER)
        lines = [part for each in self._placeholder.split("\n") for part in harmless(each).wrap(room)]
        text = lines[line] if 0 <= line < len(lines) else Content("")
        return self._drawn("muted", text.pad_left(GUTTER))

    def _drawn(self, look: str, content: Content) -> Strip:
        """A whole line in a look."""
        base = self._look(look)
        drawn = content.render(base, end="", parse_style=self.app.stylesheet.parse_style)
        return self._whole([Segment(text, style.rich_style) for text, style in drawn], base)

    def _whole(self, segments: list[Segment], look: Style) -> Strip:
        """The segments as a line that is as wide as the room, in a look where they end."""
        return Strip(segments).adjust_cell_length(self._room.width, look.rich_style).simplify()

    def _look(self, *looks: str) -> Style:
        """The style of looks, the later over the earlier; `get_visual_style` leaves out what is reversed."""
        style = self._looks.get(looks)
        if style is None:
            names = [f"line-view--{look}" for look in looks]
            reverse = any(self.get_component_styles(name).text_style.reverse for name in names)
            style = self._looks[looks] = self.get_visual_style(*names) + Style(reverse=reverse)
        return style
