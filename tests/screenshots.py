"""Writes the screenshots that the README shows, from the demo: ``python -m tests.screenshots [scene...]``."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot

from lambdatui.aws.target import Target
from lambdatui.demo.account import DemoAccount
from lambdatui.settings_sources import gather
from lambdatui.ui.app import Console, Start
from lambdatui.ui.panes.followed_log import TICK_S
from lambdatui.ui.panes.logs import LogsPane
from lambdatui.ui.panes.overview import OverviewPane
from lambdatui.ui.panes.overview_sections import unsettled
from lambdatui.ui.panes.reading_pane import ReadingPane
from tests.ui.stage import drawn_text

FOLDER = Path(__file__).parent.parent / "screenshots"
SIZES = ((140, 40), (80, 24))
PATIENCE_S = 20.0
BAKED_S = 300.0
"""Until metrics tell of both versions of a shift that began a moment ago."""
SEEDED_S = 15.0
"""Until the demo's hour of history is there; a console that looked before would not look again for a minute."""

Scene = Callable[[Pilot[None]], Awaitable[None]]


async def functions(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await until(lambda: " unwell" in shown(pilot).splitlines()[1])
    await pilot.pause()


async def overview(pilot: Pilot[None]) -> None:
    await look_at(pilot, "orders-stream")
    await pilot.press("enter")
    await settled(pilot)


async def filtered(pilot: Pilot[None]) -> None:
    await pilot.press("slash", *"orders")
    await settled(pilot)


async def go_to(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"pay")
    await pilot.pause()


async def keys(pilot: Pilot[None]) -> None:
    await pilot.press("question_mark")
    await pilot.pause()


async def raw_json(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("v")
    await pilot.pause()
    await until(
        lambda: (
            not pilot.app.screen.workers
            or all(worker.is_finished for worker in pilot.app.workers if worker.description == "raw JSON")
        )
    )
    await pilot.pause()


async def releases(pilot: Pilot[None]) -> None:
    await look_at(pilot, "orders-api")
    await pilot.press("2")
    await read(pilot)


async def triggers(pilot: Pilot[None]) -> None:
    await look_at(pilot, "thumbnails")
    await pilot.press("3")
    await read(pilot)


async def mappings(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"mappings", "enter")
    await pilot.pause()
    await read(pilot)


async def layers(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"layers", "enter")
    await pilot.pause()
    await read(pilot)


async def logs(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("l")
    await logged(pilot)


async def invocations(pilot: Pilot[None]) -> None:
    await logs(pilot)
    await pilot.press("I")
    await pilot.pause()


async def request(pilot: Pilot[None]) -> None:
    await invocations(pilot)
    await pilot.press("F", "enter")
    await pilot.pause()


async def search(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("colon", *"search", "enter")
    await pilot.pause()


async def metrics(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("enter", "6")
    await until(lambda: "Duration" in shown(pilot))
    await pilot.pause()


async def pulse(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"pulse", "enter")
    await until(lambda: "firing" in shown(pilot) and "asking" not in shown(pilot))
    await pilot.pause()


async def alarms(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"alarms", "enter")
    await pilot.pause()
    await read(pilot)


async def actions(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("a")
    await pilot.pause()


async def invoke(pilot: Pilot[None]) -> None:
    await look_at(pilot, "orders-api")
    await pilot.press("i")
    await until(lambda: "preview" in shown(pilot))
    await pilot.press("ctrl+s")
    await until(lambda: "y does it" in shown(pilot))
    await pilot.press("y")
    await until(lambda: "Result of" in shown(pilot))
    await pilot.pause()


async def stop(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("x", "enter")
    await until(lambda: "Reserve 0" in shown(pilot))
    await pilot.press("ctrl+s")
    await until(lambda: "y does it" in shown(pilot))


async def concurrency(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"concurrency", "enter")
    await until(lambda: "starved" in shown(pilot))
    await settled(pilot)


async def shift(pilot: Pilot[None]) -> None:
    await look_at(pilot, "payments-processor")
    await pilot.press("t")
    await until(lambda: "payments-processor:live" in shown(pilot))
    await pilot.press("enter")
    await until(lambda: "Preflight:" in shown(pilot))
    await pilot.pause()


async def shifts(pilot: Pilot[None]) -> None:
    await shift(pilot)
    await pilot.press("ctrl+s")
    await until(lambda: "y does it" in shown(pilot))
    await pilot.press("y")
    await until(lambda: "% observed" in shown(pilot), BAKED_S)
    await pilot.pause()


async def audit(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"audit", "enter")
    await until(lambda: "done" in shown(pilot))
    await pilot.pause()


SCENES: dict[str, Scene] = {
    "functions": functions,
    "overview": overview,
    "releases": releases,
    "triggers": triggers,
    "mappings": mappings,
    "layers": layers,
    "logs": logs,
    "invocations": invocations,
    "request": request,
    "search": search,
    "metrics": metrics,
    "pulse": pulse,
    "alarms": alarms,
    "actions": actions,
    "invoke": invoke,
    "stop": stop,
    "concurrency": concurrency,
    "shift": shift,
    "shifts": shifts,
    "audit": audit,
    "filter": filtered,
    "goto": go_to,
    "help": keys,
    "raw-json": raw_json,
}


async def look_at(pilot: Pilot[None], name: str) -> None:
    """Moves the cursor to a function and waits for its overview, where there is room for one."""
    app = pilot.app
    assert isinstance(app, Console)
    app.screen.query_one("RecordTable").move_to(name)
    await pilot.pause()
    await settled(pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Waits until every part of the overview on screen is there."""
    await pilot.pause()
    panes = [pane for pane in pilot.app.screen.query(OverviewPane) if pane.display and pane.size.height]
    await until(lambda: not any(part == "asking" or unsettled(part) for pane in panes for part in pane._parts.values()))
    await pilot.pause()


async def read(pilot: Pilot[None]) -> None:
    """Waits until every list on screen was read to its end."""
    await until(lambda: bool(pilot.app.screen.query(ReadingPane)))
    panes = [pane for pane in pilot.app.screen.query(ReadingPane) if pane.display]
    await until(lambda: all(pane.reading_now().read_at and not pane.reading_now().running for pane in panes))
    await pilot.pause()


async def logged(pilot: Pilot[None]) -> None:
    """Waits until the log on screen was read up to now."""
    pane = pilot.app.screen.query_one(LogsPane)
    await until(lambda: len(pane.feed.ring) > 0 and pane.feed.tail is not None and pane.feed.tail.lag_ms < 5_000)
    await pilot.pause(TICK_S)


def shown(pilot: Pilot[None]) -> str:
    """All that can be read on screen."""
    assert isinstance(pilot.app, Console)
    return drawn_text(pilot.app)


async def until(done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Waits for something, for so long and no longer."""
    async with asyncio.timeout(patience_s):
        while not done():
            await asyncio.sleep(0.05)


async def main(names: Sequence[str]) -> None:
    """Writes these scenes, or every one, at every size."""
    FOLDER.mkdir(exist_ok=True)
    account = DemoAccount()
    at = await account.start()
    await asyncio.sleep(SEEDED_S)
    try:
        for name in names or SCENES:
            for width, height in SIZES:
                target = Target(
                    endpoint_url=at.endpoint,
                    region=at.region,
                    access_key_id=at.access_key_id,
                    secret_access_key=at.secret_access_key,
                )
                console = Console(Start(gathered=gather({}, {}, Path(os.devnull)), target=target))
                async with console.run_test(size=(width, height)) as pilot:
                    await until(
                        lambda console=console: bool(console.session.functions) and not console.session.reading.running
                    )
                    await SCENES[name](pilot)
                    console.clear_notifications()
                    (FOLDER / f"{name}-{width}x{height}.svg").write_text(console.export_screenshot(title="lambdatui"))
    finally:
        await account.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}
        asyncio.run(main(sys.argv[1:]))
