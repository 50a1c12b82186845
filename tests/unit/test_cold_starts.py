"""What of a log is a cold start, and how many a period has."""

from __future__ import annotations

import pytest

from lambdatui.insight.cold_starts import cold_starts_in, counted, terms
from lambdatui.models.function import FunctionSummary
from lambdatui.models.metric import Status
from tests.support.metrics import MINUTE, TEN

TEXT = "REPORT RequestId: 1-2\tDuration: 3.10 ms\tBilled Duration: 546 ms\tMemory Size: 128 MB"
COLD = f"{TEXT}\tInit Duration: 542.01 ms\t\nXRAY TraceId: 1-6a507b87-0cc4\tSegmentId: d0\tSampled: true\t\n"
RESTORED = f"{TEXT}\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t"
JSON = '{"type":"platform.report","record":{"requestId":"1-2","metrics":{"durationMs":3.1%s}}}'


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (COLD, 1),
        (RESTORED, 1),
        (TEXT, 0),
        (f"{COLD}{RESTORED}", 2),
        (JSON % ',"initDurationMs":145.4', 1),
        (JSON % ',"restoreDurationMs":145.4', 1),
        (JSON % "", 0),
        ("INIT_REPORT Init Duration: 87.28 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError", 0),
        ('{"level":"INFO","message":"initDurationMs was long"}', 0),
        ("the Init Duration: 5 ms of yesterday", 0),
    ],
)
def test_a_cold_start_is_a_report_with_an_init_or_a_restore(message: str, found: int) -> None:
    assert cold_starts_in(message) == found


@pytest.mark.parametrize(
    ("releases", "sought"),
    [
        ([("Text", "None")], ("Init Duration",)),
        ([("JSON", "None")], ("initDurationMs",)),
        ([("Text", "PublishedVersions")], ("Init Duration", "Restore Duration")),
        ([("JSON", "None"), ("Text", "None"), ("Text", "None")], ("initDurationMs", "Init Duration")),
    ],
)
def test_no_more_is_sought_than_the_releases_can_have_written(
    releases: list[tuple[str, str]], sought: tuple[str, ...]
) -> None:
    made = [FunctionSummary(name="orders", arn="", log_format=form, snap_start=snap) for form, snap in releases]
    assert terms(made) == sought


def test_a_period_without_a_cold_start_is_zero_as_far_as_the_log_was_read() -> None:
    events = [(TEN + 5, COLD), (TEN + MINUTE + 5, TEXT), (TEN + 2 * MINUTE, COLD)]
    series = counted("orders", events, TEN, TEN + 2 * MINUTE + 30_000, 60, whole=True)
    assert series.times_ms == (TEN, TEN + MINUTE, TEN + 2 * MINUTE)
    assert (series.values, series.status) == ((1.0, 0.0, 1.0), Status.COMPLETE)


def test_a_period_that_was_not_read_to_its_end_is_not_counted() -> None:
    events = [(TEN + 5, COLD), (TEN + MINUTE + 5, COLD)]
    series = counted("orders", events, TEN, TEN + MINUTE + 5, 60, whole=False)
    assert (series.times_ms, series.values, series.status) == ((TEN,), (1.0,), Status.PARTIAL)
