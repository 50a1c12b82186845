"""Hands a shift to CodeDeploy, and shows it on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from textual.app import App

from lambdatui.actions.action import Draft, Params
from lambdatui.ui.dialogs.action_dialog import ActionDialog
from lambdatui.ui.dialogs.params_form import ParamsForm
from lambdatui.ui.operation import Operation
from lambdatui.ui.panes.pane import Pane


class HandOverDialog(ActionDialog):
    """An action's dialog that ends where the shift is watched.

    Args:
        operation: the action, and the alias.
        target: the version that is to be proposed; empty for the newest.
    """

    def __init__(self, operation: Operation, params: Params | None = None, *, target: str = "") -> None:
        super().__init__(operation, params)
        self._target = target

    async def form_of(self, draft: Draft[Any]) -> ParamsForm:
        if self._target in draft.choices["target"]:
            draft = replace(draft, params=draft.params.model_copy(update={"target": self._target}))
        return await super().form_of(draft)

    def _draw(self) -> None:
        super()._draw()
        if _follow(self.app, self.operation):
            self.app.post_message(Pane.PlaceWanted("shifts"))
            self.dismiss()

    def when_left(self) -> Callable[[], Any]:
        return partial(_follow, self.app, self.operation)


def _follow(app: App[Any], operation: Operation) -> bool:
    """Has the console look on once CodeDeploy has the shift; whether it has."""
    done = [outcome for outcome in operation.outcomes if outcome.error is None]
    if operation.running or not done:
        return False
    answered = done[0].answers
    deployment_id = answered[-1]["deploymentId"] if answered else ""
    app.run_worker(
        operation.session.flights.deployments.follow(deployment_id),
        group="actions",
        exit_on_error=False,
        description="shift by CodeDeploy",
    )
    return True
