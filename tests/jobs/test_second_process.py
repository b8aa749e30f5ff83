"""A process that opens and closes the database leaves another one's connections as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue

PROGRAM = """
import sys
from sorairo.jobs.database import open_database
from sorairo.jobs.queue import Queue
database = open_database(sys.argv[1])
Queue(database).submit(sys.argv[2], {})
database.dispose()
"""


def test_what_a_short_process_has_written_is_seen(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    queue = Queue(open_database(url, busy_seconds=2))
    for name in ("a", "b"):
        subprocess.run([sys.executable, "-c", PROGRAM, url, name], check=True)
        assert queue.get(name) is not None
    assert queue.submit("c", {}).id == "c"
