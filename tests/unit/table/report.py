# SPDX-License-Identifier: GPL-2.0-only
"""Reports as the daemon sends them; report.h says what is in them."""

import struct

ON_AC, PRESENT, CHARGING, DISCHARGING, CRITICAL = 1, 2, 4, 8, 16
UNKNOWN = 0xFFFFFFFF


def report(flags, design=50000, full=48000, remaining=47000, rate=12000, voltage=15000,
           design_voltage=15200, cycles=100, version=1):
    body = struct.pack("<BB7I", version, flags, design, full, remaining, rate, voltage,
                       design_voltage, cycles)
    first = second = 0
    for byte in body:
        first = (first + byte) & 0xFFFF
        second = (second + first) & 0xFFFF
    return b"\xa7\x50" + body + struct.pack("<HH", first, second)


def without_battery(flags):
    return report(flags, *[UNKNOWN] * 7)
