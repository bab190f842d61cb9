"""What a demo's process is asked to do (which demo, values, limits), and the environment it is started in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from flashcards.lab.params import Value

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]

MOST_THREADS = 4
"""Demo-sized tensors gain nothing from more."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of one demo."""

    path: str
    params: Mapping[str, Value] = field(default_factory=dict)
    gpu_params: Mapping[str, Value] | None = None
    """Values to take instead where the run ends up on CUDA; None to keep ``params``."""
    device: DeviceChoice = "auto"
    seed: int = 0
    control: bool = False
    cpu_seconds: float | None = None
    """CPU time this run may use; None for no limit."""
    memory_bytes: int | None = None
    """Memory this run may take on top of what is loaded; on a CPU only, as CUDA reserves terabytes."""
    digest: str = ""
    """SHA-256 that the file must have: what the person trusted.  Empty for our own demos."""
    last: bool = True
    """Whether the process ends after this job."""

    def to_json(self) -> str:
        """One line without its newline."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Job:
        """The job that ``to_json`` wrote."""
        return cls(**json.loads(line))


def demo_threads() -> int:
    """Threads for a demo: the physical cores this process may use but one, at most four, at least one."""
    return max(1, min(MOST_THREADS, _physical_cores() - 1))


def child_environment() -> dict[str, str]:
    """The environment of a demo's process.  It works only when set before torch is imported.

    With OpenMP's default of spinning threads a small net on two busy cores ran 20 times slower than
    with one thread; sleeping threads cost nothing.  Offline switches set after the import of
    huggingface_hub come too late: an unknown model then costs 46 s of retries.
    """
    threads = str(demo_threads())
    return {
        **os.environ,
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "passive",
        "GOMP_SPINCOUNT": "0",
        "KMP_BLOCKTIME": "0",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # deterministic matrix products on CUDA
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }


def _physical_cores() -> int:
    """Cores this process may run on, counting a core's two hyper-threads once where Linux says so."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(siblings.read_text())
        except OSError:
            cores.add(str(cpu))
    return len(cores)
