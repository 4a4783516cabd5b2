"""What checks compare and how they tell of it; nothing here needs pytest."""

from __future__ import annotations

import os

import numpy as np

__all__ = ["differs", "folder_content", "said"]


def said(error: BaseException) -> str:
    """Return an exception for a message, on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"


def differs(got: np.ndarray, wanted: np.ndarray, tolerance: float = 0.0) -> str:
    """Return how two arrays differ; an empty string if they do not."""
    if got.shape != wanted.shape or got.dtype != wanted.dtype:
        return f"{got.shape} {got.dtype} instead of {wanted.shape} {wanted.dtype}"
    if tolerance:
        wrong = np.abs(got.astype(float) - wanted.astype(float)) > tolerance
    else:
        # NaN is a value like any other here.
        wrong = (got != wanted) & ~((got != got) & (wanted != wanted))
    if not wrong.any():
        return ""
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {wrong.size} values differ; at {place} it is {got[place]!r} "
        f"instead of {wanted[place]!r}"
    )


def folder_content(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names of what is in a directory."""
    return sorted(os.listdir(folder))
