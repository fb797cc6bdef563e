"""One definition, two speeds: the same functions run as Python for small inputs and compiled for large ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Kernel = Callable[..., Any]


def compile_kernels(kernels: Sequence[Kernel], helpers: Sequence[Kernel]) -> tuple[Kernel, ...]:
    """The kernels as machine code (numba, nopython); `helpers` are the functions they call.

    Machine code is kept beside the source or in the user's cache folder where one of them can be written to.
    """
    # Importing and compiling cost seconds, which small inputs need not pay.
    import numba
    from numba.extending import register_jitable

    for helper in helpers:
        register_jitable(helper)
    try:
        return tuple(numba.njit(cache=True)(kernel) for kernel in kernels)
    except RuntimeError:
        # numba's way of saying that no cache folder can be written to.
        return tuple(numba.njit(kernel) for kernel in kernels)
