"""What is true about a stream of log events, on one line."""

from __future__ import annotations

from textual.content import Content

from lambdatui.ui import figures
from lambdatui.ui.log_feed import LogFeed
from lambdatui.ui.widgets.plain_text import plain

LIVE_USD_PER_MINUTE = 0.01
"""After the first 1,800 minutes of a month (facts 7)."""
LAGGING_MS = 15_000
"""Far more than the longest rest between two looks."""


def stream_facts(feed: LogFeed, now: int) -> Content:
    """How the stream is read, how far behind it is, and what became of events that were not simply shown.

    Args:
        now: epoch ms.
    """
    tail = feed.tail
    if tail is None:
        return Content.styled(" ○ not reading yet", "$secondary")
    lag_ms = tail.lag_ms
    facts = [
        _source(feed, now),
        _told("lag", figures.age(lag_ms) if lag_ms >= 1000 else "<1 s", bad=lag_ms > LAGGING_MS),
        Content(f"{tail.per_second:,.0f}/s"),
    ]
    if tail.gap_ms:
        facts.append(_told("gap", f"{figures.age(tail.gap_ms)}, being filled", bad=True))
    if tail.sampled:
        facts.append(Content.styled("sampled by AWS, polling fills in", "$warning"))
    facts += [
        _told("late", figures.count(tail.late)),
        _told("throttled", figures.count(tail.throttled), bad=tail.throttled > 0),
        _told("dropped", figures.count(feed.ring.left), bad=feed.ring.left > 0),
    ]
    return Content.assemble(" ", Content(" · ").join(facts))


def _source(feed: LogFeed, now: int) -> Content:
    tail = feed.tail
    assert tail is not None
    if feed.problems:
        return Content.styled("! trying again", "$error")
    if tail.live == "starting":
        return Content.styled("◌ opening Live Tail", "$secondary")
    if tail.live == "on":
        minutes = (now - (tail.live_since_ms or now)) / 60_000
        return Content.styled(f"◉ Live Tail ${minutes * tail.live_sessions * LIVE_USD_PER_MINUTE:.2f}", "$accent")
    if tail.live_problem is not None:
        return Content.assemble(("● polling", ""), (f", no Live Tail: {_short(str(tail.live_problem))}", "$warning"))
    return Content("● polling")


def _told(name: str, value: str, *, bad: bool = False) -> Content:
    return Content.styled(f"{name} {value}", "$warning" if bad else "")


def _short(text: str, limit: int = 60) -> str:
    shown = plain(text.partition("\n")[0])
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
