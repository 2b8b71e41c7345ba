"""What an answer in milliseconds needs of the process."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def steady() -> Iterator[None]:
    """One BLAS thread, and the garbage collector away from what is in memory already."""
    with threadpool_limits(limits=1, user_api="blas"):
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()
