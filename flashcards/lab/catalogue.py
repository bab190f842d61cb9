"""The demos there are: read from their source as text, never imported, so that listing needs no torch.

A demo's slug is its file's name with dashes.  Its first docstring line reads
``Title — what it proves.  Paper, section.``; ``DEMO`` and ``Params`` hold literals only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from flashcards.lab import Tier
from flashcards.lab.errors import LabError
from flashcards.lab.params import ParamSpec, ParamType, nearest, suggestion
from flashcards.shipped import shipped_folder

_OPTIONS = """list all preset device seed timeout predict control source recorded
    trust distrust bench-gpu json help"""
RUNNER_OPTIONS = frozenset(_OPTIONS.split())
"""Options of ``flashcards demo`` itself, which no parameter may take."""

_FIRST_LINE = re.compile(r"(?:(?P<title>.+?) (?:—|--) )?(?P<claim>.+?)(?:\s{2,}(?P<paper>\S.*))?", re.DOTALL)
_PARAM_TYPES = get_args(ParamType)


@dataclass(frozen=True, slots=True)
class DemoInfo:
    """What is known of a demo without running it."""

    slug: str
    titles: Mapping[str, str]
    """By language, ``zh`` and ``en``."""
    topic: str
    tier: Tier
    proves: str
    paper: str
    about: str
    """The rest of the docstring, if any."""
    params: tuple[ParamSpec, ...]
    path: Path
    predicts: bool = False
    """Whether it asks for guesses: one of its claims carries ``predict``."""
    shipped: bool = True
    """Whether it came with the program."""
    untrusted: bool = False
    """True for a demo of others whose folder the person has not trusted: it is shown, never run."""
    digest: str = ""
    """SHA-256 of a demo of others as the person trusted it; empty for our own."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every demo of a folder by slug, and a line for each file that could not be read."""

    demos: Mapping[str, DemoInfo]
    problems: tuple[str, ...] = ()

    def find(self, name: str) -> DemoInfo:
        """The demo called ``name`` (any case, ``_`` for ``-``).  Raises LabError naming the nearest ones."""
        slug = name.strip().lower().replace("_", "-")
        if slug in self.demos:
            return self.demos[slug]
        for problem in self.problems:
            if Path(problem.split(":", 1)[0]).stem.replace("_", "-") == slug:
                raise LabError(problem)
        near = nearest(slug, self.demos)
        raise LabError(
            "no demo is called {name!r}.{suggestion} 'flashcards demo --list' shows all.",
            name=name,
            suggestion=suggestion(near),
        )


def read_catalogue(folder: Path | None = None) -> Catalogue:
    """The demos of ``folder``, by default those that come with the program, sorted by topic and slug."""
    return read_demos(sorted((folder or shipped_folder("demos")).glob("[!_.]*.py")))


def read_demos(paths: Iterable[Path]) -> Catalogue:
    """The demos in these files, sorted by topic and slug."""
    demos, problems = [], []
    for path in paths:
        try:
            demos.append(read_demo(path))
        except LabError as error:
            problems.append(error.message)
    demos.sort(key=lambda demo: (demo.topic, demo.slug))
    return Catalogue({demo.slug: demo for demo in demos}, tuple(problems))


def slug_of(path: Path) -> str:
    """``demos/kv_cache.py`` is ``kv-cache``."""
    return path.stem.replace("_", "-")


def read_demo(path: Path) -> DemoInfo:
    """Read one demo's description.  Raises LabError with ``file:line`` where it keeps not to the contract."""
    try:
        module = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except SyntaxError as error:
        raise LabError(
            "{file}:{line}: not valid Python: {reason}.", file=path.name, line=error.lineno, reason=error.msg
        ) from None
    except (OSError, ValueError, RecursionError, MemoryError) as error:  # the last two: nested too deeply
        reason = str(error) or type(error).__name__
        raise LabError("{file}: cannot be read: {error}.", file=path.name, error=reason) from None
    docstring = ast.get_docstring(module)
    if not docstring:
        raise LabError("{file}:1: a demo opens with a docstring that says what it proves.", file=path.name)
    first, _, about = docstring.partition("\n")
    parts = _FIRST_LINE.fullmatch(first.strip())
    proves, paper = (parts["claim"], parts["paper"] or "") if parts else (first.strip(), "")
    demo = _demo_call(module, path)
    return DemoInfo(
        slug=slug_of(path),
        titles={"zh": demo["zh"], "en": demo["en"]},
        topic=demo["topic"],
        tier=demo["tier"],
        proves=proves.rstrip("."),
        paper=paper.rstrip("."),
        about=about.strip(),
        params=tuple(_params(module, path)),
        path=path,
        predicts=any(isinstance(n, ast.keyword) and n.arg == "predict" for n in ast.walk(module)),
    )


def _demo_call(module: ast.Module, path: Path) -> dict[str, Any]:
    for node in module.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "DEMO" for target in node.targets
        ):
            values = _literals(node.value, "Demo", path)
            if set(values) != {"zh", "en", "topic", "tier"} or values["tier"] not in get_args(Tier):
                raise LabError(
                    "{file}:{line}: DEMO wants zh, en, topic and a tier of {tiers}.",
                    file=path.name,
                    line=node.lineno,
                    tiers=", ".join(get_args(Tier)),
                )
            return values
    raise LabError("{file}:1: no DEMO = Demo(zh=…, en=…, topic=…, tier=…) in this file.", file=path.name)


def _params(module: ast.Module, path: Path) -> list[ParamSpec]:
    classes = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Params"]
    if not classes:
        raise LabError("{file}:1: no class Params in this file (an empty one will do).", file=path.name)
    return [
        _param(node.target.id, node, path)
        for node in classes[0].body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def _param(name: str, node: ast.AnnAssign, path: Path) -> ParamSpec:
    place = f"{path.name}:{node.lineno}"
    type_name = node.annotation.id if isinstance(node.annotation, ast.Name) else ""
    if type_name not in _PARAM_TYPES or node.value is None:
        raise LabError(
            "{place}: parameter {name} wants a type ({types}) and param(…).",
            place=place,
            name=name,
            types=", ".join(_PARAM_TYPES),
        )
    if name.replace("_", "-") in RUNNER_OPTIONS:
        raise LabError(
            "{place}: --{name} is an option of every demo; call the parameter something else.",
            place=place,
            name=name,
        )
    values = _literals(node.value, "param", path)
    try:
        spec = ParamSpec(name, cast(ParamType, type_name), **values)
        presets = {key: getattr(spec, key) for key in ("default", "tiny", "gpu")}
        typed: Any = {key: spec.parse(value) for key, value in presets.items() if value is not None}
        spec = replace(spec, choices=tuple(spec.choices or ()), **typed)
    except (TypeError, LabError) as error:
        raise LabError("{place}: parameter {name}: {error}", place=place, name=name, error=error) from None
    return spec


def _literals(node: ast.expr, function: str, path: Path) -> dict[str, Any]:
    """The arguments of ``function(default, key=literal, …)`` as a dict."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function):
        raise LabError(
            "{file}:{line}: expected {function}(…) here.", file=path.name, line=node.lineno, function=function
        )
    values = {}
    try:
        for name, argument in [
            *zip(("default",), node.args, strict=False),
            *((keyword.arg or "", keyword.value) for keyword in node.keywords),
        ]:
            values[name] = ast.literal_eval(argument)
    except ValueError:
        raise LabError(
            "{file}:{line}: {function}(…) takes literals only: it is read, never run.",
            file=path.name,
            line=node.lineno,
            function=function,
        ) from None
    return values
