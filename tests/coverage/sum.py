#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""sum.py FILE...: adds up what a module wrote each time it ended (see kernel/coverage.c),
and puts the sums where gcov looks for them."""

import struct
import sys
from pathlib import Path

TAG_ARCS = 0x01A10000


def objects(data):
    """(file name, counters as gcov has them) of each object in what was written once."""
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        size = struct.unpack_from("<I", data, end + 1)[0]
        yield data[at:end].decode(), data[end + 5:end + 5 + size]
        at = end + 5 + size


def add(total, more):
    """Adds the counters of `more`, of the same object, to `total`."""
    at = 16
    if total[:at] != more[:at] or len(total) != len(more):
        raise SystemExit("these are counters of two builds: begin with no old ones")
    while at < len(total):
        tag, size = struct.unpack_from("<II", total, at)
        at += 8
        if tag == TAG_ARCS:
            for i in range(at, at + size, 8):
                struct.pack_into("<Q", total, i,
                                 struct.unpack_from("<Q", total, i)[0] +
                                 struct.unpack_from("<Q", more, i)[0])
        at += size


def main():
    sums = {}
    for name in sys.argv[1:]:
        for file, counters in objects(Path(name).read_bytes()):
            if file in sums:
                add(sums[file], counters)
            else:
                sums[file] = bytearray(counters)
    for file, counters in sums.items():
        Path(file).write_bytes(counters)
    print(f"{len(sys.argv) - 1} times the module ended, {len(sums)} objects")


main()
