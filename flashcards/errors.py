"""The one root of errors that are meant for the person.

Each room has its own family below it (``SourceError``, ``StoreError`` …).  A face
prints ``str(error)`` as one line and exits with ``exit_code``; anything that is not
a ``FlashcardsError`` is a bug and shows its traceback only with ``--debug``.
"""


class FlashcardsError(Exception):
    """Says what is wrong, where (``file:line``), and what to do about it, on one line."""

    exit_code = 2
    """2: the input was wrong.  Families whose failure means something else override it."""
