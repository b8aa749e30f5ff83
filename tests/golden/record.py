"""Records frames and losses of the current program, and compares them with an earlier record.

Every command that makes clips, every kind of job of the server, questions of the exam, and twenty
steps of every training recipe, at fixed seeds, in float32 on one thread. Run as

    python tests/golden/record.py --check        # against frames.json and losses.json, exactly
    python tests/golden/record.py --check --near # with a tolerance, on another machine
    python tests/golden/record.py --write        # writes them
    python tests/golden/record.py --list

Pixels and losses are exactly those of the record only on a machine like the one that wrote it:
elsewhere, write a new record at a commit that is known to be right before an exact comparison.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import running

HERE = Path(__file__).parent
FILES = {"frames": HERE / "frames.json", "losses": HERE / "losses.json"}
LEVELS, RELATIVE = 1.5, 1e-3

HELP = """The whole takes about five minutes on one core. PATTERNs are those of the shell, such as
'command/edit*', 'http/*', 'exam/*' and 'recipe/canvas'; what a case needs is made as well."""


def main() -> int:
    """Compares or writes; 1 where something differs."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="golden-"))
    running.fix(folder)
    import commands
    import exams
    import recipes

    import jobs

    parts = (commands, jobs, exams, recipes)
    known = [name for part in parts for name in part.names()]
    wanted = {name for name in known if any(fnmatch.fnmatch(name, p) for p in options.only)}
    if options.list or not wanted:
        print("\n".join(known))
        return 0 if options.list else 2
    before = {name: json.loads(f.read_text()) if f.exists() else {} for name, f in FILES.items()}
    after: dict[str, dict[str, Any]] = {name: {} for name in FILES}
    differing = 0
    try:
        for name, found, seconds in _timed(each for p in parts for each in p.cases(folder, wanted)):
            file = "losses" if name.startswith("recipe/") else "frames"
            after[file][name] = found = json.loads(json.dumps(found))
            lines = [] if options.write else _compared(before[file].get(name), found, options.near)
            differing += bool(lines)
            print(f"{seconds:6.1f} s  {'DIFFERS' if lines else 'ok'}  {name}", flush=True)
            print("".join(f"           {line}\n" for line in lines[:5]), end="", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.write:
        _write(before, after, known)
    print(f"{len(after['frames']) + len(after['losses'])} cases, {differing} differ")
    return 1 if differing else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=HELP)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="compare with the record")
    what.add_argument("--write", action="store_true", help="write the record")
    what.add_argument("--list", action="store_true", help="name all cases")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="only these cases")
    parser.add_argument(
        "--near",
        action="store_true",
        help=f"fingerprints may differ by {LEVELS:g} grey levels, losses by {RELATIVE:g} of them",
    )
    options = parser.parse_args()
    options.only = options.only or ["*"]
    return options


def _timed(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any, float]]:
    since = time.perf_counter()
    for name, value in found:
        now = time.perf_counter()
        yield name, value, now - since
        since = time.perf_counter()


def _compared(expected: Any, found: Any, near: bool) -> list[str]:
    from digests import differences

    if expected is None:
        return ["there is no record of it"]
    return differences(expected, found, exact=not near, levels=LEVELS, relative=RELATIVE)


def _write(before: dict[str, Any], after: dict[str, Any], known: list[str]) -> None:
    """Cases that were not run keep their records; records of removed cases are deleted."""
    for name, path in FILES.items():
        merged = before[name] | after[name]
        merged = {case: merged[case] for case in known if case in merged}
        path.write_text(json.dumps(merged, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
