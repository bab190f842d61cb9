"""Small demos written by the tests themselves, and a packed program that has only these."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import flashcards

HEAD = '''"""Halves — a number is twice its half.  Euclid, book 1."""
import os, sys, time
from dataclasses import dataclass
from flashcards.lab import Demo, Lab, main, param

DEMO = Demo(zh="一半", en="Halves", topic="numbers", tier="tok")


@dataclass(frozen=True)
class Params:
    size: int = param(8, low=1, high=1000000, help="how large", zh="多大", tiny=2)
    kind: str = param("even", choices=("even", "odd"), help="which")
    deep: bool = param(False, help="all the way down")

    def check(self) -> None:
        if self.kind == "odd" and self.size % 2 == 0:
            raise ValueError("an odd kind wants an odd size")


def run(lab: Lab, p: Params) -> None:
'''
TAIL = """

if __name__ == "__main__":
    main(run, Params)
"""
HONEST = """\
lab.step("Cut it")
half = p.size / lab.variant(2, 3)
lab.say("**Twice** a half is the whole.")
lab.claim("Twice the half", measured=2 * half, equals=p.size, predict="What is twice the half?")
"""

WriteDemo = Callable[..., Path]


def demo_source(body: str) -> str:
    """A whole demo file around the body of its ``run``."""
    return HEAD + textwrap.indent(textwrap.dedent(body), "    ") + TAIL


@pytest.fixture
def write_demo(tmp_path: Path) -> WriteDemo:
    """Write a demo whose ``run`` has the given body; returns its path."""

    def write(body: str = HONEST, name: str = "halves.py") -> Path:
        path = tmp_path / name
        path.write_text(demo_source(body), encoding="utf-8")
        return path

    return write


class Program:
    """The command line of a program whose only demos are the test's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.demos = root / "flashcards" / "_shipped" / "demos"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(self.root), "PYTHONUTF8": "1", **(extra or {})}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "flashcards", "demo", *arguments]

    def run(
        self, *arguments: str, typed: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.environment(environment),
            cwd=self.root,
            timeout=120,
            check=False,
        )

    def add(self, name: str, source: str) -> None:
        (self.demos / name).write_text(source, encoding="utf-8")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The package as a wheel lays it out, with demos that end in every way a demo can end."""
    root = tmp_path_factory.mktemp("program")
    package = Path(flashcards.__file__).parent
    shutil.copytree(package, root / "flashcards", ignore=shutil.ignore_patterns("_shipped"))
    made = Program(root)
    made.demos.mkdir(parents=True)
    for name, body in {
        "halves.py": HONEST,
        "false_claim.py": 'lab.claim("One is two", measured=1, equals=2)',
        "no_control.py": 'lab.claim("One is one", measured=1, equals=1)',
        "endless.py": 'lab.step("Wait")\nwhile True: time.sleep(0.05)',
        "greedy.py": "room = bytearray(p.size << 40)",
        "crash.py": 'raise KeyError("gone")',
    }.items():
        made.add(name, demo_source(body))
    made.add("needs_torch.py", demo_source(HONEST).replace("import os", "import torch, os"))
    return made
