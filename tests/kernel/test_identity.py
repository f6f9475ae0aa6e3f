"""Random bytes that were drawn ahead are given once: to one caller, in one thread, in one process."""

import subprocess
import sys
import threading

from mingbai.kernel.identity import DRAWN, drawn, uuid7

SIZE = 12
MANY = 3 * DRAWN // SIZE


def pieces() -> list[bytes]:
    """Draw more than is drawn ahead."""
    return [drawn(SIZE) for _each in range(MANY)]


def test_what_was_drawn_is_never_given_twice() -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.extend(pieces())) for _each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found += pieces()
    assert all(len(one) == SIZE for one in found)
    assert len(set(found)) == 5 * MANY


FORKING = """
import os
from mingbai.kernel.identity import drawn
drawn(12)
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, b"".join(drawn(12) for _each in range(20)))
    os._exit(0)
os.wait()
print(os.read(read, 240).hex(), b"".join(drawn(12) for _each in range(20)).hex())
"""


def test_a_process_and_the_one_it_forks_share_no_byte() -> None:
    told = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, check=True)
    theirs, ours = (bytes.fromhex(one) for one in told.stdout.decode().split())
    pieces_of = [[one[at : at + SIZE] for at in range(0, 240, SIZE)] for one in (theirs, ours)]
    assert set(pieces_of[0]).isdisjoint(pieces_of[1])


def test_ids_rise_in_the_order_in_which_they_were_made() -> None:
    made = [uuid7() for _each in range(5000)]
    assert made == sorted(made) and len(set(made)) == len(made)
