"""Makes the files in `files`. It was run at commit 8e9f576 and runs only there: it is kept as a
record of how the files were made.

    python tests/compatibility/make_files.py [models] [clips] [jobs] [training] [exam]

The program must read these files for good. Later code cannot make them again, because it may write
other formats. The command line makes everything that it can make.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
os.environ |= {"OMP_NUM_THREADS": "1", "MESA_SHADER_CACHE_DISABLE": "true"}

from making.clips import make_clips  # noqa: E402
from making.exam import make_exam  # noqa: E402
from making.jobs import make_jobs  # noqa: E402
from making.models import make_models  # noqa: E402
from making.training import make_training  # noqa: E402

PARTS = {
    "models": make_models,
    "clips": make_clips,
    "jobs": make_jobs,
    "training": make_training,
    "exam": make_exam,
}


def main() -> None:
    for name in sys.argv[1:] or PARTS:
        folder = HERE / "files" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.chdir(folder)
        PARTS[name]()


if __name__ == "__main__":
    main()
