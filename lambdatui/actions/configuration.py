"""Changes how a function is configured: memory, timeout, description and the size of ``/tmp``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from lambdatui.actions.action import Draft, Edit, Plan, Subject, Undo
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


class Settings(Edit):
    """How the function is to be configured."""

    memory_mb: int = Field(default=MEMORY_MB, title="Memory", description="MB; the CPU grows with it")
    timeout_s: int = Field(default=TIMEOUT_S, title="Timeout", description="seconds that one invocation may take")
    ephemeral_mb: int = Field(default=EPHEMERAL_MB, title="Ephemeral storage", description="MB in /tmp")
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
        """Those that are set, as plans tell them."""
        told = {
            "memory_mb": f"{self.memory_mb:,} MB",
            "timeout_s": f"{self.timeout_s:,} s",
            "ephemeral_mb": f"{self.ephemeral_mb:,} MB",
            "description": self.description or None,
        }
        return {_label(name): value for name, value in told.items() if name in self.model_fields_set}

    def parameters(self, names: Collection[str]) -> dict[str, Any]:
        """Some of them, as UpdateFunctionConfiguration takes them."""
        sent = {
            "memory_mb": ("MemorySize", self.memory_mb),
            "timeout_s": ("Timeout", self.timeout_s),
            "ephemeral_mb": ("EphemeralStorage", {"Size": self.ephemeral_mb}),
            "description": ("Description", self.description),
        }
        return dict(sent[name] for name in sent if name in names)


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
        before = params.former(Settings.of(now))
        changed = {name for name in params.model_fields_set if getattr(params, name) != getattr(before, name)}
        problems = (f"{_label(name)} {problem}" for name, problem in _problems(now, params).items())
        return Plan(
            subject=subject,
            params=params,
            before=before.told(),
            after=params.told(),
            calls=update_calls(now, params.parameters(changed), next(problems, None)),
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
        if name in asked.model_fields_set
        and (value := getattr(asked, name)) != getattr(present, name)
        and (problem := bounds.problem(value))
    }


def _label(field: str) -> str:
    """What plans call a setting."""
    return (Settings.model_fields[field].title or field).lower()
