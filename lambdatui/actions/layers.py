"""Attaches, detaches and reorders the layers of a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from lambdatui.actions.action import Draft, Edit, Plan, Subject, Undo
from lambdatui.actions.function_changes import ConfigurationAction, read_configuration, update_calls
from lambdatui.aws.connection import Connection
from lambdatui.insight.configuration_settings import LAYERS, layers_problem
from lambdatui.models.configuration import FunctionConfiguration


class Layers(Edit):
    """The layer versions that the function is to have."""

    layers: str = Field(
        default="",
        title="Layers",
        description=f"ARNs of layer versions, one a line, {LAYERS} at most; a later one covers an earlier one",
        json_schema_extra={"lines": LAYERS},
    )

    @property
    def arns(self) -> list[str]:
        """The ARNs in their order."""
        return self.layers.split()


class EditLayers(ConfigurationAction[Layers]):
    """UpdateFunctionConfiguration with all layers, which take the place of those that are there (facts 3.4, 3.7)."""

    params = Layers

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Layers]:
        now = await read_configuration(connection, subject.function)
        present = _arns(now)

        def problems(asked: Layers) -> Mapping[str, str]:
            problem = layers_problem(now, asked.arns) if asked.model_fields_set and asked.arns != present else None
            return {"layers": problem} if problem else {}

        return Draft(params=Layers(layers="\n".join(present)), problems=problems)

    async def plan(self, connection: Connection, subject: Subject, params: Layers) -> Plan:
        now = await read_configuration(connection, subject.function)
        before = _arns(now)
        after = params.arns if params.model_fields_set else before
        changed = {} if before == after else {"Layers": after}
        return Plan(
            subject=subject,
            params=params,
            before=_told(before, max(len(before), len(after))),
            after=_told(after, max(len(before), len(after))),
            calls=update_calls(now, changed, layers_problem(now, after)),
            undo=Undo(action="layers-edit", params=Layers(layers="\n".join(before))),
        )


def _arns(configuration: FunctionConfiguration) -> list[str]:
    return [layer.arn for layer in configuration.layers]


def _told(arns: Sequence[str], places: int) -> dict[str, str | None]:
    """The layers by their places, which count."""
    return {f"layer {place + 1}": arns[place] if place < len(arns) else None for place in range(places)}
