"""What is said over a log, and in place of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, NotFound
from lambdatui.ui import figures
from lambdatui.ui.widgets.plain_text import plain
from lambdatui.ui.widgets.trouble import forbidden_or_failed, trouble

if TYPE_CHECKING:
    from lambdatui.ui.log_feed import LogFeed
    from lambdatui.ui.widgets.log_view import LogView


def some_of(names: Iterable[str]) -> str:
    """Names where all of them have no room, harmless: ``orders +2``; empty without a name."""
    first, *others = [*names] or [""]
    return plain(first) + (f" +{len(others)}" if others else "")


def whose(feed: LogFeed) -> str:
    """The functions of a log, as a title or a sentence names them."""
    return some_of(function.name for function in feed.functions)


def log_title(feed: LogFeed, view: LogView, *, named: bool) -> Content:
    """How much there is of which log, and what was made of it.

    Args:
        named: whether the functions are to be named.
    """
    title = Content.assemble(" ", ("Logs", "bold"), " ", figures.count(len(feed.ring)))
    if named and feed.functions:
        title = title.append(f"  {whose(feed)}")
    title = title.append(Content.styled(f"  from {_since(feed)}", "$secondary"))
    if view.filter_text:
        found = f"  {figures.count(view.shown)} shown"
        title = title.append(Content.assemble("  ", (f"/{plain(view.filter_text)}", "$accent"), found))
    if feed.pattern:
        title = title.append(Content.assemble("  ", (f"\\{plain(feed.pattern)}", "$accent")))
    return title


def log_standing(view: LogView, problem: ConsoleError | None) -> Content:
    """Whether the newest events are in view, or what stands in the way of having them."""
    if problem is not None:
        return trouble(problem)
    if not view.display:
        return Content("")
    if view.paused:
        return Content.styled(f"paused, {figures.count(view.below)} below", "$warning")
    if not view.following:
        return Content.styled(f"{figures.count(view.below)} below, G follows", "$warning")
    return Content.styled("following", "$secondary")


def no_events(feed: LogFeed, view: LogView, problem: ConsoleError | None) -> Content:
    """What stands where no event is shown: why there is none, and what can be done."""
    if not feed.functions:
        return Content("No function is chosen: mark some in the functions list with space, and then press l.")
    if len(feed.ring) and view.filter_text:
        return Content.assemble("No line matches. ", ("esc", "bold $accent"), " clears the filter.")
    if isinstance(problem, NotFound):
        groups = ", ".join(plain(group) for group in feed.problems)
        return Content("\n").join(
            [
                Content(f"There is no log group {groups}."),
                Content.styled("It comes to be when the function first logs; it is looked for by itself.", "dim"),
            ]
        )
    if problem is not None:
        return forbidden_or_failed(problem)
    if feed.tail is None or feed.tail.lag_ms > now_ms() - feed.since_ms - 1:
        return Content.styled(f"Reading the log of {whose(feed)}…", "$secondary")
    return Content.assemble(
        f"{whose(feed)} has logged nothing since {_since(feed)}. ", ("f", "bold $accent"), " starts earlier."
    )


def _since(feed: LogFeed) -> str:
    return figures.absolute(feed.since_ms, feed.reader.times)[-9:]
