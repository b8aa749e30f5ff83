"""Prints what torch knows about the device of this machine, as one line of JSON: for programs that
do not load torch."""

from __future__ import annotations

import json

from sorairo.models.sizing.placement import machine_of
from sorairo.nn.precision import choose_device


def main() -> None:
    """Prints the type and the memory of the device, and the bytes of a number there."""
    found = machine_of(choose_device(None))
    print(
        json.dumps(
            {
                "device": found.device,
                "total": found.total,
                "free": found.total,
                "number": found.number,
            }
        )
    )


if __name__ == "__main__":
    main()
