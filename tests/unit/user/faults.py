# SPDX-License-Identifier: GPL-2.0-only
"""gpupmd on a machine that fails it; run by faults.sh. Each time: a clear error, nothing
lost, nothing half-changed, and all is well when the fault is gone."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

from daemon_lib import (CHARGING, DISCHARGING, GPUPM, ON_AC, PATIENCE, PRESENT, check, run, same,
                        wait_for)

KILLS = 40
ON_MAINS, ON_BATTERY = ON_AC | PRESENT | CHARGING, PRESENT | DISCHARGING
TABLES = """
[ac]
acpi-table = ac
[battery]
acpi-table = battery
[vm game]
acpi-table = live
"""

tests = []


def test(function):
    tests.append(function)
    return function


def plug(daemon, on_ac):
    daemon.supply("AC", online=int(on_ac))
    daemon.supply("BAT0", status="Charging" if on_ac else "Discharging")


def table(*words):
    """A table from its source."""
    return subprocess.run([GPUPM, "acpi", *words, "-o", "/dev/stdout"], stdout=subprocess.PIPE,
                          check=True, timeout=PATIENCE).stdout


def content(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def files(daemon):
    return sorted(os.listdir(daemon.dir + "/state"))


def limit_files(daemon, number):
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE,
                     (number, resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)[1]))


def cpu_seconds(daemon):
    with open(f"/proc/{daemon.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@test
def kills(daemon):
    """Killed at any moment: tables and the choice by hand are whole, and nothing is lost."""
    seed = int(os.environ.get("GPUPM_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"# GPUPM_SEED={seed}")
    dice = random.Random(seed)
    whole = {table(), table("--static", "ac"), table("--static", "battery")}
    same(len(whole), 3)
    kept = None
    kept_known = True
    for _ in range(KILLS):
        daemon.configure(TABLES if dice.random() < 0.7 else "")
        plug(daemon, dice.random() < 0.5)
        with open(daemon.log_path, "w") as log:
            daemon.process = subprocess.Popen(daemon.command(), stdin=subprocess.DEVNULL,
                                              stderr=log, env=daemon.environment())
        what = dice.choice(("starting", "reloading", "choosing", "telling"))
        if what != "starting":
            wait_for("the daemon to start", daemon.ready)
        if what == "reloading":
            daemon.configure(TABLES if dice.random() < 0.7 else "")
            plug(daemon, dice.random() < 0.5)
            daemon.process.send_signal(signal.SIGHUP)
        elif what == "telling":
            daemon.guest().say(b"?")
        elif what == "choosing":
            for word in dice.choices(("ac", "battery", "auto"), k=3):
                same(daemon.ask({"command": "profile", "set": word})["override"],
                     None if word == "auto" else word)
                kept, kept_known = None if word == "auto" else word, True
            if dice.random() < 0.5:
                word = dice.choice(("ac", "battery", "auto"))
                subprocess.Popen([GPUPM, "profile", word], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=daemon.environment())
                kept_known = False
        time.sleep(dice.uniform(0, 0.03))
        daemon.stop(signal.SIGKILL)
        for name in files(daemon):
            data = content(f"{daemon.dir}/state/{name}")
            check(data in whole or name.endswith(".new"), f"half of {name} after {what}")
        chosen = content(daemon.dir + "/run/profile")
        check(chosen in (None, b"ac\n", b"battery\n"), f"{chosen} was chosen")
        if kept_known:
            same(chosen, kept.encode() + b"\n" if kept else None)
    daemon.configure(TABLES)
    plug(daemon, True)
    daemon.start()
    same(daemon.ask({"command": "profile", "set": "auto"})["active"], "ac")
    same(daemon.guest().report()["flags"], ON_MAINS)
    same(content(daemon.dir + "/state/power.aml"), table("--static", "ac"))
    same(files(daemon), ["power-game.aml", "power.aml"])


@test
def disk_full(daemon):
    """No room for the tables: the old ones stay, and the new ones come when there is room."""
    state = daemon.dir + "/state"
    power = state + "/power.aml"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tables", state], check=True)

    def fill():
        with open(state + "/full", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def empty():
        os.unlink(state + "/full")

    try:
        fill()
        daemon.configure(TABLES)
        daemon.start()
        check(f"could not write {power}: No space left on device" in daemon.log(), daemon.log())
        same(files(daemon), ["full"])
        same(daemon.guest().report()["flags"], ON_MAINS)
        empty()
        wait_for("the table", lambda: content(power) == table("--static", "ac"))
        wait_for("that of the VM", lambda: len(files(daemon)) == 2)
        fill()
        same(daemon.ask({"command": "profile", "set": "battery"})["active"], "battery")
        same(content(power), table("--static", "ac"))
        same(len(files(daemon)), 3)
        empty()
        wait_for("the other table", lambda: content(power) == table("--static", "battery"))
        # Its directory, where nothing can be written at all.
        subprocess.run(["mount", "-o", "remount,ro", state], check=True)
        same(daemon.ask({"command": "profile", "set": "ac"})["active"], "ac")
        check("Read-only file system" in daemon.log(), daemon.log())
        same(content(power), table("--static", "battery"))
        subprocess.run(["mount", "-o", "remount,rw", state], check=True)
        wait_for("the table", lambda: content(power) == table("--static", "ac"))
        same(daemon.stop(), 0)
    finally:
        subprocess.run(["umount", "-l", state], check=True)


@test
def no_room_for_the_choice(daemon):
    """No room for the choice by hand: it is refused, and nothing changes."""
    os.mkdir(daemon.dir + "/run")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "run", daemon.dir + "/run"], check=True)
    try:
        daemon.start()
        same(daemon.ask({"command": "profile", "set": "battery"})["override"], "battery")
        with open(daemon.dir + "/run/full", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        check("log says why" in daemon.ask({"command": "profile", "set": "ac"})["error"])
        check("No space left on device" in daemon.log(), daemon.log())
        same(daemon.ask({"command": "profile"})["active"], "battery")
        same(content(daemon.dir + "/run/profile"), b"battery\n")
        os.unlink(daemon.dir + "/run/full")
        same(daemon.ask({"command": "profile", "set": "ac"})["active"], "ac")
        same(daemon.stop(), 0)
    finally:
        subprocess.run(["umount", "-l", daemon.dir + "/run"], check=True)


@test
def sockets_gone(daemon):
    """A socket is removed: the daemon ends with an error, for systemd to start it anew."""
    def remove_all():
        # The daemon, which ends, takes away what is left at the same time.
        shutil.rmtree(daemon.dir + "/run", ignore_errors=True)

    def remove_one():
        os.unlink(daemon.control)

    def move():
        os.rename(daemon.socket, daemon.dir + "/elsewhere")

    for fault in (remove_all, remove_one, move):
        daemon.start()
        guest = daemon.guest()
        guest.report()
        # This is no fault.
        os.chmod(daemon.socket, 0o666)
        same(len(daemon.guests()), 1)
        fault()
        same(daemon.process.wait(PATIENCE), 1)
        daemon.process = None
        check("somebody has removed " + daemon.dir in daemon.log(), daemon.log())
        guest.hung_up()
    daemon.start()
    same(daemon.guest().report()["flags"], ON_MAINS)


@test
def other_socket(daemon):
    """What somebody put in the place of a socket is not removed."""
    daemon.start()
    with open(daemon.dir + "/mine", "w") as file:
        file.write("mine")
    os.rename(daemon.dir + "/mine", daemon.socket)
    same(daemon.process.wait(PATIENCE), 1)
    daemon.process = None
    same(content(daemon.socket), b"mine")


@test
def no_files(daemon):
    """Not one file descriptor left: who is there is served, others when there are some again."""
    daemon.start()
    guest = daemon.guest()
    same(guest.report()["flags"], ON_MAINS)
    limit = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)[0]
    limit_files(daemon, 3)
    before = cpu_seconds(daemon)
    daemon.guest().hung_up()
    wait_for("an error", lambda: "guests cannot connect to " in daemon.log())
    check("too many open files" in daemon.log(), daemon.log())
    guest.say(b"?")
    same(guest.report()["flags"], ON_MAINS)
    # Nothing of this is read; nothing of it is made up, either.
    daemon.configure("[battery]\nguest-power = battery\n")
    plug(daemon, False)
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the daemon to try", lambda: "stays as it was" in daemon.log())
    wait_for("more errors", lambda: "cannot read the power supplies" in daemon.log())
    guest.say(b"?")
    same(guest.report()["flags"], ON_MAINS)
    status, text = daemon.run(GPUPM, "guests")
    check(status == 1 and text, text)
    wait_for("an error", lambda: "gpupm cannot connect to " in daemon.log())
    used = cpu_seconds(daemon) - before
    check(used < 1, f"it used {used} s of CPU")
    limit_files(daemon, limit)
    same(guest.report()["flags"], ON_BATTERY)
    wait_for("its socket", lambda: os.path.exists(daemon.socket))
    same(daemon.guest().report()["flags"], ON_BATTERY)
    wait_for("the other one", lambda: os.path.exists(daemon.control))
    daemon.reload()
    same(daemon.ask({"command": "profile"})["active"], "battery")


@test
def few_files(daemon):
    """A few file descriptors left: what is done is done whole."""
    daemon.configure(TABLES)
    whole = {table(), table("--static", "ac"), table("--static", "battery")}
    daemon.start()
    guest = daemon.guest()
    guest.report()
    limit = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)[0]
    highest = max(int(fd) for fd in os.listdir(f"/proc/{daemon.process.pid}/fd"))
    for more in range(6):
        plug(daemon, more % 2)
        limit_files(daemon, highest + 1 + more)
        daemon.process.send_signal(signal.SIGHUP)
        wait_for("the daemon to try", lambda: sum(daemon.log().count(word) for word in (
            "stays as it was", "was read anew")) > more)
        for _ in range(3):
            guest.say(b"?")
            report = guest.report()
            check(report["flags"] in (ON_MAINS, ON_BATTERY), f"{report}")
            same(report["full"], 50000)
        for name in files(daemon):
            check(content(f"{daemon.dir}/state/{name}") in whole, f"half of {name}")
        limit_files(daemon, limit)
        wait_for("the sockets", lambda: os.path.exists(daemon.control))
        daemon.reload()
        while guest.waiting():
            guest.report()
        guest.say(b"?")
        same(guest.report()["flags"], ON_MAINS if more % 2 else ON_BATTERY)


sys.exit(run(tests))
