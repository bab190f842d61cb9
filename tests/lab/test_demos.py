"""Every demo that comes with the program holds, is deterministic, and breaks under its control.

All demos of a tier run in one process, so that torch and transformers are imported once.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

import pytest

from flashcards.lab.catalogue import DemoInfo, read_catalogue
from flashcards.lab.events import Claim, End, Error, Event, decode
from flashcards.lab.job import Job
from flashcards.lab.params import resolve
from flashcards.lab.process import ChildProcess

CATALOGUE = read_catalogue()
NEEDS = {
    "numpy": ("numpy",),
    "tok": ("tokenizers",),
    "torch": ("torch",),
    "hf": ("torch", "transformers", "peft"),
}
ROUNDS: Mapping[str, dict[str, bool]] = {"first": {}, "again": {}, "control": {"control": True}}

Runs = dict[tuple[str, str], list[Event]]


@pytest.fixture(scope="module")
def runs() -> Runs:
    """Each demo's events at the tiny preset on the CPU, run twice and once under control."""
    return {key: events for tier in NEEDS for key, events in _run_tier(tier).items()}


def _run_tier(tier: str) -> Runs:
    demos = [demo for demo in CATALOGUE.demos.values() if demo.tier == tier]
    if not demos or any(importlib.util.find_spec(name) is None for name in NEEDS[tier]):
        return {}
    child, gathered = ChildProcess(), {}
    try:
        for demo in demos:
            for name, changes in ROUNDS.items():
                child.start(_tiny(demo, **changes))
                gathered[demo.slug, name] = _until_end(child)
    finally:
        child.stop()
    return gathered


def _tiny(demo: DemoInfo, control: bool = False) -> Job:
    values = resolve(demo.params, {}, "tiny")
    return Job(str(demo.path), values, device="cpu", control=control, cpu_seconds=60, last=False)


def _until_end(child: ChildProcess) -> list[Event]:
    events: list[Event] = []
    while line := child.lines.get(timeout=300):
        event = decode(line)
        if event is not None:
            events.append(event)
        if isinstance(event, End):
            return events
    pytest.fail(f"the process died: {child.last_words()}")


def events_of(runs: Runs, slug: str, name: str) -> list[Event]:
    if (slug, name) not in runs:
        pytest.skip("what this demo needs is not installed")
    return runs[slug, name]


def claims(events: list[Event]) -> list[Claim]:
    return [event for event in events if isinstance(event, Claim) and event.kind != "observe"]


def test_every_file_of_the_folder_keeps_the_contract() -> None:
    assert CATALOGUE.problems == ()


@pytest.mark.parametrize("slug", CATALOGUE.demos)
def test_all_claims_hold(runs: Runs, slug: str) -> None:
    events = events_of(runs, slug, "first")
    broken = [claim for claim in claims(events) if not claim.passed]
    assert broken == [] and [event for event in events if isinstance(event, Error)] == []
    assert claims(events)


@pytest.mark.parametrize("slug", CATALOGUE.demos)
def test_the_same_seed_gives_the_same_values(runs: Runs, slug: str) -> None:
    first, again = (
        [(claim.id, claim.measured) for claim in claims(events_of(runs, slug, name))]
        for name in ("first", "again")
    )
    assert first == again


@pytest.mark.parametrize("slug", CATALOGUE.demos)
def test_the_usual_mistake_breaks_every_claim_but_illustrations(runs: Runs, slug: str) -> None:
    right, wrong = claims(events_of(runs, slug, "first")), claims(events_of(runs, slug, "control"))
    survivors = {claim.id for claim in wrong if claim.passed and not claim.illustration}
    assert any(not claim.passed for claim in wrong)
    assert survivors == set()
    assert 5 * sum(claim.illustration for claim in right) <= len(right)


@pytest.mark.parametrize("slug", CATALOGUE.demos)
def test_a_demo_is_short_enough_to_read(slug: str) -> None:
    assert len(CATALOGUE.demos[slug].path.read_text(encoding="utf-8").splitlines()) <= 150
