"""What the benchmark of the logs does with a program that does not print as it should."""

from __future__ import annotations

import sys

from tests.bench.log_measurements import printed

FOR_EVER = "import time\nwhile True: print('event 00000001 again', flush=True); time.sleep(0.01)"


def test_a_program_that_prints_the_same_for_ever_is_stopped() -> None:
    lines, _ = printed([sys.executable, "-c", FOR_EVER], {}, enough=1_000_000, longest_s=1.0)
    assert set(lines) == {b"event 00000001 again"}
