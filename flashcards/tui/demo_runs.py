"""What a demo screen can run: the program itself, a kept run of it, or nothing until its folder is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flashcards.lab.catalogue import DemoInfo
from flashcards.lab.events import Event
from flashcards.lab.params import Value
from flashcards.lab.runner import Run
from flashcards.lab.spare import Spares, missing_libraries
from flashcards.lab.transcripts import has_recording, replay
from flashcards.lab.trust import Trust
from flashcards.locale import text
from flashcards.study.demos import demos_of_folder
from flashcards.study.paths import Home
from flashcards.text.sanitize import sanitize_line


class Replay:
    """A kept run, in the shape of a :class:`Run`.  Raises LabError, when iterated, where it cannot be read."""

    def __init__(self, demo: DemoInfo) -> None:
        self._demo = demo
        self._cancelled = False

    def __iter__(self) -> Iterator[Event]:
        for event in replay(self._demo):
            if self._cancelled:
                return
            yield event

    def cancel(self) -> None:
        """Show no more of it."""
        self._cancelled = True

    close = cancel


def plays_recording(demo: DemoInfo) -> bool:
    """Whether the kept run is shown, because the libraries to run it are not there."""
    return bool(missing_libraries(demo.tier)) and has_recording(demo)


def run_of(demo: DemoInfo, values: Mapping[str, Value], *, control: bool, spares: Spares) -> Run | Replay:
    """The run that shows ``demo``.  Raises LabError, before anything starts, for values it does not take."""
    if plays_recording(demo):
        return Replay(demo)
    return Run(demo, values, control=control, child=lambda: spares.take(demo.tier))


def trust_question(demo: DemoInfo, home: Home) -> str:
    """What the person is asked before a demo of others runs.  Raises LabError for a folder that cannot be read."""
    folder, trust = demo.path.parent, Trust(home.trusted)
    words = text("demo.trust_question", folder=sanitize_line(str(folder)))
    if trust.standing(folder) == "changed":
        names = ", ".join(map(sanitize_line, trust.changes(folder)))
        words = f"{text('demo.trust_changed', names=names)}\n\n{words}"
    return words


def trusted(demo: DemoInfo, home: Home) -> DemoInfo:
    """Trust the demo's folder; the demo, which may run now.  Raises LabError where that cannot be kept."""
    folder: Path = demo.path.parent
    Trust(home.trusted).trust(folder)
    return demos_of_folder(home, folder).find(demo.slug)


def broken_claims(events: Iterable[object]) -> tuple[str, ...]:
    """Titles of the claims that did not hold."""
    from flashcards.lab.events import Claim

    return tuple(event.title for event in events if isinstance(event, Claim) and event.passed is False)
