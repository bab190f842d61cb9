"""The house stands as drawn: who imports whom, what a verb loads, how long a module is, what a wheel holds."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "flashcards"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "_shipped" not in p.parts)


def imported(path: Path) -> set[str]:
    """Every module a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def loaded_by(*arguments: str, home: Path) -> set[str]:
    """Top-level modules in memory after a command."""
    code = (
        "import sys; from flashcards.cli.root import run; code = run(sys.argv[1:]);"
        "print('\\n'.join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={"FLASHCARDS_HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr[-500:]
    return {name.split(".")[0] for name in done.stderr.split()}


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_only_the_screen_imports_textual() -> None:
    users = [p for p in MODULES if any(n.split(".")[0] == "textual" for n in imported(p))]
    assert users and all("tui" in p.relative_to(PACKAGE).parts for p in users)


def test_only_the_store_speaks_sql() -> None:
    """``anki`` writes another program's file; its SQL is that file's format."""
    users = {p.relative_to(PACKAGE).parts[0] for p in MODULES if "sqlite3" in imported(p)}
    assert users <= {"store", "anki"}


def test_torch_is_imported_by_the_lab_alone() -> None:
    """What it imports there runs in the child process; the test on ``sys.modules`` below sees to the rest."""
    heavy = {"torch", "transformers", "peft"}
    users = [p for p in MODULES if heavy & {n.split(".")[0] for n in imported(p)}]
    assert {p.parent.name for p in users} <= {"lab"}


def test_demos_import_the_sdk_and_nothing_else_of_ours() -> None:
    for demo in (ROOT / "demos").glob("*.py"):
        assert {n for n in imported(demo) if n.startswith("flashcards")} == {"flashcards.lab"}, demo.name


@pytest.mark.parametrize(
    "verb", [["due", "--json"], ["list", "--json"], ["stats", "--json"], ["demo", "--list", "--json"]]
)
def test_a_verb_loads_neither_screen_nor_numerics(verb: list[str], tmp_path: Path) -> None:
    loaded_by("due", home=tmp_path)  # the first run makes the database, which needs sqlite-utils
    assert not loaded_by(*verb, home=tmp_path) & {
        "textual", "torch", "transformers", "numpy", "PIL", "markdown_it", "pygments", "sqlite_utils", "anki",
    }  # fmt: skip


def test_modules_are_small() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text("utf-8").splitlines()) for p in MODULES}
    assert {p: n for p, n in lengths.items() if n > 500} == {}
    assert lengths[Path("flashcards/tui/app.py")] < 300
    demos = {p.name: len(p.read_text("utf-8").splitlines()) for p in (ROOT / "demos").glob("*.py")}
    assert {p: n for p, n in demos.items() if n > 150} == {}


def test_every_module_opens_with_its_purpose() -> None:
    silent = [
        p
        for p in MODULES
        if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_the_wheel_holds_what_git_tracks(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {n.split("_shipped/", 1)[1] for n in wheel.namelist() if "_shipped/" in n}
    tracked = subprocess.run(
        ["git", "ls-files", "decks", "demos"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert packed == set(tracked)
