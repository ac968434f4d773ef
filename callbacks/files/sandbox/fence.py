"""Drop a process's rights before it decodes an untrusted file. tests/callbacks/test_fence.py tries each limit.

- No new file descriptor: no file can be opened and no socket made. The three it has are two pipes and /dev/null.
- No new process or program (seccomp), and no new thread, except for HEIC, whose decoder needs one.
- Not root, which is exempt from some limits.
- With Landlock (Linux 5.13 and newer): no path, no TCP port, no signals, no access to other processes.
- A fixed amount of memory and processor time.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys

MAX_MEMORY = 1024**3  # bytes of address space
MAX_SECONDS = 40  # of processor time
NOBODY = 65534
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # system calls, numbered alike on every architecture
_CLONE3 = 435
#: By architecture: its audit number, its call `clone`, and its calls that start a process or a program.
_CALLS = {"x86_64": (0xC000003E, 56, (57, 58, 59, 322)), "aarch64": (0xC00000B7, 220, (221, 281))}


def limit() -> None:
    """Limit memory and time, before anything is imported."""
    if sys.platform == "linux":  # other systems count address space differently
        _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_CPU, MAX_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    os.nice(10)  # readers first


def close(*, needs_a_thread: bool = False) -> None:
    """Drop everything else for good, after all imports."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _landlock(libc)
        _seccomp(libc)
    if not needs_a_thread:
        _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def _landlock(libc: ctypes.CDLL) -> None:
    """Forbid everything that this kernel's version of Landlock can handle (linux/landlock.h)."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1  # a bit for each kind of access to files
    ports, others = 3 if version >= 4 else 0, 3 if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = libc.syscall(_CREATE_RULESET, (ctypes.c_uint64 * 3)(files, ports, others), size, 0)
    if ruleset < 0 or libc.syscall(_RESTRICT_SELF, ruleset, 0):
        raise OSError("Landlock is available but could not be used.")
    os.close(ruleset)


def _seccomp(libc: ctypes.CDLL) -> None:
    """Allow `clone` for threads only; hide `clone3`, whose arguments filters cannot see; refuse the others."""
    if platform.machine() not in _CALLS:
        return
    processor, clone, starts = _CALLS[platform.machine()]
    load, equal, at_least, has_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    steps = [
        (load, 0, 0, 4),  # the architecture
        (equal, 1, 0, processor),
        (give, 0, 0, 0),  # another one: kill
        (load, 0, 0, 0),  # the system call
        (at_least, 0, 1, 0x40000000),  # x32
        (give, 0, 0, 0),
        (equal, 0, 1, _CLONE3),
        (give, 0, 0, 0x50000 | errno.ENOSYS),
        *(step for call in starts for step in ((equal, 0, 1, call), (give, 0, 0, 0x50000 | errno.EPERM))),
        (equal, 0, 3, clone),
        (load, 0, 0, 16),  # the flags of `clone`
        (has_bit, 1, 0, 0x10000),  # CLONE_THREAD
        (give, 0, 0, 0x50000 | errno.EPERM),
        (give, 0, 0, 0x7FFF0000),  # allow
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0):
        raise OSError("seccomp could not be used.")


def _limit(what: int, value: int) -> None:
    """Set a limit for good, unless a lower one is set already."""
    _, highest = resource.getrlimit(what)
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    resource.setrlimit(what, (value, value))
