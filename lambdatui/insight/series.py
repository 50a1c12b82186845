"""What a series of datapoints says: sums, rates, peaks, and the little picture of it in a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from lambdatui.models.metric import Series, Status

Values = tuple[float | None, ...]
"""One for each bucket, oldest first; None where nothing is known."""

BARS = "▁▂▃▄▅▆▇█"
GAP = " "

_COMBINED: Mapping[str, Callable[[Iterable[float]], float]] = {
    "Sum": sum,
    "SampleCount": sum,
    "Average": lambda values: _mean(tuple(values)),
    "Minimum": min,
}
"""How datapoints become one, by statistic. Of percentiles and all others the highest stands for all: they cannot be
added up, and the highest hides no trouble."""


def bucketed(series: Series, since_ms: int, until_ms: int, count: int, *, ran: bool = False) -> Values:
    """The datapoints from `since_ms` (included) until `until_ms` (excluded) in so many buckets of equal length.

    Several datapoints in a bucket become one: counts are added, of all else the highest stands. A datapoint is never
    spread over the buckets that it covers.

    Args:
        series: its period may be finer or coarser than the buckets, and change on the way.
        since_ms: epoch ms.
        until_ms: epoch ms.
        count: of buckets.
        ran: the function was invoked in this time. A count that is missing is then zero (facts 6), unless the series
            is incomplete or its periods are longer than a bucket.
    """
    length_ms = until_ms - since_ms
    found: defaultdict[int, list[float]] = defaultdict(list)
    for time_ms, value in zip(series.times_ms, series.values, strict=True):
        if since_ms <= time_ms < until_ms:
            found[(time_ms - since_ms) * count // length_ms].append(value)
    combine = _COMBINED.get(series.query.stat, max)
    means_zero = (
        ran
        and series.query.counts
        and series.status is Status.COMPLETE
        and series.period_s * 1_000 * count <= length_ms
    )
    missing = 0.0 if means_zero else None
    return tuple(combine(found[index]) if index in found else missing for index in range(count))


def total(series: Series | None) -> float | None:
    """The sum of a count. Nothing published is zero where AWS told all, and unknown where it did not.

    Of a partial series it is what is known of, hence a lower bound.
    """
    return sum(series.values) if series is not None and series.known else None


def peak(series: Series | None) -> float | None:
    """The highest value; None where there is none."""
    return max(series.values, default=None) if series is not None else None


def last(series: Series | None) -> float | None:
    """The newest value; None where there is none."""
    return series.values[-1] if series is not None and series.values else None


def typical(series: Series | None, weights: Series | None = None) -> float | None:
    """The mean of a series of percentiles, each weighted by the count at its time; None where there is no value.

    Percentiles cannot be added up: this comes close to the percentile of the whole where the load is even.

    Args:
        weights: such as the invocations. Without it, or where it knows nothing of these times, all weigh the same.
    """
    if series is None or not series.values:
        return None
    known = dict(zip(weights.times_ms, weights.values, strict=True)) if weights is not None else {}
    heavy = [known.get(time_ms, 0.0) for time_ms in series.times_ms]
    return _mean(series.values, heavy) if any(heavy) else _mean(series.values)


def _mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """As `statistics.fmean`, whose module takes longer to import than the first paint may wait."""
    weights = weights or [1.0] * len(values)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def rate(part: float | None, whole: float | None) -> float | None:
    """The share of `part` in `whole`, 0..1; None where one of them is unknown or there was nothing to have a part of.

    Errors and invocations that AWS publishes at different times can be more than the whole: that counts as all.
    """
    return min(part / whole, 1.0) if part is not None and whole else None


def rates(parts: Values, wholes: Values) -> Values:
    """`rate`, bucket by bucket."""
    return tuple(rate(part, whole) for part, whole in zip(parts, wholes, strict=True))


def share_of_timeout(duration_ms: float | None, timeout_s: int) -> float | None:
    """A duration as a share of the timeout, 0..1; None where it is not known."""
    return rate(duration_ms, timeout_s * 1_000)


def sparkline(values: Sequence[float | None]) -> str:
    """One cell for each bucket: a bar as high as its share of the highest, from a baseline of zero; a gap is a space.

    Zero is the lowest bar, so that "none" and "unknown" differ.
    """
    highest = max((value for value in values if value is not None), default=0.0)
    top = len(BARS) - 1
    return "".join(
        GAP if value is None else BARS[round(max(value, 0.0) / highest * top) if highest > 0 else 0] for value in values
    )
