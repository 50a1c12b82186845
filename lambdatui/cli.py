"""The command line: flags, subcommands, and the start of the console.

Nothing heavy is imported before it is known to be needed: ``--help`` and ``--version`` answer at once, and the console
paints before anything of AWS is there.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lambdatui import __version__
from lambdatui.commands.status import Status, meanings
from lambdatui.errors import ConsoleError

EXIT_USAGE = 2
THEMES = ("dark", "light", "high-contrast", "monochrome")
SETTINGS_FLAGS = ("profile", "region", "endpoint_url", "read_only", "theme", "low_bandwidth")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit status: 0, 1 where something went wrong, 2 where the command line or the settings are at fault,
        4 where the console left a shift divided that it could not take back, 128 plus the signal where a signal ended
        the console. `lambdatui.commands.status` has those of a shift.
    """
    options = _parser().parse_args(argv)
    try:
        match options.command:
            case str(command):
                status = COMMANDS[command](options)
                sys.stdout.flush()
                return status
            case _ if options.serve:
                return _serve_demo(options)
            case _:
                return _run_console(options)
    except ConsoleError as error:
        print(f"lambdatui: {error}", file=sys.stderr)
        return EXIT_USAGE
    except BrokenPipeError:  # whoever read has left, as `| head` does; connections to AWS have errors of their own
        from lambdatui.hang_up import or_to_nowhere

        with or_to_nowhere(sys.stdout):
            sys.stdout.flush()
        return 128 + signal.SIGPIPE


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    where.add_argument("--profile", metavar="NAME", help="profile of the AWS configuration")
    where.add_argument("--region", metavar="NAME", help="region to open")
    where.add_argument("--endpoint-url", metavar="URL", help="send the AWS calls there instead of to AWS")
    parser = argparse.ArgumentParser(
        prog="lambdatui",
        description="A terminal console for operating AWS Lambda.",
        epilog="Profiles, regions and credentials are found as the AWS CLI finds them.",
        parents=[where],
    )
    parser.add_argument("--version", action="version", version=f"lambdatui {__version__}")
    parser.add_argument("--read-only", "--readonly", action="store_true", help="refuse every call that is not a read")
    parser.add_argument("--theme", choices=THEMES, help="the colours")
    parser.add_argument("--low-bandwidth", action="store_true", help="send less to the terminal, for slow connections")
    parser.add_argument("--demo", action="store_true", help="open an embedded AWS account instead of yours")
    parser.add_argument("--serve", action="store_true", help="with --demo: run the account only, for any AWS client")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands.add_parser("config", help="the settings in force and where each came from", parents=[where])
    policy = commands.add_parser("iam-policy", help="the least IAM policy that the console needs", parents=[where])
    policy.add_argument(
        "--read-only", "--readonly", action="store_true", default=argparse.SUPPRESS, help="the auditor's policy"
    )
    logs = commands.add_parser("logs", help="what functions log, on standard output", parents=[where])
    logs.add_argument("names", nargs="+", metavar="FUNCTION", help="name or ARN of a function")
    logs.add_argument("--since", default="10m", metavar="TIME", help="how long ago (5m, 1h, 2d), or when")
    logs.add_argument("--follow", action="store_true", help="go on with what is logged from now on")
    logs.add_argument("--filter", default="", metavar="PATTERN", help="CloudWatch Logs' filter pattern")
    logs.add_argument("--json", action="store_true", help="one JSON object on each line")
    audit = commands.add_parser("audit", help="what was changed from here, newest first", parents=[where])
    audit.add_argument("--since", metavar="TIME", help="how long ago (5m, 1h, 2d), or when; all that is kept without")
    audit.add_argument("--json", action="store_true", help="one JSON object on each line")
    shift = commands.add_parser(
        "shift",
        help="move an alias to another version, in steps and watched",
        epilog=_exit_statuses(),
        parents=[where],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shift.add_argument("release", metavar="FUNCTION:ALIAS", help="the alias, such as orders:live")
    shift.add_argument("--to", required=True, metavar="VERSION", help="the version that is to get the traffic")
    shift.add_argument(
        "--plan", default="canary", metavar="PLAN", help="a plan's name, or steps: '5%%/5m, 25%%/10m' (canary)"
    )
    shift.add_argument(
        "--leaving", choices=("roll-back", "hold"), default="roll-back", help="what a signal that ends it does"
    )
    shift.add_argument("--yes", action="store_true", help="begin without asking")
    shift.add_argument(
        "--read-only", "--readonly", action="store_true", default=argparse.SUPPRESS, help="permit nothing but --dry-run"
    )
    shift.add_argument("--dry-run", action="store_true", help="only say what speaks against it, and what it would do")
    return parser


def _exit_statuses() -> str:
    return "\n".join(("exit status:", *(f"  {number:8} {meaning}" for number, meaning in meanings().items())))


def _gather(options: argparse.Namespace) -> Any:
    from lambdatui.paths import settings_file
    from lambdatui.settings_sources import gather

    flags = {name: getattr(options, name, None) for name in SETTINGS_FLAGS}
    return gather(flags, os.environ, settings_file())


def _target(raw: Mapping[str, Any]) -> Any:
    """What the settings say to connect to, before they are checked."""
    from lambdatui.aws.target import Target

    read_only = bool(raw.get("read_only"))
    return Target(
        **{name: value for name in ("profile", "region", "endpoint_url") if isinstance(value := raw.get(name), str)},
        read_only=read_only,
        billed_reads=not read_only or raw.get("billed_reads_when_read_only") is True,
    )


def _run_console(options: argparse.Namespace) -> int:
    if options.serve and not options.demo:
        raise ConsoleError("--serve goes with --demo")
    _require_terminal(os.environ)

    # Collecting garbage while modules are imported finds none and costs a tenth of the start.
    import gc

    gc.disable()
    from lambdatui.aws.inventory import InventoryCache, InventoryProcess
    from lambdatui.hang_up import or_to_nowhere
    from lambdatui.paths import cache_folder

    gathered = _gather(options)
    raw = gathered.raw
    target = _target(raw)
    demo = process = cache = cached = None
    if options.demo:
        from lambdatui.demo.account import DemoAccount

        demo = DemoAccount()
    else:
        cache = InventoryCache(cache_folder(), target)
        cached = cache.load()
        if cached is None:
            process = InventoryProcess(target)

    if raw.get("low_bandwidth"):
        os.environ["TEXTUAL_FPS"] = "10"
    from lambdatui.ui.app import Console
    from lambdatui.ui.start import Start

    console = Console(
        Start(
            gathered=gathered,
            target=target,
            process=process,
            cached=cached,
            cache=cache,
            demo=demo,
            no_color=bool(os.environ.get("NO_COLOR")),
        )
    )
    with _state_of(demo):
        try:
            console.run(mouse=not raw.get("low_bandwidth"))
        finally:
            if process is not None:
                process.stop()
    with or_to_nowhere(sys.stderr):
        for words in console.last_words:
            print(f"lambdatui: {words}", file=sys.stderr)
    if console.gave_up is not None:
        print(f"lambdatui: {console.gave_up}", file=sys.stderr)
    return console.return_code or (Status.LEFT if console.stranded else 0)


@contextmanager
def _state_of(demo: Any) -> Iterator[None]:
    """The state folder for as long as the console runs: what was done in a demo is gone with its account."""
    if demo is None:
        yield
        return
    import tempfile
    from pathlib import Path

    from lambdatui.paths import keep_state_in

    with tempfile.TemporaryDirectory(prefix="lambdatui-state-") as folder:
        keep_state_in(Path(folder))
        yield


def _require_terminal(environ: Mapping[str, str]) -> None:
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise ConsoleError(
            "the console needs a terminal", "run it without pipes; `lambdatui --help` lists what works in them"
        )
    if environ.get("TERM", "") in {"", "dumb"}:
        raise ConsoleError(
            f"the terminal type TERM={environ.get('TERM', '')} cannot show the console", "try TERM=xterm-256color"
        )


def _print_config(options: argparse.Namespace) -> int:
    from lambdatui.paths import settings_file
    from lambdatui.settings import describe

    gathered = _gather(options)
    rows = describe(gathered, gathered.validate())
    file = settings_file()
    print(f"settings file: {file}{'' if file.exists() else ' (not there)'}\n")
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        print(f"{row.key:<{widths[0]}}  {row.value:<{widths[1]}}  {row.origin}")
    return 0


def _print_policy(options: argparse.Namespace) -> int:
    import json

    from lambdatui.aws.iam_policy import least_policy

    print(json.dumps(least_policy(read_only=options.read_only), indent=2))
    return 0


def _print_logs(options: argparse.Namespace) -> int:
    from lambdatui.commands import logs

    gathered = _gather(options)
    gathered.validate()
    return logs.run(
        _target(gathered.raw),
        options.names,
        since=options.since,
        follow=options.follow,
        pattern=options.filter,
        as_json=options.json,
    )


def _print_audit(options: argparse.Namespace) -> int:
    from lambdatui.commands import audit
    from lambdatui.paths import state_folder

    return audit.run(state_folder(), since=options.since, as_json=options.json)


def _shift(options: argparse.Namespace) -> int:
    from lambdatui.commands import shift

    if options.demo:
        raise ConsoleError("--demo opens the console only", "lambdatui --demo --serve tells how to reach its account")
    gathered = _gather(options)
    return shift.run(
        _target(gathered.raw),
        gathered.validate(),
        options.release,
        to=options.to,
        plan=options.plan,
        leaving=options.leaving.replace("-", " "),
        yes=options.yes,
        dry_run=options.dry_run,
    )


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "config": _print_config,
    "iam-policy": _print_policy,
    "logs": _print_logs,
    "audit": _print_audit,
    "shift": _shift,
}


def _serve_demo(options: argparse.Namespace) -> int:
    if not options.demo:
        raise ConsoleError("--serve goes with --demo")
    from lambdatui.demo.account import serve

    return serve()
