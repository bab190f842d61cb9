"""Run one demo in this process: seed, device, parameters, demo; whatever happens becomes events."""

from __future__ import annotations

import hashlib
import importlib.util
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashcards.errors import Message
from flashcards.lab import Lab, events
from flashcards.lab.catalogue import DemoInfo, read_demo
from flashcards.lab.device import choose_device, dtype_name, free_on, is_device_failure, is_out_of_memory
from flashcards.lab.errors import LabError
from flashcards.lab.events import End, Error, Event, Start
from flashcards.lab.job import Job, demo_threads
from flashcards.lab.limits import SHARE_OF_FREE_MEMORY, forget_peak, limit_memory, peak_memory
from flashcards.lab.params import Value, smaller

Emit = Callable[[Event], None]
RunFunction = Callable[[Lab, Any], None]

INSTALL = "pip install 'flashcards[demos]'"
_LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "numpy")


class Cancelled(BaseException):
    """The person wants the run to stop; not an Exception, so that no demo catches it by accident."""


class _Stopped(Exception):
    """The run cannot go on, for a reason to be told."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(frozen=True)
class _Outcome:
    lab: Lab | None
    error: Error | None
    cancelled: bool = False


def execute(job: Job, emit: Emit, demo: tuple[RunFunction, type[Any]] | None = None) -> End:
    """Run a demo and emit its events, from ``start`` to ``end``; returns the end.

    ``demo`` is ``(run, Params)`` where the file is imported already.
    """
    if not job.last:
        forget_peak()
    started, cpu_started = time.perf_counter(), time.process_time()
    outcome = _attempt(job, emit, demo)
    if outcome.error:
        emit(outcome.error)
    passed, failed = (len(outcome.lab.passed), len(outcome.lab.failed)) if outcome.lab else (0, 0)
    device = outcome.lab.device if outcome.lab else "cpu"
    end = End(
        status=_status(outcome),
        passed=passed,
        failed=failed,
        wall_seconds=round(time.perf_counter() - started, 4),
        cpu_seconds=round(time.process_time() - cpu_started, 4),
        peak_bytes=peak_memory(),
        device_peak_bytes=max(_device_peak(device), outcome.lab.device_peak if outcome.lab else 0),
    )
    emit(end)
    return end


def _status(outcome: _Outcome) -> events.Status:
    if outcome.cancelled:
        return "cancelled"
    if outcome.error:
        return outcome.error.reason
    return "failed" if outcome.lab and outcome.lab.failed else "passed"


def _attempt(job: Job, emit: Emit, demo: tuple[RunFunction, type[Any]] | None) -> _Outcome:
    lab: Lab | None = None
    try:
        info = read_demo(Path(job.path))
        run, params = demo or _load(info, job.digest)
        device, note = choose_device(job.device, info.tier)
        chosen = _checked(params, _values(job, device), info)
        _require_memory(params, _values(job, device), info, device)
        try:
            lab = _start(job, info, device, note, emit)
            run(lab, chosen)
        except Exception as error:
            if not (job.device == "auto" and device != "cpu" and is_device_failure(error)):
                raise
            note = Message(
                "{device} failed ({reason}), so the run starts again on the CPU",
                device=device,
                reason=_first_line(error),
            )
            chosen = _checked(params, _values(job, "cpu"), info)
            lab = _start(job, info, "cpu", note, emit)
            run(lab, chosen)
        return _Outcome(lab, None if lab.passed or lab.failed else _no_claim(info))
    except (Cancelled, KeyboardInterrupt):
        return _Outcome(lab, None, cancelled=True)
    except _Stopped as stopped:
        return _Outcome(lab, stopped.error)
    except LabError as error:
        return _Outcome(lab, Error(error.message, reason="params"))
    except (Exception, SystemExit) as error:
        return _Outcome(lab, explain(error, job, lab.device if lab else "cpu"))


def _start(job: Job, info: DemoInfo, device: str, note: str, emit: Emit) -> Lab:
    _seed(job.seed)
    if device == "cpu" and job.memory_bytes is not None:
        limit_memory(job.memory_bytes)
    if device == "cuda":
        sys.modules["torch"].cuda.reset_peak_memory_stats()
    dtype = dtype_name(device, info.tier)
    emit(
        Start(
            slug=info.slug,
            title=info.titles,
            proves=info.proves,
            params=_values(job, device),
            seed=job.seed,
            device=device,
            dtype=dtype,
            versions=_versions(),
            control=job.control,
            note=note,
        )
    )
    return Lab(emit, seed=job.seed, device=device, dtype=dtype, controlled=job.control)


def _checked(params: type[Any], values: Mapping[str, Value], info: DemoInfo) -> Any:
    """The demo's ``Params``, after its own check across fields."""
    chosen = params(**values)
    check = getattr(chosen, "check", None)
    if check is not None:
        try:
            check()
        except ValueError as error:
            message = str(error).rstrip(".")
            raise _Stopped(
                Error(Message("{slug}: {message}.", slug=info.slug, message=message), reason="params")
            ) from None
    return chosen


def _require_memory(params: type[Any], values: Mapping[str, Value], info: DemoInfo, device: str) -> None:
    """Refuse what cannot fit: ``Params.bytes()``, where a demo has it, against four fifths of what is free."""
    needed, free = _bytes(params, values), free_on(device)
    if needed is None or free is None or needed <= free * SHARE_OF_FREE_MEMORY:
        return
    message = Message(
        "{slug}: would take {needed:,.1f} GiB; {free:,.1f} GiB are free on {device}.",
        slug=info.slug,
        needed=needed / 2**30,
        free=free / 2**30,
        device=device,
    )
    raise _Stopped(out_of_memory(message, _that_fits(params, values, info, free * SHARE_OF_FREE_MEMORY)))


def _that_fits(
    params: type[Any], values: Mapping[str, Value], info: DemoInfo, room: float
) -> Mapping[str, Value]:
    """Sizes halved until they fit; none where halving does not help."""
    advice: dict[str, Value] = {}
    while step := smaller(info.params, {**values, **advice}):
        advice |= step
        needed = _bytes(params, {**values, **advice})
        if needed is not None and needed <= room:
            return advice
    return {}


def _bytes(params: type[Any], values: Mapping[str, Value]) -> int | None:
    """The demo's own estimate for these values; None where it has none, or they do not go together."""
    chosen = params(**values)
    if not hasattr(chosen, "bytes"):
        return None
    try:
        getattr(chosen, "check", int)()
        return int(chosen.bytes())
    except ValueError:
        return None


def _values(job: Job, device: str) -> Mapping[str, Value]:
    return job.gpu_params if device == "cuda" and job.gpu_params is not None else job.params


def _load(info: DemoInfo, digest: str = "") -> tuple[RunFunction, type[Any]]:
    """Import a demo's file under a name of its own and return its ``run`` and ``Params``."""
    source = info.path.read_bytes()
    if digest and hashlib.sha256(source).hexdigest() != digest:
        raise _Stopped(Error(Message("{file}: has changed since you trusted it.", file=info.path.name)))
    name = f"flashcards_demo_{info.path.stem}"
    spec = importlib.util.spec_from_file_location(name, info.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    exec(
        compile(source, str(info.path), "exec"), module.__dict__
    )  # what was looked at, not what is there now
    if not callable(getattr(module, "run", None)):
        raise _Stopped(Error(Message("{file}: no function run(lab, p) in this file.", file=info.path.name)))
    return module.run, module.Params


def explain(error: BaseException, job: Job, device: str = "cpu") -> Error:
    """One line for whatever ended a demo, with advice where there is some."""
    place = _place(error, Path(job.path))
    slug = Path(job.path).stem.replace("_", "-")
    if is_out_of_memory(error):
        values = _values(job, device)
        advice = smaller(read_demo(Path(job.path)).params, values)
        return out_of_memory(
            Message("{slug}: out of memory on {device} at {place}.", slug=slug, device=device, place=place),
            advice,
        )
    if isinstance(error, ImportError) and not _is_ours(error):
        missing = (error.name or "").split(".")[0]
        needs = Message("a library that does not load ({reason})", reason=_first_line(error))
        message = Message("{slug} needs {what}: not installed, or too old.", slug=slug, what=missing or needs)
        return Error(message, Message("Run: {command}", command=INSTALL), "dependency")
    return Error(
        Message(
            "{place}: {kind}: {reason}", place=place, kind=type(error).__name__, reason=_first_line(error)
        )
    )


def out_of_memory(message: str, advice: Mapping[str, Value]) -> Error:
    """The event that says memory ran out and what to shrink."""
    flags = " ".join(f"--{name.replace('_', '-')} {value}" for name, value in advice.items())
    hint = Message("Try {flags}.", flags=flags) if flags else Message("Close other programs and try again.")
    return Error(message, hint, "oom", advice)


def _is_ours(error: ImportError) -> bool:
    name = (error.name or "").split(".")[0]
    return name == "flashcards" or name in sys.stdlib_module_names


def _place(error: BaseException, path: Path) -> str:
    """``rope.py:42``: the innermost line of the demo that was running."""
    if isinstance(error, SyntaxError):
        return f"{path.name}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).name == path.name and Path(frame.filename).parent == path.parent
    ]
    return f"{path.name}:{frames[-1].lineno}" if frames else path.name


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0][:300]


def _no_claim(info: DemoInfo) -> Error:
    return Error(Message("{file}: the demo claimed nothing, so it proves nothing.", file=info.path.name))


def _seed(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        warnings.filterwarnings("ignore", message=".*deterministic.*")
        torch.manual_seed(seed)
        torch.set_default_dtype(
            torch.float32
        )  # what a demo before this one, in this process, may have changed
        torch.set_grad_enabled(True)
        # Not torch.use_deterministic_algorithms, which imports the compiler: 0.8 s for a flag it does not need.
        torch.set_deterministic_debug_mode("warn")
        torch.set_num_threads(demo_threads())


def _versions() -> dict[str, str]:
    loaded = {name: getattr(sys.modules.get(name), "__version__", None) for name in _LIBRARIES}
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **{name: str(version) for name, version in loaded.items() if version}}


def _device_peak(device: str) -> int:
    if device != "cuda" or "torch" not in sys.modules:
        return 0
    return int(sys.modules["torch"].cuda.max_memory_allocated())
