"""The shifts that CodeDeploy runs where the session is, whoever handed them over.

They go on in AWS whatever becomes of the console: it finds them by asking CodeDeploy, and only looks on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lambdatui.actions import entry_of
from lambdatui.clock import now_ms
from lambdatui.errors import ConsoleError
from lambdatui.ui.shift import Command, Running, clock

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from lambdatui.actions.action import Subject
    from lambdatui.actions.observing import Observer
    from lambdatui.models.codedeploy import AliasDeployment, LambdaFunctionInfo
    from lambdatui.models.release import Alias
    from lambdatui.ui.session import Session

FIND_EVERY_MS = 30_000
"""No sooner is CodeDeploy asked again which deployments there are (facts 10.4)."""
LOOK_S = 10.0
"""Between two looks at a deployment under way."""
STOP = "codedeploy-stop"
"""The action that stops a deployment and has it taken back."""


@dataclass(eq=False)
class Deployed(Running):
    """A shift that CodeDeploy runs, or ran."""

    deployments: Deployments
    shift: LambdaFunctionInfo
    """What it does to which alias, as it was first read."""
    deployment: AliasDeployment
    """As it was last read."""
    observer: Observer
    found_ms: int
    """When the console first saw it, epoch ms."""
    step_began_ms: int
    """Since when the new version has its share, as far as the console saw, epoch ms."""
    back: AliasDeployment | None = None
    """What takes it back, as it was last read."""
    division: Alias | None = None
    """The alias as it was last read; None until then."""
    unread: dict[str, ConsoleError] = field(default_factory=dict)
    """What could not be read the last time, and why."""
    refused: ConsoleError | None = None
    """Why it could not be stopped."""

    # -- what is shifted

    @property
    def function(self) -> str:
        return self.shift.function

    @property
    def alias(self) -> str:
        return self.shift.function_alias

    @property
    def old(self) -> str:
        return self.shift.current_version

    @property
    def new(self) -> str:
        return self.shift.target_version

    @property
    def subject(self) -> Subject:
        from lambdatui.actions.action import Subject  # noqa: PLC0415 - imports pydantic

        return Subject(function=self.function, qualifier=self.alias)

    # -- how it stands

    @property
    def began_ms(self) -> int:
        created = self.deployment.info.create_time
        return self.found_ms if created is None else round(created.timestamp() * 1_000)

    @property
    def percent(self) -> float:
        """As the alias is; as CodeDeploy tells where the alias could not be read."""
        if self.division is None:
            return self.deployment.target.lambda_function_info.target_version_weight or 0.0
        return self.division.shares.get(self.new, 0.0) * 100

    @property
    def phase(self) -> str:
        status = self.deployment.info.status
        return status if self.back is None else f"{status}, taken back: {self.back.info.status}"

    @property
    def under_way(self) -> bool:
        """Whether CodeDeploy has something to do with the alias still."""
        return any(each.info.under_way for each in (self.deployment, self.back) if each is not None)

    @property
    def stranded(self) -> bool:
        """Whether CodeDeploy has ended and left the alias divided: what takes it back may come yet (facts 10.5)."""
        return not self.under_way and self.division is not None and self.new in self.division.additional

    @property
    def flying(self) -> bool:
        return self.under_way or self.stranded

    @property
    def over(self) -> bool:
        return not self.flying

    @property
    def landed_well(self) -> bool:
        from lambdatui.models.codedeploy import SUCCEEDED  # noqa: PLC0415 - imports pydantic

        return self.deployment.info.status == SUCCEEDED and not self.flying

    @property
    def trouble(self) -> str:
        if self.stranded:
            return "CodeDeploy has ended and left the alias divided: Shift traffic moves it on or back"
        return f"not stopped: {self.refused}" if self.refused is not None and self.under_way else ""

    @property
    def severity(self) -> SeverityLevel:
        if self.landed_well:
            return "information"
        return "error" if self.refused is not None else "warning"

    @property
    def in_a_line(self) -> str:
        told = f"{self.subject}: {self.phase}, {self.percent:g} % on version {self.new}"
        return ": ".join(filter(None, (told, self.deployment.info.why, self.trouble)))

    def gone_s(self, now_ms: int) -> float:
        """For how many seconds it has been running, or was."""
        ended = (self.back or self.deployment).info.complete_time
        until_ms = now_ms if ended is None or self.under_way else ended.timestamp() * 1_000
        return max(0.0, (until_ms - self.began_ms) / 1_000)

    def progress(self, now_ms: int) -> str:
        return f"{self.deployment.info.status} {clock(self.gone_s(now_ms))}"

    # -- what can be done

    @property
    def commands(self) -> Mapping[str, Command]:
        """Only the brake, which is there until something takes it back: the pace is CodeDeploy's."""
        if not self.deployment.info.under_way or self.deployment.info.takes_back:
            return {}
        return {"roll_back": Command(act=partial(self.deployments.stop, self), entry=entry_of(STOP))}

    @property
    def refusal(self) -> str:
        return "CodeDeploy runs it: it can only be rolled back" if self.commands else f"it is {self.phase}"


class Deployments:
    """Every shift of CodeDeploy's that is known where the session is.

    Args:
        session: whose operator looks on.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.known: dict[str, Deployed] = {}
        """By the deployment's id; those that have ended stay, to be read."""
        self.unseen: ConsoleError | None = None
        """Why it is not known which there are; None where it is."""
        self._found_ms: int | None = None
        self._finding = asyncio.Lock()
        self._watching: set[asyncio.Task[None]] = set()
        self._stopping: dict[str, asyncio.Future[None]] = {}
        """What is being stopped, by its id."""
        self._left = False

    @property
    def flying(self) -> list[Deployed]:
        return [deployed for deployed in self.known.values() if deployed.flying]

    @property
    def stopping(self) -> bool:
        """Whether something is being stopped, which takes the console."""
        return bool(self._stopping)

    async def find(self) -> None:
        """Finds those that are under way: one request where there are none."""
        from lambdatui.aws.codedeploy import list_deployments  # noqa: PLC0415 - imports the SDK

        async with self._finding:
            now = now_ms()
            if self._found_ms is not None and 0 <= now - self._found_ms < FIND_EVERY_MS:
                return
            self._found_ms = now
            try:
                found = await list_deployments(await self._session.connection())
            except ConsoleError as error:  # no entry in the log: most consoles have nothing to do with CodeDeploy
                self.unseen = error
                return
            self.unseen = None
            for deployment in found:
                await self._take(deployment)

    async def follow(self, deployment_id: str) -> None:
        """Finds one that was handed over just now, even if it has ended already.

        Args:
            deployment_id: empty where the answer that told it was lost.

        Raises:
            ConsoleError: it could not be read.
        """
        self._found_ms = None
        await self.find()
        if deployment_id and deployment_id not in self.known:
            await self._take(await self._read(deployment_id))

    async def _read(self, deployment_id: str) -> AliasDeployment:
        from lambdatui.aws.codedeploy import get_alias_deployment  # noqa: PLC0415 - imports the SDK

        asking = partial(get_alias_deployment, deployment_id=deployment_id)
        return await self._session.ask(f"deployment {deployment_id}", asking)

    async def _take(self, deployment: AliasDeployment) -> None:
        from lambdatui.actions.observing import Observer  # noqa: PLC0415 - imports the SDK

        observer, info, now = Observer(await self._session.connection()), deployment.info, now_ms()
        shift = deployment.target.lambda_function_info  # not told of all before they start (facts 10.2)
        if self._left or not shift.function_alias or {info.deployment_id, info.takes_back} & self.known.keys():
            return
        deployed = self.known[info.deployment_id] = Deployed(
            deployments=self,
            shift=shift,
            deployment=deployment,
            observer=observer,
            found_ms=now,
            step_began_ms=now,
        )
        watching = asyncio.create_task(self._keep_looking(deployed))
        self._watching.add(watching)
        watching.add_done_callback(self._watched)

    def _watched(self, watching: asyncio.Task[None]) -> None:
        self._watching.discard(watching)
        if not watching.cancelled():
            self._session.log_fault("shift of CodeDeploy's", watching.exception())

    async def _keep_looking(self, deployed: Deployed) -> None:
        await self.look(deployed)
        while deployed.flying:
            await asyncio.sleep(LOOK_S)
            await self.look(deployed)
        self._session.tell_flight(deployed)

    async def look(self, deployed: Deployed) -> None:
        """Reads how a deployment stands, and how the alias is; what cannot be read stays as it was."""
        from lambdatui.aws.releases import get_alias  # noqa: PLC0415 - imports the SDK

        with self._unread(deployed, "CodeDeploy"):
            deployed.deployment = await self._read(deployed.deployment.info.deployment_id)
            if back := deployed.deployment.info.taken_back_by:
                deployed.back = await self._read(back)
        with self._unread(deployed, "alias"):
            before = deployed.percent
            asking = partial(get_alias, function=deployed.function, name=deployed.alias)
            deployed.division = await self._session.ask(f"shift of {deployed.subject}", asking)
            if deployed.percent != before:
                deployed.step_began_ms = now_ms()
        self._session.tell_flights()

    async def observe(self, deployed: Deployed) -> None:
        """Looks at how both versions do, for as long as it is under way: metrics are charged."""
        if deployed.flying:
            await deployed.observer(deployed)
            self._session.tell_flights()

    @contextmanager
    def _unread(self, deployed: Deployed, what: str) -> Iterator[None]:
        """Keeps why something could not be read."""
        deployed.unread.pop(what, None)
        try:
            yield
        except ConsoleError as error:
            deployed.unread[what] = error

    async def stop(self, deployed: Deployed) -> None:
        """Stops a deployment and has it taken back, at once as any rollback.

        StopDeployment is as safe as giving the weights back: it names one deployment and can touch no other, one that
        has ended already refuses it, and the rollback that it is told to make leads to the version that had all of the
        traffic. It is planned, sent once and written down as when it is begun from its dialog.
        """
        from lambdatui.actions.action import Params  # noqa: PLC0415 - imports pydantic
        from lambdatui.actions.codedeploy_shift import StopDeployment  # noqa: PLC0415 - imports the SDK

        deployment_id = deployed.deployment.info.deployment_id
        if deployment_id in self._stopping:
            return
        action, deployed.refused = StopDeployment(), None
        ended = self._stopping[deployment_id] = asyncio.get_running_loop().create_future()
        try:
            performer = await self._session.operations.performer()
            plan = await action.plan(performer.connection, deployed.subject, Params())
            if plan.calls:
                deployed.refused = (await performer.perform(STOP, action, plan)).error
        except ConsoleError as error:
            deployed.refused = error
        finally:
            del self._stopping[deployment_id]
            ended.set_result(None)
        if deployed.refused is not None:
            self._session.log(f"shift of {deployed.subject}", deployed.refused)
        await self.look(deployed)

    async def leave(self) -> None:
        """Looks on no more, and waits for what is being stopped. Nothing else is stopped."""
        self._left, watching = True, list(self._watching)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, *self._stopping.values(), return_exceptions=True)
