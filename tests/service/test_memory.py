"""What threads of a serving process take from the C library."""

import ctypes
import subprocess
import sys

import pytest

from service.http.memory import MOST_ARENAS

THREADS = 12
ALLOCATING = f"""
import ctypes, threading
kept, everybody = [], threading.Barrier({THREADS})
def allocate():
    everybody.wait()
    kept.append(bytes(100_000))
    everybody.wait()
threads = [threading.Thread(target=allocate) for _ in range({THREADS})]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""
BOUND = "from service.http.memory import bound_arenas; bound_arenas()"


def heaps_of(program: str) -> int:
    """Run a program that reports the heaps of its C library, and count them."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library has no bound")
def test_threads_share_a_bounded_number_of_heaps() -> None:
    assert heaps_of(ALLOCATING) > MOST_ARENAS
    assert heaps_of(f"{BOUND}\n{ALLOCATING}") <= MOST_ARENAS
