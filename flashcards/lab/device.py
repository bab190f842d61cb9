"""Which device a demo computes on.  Called inside the run only: an idle process makes no CUDA call."""

from __future__ import annotations

from functools import reduce
from typing import Any

from flashcards.errors import Message
from flashcards.lab import Tier
from flashcards.lab.errors import LabError
from flashcards.lab.job import DeviceChoice
from flashcards.lab.limits import free_memory


def choose_device(wanted: DeviceChoice, tier: Tier) -> tuple[str, str]:
    """The device to use, and why where that needs saying.

    ``auto`` takes CUDA if a small matrix product works on it, then MPS, then the CPU.
    Raises LabError when the person named a device that is not here.
    """
    if tier in ("numpy", "tok"):
        return "cpu", "" if wanted in ("auto", "cpu") else Message("this demo computes on the CPU only")
    if wanted == "cpu":
        return "cpu", ""
    import torch

    notes = []
    for device, found in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())):
        if wanted not in ("auto", device):
            continue
        problem = _matmul_problem(torch, device) if found else Message("not here")
        if not problem:
            return device, ""
        if wanted == device:
            raise LabError(
                "--device {device}: {problem}. Use --device auto or cpu.", device=device, problem=problem
            )
        if found:
            notes.append(Message("{device} does not work here ({reason})", device=device, reason=problem))
    return "cpu", reduce(lambda one, other: Message("{one}; {other}", one=one, other=other), notes, "")


def dtype_name(device: str, tier: Tier) -> str:
    """The number type of a run: bfloat16 on CUDA, else float32 (half types are slow or unusable on a CPU)."""
    if tier in ("numpy", "tok"):
        return "float64"
    if device == "cuda":
        import torch

        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    return "float32"


def free_on(device: str) -> int | None:
    """Bytes that are free where a run computes; None if unknown."""
    if device == "cpu":
        return free_memory()
    import torch

    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return int(torch.mps.recommended_max_memory()) - int(torch.mps.driver_allocated_memory())


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on the CPU or on an accelerator."""
    text = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or (
            isinstance(error, RuntimeError)
            and any(sign in text for sign in ("allocate memory", "not enough memory", "out of memory"))
        )
    )


def is_device_failure(error: BaseException) -> bool:
    """Whether an exception comes from the accelerator rather than from the demo or its sizes."""
    if not isinstance(error, RuntimeError) or is_out_of_memory(error):
        return False
    return any(sign in str(error) for sign in ("CUDA", "cuBLAS", "CUBLAS", "cuDNN", "MPS"))


def _matmul_problem(torch: Any, device: str) -> str:
    """Why a 512x512 matrix product (1 MB) does not work on the device; empty if it does."""
    try:
        a = torch.ones(512, 512, device=device)
        return "" if (a @ a)[0, 0].item() == 512.0 else Message("a matrix product came out wrong")
    except Exception as error:
        return str(error).strip().split("\n")[0]
