"""The wheel: all that belongs to the package is inside, and it runs from an environment that holds nothing else.

The dependencies are really installed, with the pinned versions, from the package index that pip is configured for.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from lambdatui import __version__
from tests.support.account_server import CREDENTIALS, REGION, AccountServer, function_name
from tests.support.terminal import REPOSITORY, Terminal, private_environment

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPOSITORY)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment into which nothing but the wheel and what it asks for was installed."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", "--constraint", REPOSITORY / "constraints.txt", wheel)
    return folder


def run(*command: str | Path) -> None:
    """Runs a command that must succeed, away from the repository's own modules."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ran = subprocess.run(command, env=outside, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def output(environment: Path, home: Path, program: str, *arguments: str) -> str:
    """What an installed program prints, for a user who has nothing else."""
    command = [environment / "bin" / program, *arguments]
    return subprocess.check_output(command, cwd=home, env=private_environment(home), text=True).strip()


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    package = (path for path in (REPOSITORY / "lambdatui").rglob("*") if path.is_file() and path.suffix != ".pyc")
    expected = {path.relative_to(REPOSITORY).as_posix() for path in package}
    assert "lambdatui/insight/runtimes.json" in expected
    assert expected - set(ZipFile(wheel).namelist()) == set()


def test_the_styles_are_in_the_wheel(wheel: Path) -> None:
    expected = {f"lambdatui/styles/{path.name}" for path in (REPOSITORY / "styles").glob("*.tcss")}
    assert "lambdatui/styles/console.tcss" in expected
    assert expected - set(ZipFile(wheel).namelist()) == set()


def test_nothing_but_the_package_is_in_the_wheel(wheel: Path) -> None:
    folders = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
    assert folders == {"lambdatui", f"lambdatui-{__version__}.dist-info"}


def test_the_package_comes_from_the_new_environment(environment: Path, tmp_path: Path) -> None:
    place = output(environment, tmp_path, "python", "-c", "import lambdatui; print(lambdatui.__file__)")
    assert Path(place).is_relative_to(environment)


def test_the_installed_styles_are_found(environment: Path, tmp_path: Path) -> None:
    code = "from lambdatui.ui.styles import stylesheet; print(stylesheet('console.tcss'))"
    style = Path(output(environment, tmp_path, "python", "-c", code))
    assert style.is_relative_to(environment)
    assert style.is_file()


def test_the_installed_table_of_runtimes_is_found(environment: Path, tmp_path: Path) -> None:
    code = "from lambdatui.insight.runtimes import runtime_table; print(len(runtime_table().lifecycles))"
    assert int(output(environment, tmp_path, "python", "-c", code)) > 0


def test_the_installed_command_tells_its_version(environment: Path, tmp_path: Path) -> None:
    assert output(environment, tmp_path, "lambdatui", "--version") == f"lambdatui {__version__}"


def test_the_installed_console_shows_an_account_and_quits(environment: Path, tmp_path: Path) -> None:
    with AccountServer(functions=1) as server:
        command = [str(environment / "bin" / "lambdatui"), "--endpoint-url", server.url, "--region", REGION]
        with Terminal(command, home=tmp_path, env=CREDENTIALS) as terminal:
            terminal.wait_for(function_name(0))
            terminal.send("ctrl+c")
            assert terminal.wait_exit() == 0
