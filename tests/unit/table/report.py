# SPDX-License-Identifier: GPL-2.0-only
"""Reports as the daemon sends them; report.h says what is in them."""

import struct

ON_AC, PRESENT, CHARGING, DISCHARGING, CRITICAL = 1, 2, 4, 8, 16
UNKNOWN = 0xFFFFFFFF


def report(flags, design=50000, full=48000, remaining=47000, rate=12000, voltage=15000,
           design_voltage=15200, cycles=100, version=1):
    body = struct.pack("<4B7I", 0xA7, 0x50, version, flags, design, full, remaining, rate, voltage,
                       design_voltage, cycles)
    first = second = 0
    for number in struct.unpack("<8I", body):
        first += number
        second += first
    return body + struct.pack("<HH", folded(first), folded(second))


def folded(total):
    return ((total >> 16 & 0xFFFF) + total) & 0xFFFF


def without_battery(flags):
    return report(flags, *[UNKNOWN] * 7)
