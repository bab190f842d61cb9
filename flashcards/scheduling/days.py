"""Calendar days.  A day starts at 04:00 local time, as in Anki, so that a late evening is one day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flashcards.cards import Day

ROLLOVER = timedelta(hours=4)
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(moment: datetime) -> Day:
    """The study day of ``moment``, which carries the person's own time zone.

    The subtraction is done on the wall clock, so that a change to summer time does not move the border.

    Raises:
        ValueError: ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("day_of needs a moment with a time zone")
    return Day((moment.replace(tzinfo=None) - ROLLOVER).date().toordinal() - _EPOCH)


def date_of(day: Day) -> date:
    """The calendar date on which ``day`` starts."""
    return date.fromordinal(day + _EPOCH)
