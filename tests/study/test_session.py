"""The state machine of every face: phases, commits, undo across restarts, limits, marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashcards.cards import CardId, Rating
from flashcards.scheduling.schedule import replay
from flashcards.store import reviews
from flashcards.study.library import Library
from flashcards.study.session import Session, SessionError, undo_last
from flashcards.study.settings import Settings

from .conftest import StoppedClock

NOTES = "# Norms\n\n" + "\n".join(f"### {n}. Question {n}?\n\n- answer {n}\n" for n in range(1, 9))


@pytest.fixture
def filled(library: Library, notes: Path) -> Library:
    (notes / "norms.md").write_text(NOTES, "utf-8")
    library.add([notes])
    return library


def answer(session: Session, rating: Rating = Rating.GOOD) -> CardId:
    """Reveal and grade the present card; returns its id."""
    assert session.card is not None
    card_id = session.card.id
    session.reveal()
    session.grade(rating)
    return card_id


def test_a_card_goes_from_question_to_answer_to_the_next(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    assert session.phase == "question"
    first = session.card
    session.reveal(typed="my words")
    assert (session.phase, session.typed, session.card) == ("answer", "my words", first)
    session.grade(Rating.GOOD)
    assert session.phase == "question" and session.card != first and session.typed is None
    assert session.progress.done == 1 and session.progress.left == 7


def test_grading_before_the_answer_was_shown_is_refused(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    with pytest.raises(SessionError):
        session.grade(Rating.GOOD)
    assert reviews.count_answers(filled.db) == 0


def test_an_answer_is_kept_before_the_next_card_is_shown(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    card_id = answer(session)
    with Library.open(filled.home.folder, filled.clock) as other:
        assert [r.card_id for r in reviews.answers_of(other.db, card_id)] == [card_id]
        assert other.standing(card_id).schedule is not None


def test_states_equal_a_replay_of_the_log(filled: Library, clock: StoppedClock) -> None:
    ratings = [Rating.GOOD, Rating.AGAIN, Rating.HARD, Rating.EASY]
    for day in range(30):
        session = Session.start(filled, "is:own")
        while session.phase != "done":
            answer(session, ratings[(day + session.progress.left) % 4])
            clock.forward(seconds=20)
        clock.forward(days=1)
    log = dict(reviews.all_answers(filled.db))
    assert sum(map(len, log.values())) > 30
    for card_id, answers in log.items():
        assert filled.standing(card_id).schedule == replay(filled.model, answers)


def test_the_shown_interval_is_the_one_that_is_kept(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    days = session.intervals()
    card_id = answer(session, Rating.EASY)
    schedule = filled.standing(card_id).schedule
    assert schedule is not None and schedule.due - filled.today == days[Rating.EASY]


def test_undo_brings_the_card_back_as_it_was(filled: Library, clock: StoppedClock) -> None:
    session = Session.start(filled, "is:own")
    card_id = answer(session, Rating.GOOD)
    before = filled.standing(card_id).schedule
    clock.forward(days=30)
    session = Session.start(filled, f"id:{card_id}")
    answer(session, Rating.AGAIN)
    assert session.phase == "done"
    assert session.undo()
    assert session.phase == "question" and session.card is not None and session.card.id == card_id
    assert filled.standing(card_id).schedule == before


def test_undo_works_in_the_next_session_and_takes_back_new_cards_to_new(filled: Library) -> None:
    card_id = answer(Session.start(filled, "is:own"))
    with Library.open(filled.home.folder, filled.clock) as later:
        session = Session.start(later, "is:own")
        assert session.undo()
        assert session.card is not None and session.card.id == card_id
        assert later.standing(card_id).schedule is None
        assert not session.undo()


def test_undo_from_the_command_line_takes_back_the_last_answer(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    answer(session)
    second = answer(session)
    taken = undo_last(filled)
    assert taken is not None and taken.card_id == second
    assert reviews.count_answers(filled.db) == 1


def test_the_log_is_append_only(filled: Library) -> None:
    answer(Session.start(filled, "is:own"))
    undo_last(filled)
    assert len(filled.db.rows("SELECT * FROM reviews")) == 2
    for sql in ("DELETE FROM reviews", "UPDATE reviews SET rating = 4"):
        with pytest.raises(Exception, match="append-only"):
            filled.db.connection.execute(sql)


def test_the_days_limit_for_new_cards_holds_across_sessions(filled: Library, clock: StoppedClock) -> None:
    filled.settings = Settings(new_per_day=3)
    session = Session.start(filled, "is:own")
    assert session.progress.left == 3
    answer(session)
    answer(session)
    assert Session.start(filled, "is:own").progress.left == 1
    clock.forward(days=1)
    assert Session.start(filled, "is:own is:new").progress.left == 3


def test_a_deck_can_have_a_limit_of_its_own(filled: Library) -> None:
    filled.settings = Settings(deck_new_per_day={"Norms": 2})
    assert Session.start(filled, "is:own").progress.left == 2


def test_a_buried_card_rests_until_tomorrow(filled: Library, clock: StoppedClock) -> None:
    session = Session.start(filled, "is:own")
    assert session.card is not None
    card_id = session.card.id
    session.bury()
    assert session.card is not None and session.card.id != card_id
    assert filled.find_ids("is:buried") == [card_id]
    assert Session.start(filled, f"id:{card_id}").phase == "done"
    clock.forward(days=1)
    assert Session.start(filled, f"id:{card_id}").phase == "question"


def test_a_suspended_card_is_not_asked_until_it_is_taken_back(filled: Library, clock: StoppedClock) -> None:
    session = Session.start(filled, "is:own")
    assert session.card is not None
    card_id = session.card.id
    session.suspend()
    clock.forward(days=9)
    assert Session.start(filled, f"id:{card_id}").phase == "done"
    assert session.undo() and session.card is not None and session.card.id == card_id
    assert Session.start(filled, f"id:{card_id}").phase == "question"


def test_a_flag_goes_on_and_off(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    assert session.flag() and session.standing.flagged
    assert not session.flag() and not session.standing.flagged


def test_cramming_leaves_the_schedule_and_the_count_alone(filled: Library) -> None:
    card_id = answer(Session.start(filled, "is:own"))
    before = filled.standing(card_id).schedule
    session = Session.start(filled, "is:own", cram=True)
    assert session.progress.left == 8
    while session.phase != "done":
        answer(session, Rating.AGAIN)
    assert filled.standing(card_id).schedule == before
    assert reviews.count_answers(filled.db) == 1
    assert len(filled.db.rows("SELECT * FROM reviews WHERE kind = 'cram'")) == 8


def test_studying_ahead_asks_what_is_not_due(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    while session.phase != "done":
        answer(session)
    assert Session.start(filled, "is:own").phase == "done"
    assert Session.start(filled, "is:own", ahead=True).progress.left == 8


def test_statements_wait_until_the_person_takes_them_in(library: Library, notes: Path) -> None:
    (notes / "t.md").write_text(
        "# T\n\n### 1. Why?\n\n- so\n\n### 2. How?\n\n- thus\n\n### The optimiser summary\n\n- it moves weights\n",
        "utf-8",
    )
    library.add([notes])
    waiting = library.find("is:own is:unreviewed")
    assert len(waiting) == 1 and not waiting[0].reviewed
    assert Session.start(library, "is:own").progress.left == 2
    session = Session.start(library, "is:own is:unreviewed")
    assert session.progress.left == 1
    answer(session)
    assert library.find("is:own is:unreviewed") == []


def test_unanswered_cards_are_kept_and_never_asked(library: Library, notes: Path) -> None:
    (notes / "u.md").write_text("# U\n\n### 1. Why?\n\n### 2. How?\n\n- thus\n", "utf-8")
    library.add([notes])
    assert [c.variant("en").question for c in library.find("is:own is:unanswered")] == ["Why?"]
    assert Session.start(library, "is:own").progress.left == 1


def test_a_pause_does_not_count_as_thinking(filled: Library, clock: StoppedClock) -> None:
    session = Session.start(filled, "is:own")
    clock.forward(hours=3)
    card_id = answer(session)
    assert reviews.answers_of(filled.db, card_id)[0].duration_ms == 120_000


def test_answers_within_one_millisecond_get_ids_of_their_own(filled: Library) -> None:
    session = Session.start(filled, "is:own")
    while session.phase != "done":
        answer(session)
    ids = [row["id"] for row in filled.db.rows("SELECT id FROM reviews ORDER BY id")]
    assert len(set(ids)) == 8


def test_the_language_of_our_own_card_can_be_flipped_with_the_same_schedule(library: Library) -> None:
    both = next(c for c in library.find("is:shipped") if len(c.variants) == 2)
    session = Session.start(library, f"id:{both.id}")
    first = session.language
    session.flip_language()
    assert session.language != first
    answer(session)
    assert library.standing(both.id).schedule is not None


def test_a_session_ends_with_the_first_card_after_its_minutes(filled: Library, clock: StoppedClock) -> None:
    session = Session.start(filled, "is:own", minutes=1)
    answer(session)
    assert session.phase == "question"
    clock.forward(seconds=61)
    last = answer(session)
    assert session.phase == "done"
    assert session.undo() and session.card is not None and session.card.id == last


def test_a_card_that_left_the_notes_is_passed_over(filled: Library, notes: Path) -> None:
    session = Session.start(filled, "is:own")
    assert session.card is not None
    first = session.card.id
    (notes / "norms.md").write_text(NOTES.replace("### 1. Question 1?\n\n- answer 1\n", ""), "utf-8")
    assert filled.rescan().archived == 1
    session.refresh()
    assert session.card is not None and session.card.id != first and session.phase == "question"
