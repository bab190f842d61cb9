"""Renew the recordings in ``demos/recorded``: ``python docs/recordings.py [SLUG…]``, by default those out of date."""

from __future__ import annotations

import sys

from flashcards.lab.catalogue import read_catalogue
from flashcards.lab.errors import LabError
from flashcards.lab.transcripts import FOLDER, has_recording, is_current, record
from flashcards.shipped import shipped_folder


def main(names: list[str]) -> int:
    """Record the demos named; without names those that changed or are new, and drop what has no demo."""
    catalogue = read_catalogue()
    demos = [catalogue.find(name) for name in names] or [
        demo for demo in catalogue.demos.values() if not (has_recording(demo) and is_current(demo))
    ]
    failed = 0
    for demo in demos:
        try:
            print(record(demo))
        except LabError as error:
            failed += 1
            print(error, file=sys.stderr)
    for path in (shipped_folder("demos") / FOLDER).glob("*.jsonl"):
        if path.stem not in catalogue.demos:
            path.unlink()
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
