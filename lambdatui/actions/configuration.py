"""Changes how a function is configured: memory, timeout, description and the size of ``/tmp``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from lambdatui.actions.action import Draft, Params, Plan, Subject, Undo
from lambdatui.actions.function_changes import ConfigurationAction, read_configuration, update_calls
from lambdatui.aws.connection import Connection
from lambdatui.insight.configuration_settings import (
    DESCRIPTION_LENGTH,
    Bounds,
    ephemeral_bounds,
    memory_bounds,
    timeout_bounds,
)
from lambdatui.models.configuration import FunctionConfiguration

MEMORY_MB, TIMEOUT_S, EPHEMERAL_MB = 128, 3, 512
"""What Lambda takes where nothing was configured (CreateFunction in AWS's model)."""


class Settings(Params):
    """How the function is to be configured, all of it."""

    memory_mb: int = Field(title="Memory", description="MB; the CPU grows with it")
    timeout_s: int = Field(title="Timeout", description="seconds that one invocation may take")
    ephemeral_mb: int = Field(title="Ephemeral storage", description="MB in /tmp")
    description: str = Field(default="", title="Description", max_length=DESCRIPTION_LENGTH)

    @classmethod
    def of(cls, configuration: FunctionConfiguration) -> Settings:
        """As they are."""
        storage = configuration.ephemeral_storage
        return cls(
            memory_mb=configuration.memory_size or MEMORY_MB,
            timeout_s=configuration.timeout or TIMEOUT_S,
            ephemeral_mb=(storage and storage.size) or EPHEMERAL_MB,
            description=configuration.description or "",
        )

    def told(self) -> dict[str, str | None]:
        """The settings as plans tell them."""
        return {
            "memory": f"{self.memory_mb:,} MB",
            "timeout": f"{self.timeout_s:,} s",
            "ephemeral storage": f"{self.ephemeral_mb:,} MB",
            "description": self.description or None,
        }

    def parameters(self) -> dict[str, Any]:
        """The settings as UpdateFunctionConfiguration takes them."""
        return {
            "MemorySize": self.memory_mb,
            "Timeout": self.timeout_s,
            "EphemeralStorage": {"Size": self.ephemeral_mb},
            "Description": self.description,
        }


class EditConfiguration(ConfigurationAction[Settings]):
    """UpdateFunctionConfiguration with what differs (facts 3.4, 3.7)."""

    params = Settings

    async def draft(self, connection: Connection, subject: Subject) -> Draft[Settings]:
        now = await read_configuration(connection, subject.function)
        allowed = (f"{_label(name)}: {bounds}" for name, bounds in _bounds(now).items())
        return Draft(
            params=Settings.of(now), remarks=(" · ".join(allowed),), problems=lambda asked: _problems(now, asked)
        )

    async def plan(self, connection: Connection, subject: Subject, params: Settings) -> Plan:
        now = await read_configuration(connection, subject.function)
        before = Settings.of(now)
        present = before.parameters()
        changed = {name: value for name, value in params.parameters().items() if value != present[name]}
        problems = (f"{_label(name)} {problem}" for name, problem in _problems(now, params).items())
        return Plan(
            subject=subject,
            params=params,
            before=before.told(),
            after=params.told(),
            calls=update_calls(now, changed, next(problems, None)),
            undo=Undo(action="configuration-edit", params=before),
        )


def _bounds(configuration: FunctionConfiguration) -> Mapping[str, Bounds]:
    """By field, what the settings may be that have bounds."""
    return {
        "memory_mb": memory_bounds(configuration),
        "timeout_s": timeout_bounds(configuration),
        "ephemeral_mb": ephemeral_bounds(configuration),
    }


def _problems(configuration: FunctionConfiguration, asked: Settings) -> Mapping[str, str]:
    """What is out of bounds, by field; what is not changed is not looked at."""
    present = Settings.of(configuration)
    return {
        name: problem
        for name, bounds in _bounds(configuration).items()
        if (value := getattr(asked, name)) != getattr(present, name) and (problem := bounds.problem(value))
    }


def _label(field: str) -> str:
    """What plans call a setting."""
    return (Settings.model_fields[field].title or field).lower()
