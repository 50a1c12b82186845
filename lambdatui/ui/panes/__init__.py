"""Every pane there is. A new pane is its file and one line here."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdatui.ui.panes.pane import Pane


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneEntry:
    """Where a pane is found: by name after `:` for the whole region, by number as a tab of one function, or both.

    `region` and `tab` are ``module:class``; the module is imported when the pane is first opened.
    """

    id: str
    title: str
    about: str
    region: str | None = None
    tab: str | None = None


PANES = (
    PaneEntry(
        id="functions",
        title="Functions",
        about="every function of the region",
        region="lambdatui.ui.panes.functions:FunctionsPane",
    ),
    PaneEntry(
        id="pulse",
        title="Pulse",
        about="the region on one screen: totals, who is worst off, what changed",
        region="lambdatui.ui.panes.pulse:PulsePane",
    ),
    PaneEntry(
        id="overview",
        title="Overview",
        about="one function's configuration",
        tab="lambdatui.ui.panes.overview:OverviewPane",
    ),
    PaneEntry(
        id="aliases",
        title="Releases",
        about="versions and the aliases that point at them",
        region="lambdatui.ui.panes.region_releases:RegionReleasesPane",
        tab="lambdatui.ui.panes.releases:ReleasesPane",
    ),
    PaneEntry(
        id="triggers",
        title="Triggers",
        about="what invokes one function",
        tab="lambdatui.ui.panes.triggers:TriggersPane",
    ),
    PaneEntry(
        id="mappings",
        title="Event source mappings",
        about="what polls for functions, failing ones first",
        region="lambdatui.ui.panes.mappings:MappingsPane",
    ),
    PaneEntry(
        id="layers",
        title="Layers",
        about="layers and who uses which version",
        region="lambdatui.ui.panes.region_layers:RegionLayersPane",
        tab="lambdatui.ui.panes.layers:LayersPane",
    ),
    PaneEntry(
        id="logs",
        title="Logs",
        about="the log of one function, or of those marked, as it grows",
        region="lambdatui.ui.panes.logs:LogsPane",
        tab="lambdatui.ui.panes.logs:LogsPane",
    ),
    PaneEntry(
        id="metrics",
        title="Metrics",
        about="charts of one function, with its deployments and alarms",
        tab="lambdatui.ui.panes.metrics:MetricsPane",
    ),
    PaneEntry(
        id="invocations",
        title="Invocations",
        about="one row for each invocation, made from the log",
        tab="lambdatui.ui.panes.logs:InvocationsPane",
    ),
    PaneEntry(
        id="search",
        title="Log search",
        about="Logs Insights over the chosen functions, for long histories",
        region="lambdatui.ui.panes.search:SearchPane",
    ),
    PaneEntry(
        id="concurrency",
        title="Concurrency",
        about="reserved, provisioned and used: who starves whom",
        region="lambdatui.ui.panes.concurrency:ConcurrencyPane",
    ),
    PaneEntry(
        id="alarms",
        title="Alarms",
        about="CloudWatch alarms that watch functions, firing ones first",
        region="lambdatui.ui.panes.alarms:AlarmsPane",
    ),
    PaneEntry(
        id="shifts",
        title="Shifts",
        about="traffic on its way from one version to another, with a hand on the brake",
        region="lambdatui.ui.panes.flights:FlightsPane",
    ),
    PaneEntry(
        id="undo",
        title="Undo",
        about="what was done here, and what takes it back",
        region="lambdatui.ui.panes.undo:UndoPane",
    ),
    PaneEntry(
        id="audit",
        title="Audit trail",
        about="everything that was attempted, and what became of it",
        region="lambdatui.ui.panes.audit:AuditPane",
    ),
    PaneEntry(
        id="errors",
        title="Errors",
        about="what went wrong in this session",
        region="lambdatui.ui.panes.errors:ErrorsPane",
    ),
)

REGION_PANES = {entry.id: entry for entry in PANES if entry.region}
TABS = tuple(entry for entry in PANES if entry.tab)


def load_pane(path: str) -> type[Pane]:
    """The pane's class from its ``module:class``."""
    module, _, name = path.partition(":")
    pane_class: type[Pane] = getattr(importlib.import_module(module), name)
    return pane_class
