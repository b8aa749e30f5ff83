"""Confines the process that decodes uploads with the means of the Linux kernel.

After `confine`, the process can open no socket, start no program or process, signal no other
process, and open no file but those that are named. seccomp (Linux 3.17) and Landlock (Linux 5.13)
need no privileges. On other systems, and on kernels without them, `confine` does nothing: there
the allow-lists of formats and the limits of `rlimits` are what holds.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

# linux/prctl.h
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
# Numbers of system calls: (x86_64, aarch64); None: it has none.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "bind": (49, 200),
    "listen": (50, 201),
    "socketpair": (53, 199),
    "accept4": (288, 242),
    "io_uring_setup": (425, 425),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "unshare": (272, 97),
    "setns": (308, 268),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_CLONE, _CLONE3 = (56, 220), 435
_CLONE_THREAD = 0x10000
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # linux/audit.h

# linux/bpf_common.h and linux/seccomp.h
_LOAD, _IF_EQUAL, _IF_SET, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000  # numbers of the x32 interface begin here

# linux/landlock.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_RIGHTS_OF_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}


def confine(readable: Iterable[Path]) -> None:
    """Confines this thread and all that it starts, permanently; of the file system only `readable`
    files and folders can be read, and nothing can be written. Call it before other threads run."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return
    with suppress(OSError):
        _restrict_files(libc, readable)
    _filter_system_calls(libc)


def python_folders() -> list[Path]:
    """The folders from which Python and its libraries may still load something."""
    folders = {*sys.path, sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache"}
    folders |= {"/dev/urandom", "/dev/null", "/proc/self"}
    return [Path(each) for each in sorted(folders) if each and Path(each).is_absolute()]


def _restrict_files(libc: Any, readable: Iterable[Path]) -> None:
    """Landlock: all rights to files are denied, but for reading what is `readable`."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    rights = _RIGHTS_OF_VERSION[min(version, 3)]
    attributes = struct.pack("=Q", rights)
    rules = _checked(libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    try:
        for path in readable:
            with suppress(FileNotFoundError):
                _allow_reading(libc, rules, path)
        _checked(libc.syscall(_RESTRICT_SELF, rules, 0))
    finally:
        os.close(rules)


def _allow_reading(libc: Any, rules: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        _checked(libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, handle), 0))
    finally:
        os.close(handle)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result


def _filter_system_calls(libc: Any) -> None:
    """seccomp: the system calls of `_DENIED` fail with EPERM."""
    if platform.machine() not in _MACHINES:
        return
    program = _program(*_MACHINES[platform.machine()])
    array = ctypes.create_string_buffer(b"".join(program))
    filters = struct.pack("HxxxxxxP", len(program), ctypes.addressof(array))
    libc.prctl(_SET_SECCOMP, _FILTER, filters, 0, 0)  # fails where the kernel has no seccomp


def _program(column: int, architecture: int) -> Sequence[bytes]:
    """The filter in BPF, for one machine. Threads may be started, processes may not: the flags of
    clone3 lie in memory that a filter cannot read, and without it the C library uses clone."""
    denied = [numbers[column] for numbers in _DENIED.values() if numbers[column] is not None]
    fails = [_step(_RETURN, _ERROR | errno.EPERM)]
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_IF_AT_LEAST, _X32, 0, 1),
        *fails,
    ]
    for number in denied:
        steps += [_step(_IF_EQUAL, number or 0, 0, 1), *fails]
    steps += [_step(_IF_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _ERROR | errno.ENOSYS)]
    steps += [
        _step(_IF_EQUAL, _CLONE[column], 0, 3),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_IF_SET, _CLONE_THREAD, 1, 0),
        *fails,
        _step(_RETURN, _ALLOW),
    ]
    return steps


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """struct sock_filter."""
    return struct.pack("HBBI", code, if_true, if_false, value)
