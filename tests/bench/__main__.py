"""The benchmark: ``python -m tests.bench [rows...] [--repeat N]``; exit status 1 when a bound is exceeded."""

from __future__ import annotations

import argparse
import sys
import time
from subprocess import SubprocessError

from rich.console import Console

from tests.bench.measurements import ROWS
from tests.bench.table import Failure, Figure, render


def main() -> int:
    """Measures the rows that the command line names, all without it, and prints their table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="How fast and how frugal the console is")
    parser.add_argument("rows", nargs="*", metavar="row", help=f"which to measure, of {', '.join(ROWS)} (default: all)")
    parser.add_argument("--repeat", type=int, default=5, help="how often each is measured (default: %(default)s)")
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))} (there are {', '.join(ROWS)})")

    progress = Console(stderr=True)
    results: list[Figure | Failure] = []
    began = time.monotonic()
    for name in arguments.rows or ROWS:
        progress.print(f"{time.monotonic() - began:4.0f} s  {name}", style="dim", highlight=False)
        try:
            results += ROWS[name](arguments.repeat)
        except (AssertionError, OSError, SubprocessError) as error:
            results.append(Failure(name, str(error)))
    output = Console()
    render(results, output if output.is_terminal else Console(width=130))
    return 0 if all(isinstance(result, Figure) and result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
