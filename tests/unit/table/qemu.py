# SPDX-License-Identifier: GPL-2.0-only
"""The ACPI tables that a QEMU gives its guests, from the memory of a machine without one."""

import json
import socket
import struct
import subprocess
import time
from pathlib import Path

from aml import TOP, Failed, run

MEMORY_MB = 32
DEADLINE = 120


def root_command(root):
    """The QEMU of another release, run by its own loader."""
    libraries = root / "usr/lib/x86_64-linux-gnu"
    return ["env", f"QEMU_MODULE_DIR={libraries}/qemu", f"{root}/usr/lib64/ld-linux-x86-64.so.2",
            "--inhibit-cache", "--library-path", f"{libraries}:{libraries}/pulseaudio",
            f"{root}/usr/bin/qemu-system-x86_64", "-L", f"{root}/usr/share/seabios",
            "-L", f"{root}/usr/share/qemu"]


def every_qemu(directory):
    """Programs, as gpupm qemu-args takes them: the machine's QEMU, and the newest there is."""
    newest = Path(run(str(TOP / "tests/build/chroot"), "qemu-11").strip().splitlines()[-1])
    script = directory / "newest-qemu"
    script.write_text('#!/bin/sh\nexec ' + " ".join(root_command(newest)) + ' "$@"\n')
    script.chmod(0o755)
    return ["qemu-system-x86_64", str(script)]


def table_at(memory, at):
    size = struct.unpack_from("<I", memory, at + 4)[0]
    table = memory[at:at + size]
    if sum(table) & 0xFF:
        raise Failed(f"a table at {at:#x} whose checksum is wrong")
    return table


def tables_in(memory):
    """The tables that an OS finds, by their signatures; {} before the firmware has put them there."""
    for at in range(0xE0000, 0x100000, 16):
        if memory[at:at + 8] == b"RSD PTR " and not sum(memory[at:at + 20]) & 0xFF:
            root = struct.unpack_from("<I", memory, at + 16)[0]
            break
    else:
        return {}
    found = {}
    rsdt = table_at(memory, root)
    for (at,) in struct.iter_unpack("<I", rsdt[36:]):
        table = table_at(memory, at)
        found.setdefault(table[:4].decode(), []).append(table)
    found["DSDT"] = [table_at(memory, struct.unpack_from("<I", found["FACP"][0], 40)[0])]
    return found


class Monitor:
    """QMP."""

    def __init__(self, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(DEADLINE)
        connection.connect(path)
        self.stream = connection.makefile("rw")
        self.stream.readline()
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.stream.flush()
        for line in self.stream:
            answer = json.loads(line)
            if "error" in answer:
                raise Failed(f"{command}: {answer}")
            if "return" in answer:
                return
        raise Failed(f"QEMU ended at {command}")


def guest_tables(directory, program, machine, arguments):
    """What an OS would find in the memory of such a machine."""
    monitor, memory = directory / "monitor", directory / "memory"
    command = [program, "-machine", machine, "-accel", "tcg", "-m", str(MEMORY_MB), "-nodefaults",
               "-display", "none", "-qmp", f"unix:{monitor},server=on,wait=off", *arguments]
    monitor.unlink(missing_ok=True)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    end = time.monotonic() + DEADLINE
    try:
        talk = None
        while not talk:
            if process.poll() is not None or time.monotonic() > end:
                raise Failed(f"does not run: {' '.join(command)}")
            try:
                talk = Monitor(str(monitor))
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.05)
        while True:
            talk.do("pmemsave", val=0, size=MEMORY_MB << 20, filename=str(memory))
            tables = tables_in(memory.read_bytes())
            if tables:
                return tables
            if time.monotonic() > end:
                raise Failed(f"the firmware leaves no tables: {' '.join(command)}")
            time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
