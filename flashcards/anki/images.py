"""Find the pictures a card shows and name them for Anki.

Notes are hostile: only picture files inside the folder of the note itself are taken, so that a shared
deck cannot carry a private file into a package.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote

from flashcards.anki.names import media_name
from flashcards.anki.package import MediaOut

PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif", ".bmp", ".ico", ".tif", ".tiff"}
)


@dataclass(slots=True)
class Pictures:
    """The pictures of one package; each content is kept once."""

    media: dict[str, MediaOut] = field(default_factory=dict)
    """By name in Anki, in order of first use."""
    _known: dict[Path, str] = field(default_factory=dict)

    def add(self, folder: Path, path: str) -> MediaOut | None:
        """The picture that ``path``, as written in a note in ``folder``, means; None if there is none."""
        file = picture_file(folder, path)
        if file is None:
            return None
        if file not in self._known:
            try:
                with file.open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError:
                return None
            self._known[file] = media_name(file.stem, file.suffix, digest)
        name = self._known[file]
        return self.media.setdefault(name, MediaOut(name, file))


def picture_file(folder: Path, path: str) -> Path | None:
    """The existing picture at ``path`` below ``folder``, symbolic links resolved; None for anything else."""
    home = _resolved(folder)
    if home is None:
        return None
    for spelling in dict.fromkeys((path, unquote(path))):  # `fig%201.png` may be meant either way
        inside = PurePosixPath(spelling.replace("\\", "/"))
        if (
            "\0" in spelling
            or ".." in inside.parts
            or inside.is_absolute()
            or PureWindowsPath(spelling).drive
        ):
            continue
        file = _resolved(home / inside)
        if file and file.is_relative_to(home) and file.suffix.lower() in PICTURES and file.is_file():
            return file
    return None


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):  # missing, not allowed, or links in a circle
        return None
