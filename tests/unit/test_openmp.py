"""Waiting threads of matrix products spin briefly, unless the user has chosen otherwise."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

NAMES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
SET = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "1"}
SHOW = f"import os, sorairo; print({{n: os.environ[n] for n in {NAMES} if n in os.environ}})"


def python(script: str, **chosen: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-c", script], env=own | chosen, capture_output=True, text=True, check=True
    )


@pytest.mark.parametrize("package", ["sorairo", "sorairo.cli.main", "sorairo.exam.worker_pool"])
def test_every_way_into_the_package_sets_it(package: str):
    script = SHOW.replace("import os, sorairo", f"import os, {package}")
    assert python(script).stdout == f"{SET}\n"


@pytest.mark.parametrize(
    "chosen", [{"OMP_WAIT_POLICY": "ACTIVE"}, {"GOMP_SPINCOUNT": "7"}, {"KMP_BLOCKTIME": "0"}]
)
def test_what_the_user_has_set_stays(chosen: dict[str, str]):
    assert python(SHOW, **chosen).stdout == f"{chosen}\n"


def test_torchs_threads_use_it():
    """libgomp itself says which value it uses."""
    done = python("import sorairo, torch; torch.zeros(1)", OMP_DISPLAY_ENV="VERBOSE")
    found = re.search(r"GOMP_SPINCOUNT = '(\d+)'", done.stderr)
    if found is None:
        pytest.skip("this torch does not use libgomp")
    assert found[1] == "10000"
