"""Sets or removes one variable of a function's environment, without showing any value."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, SecretStr, model_validator

from lambdatui.actions.action import Draft, Params, Plan, Subject, Undo
from lambdatui.actions.function_changes import ConfigurationAction, read_configuration, update_calls
from lambdatui.aws.connection import Connection
from lambdatui.insight.configuration_settings import (
    ENVIRONMENT_BYTES,
    environment_problem,
    environment_size,
    environment_warning,
    variable_problem,
)
from lambdatui.models.configuration import FunctionConfiguration


class Variable(Params):
    """What is to become of one variable."""

    name: str = Field(default="", title="Variable", description="one that is there, or a new one")
    value: SecretStr | None = Field(default=None, title="Value", description="never shown, and never written down")
    remove: bool = Field(default=False, title="Remove it")

    @model_validator(mode="after")
    def _either(self) -> Variable:
        if not self.name:
            raise ValueError("which variable?")
        if self.remove == (self.value is not None):
            raise ValueError("give a value, or say that it is to be removed")
        return self


class SetVariable(ConfigurationAction[Variable]):
    """UpdateFunctionConfiguration with all variables: they take the place of those that are there (facts 3.4, 3.7)."""

    params = Variable

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Variable]:
        now = await read_configuration(connection, subject.function)
        present = _variables(now)
        there = f"{', '.join(present) or 'no variables'}: {_size(present)}"
        return Draft(
            params=Variable.model_construct(),
            remarks=(there,),
            suggestions={"name": tuple(present)},
            problems=lambda asked: _problems(now, asked),
        )

    async def plan(self, connection: Connection, subject: Subject, params: Variable) -> Plan:
        now = await read_configuration(connection, subject.function)
        before = _variables(now)
        after = _after(before, params)
        present = before.get(params.name)
        changed = {} if before == after else {"Environment": {"Variables": after}}
        warning = environment_warning(now)
        return Plan(
            subject=subject,
            params=params,
            before={params.name: _told(present, params)},
            after={params.name: _told(params.value, params)},
            calls=update_calls(now, changed, environment_problem(now, after)),
            remarks=(f"all variables together then: {_size(after)}",),
            warnings=(warning,) if warning else (),
            undo=Undo(
                action="environment-variable",
                params=Variable(name=params.name, value=present, remove=present is None),
            ),
        )


def _variables(configuration: FunctionConfiguration) -> Mapping[str, SecretStr]:
    return configuration.environment.variables if configuration.environment else {}


def _after(before: Mapping[str, SecretStr], params: Variable) -> Mapping[str, SecretStr]:
    """The variables as they are to be."""
    if params.value is not None:
        return {**before, params.name: params.value}
    return {name: value for name, value in before.items() if name != params.name}


def _problems(configuration: FunctionConfiguration, asked: Variable) -> Mapping[str, str]:
    before = _variables(configuration)
    if asked.name not in before and (problem := variable_problem(asked.name)):
        return {"name": problem}
    after = _after(before, asked)
    problem = environment_problem(configuration, after) if after != before else None
    return {"value": problem} if problem else {}


def _told(value: SecretStr | None, params: Variable) -> str | None:
    """A value as plans tell it: whether it is there, and whether it is the one that was given."""
    if value is None:
        return None
    return "(set as given)" if value == params.value else "(set)"


def _size(variables: Mapping[str, SecretStr]) -> str:
    return f"{environment_size(variables):,} of {ENVIRONMENT_BYTES:,} bytes"
