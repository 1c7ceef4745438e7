#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""hostile-host SECONDS SEED SOCKET: in the daemon's place, sends every guest that
connects what no daemon would: noise, reports cut short, reports with wrong sums,
bytes without end, reports with right sums and absurd numbers. Then says how much."""

import os
import random
import select
import socket
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "table"))
from report import CHARGING, DISCHARGING, ON_AC, PRESENT, UNKNOWN, report  # noqa: E402

BEGIN = b"\xa7\x50"
# A guest that has had enough reads a thousand bytes in five seconds: what has no end
# lasts for half a minute.
ENDLESS = 6000


def good(rng):
    flags = rng.choice([ON_AC, PRESENT | DISCHARGING, ON_AC | PRESENT | CHARGING])
    return report(flags, remaining=rng.randrange(48000))


def absurd(rng):
    """Both sums are right; nothing else is."""
    numbers = [rng.choice([0, 1, 0x7FFFFFFF, 0x80000000, UNKNOWN - 1, UNKNOWN, rng.randrange(1 << 32)])
               for _ in range(7)]
    return report(rng.randrange(256), *numbers)


def noise(rng):
    return rng.randbytes(rng.randrange(1, 600))


def cut(rng):
    return b"".join(good(rng)[:rng.randrange(1, 36)] for _ in range(rng.randrange(1, 20)))


def wrong(rng):
    """A header that is right, and a bit that is not."""
    out = b""
    for _ in range(rng.randrange(1, 15)):
        frame = bytearray(good(rng))
        frame[rng.randrange(3, 36)] ^= 1 << rng.randrange(8)
        out += frame
    return out


def foreign(rng):
    return b"".join(report(0, version=rng.randrange(2, 256)) for _ in range(rng.randrange(1, 10)))


def begins(rng):
    return rng.choice([BEGIN, BEGIN[:1], BEGIN[1:], BEGIN + b"\x01"]) * rng.randrange(1, 300)


def endless(rng):
    return rng.choice([b"\0", b"\xff", b"\xa7", BEGIN, good(rng)[:35], rng.randbytes(7)]) * ENDLESS


def storm(rng):
    """Reports that are right, as fast as the line takes them, each another."""
    return b"".join(good(rng) for _ in range(rng.randrange(1, 50)))


def absurdities(rng):
    return b"".join(absurd(rng) for _ in range(rng.randrange(1, 20)))


KINDS = [noise, cut, wrong, foreign, begins, endless, storm, absurdities]


class Guest:
    def __init__(self, sock, rng):
        self.sock, self.rng, self.left = sock, rng, b""
        self.pause_until = 0

    def next(self, counts):
        kind = self.rng.choice(KINDS)
        counts[kind.__name__] = counts.get(kind.__name__, 0) + 1
        self.left = kind(self.rng)[:ENDLESS]
        # Now and then it hears nothing for a moment, or the line breaks in between.
        dice = self.rng.random()
        if dice < 0.1:
            self.pause_until = time.monotonic() + self.rng.random() * 2
        elif dice < 0.13:
            self.left = self.left[:self.rng.randrange(len(self.left) + 1)]
            return False
        return True


def serve(seconds, seed, path):
    rng = random.Random(seed)
    counts, sent, heard, connections = {}, 0, 0, 0
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("listening", flush=True)
    end = time.monotonic() + seconds
    guest, last = None, False
    while time.monotonic() < end:
        if not guest:
            if not select.select([listener], [], [], 1)[0]:
                continue
            guest = Guest(listener.accept()[0], rng)
            guest.sock.setblocking(False)
            connections += 1
            last = False
        if not guest.left and time.monotonic() >= guest.pause_until:
            if last:
                guest.sock.close()
                guest = None
                continue
            last = not guest.next(counts)
        wants = [guest.sock] if guest.left and time.monotonic() >= guest.pause_until else []
        readable, writable, _ = select.select([guest.sock], wants, [], 0.1)
        try:
            if readable:
                got = guest.sock.recv(4096)
                heard += len(got)
                if not got:
                    raise ConnectionResetError
            if writable:
                n = guest.sock.send(guest.left[:512])
                sent += n
                guest.left = guest.left[n:]
        except OSError:
            guest.sock.close()
            guest = None
    os.unlink(path)
    print(f"{sent} bytes in {connections} connections, {heard} bytes heard:",
          ", ".join(f"{name} {counts[name]}" for name in sorted(counts)))


if __name__ == "__main__":
    serve(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
