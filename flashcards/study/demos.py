"""Every demo the person has: ours, their own in the data directory, and those beside the notes they added.

Decks are data and never run anything.  A ``demos`` folder beside notes came from someone else: its demos are
listed, and run only once the person has trusted it.  Nobody's demo takes the place of one of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from flashcards.errors import Message
from flashcards.lab.catalogue import Catalogue, DemoInfo, read_catalogue, read_demos
from flashcards.lab.errors import LabError
from flashcards.lab.trust import LARGEST_FILE, Trust
from flashcards.study.paths import Home

FOLDER = "demos"
"""Name of the folder beside a source of notes."""


def every_demo(home: Home, added: Iterable[str | Path]) -> Catalogue:
    """Our demos and those of ``demo_folders``; where a folder is not trusted, its demos are marked ``untrusted``.

    ``added`` are the paths of the person's sources.
    """
    ours = read_catalogue()
    demos, problems = dict(ours.demos), list(ours.problems)
    for folder in demo_folders(home, added):
        theirs = demos_of_folder(home, folder)
        problems += theirs.problems
        for slug, demo in theirs.demos.items():
            if slug in demos:
                problems.append(
                    Message(
                        "{path}: a demo called {slug} exists already; give the file another name.",
                        path=demo.path,
                        slug=slug,
                    )
                )
            else:
                demos[slug] = demo
    return Catalogue(demos, tuple(problems))


def added_paths(home: Home) -> tuple[str, ...]:
    """The sources of notes in the collection; none where there is no collection yet."""
    if not home.database.exists():
        return ()
    from flashcards.store.database import Database
    from flashcards.store.sources import sources

    with closing(Database.open(home.database)) as db:
        return tuple(source.path for source in sources(db) if source.kind == "notes")


def demo_folders(home: Home, added: Iterable[str | Path]) -> tuple[Path, ...]:
    """Where demos that are not ours lie: the person's own folder, then ``demos`` in or beside each source."""
    folders = [home.demos]
    for source in map(Path, added):
        folders.append((source if source.is_dir() else source.parent) / FOLDER)
    return tuple(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))


def demos_of_folder(home: Home, folder: Path) -> Catalogue:
    """The demos of one folder that is not ours, marked by whether they may run."""
    found = read_demos(path for path in sorted(folder.glob("[!_.]*.py")) if _is_demo(path))
    if is_own(home, folder):
        own = {slug: replace(demo, shipped=False) for slug, demo in found.demos.items()}
        return Catalogue(own, found.problems)
    trust = Trust(home.trusted)
    try:
        trusted = trust.standing(folder) == "trusted"
    except LabError as error:
        return Catalogue({}, (*found.problems, error.message))
    digests = (trust.digests(folder) if trusted else None) or {}

    def marked(demo: DemoInfo) -> DemoInfo:
        return replace(demo, shipped=False, untrusted=not trusted, digest=digests.get(demo.path.name, ""))

    return Catalogue({slug: marked(demo) for slug, demo in found.demos.items()}, found.problems)


def is_own(home: Home, folder: Path) -> bool:
    """Whether only the person and ``demo new`` write there, so that nothing is to be asked."""
    return folder.resolve() == home.demos.resolve()


def _is_demo(path: Path) -> bool:
    """Whether a file imports our SDK: a folder called ``demos`` may hold other programs, which are nobody's problem."""
    try:
        return path.stat().st_size <= LARGEST_FILE and b"flashcards.lab" in path.read_bytes()
    except OSError:
        return False
