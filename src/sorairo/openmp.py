"""How long OpenMP's threads spin while they wait. No torch.

The threads of a matrix product wait for one another by spinning. Where another process has taken
the core of one, the others spin until it is back: with libgomp's default of milliseconds, a busy
machine spends most of its time so. A short spin loses nothing on a quiet machine.
"""

from __future__ import annotations

import os

USER_CHOICE = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


def shorten_spinning() -> None:
    """Sets `GOMP_SPINCOUNT` (libgomp, in torch's packages for Linux) and `KMP_BLOCKTIME` in
    milliseconds (libomp, in those for macOS), also for processes that this one starts. Leaves both
    as they are if the user has set one of them or `OMP_WAIT_POLICY`.

    The libraries read them when they are loaded, so call it before torch is imported.
    """
    if not any(name in os.environ for name in USER_CHOICE):
        os.environ["GOMP_SPINCOUNT"] = "10000"  # about as long as a millisecond
        os.environ["KMP_BLOCKTIME"] = "1"  # of a default of 200
