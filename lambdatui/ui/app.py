"""The console: wiring only. What it shows is in panes/, what it knows in session.py."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker

from lambdatui.aws.inventory import InventoryProcess
from lambdatui.aws.target import Target
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError, SettingsError
from lambdatui.insight.runtimes import use_table
from lambdatui.ui import themes
from lambdatui.ui.driver import LastingDriver
from lambdatui.ui.keys_in_turn import KeysInTurn
from lambdatui.ui.notices import Notices
from lambdatui.ui.operation import Operation, Operations
from lambdatui.ui.panes import REGION_PANES
from lambdatui.ui.panes.pane import Pane
from lambdatui.ui.screens.main import MainScreen
from lambdatui.ui.session import InventoryChange, LoggedError, Session, Told
from lambdatui.ui.shift import Running
from lambdatui.ui.start import DemoAccount, Start
from lambdatui.ui.styles import stylesheet
from lambdatui.ui.whereabouts import place, state
from lambdatui.ui.widgets.plain_text import plain

COLLECT_AFTER = (700, 10, 1_000)
"""As Python does, but the oldest generation a hundredth as often: 100,000 log events take 0.1 s to look through."""
HEADER_EVERY_S = 30.0
FLYING_EVERY_S = 1.0
"""How often the header is drawn while a shift is on its way."""
EXIT_BAD_SETTINGS = 2


class Console(KeysInTurn):
    """The terminal console."""

    TITLE = "lambdatui"
    CSS_PATH = stylesheet("console.tcss")
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    BINDINGS: ClassVar[list[BindingType]] = [
        # What opens a line to type in has priority: the keys that follow wait until the line is there to take them.
        Binding(
            "colon",
            "goto",
            "go to",
            id="app.goto",
            key_display=":",
            priority=True,
            tooltip="a pane, function, profile or region",
        ),
        Binding(
            "question_mark", "app.help", "help", id="app.help", key_display="?", tooltip="the keys of what is in focus"
        ),
        Binding("R", "goto('region ')", "region", id="app.region", show=False, priority=True, tooltip="another region"),
        Binding(
            "P", "goto('profile ')", "profile", id="app.profile", show=False, priority=True, tooltip="another profile"
        ),
        Binding("ctrl+r", "refresh", "refresh", id="app.refresh", show=False, tooltip="read again what is on screen"),
        Binding("exclamation_mark", "errors", "errors", id="app.errors", show=False, tooltip="what went wrong"),
        Binding(
            "ctrl+c",
            "leave",
            "quit",
            id="app.quit",
            show=False,
            priority=True,
            tooltip="leave, ending what is sent; again: at once",
        ),
    ]

    def __init__(self, start: Start) -> None:
        super().__init__(driver_class=LastingDriver)
        self.start = start
        self.gave_up: ConsoleError | None = None
        self._leaving = False
        self.animation_level = "none"
        for theme in themes.THEMES.values():
            self.register_theme(theme)
        asked = "monochrome" if start.no_color else start.gathered.raw.get("theme")
        self.theme = asked if isinstance(asked, str) and asked in themes.THEMES else themes.DEFAULT
        times = start.gathered.raw.get("times", "relative")
        metered = start.gathered.raw.get("metrics_budget_cents") != 0
        self.session = Session(
            start.target, self._told, start.cache, times, metered=metered, settled=start.demo is None
        )
        self._notices = Notices(self)
        self._told_of: Operations | None = None
        self._main = MainScreen(self.session)
        if start.cached is not None:
            self.session.show_cached(start.cached)

    def get_default_screen(self) -> Screen[None]:
        return self._main

    # -- start and end

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._end, 128 + number)
        self._show_place()
        self.set_interval(HEADER_EVERY_S, self._show_place)
        self._flying = self.set_interval(FLYING_EVERY_S, self._show_place, pause=True)
        self.call_after_refresh(self._start_up)

    @work(group="inventory", exclusive=True, exit_on_error=False, description="start")
    async def _start_up(self) -> None:
        """Everything that may come after the first paint."""
        process = self.start.process
        if process is None and self.start.demo is None:
            process = InventoryProcess(self.start.target)
        try:
            if self.start.cached is not None:
                await self.session.read_cached(self.start.cached)
            if not await self._settle():
                return
            if self.start.demo is not None and not await self._open_demo(self.start.demo):
                return
            await self.session.read_inventory(process)
            _spare_the_collector()
            await self._tell_what_is_left()
            await self._refresh()
        finally:
            if process is not None:
                process.stop()

    async def _settle(self) -> bool:
        """Checks the settings, now that there is time to import what checks them; False if they end the console."""
        from lambdatui.ui.keymap import check_keys  # noqa: PLC0415

        try:
            settings = await asyncio.to_thread(self.start.gathered.validate)
            keymap = check_keys(settings.keys, self.start.gathered.origins.get("keys", "settings"))
            if settings.runtimes_file is not None:
                use_table(settings.runtimes_file)
        except SettingsError as error:
            self._give_up(error, EXIT_BAD_SETTINGS)
            return False
        self.session.settings = settings
        self.set_keymap(keymap)
        return True

    def _give_up(self, error: ConsoleError, status: int) -> None:
        """Ends the console because of an error, which the command line prints when the terminal is its own again."""
        self.gave_up = error
        self.exit(return_code=status)

    async def _open_demo(self, demo: DemoAccount) -> bool:
        try:
            account = await demo.start()
        except ConsoleError as error:
            self._give_up(error, 1)
            return False
        self.session.settle_on(
            replace(
                self.session.target,
                endpoint_url=account.endpoint,
                region=account.region,
                access_key_id=account.access_key_id,
                secret_access_key=account.secret_access_key,
            )
        )
        return True

    async def action_leave(self) -> None:
        """As `action_quit`; asked twice, it waits for nothing."""
        if self._leaving:
            self.exit()
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Leaves, unless the plan of a shift on its way forbids it."""
        if refusing := self.session.flights.refusing:
            subjects = ", ".join(plain(str(flown.state.subject)) for flown in refusing)
            self.notify(
                f"the shift of {subjects} refuses: roll it back, promote it or wait", severity="warning", markup=False
            )
            await self.go("shifts")
        else:
            self._end()

    def _end(self, status: int = 0) -> None:
        """Ends the console, after what is being done was ended; once, for signals and keys come twice by themselves.

        A broken connection has both the shell and the kernel send a signal, and a key that is held repeats.
        """
        if not self._leaving:
            self._leaving = True
            self._leave(status)

    @work(group="end", exit_on_error=False, description="end of what is being done")
    async def _leave(self, status: int) -> None:
        if awaited := self.session.awaited:
            self._notices.ending(awaited)
        await self.session.leave()
        self.exit(None, status)

    @property
    def last_words(self) -> list[str]:
        """What became of all that was being done when the console was left."""
        return list(map(plain, self.session.last_words))

    @property
    def stranded(self) -> bool:
        """Whether a shift was left divided that was to go back."""
        return self.session.flights.stranded

    async def on_unmount(self) -> None:
        await self.session.leave()
        await self.session.disconnect()
        if self.start.demo is not None:
            await self.start.demo.stop()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.session.active_ms = now_ms()
        await super().on_event(event)

    def on_resize(self) -> None:
        """Paints all anew even if the size is what it was: a terminal made smaller and larger again has cut lines."""
        self.call_after_refresh(self.refresh)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        self.session.log_fault(event.worker.description, event.worker.error)

    def _fatal_error(self) -> None:
        """Textual would print every local variable with the traceback, and some hold secrets."""
        from rich.traceback import Traceback  # noqa: PLC0415 - a console that does not crash does without

        self._exit_renderables.append(Traceback(show_locals=False))
        self._close_messages_no_wait()

    # -- reading

    @on(Pane.InventoryWanted)
    @work(group="inventory", exclusive=True, exit_on_error=False, description="inventory")
    async def read_inventory(self) -> None:
        """Reads the functions anew; a reading that runs already is taken over."""
        await self.session.read_inventory()
        await self._tell_what_is_left()
        await self._refresh()

    async def _refresh(self) -> None:
        """Reads the functions again as often as the settings say, while the terminal has the focus."""
        while self.session.settings is not None and self.session.settings.refresh_s:
            await asyncio.sleep(self.session.settings.refresh_s)
            if self.app_focus:
                await self.session.read_inventory()

    async def _tell_what_is_left(self) -> None:
        """Tells once, of each place, what earlier consoles left stopped there, and what they did not see the end of."""
        operations = self.session.operations
        if self._told_of is operations:
            return
        self._told_of = operations
        await operations.learn()
        await self.session.flights.learn()
        self._notices.left_by_flights(self.session.flights)
        self._find_deployments()
        self._notices.left_by_operations(operations)

    @work(group="deployments", exclusive=True, exit_on_error=False, description="shifts by CodeDeploy")
    async def _find_deployments(self) -> None:
        """Finds what CodeDeploy runs beside all else, for that may take long where it does not answer."""
        await self.session.flights.deployments.find()

    # -- what the session tells

    def _told(self, change: Told) -> None:
        if not self._main.is_mounted:
            return
        if isinstance(change, InventoryChange):
            self._main.inventory_changed(change)
        elif isinstance(change, LoggedError):
            self._main.error_logged(change)
        elif isinstance(change, Operation):
            self._main.operation_changed(change)
        elif isinstance(change, Running) and not self.session.flights.closing:
            self._notices.landed(change)
        elif change == "health":
            self._main.health_changed()
        if isinstance(change, Running) or change == "flights":
            self._main.flights_changed()
            running = self.session.flights.running
            self._notices.stuck(running)
            (self._flying.resume if running else self._flying.pause)()
        self._show_place()

    def _show_place(self) -> None:
        self._main.ready = self.session.ready
        self._main.header.place = place(self.session, demo=self.start.demo is not None)
        self._main.header.state = state(self.session)

    # -- going somewhere

    @on(Pane.PlaceWanted)
    async def _go_where_wanted(self, event: Pane.PlaceWanted) -> None:
        await self.go(event.place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        typing = self.focused is not None and self.focused.check_consume_key("colon", ":")
        return not (action == "goto" and (typing or self.screen.is_modal))

    async def action_goto(self, typed: str = "") -> None:
        from lambdatui.ui.dialogs.goto import GoTo  # noqa: PLC0415

        dialog = GoTo(self.session, typed)
        await self.push_screen(dialog, self.go)
        dialog.focus_line()

    async def go(self, place: str | None) -> None:
        """Goes where the operator asked to: a pane, ``profile NAME``, ``region NAME``, ``theme NAME`` or a function."""
        word, _, name = (place or "").partition(" ")
        if name and word == "profile":
            if self.session.settings is None:  # not checked yet: whether the profile is read-only is not known
                return
            settings = self.session.settings.for_profile(name)
            await self._move(
                replace(
                    self.session.target,
                    profile=name,
                    region=settings.region,
                    read_only=settings.read_only,
                    billed_reads=not settings.read_only or settings.billed_reads_when_read_only,
                )
            )
        elif name and word == "region":
            await self._move(replace(self.session.target, region=name))
        elif name and word == "theme" and name in themes.THEMES:
            self.theme = name
        elif place in REGION_PANES:
            await self._main.open_pane(REGION_PANES[place])
        elif place in self.session.functions:
            await self._main.open_function(place)
        elif place:
            self.notify(f"there is no {plain(place)}", severity="warning", markup=False)

    async def _move(self, target: Target) -> None:
        if self.session.busy:
            self.notify("something is being done here; go when it is over", severity="warning", markup=False)
            return
        await self.session.leave()
        for words in self.session.last_words:
            self.notify(f"watched no more: {plain(words)}", severity="warning", markup=False)
        self.workers.cancel_all()
        await self._main.forget_subject()
        await self.session.move(target)
        self.read_inventory()

    async def action_errors(self) -> None:
        await self._main.open_pane(REGION_PANES["errors"])

    def action_refresh(self) -> None:
        self._main.read_again()

    def action_help(self) -> None:
        from lambdatui.ui.dialogs.help import Help  # noqa: PLC0415

        self.push_screen(Help.of(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        from lambdatui.ui.keymap import palette  # noqa: PLC0415

        yield from palette(self, screen)


def _spare_the_collector() -> None:
    """Lets garbage be collected again (the start is faster without), but not among what stays for good anyway.

    Looking through modules and 10,000 functions takes 40 ms, which a key would have to wait for.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
