"""Every action there is: what an operator can change. A new action is its file and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lambdatui.actions.action import Action, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEntry:
    """An action before it is loaded: all that keys, footer, menu, palette and help need to know of it."""

    id: str
    """Also in the audit trail, for ever."""
    title: str
    about: str
    target: Kind
    """What it is done to."""
    load: str
    """``module:class``; the module, one of this folder, is imported when the action is first wanted."""
    needs: tuple[str, ...]
    """The IAM actions of what it sends, for the reason why it cannot run."""
    key: str | None = None
    """What opens it wherever its target can be found; several that share a key are offered together."""
    group: str = ""
    """What the key stands for, in a word."""
    urgent: bool = False
    """Whether its key comes before all others: with it a person woken at night ends what does harm."""
    several: bool = True
    """Whether it can be done to all marked rows at once."""
    on_record: bool = False
    """Whether what it is asked for is on record, for each thing that it is done to its own: it has no form."""


EMERGENCY_STOP = "emergency-stop"
"""The id of the action that marks what it was done to, until that is taken back."""

ACTIONS: tuple[ActionEntry, ...] = (
    ActionEntry(
        id="invoke",
        title="Invoke",
        about="run it once, queue an event for it, or ask whether that would be allowed",
        target="invocable",
        key="i",
        group="invoke",
        several=False,
        needs=("lambda:InvokeFunction",),
        load="invoke:Invoke",
    ),
    ActionEntry(
        id="reserved-concurrency",
        title="Reserve concurrency",
        about="set, change or remove what the function has reserved",
        target="function",
        key="c",
        group="concurrency",
        needs=("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
        load="reserved_concurrency:ReserveConcurrency",
    ),
    ActionEntry(
        id="provisioned-concurrency",
        title="Provision concurrency",
        about="keep environments of a version or alias ready",
        target="published release",
        key="c",
        group="concurrency",
        needs=("lambda:PutProvisionedConcurrencyConfig",),
        load="provisioned_concurrency:ProvisionConcurrency",
    ),
    ActionEntry(
        id="provisioned-concurrency-delete",
        title="Delete provisioned concurrency",
        about="keep no environments of a version or alias ready any more",
        target="provisioned release",
        key="c",
        group="concurrency",
        needs=("lambda:DeleteProvisionedConcurrencyConfig",),
        load="provisioned_concurrency:DeleteProvisionedConcurrency",
    ),
    ActionEntry(
        id="mapping-edit",
        title="Change a mapping",
        about="batches, window, retries, filters and what else its source allows",
        target="mapping",
        key="e",
        group="mapping",
        several=False,
        needs=("lambda:UpdateEventSourceMapping",),
        load="event_source_mapping:EditMapping",
    ),
    ActionEntry(
        id="mapping-enable",
        title="Enable a mapping",
        about="let it read on from where it was",
        target="mapping",
        key="e",
        group="mapping",
        needs=("lambda:UpdateEventSourceMapping",),
        load="event_source_mapping:EnableMapping",
    ),
    ActionEntry(
        id="mapping-disable",
        title="Disable a mapping",
        about="keep it from reading; where it is in its source is kept",
        target="mapping",
        key="e",
        group="mapping",
        needs=("lambda:UpdateEventSourceMapping",),
        load="event_source_mapping:DisableMapping",
    ),
    ActionEntry(
        id=EMERGENCY_STOP,
        title="Emergency stop",
        about="reserve 0 and disable the mappings of a function that does harm",
        target="function",
        key="x",
        group="stop",
        urgent=True,
        needs=("lambda:PutFunctionConcurrency", "lambda:UpdateEventSourceMapping"),
        load="emergency_stop:EmergencyStop",
    ),
    ActionEntry(
        id="emergency-restore",
        title="Restore after an emergency stop",
        about="bring back exactly what was there before",
        target="function",
        key="x",
        group="stop",
        on_record=True,
        needs=(
            "lambda:PutFunctionConcurrency",
            "lambda:DeleteFunctionConcurrency",
            "lambda:UpdateEventSourceMapping",
        ),
        load="emergency_stop:EmergencyRestore",
    ),
    ActionEntry(
        id="version-publish",
        title="Publish a version",
        about="keep code and configuration as they are now",
        target="function",
        needs=("lambda:PublishVersion",),
        load="versions:PublishVersion",
    ),
    ActionEntry(
        id="alias-create",
        title="Create an alias",
        about="give a version a name",
        target="function",
        needs=("lambda:CreateAlias",),
        load="aliases:CreateAlias",
        several=False,
    ),
    ActionEntry(
        id="alias-repoint",
        title="Repoint an alias",
        about="send all of its traffic to one version",
        target="alias",
        needs=("lambda:UpdateAlias",),
        load="aliases:RepointAlias",
        several=False,
    ),
    ActionEntry(
        id="traffic",
        title="Shift traffic",
        about="move an alias to another version in steps, watched, with a way back",
        target="alias",
        key="t",
        group="traffic",
        urgent=True,
        several=False,
        needs=("lambda:UpdateAlias",),
        load="traffic:ShiftTraffic",
    ),
    ActionEntry(
        id="codedeploy-shift",
        title="Hand a shift to CodeDeploy",
        about="let CodeDeploy shift it in AWS, whether this console goes on or not",
        target="alias",
        needs=("codedeploy:CreateDeployment", "codedeploy:RegisterApplicationRevision"),
        load="codedeploy_shift:HandShiftOver",
        several=False,
    ),
    ActionEntry(
        id="codedeploy-stop",
        title="Stop a CodeDeploy deployment",
        about="give all of the traffic back to the version that it came from",
        target="alias",
        needs=("codedeploy:StopDeployment",),
        load="codedeploy_shift:StopDeployment",
    ),
    ActionEntry(
        id="alias-delete",
        title="Delete an alias",
        about="take away the name, not the version",
        target="alias",
        needs=("lambda:DeleteAlias",),
        load="aliases:DeleteAlias",
    ),
    ActionEntry(
        id="configuration-edit",
        title="Edit the configuration",
        about="memory, timeout, /tmp and description",
        target="function",
        needs=("lambda:UpdateFunctionConfiguration",),
        load="configuration:EditConfiguration",
        several=False,
    ),
    ActionEntry(
        id="environment-variable",
        title="Set a variable",
        about="set or remove one variable of the environment",
        target="function",
        needs=("lambda:UpdateFunctionConfiguration",),
        load="environment:SetVariable",
        several=False,
    ),
    ActionEntry(
        id="layers-edit",
        title="Edit the layers",
        about="attach, detach and reorder layers",
        target="function",
        needs=("lambda:UpdateFunctionConfiguration",),
        load="layers:EditLayers",
        several=False,
    ),
    ActionEntry(
        id="tag-set",
        title="Set a tag",
        about="give the function a tag, or another value for one",
        target="function",
        needs=("lambda:TagResource",),
        load="tags:SetTag",
    ),
    ActionEntry(
        id="tag-remove",
        title="Remove a tag",
        about="take a tag from the function",
        target="function",
        needs=("lambda:UntagResource",),
        load="tags:RemoveTag",
    ),
    ActionEntry(
        id="log-retention",
        title="Set the log retention",
        about="how long the log group keeps events",
        target="function",
        needs=("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
        load="log_retention:SetLogRetention",
    ),
)

KEYS = {entry.key: tuple(other for other in ACTIONS if other.key == entry.key) for entry in ACTIONS if entry.key}
"""The actions of each key."""


def about(entries: Sequence[ActionEntry]) -> str:
    """What some actions are for that share a key."""
    return entries[0].about if len(entries) == 1 else " · ".join(entry.title.lower() for entry in entries)


def entry_of(action_id: str) -> ActionEntry | None:
    """The action of an id that the audit trail names; None for one that an older or newer console had."""
    return next((entry for entry in ACTIONS if entry.id == action_id), None)


def load_action(entry: ActionEntry) -> Action[Any]:
    """The action itself."""
    module, _, name = entry.load.partition(":")
    action: Action[Any] = getattr(importlib.import_module(f"{__name__}.{module}"), name)()
    return action
