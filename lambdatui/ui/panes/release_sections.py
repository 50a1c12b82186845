"""All that is known of a release, for `enter`: a release in, sections of labelled values out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from lambdatui.insight.runtimes import runtime_status
from lambdatui.models.arn import qualifier_of
from lambdatui.models.configuration import FunctionUrl
from lambdatui.models.release import Part, ProvisionedConcurrency, Release, Remark, Route
from lambdatui.ui import figures
from lambdatui.ui.panes.release_columns import percent, snap_start
from lambdatui.ui.widgets.section_view import Section, Tone, Value, problem, toned

Row = tuple[str, Value]

STATUS_TONES: dict[str | None, Tone] = {"READY": "good", "IN_PROGRESS": "warning", "FAILED": "error"}


def release_sections(release: Release, today: date, times: figures.Times) -> list[Section]:
    """A version with its aliases and what hangs on them; what is not known says why.

    Args:
        today: the date by which the runtime is judged.
        times: how the operator wants times written; a relative one is written in UTC here.
    """
    parts = release.parts
    provisioned = [(one.qualifier, _provisioned(one)) for one in release.provisioned]
    return [
        Section("Version", tuple(_version(release, today, times))),
        _section("Aliases", [(route.alias.name, _route(route)) for route in release.routes], parts.aliases),
        _section("Provisioned concurrency", provisioned, parts.provisioned, parts.aliases),
        _section("Function URLs", list(map(_url, release.urls)), parts.urls, parts.aliases),
        _section(
            "Resource policies", [(name, Value("lets others call it")) for name in release.policies], parts.policies
        ),
    ]


def _version(release: Release, today: date, times: figures.Times) -> list[Row]:
    function = release.version.function
    status = runtime_status(function.runtime, today)
    when = figures.absolute(function.last_modified, times) if function.last_modified else "-"
    runtime = " ".join(filter(None, (function.runtime, status.glyph, status.explain())))
    return [
        ("version", Value(release.version.number)),
        *(("", _remark(remark)) for remark in release.remarks),
        ("description", Value(function.description or "-")),
        ("when", Value(when)),
        ("code SHA-256", Value(function.code_sha256 or "-")),
        ("size", Value(figures.size(function.code_size))),
        ("runtime", Value(runtime, "warning" if status.glyph else "")),
        ("memory", Value(f"{figures.count(function.memory_mb)} MB")),
        ("timeout", Value(f"{function.timeout_s} s")),
        ("architecture", Value(", ".join(function.architectures))),
        ("SnapStart", Value(snap_start(release))),
        *(("layer", Value(arn)) for arn in function.layers),
    ]


def _section(title: str, rows: Sequence[Row], *needed: Part[Any]) -> Section:
    """The rows; where there are none, that there are none or why that is not known."""
    return Section(title, tuple(rows) or (("", _nothing(needed)),))


def _nothing(needed: Sequence[Part[Any]]) -> Value:
    error = next((part.error for part in needed if part.error is not None), None)
    if error is not None:
        return problem(error, hint=True)
    return Value("…" if any(part.pending for part in needed) else "none", "dim")


def _remark(remark: Remark) -> Value:
    tone: Tone = remark.tone
    return toned(remark.explained or remark.text, tone)


def _route(route: Route) -> Value:
    share = f"{percent(route.share)} of its traffic" if route.split else "all of its traffic"
    return Value(f"{share}  {route.alias.description or ''}".strip())


def _provisioned(one: ProvisionedConcurrency) -> Value:
    tone = STATUS_TONES.get(one.status, "")
    counts = (
        f"{figures.count(one.requested_provisioned_concurrent_executions)} requested, "
        f"{figures.count(one.allocated_provisioned_concurrent_executions)} allocated, "
        f"{figures.count(one.available_provisioned_concurrent_executions)} available"
    )
    status = ": ".join(filter(None, (one.status, one.status_reason)))
    return toned(f"{counts}, {status}", tone)


def _url(url: FunctionUrl) -> Row:
    return qualifier_of(url.function_arn or ""), Value(f"{url.function_url}  {url.auth_type or ''}".strip())
