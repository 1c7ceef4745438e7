# SPDX-License-Identifier: GPL-2.0-only
"""What gpupmd does for guests, people and systemd; run by daemon.sh."""

import json
import os
import random
import socket
import stat
import struct
import subprocess
import sys
import time

from daemon_lib import (CHARGING, CRITICAL, DISCHARGING, GPUPM, GPUPMD, ON_AC, PATIENCE, PRESENT,
                        Guest, check, run, same, wait_for)

FULL_REPORT = {"flags": ON_AC | PRESENT | CHARGING, "design": 57000, "full": 50000,
               "remaining": 40000, "rate": 12300, "voltage": 11400, "design_voltage": 11100,
               "cycles": 123}

tests = []


def test(function):
    tests.append(function)
    return function


def unplug(daemon):
    daemon.supply("AC", online=0)
    daemon.supply("BAT0", status="Discharging")
    daemon.reload()


@test
def command_line(daemon):
    """The command line."""
    status, text = daemon.run(GPUPMD, "--version")
    same((status, text.split()[0]), (0, "gpupmd"))
    status, text = daemon.run(GPUPMD, "--help")
    check(status == 0 and text.startswith("Usage: gpupmd"), text)
    for option in ("--config", "--socket", "--control", "--sysfs", "--foreground", "--verbose"):
        check(option in text, f"no {option} in --help")
    for arguments, word in ((["--frob"], "--frob"), (["frob"], "frob"), (["--config"], "--config"),
                            (["-x"], "-x")):
        status, text = daemon.run(GPUPMD, *arguments)
        check(status == 2 and word in text and "usage:" in text, text)


@test
def modes(daemon):
    """The sockets, their directory, and who may use them."""
    daemon.configure("[daemon]\ngroup = daemon\n")
    daemon.start()
    directory, guest, control = (os.stat(path) for path in
                                 (daemon.dir + "/run", daemon.socket, daemon.control))
    same(stat.S_IMODE(directory.st_mode), 0o755)
    same((stat.S_ISSOCK(guest.st_mode), stat.S_IMODE(guest.st_mode)), (True, 0o660))
    same(guest.st_gid, 1)
    same((stat.S_ISSOCK(control.st_mode), stat.S_IMODE(control.st_mode)), (True, 0o666))
    daemon.configure("[daemon]\ngroup = no-such-group\n")
    daemon.reload()
    same(os.stat(daemon.socket).st_gid, 0)
    check("there is no group no-such-group" in daemon.log())
    same(daemon.stop(), 0)
    check(not os.path.exists(daemon.socket) and not os.path.exists(daemon.control))


@test
def connect(daemon):
    """A report as soon as a guest connects, and when it asks."""
    daemon.start()
    guest = daemon.guest()
    same(guest.report(), FULL_REPORT)
    guest.say(b"?")
    same(guest.report(), FULL_REPORT)
    check(not guest.waiting(), "there was one more")


@test
def change(daemon):
    """A change reaches every guest, once, and no change none."""
    daemon.start()
    guests = [daemon.guest() for _ in range(10)]
    for guest in guests:
        guest.report()
    unplug(daemon)
    for guest in guests:
        same(guest.report()["flags"], PRESENT | DISCHARGING)
    daemon.reload()
    daemon.supply("BAT0", energy_now=1500000, status="Discharging")
    daemon.reload()
    for guest in guests:
        report = guest.report()
        same((report["flags"], report["remaining"]), (PRESENT | DISCHARGING | CRITICAL, 1500))
        check(not guest.waiting(), "there was one more")


@test
def told(daemon):
    """What a VM is told otherwise, by its name and by the profile."""
    daemon.configure("[battery]\nguest-power = ac\n[vm win11]\nguest-power = battery\n")
    code = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
            "while True:\n"
            "  d = s.recv(36, socket.MSG_WAITALL)\n"
            "  if len(d) < 36: break\n"
            "  print(d[3], flush=True)\n")
    daemon.start()
    vm = subprocess.Popen([sys.executable, "-c", code, daemon.socket, "-name", "guest=win11,x=y"],
                          stdout=subprocess.PIPE, text=True)
    other = daemon.guest()
    same(int(vm.stdout.readline()), PRESENT | DISCHARGING)
    same(other.report()["flags"], ON_AC | PRESENT | CHARGING)
    unplug(daemon)
    same(other.report()["flags"], ON_AC | PRESENT)
    found = [g for g in daemon.guests() if g["vm"] == "win11"]
    same([(g["pid"], g["backend"]) for g in found], [(vm.pid, "channel")])
    vm.kill()
    vm.wait()
    wait_for("the VM's end", lambda: f"VM win11 (pid {vm.pid}) has ended" in daemon.log())
    same([g["vm"] for g in daemon.guests()], [None])


@test
def ways(daemon):
    """The ways a guest was seen to use, and gpupm guests."""
    daemon.start()
    status, text = daemon.run(GPUPM, "guests")
    check(status == 0 and text.startswith("No guest is connected"), text)
    guest = daemon.guest()
    guest.report()
    same(daemon.guests()[0]["ways"], [])
    guest.say(b"e")
    guest.say(b"?")
    guest.report()
    same(daemon.guests()[0]["ways"], ["event"])
    guest.say(b"hr?")
    guest.report()
    status, text = daemon.run(GPUPM, "guests", "--json")
    same(status, 0)
    shown = json.loads(text)["guests"]
    same(len(shown), 1)
    same((shown[0]["pid"], shown[0]["ways"], shown[0]["reports"]),
         (os.getpid(), ["event", "heartbeat", "read"], 3))
    same(shown[0]["report"], {
        "on_ac": True, "charging": True, "discharging": False, "critical": False,
        "design_mwh": 57000, "full_mwh": 50000, "remaining_mwh": 40000, "rate_mw": 12300,
        "voltage_mv": 11400, "design_voltage_mv": 11100, "cycles": 123})
    check(0 <= shown[0]["age_ms"] < 1000 * PATIENCE)
    status, text = daemon.run(GPUPM, "guests")
    same(status, 0)
    for words in (f"(pid {os.getpid()})", "channel", "AC, 80 % of 50.0 Wh, charging at 12.3 W",
                  "event, heartbeat, read", " ago"):
        check(words in text, text)


@test
def no_daemon(daemon):
    """gpupm guests without a daemon, and with one that makes no sense."""
    status, text = daemon.run(GPUPM, "guests")
    check(status == 1 and "gpupmd does not run" in text, text)
    daemon.start()
    daemon.process.kill()
    daemon.process.wait()
    daemon.process = None
    check(os.path.exists(daemon.control), "the socket is gone")
    status, text = daemon.run(GPUPM, "guests", "--json")
    check(status == 1 and "gpupmd does not run" in text, text)
    os.unlink(daemon.control)
    for answer in (b"", b"{", b"[]\n", b'{"guests":7}\n', b'{"guests":[7]}\n', b'\x00\xff\n',
                   b'{"error":"\\u001b[31mno"}\n', b'{"guests":[{"report":"x","ways":{}}]}\n'):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.bind(daemon.control)
            stranger.listen()
            tool = subprocess.Popen([GPUPM, "guests"], env=daemon.environment(),
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            peer, _ = stranger.accept()
            peer.recv(1000)
            peer.sendall(answer)
            peer.close()
            text = tool.communicate(timeout=PATIENCE)[0]
            check(tool.returncode in (0, 1) and "Sanitizer" not in text and "\x1b" not in text,
                  f"{answer!r}: {tool.returncode} {text}")
        os.unlink(daemon.control)


@test
def rate_limit(daemon):
    """A guest that asks too often is answered now and then."""
    daemon.start()
    guest = daemon.guest()
    guest.report()
    began = time.monotonic()
    answers = 0
    for _ in range(300):
        guest.say(b"?")
        # An answer of the control socket is from after what was said before.
        daemon.ask({"command": "guests"})
        if guest.waiting():
            guest.report()
            answers += 1
    most = 20 + 2 * (time.monotonic() - began) + 1
    check(20 <= answers <= most, f"{answers} answers, which are not 20 to {most}")
    # What is to be told is told all the same.
    unplug(daemon)
    same(guest.report()["flags"], PRESENT | DISCHARGING)


@test
def garbage(daemon):
    """A guest that sends garbage all the time."""
    daemon.start()
    bad, good = daemon.guest(), daemon.guest()
    bad.report()
    good.report()
    bad.socket.setblocking(False)
    rubbish = random.Random(5).randbytes(65536)
    sent, end = 0, time.monotonic() + 2.5
    while time.monotonic() < end:
        try:
            sent += bad.socket.send(rubbish)
        except BlockingIOError:
            time.sleep(0.01)
        good.say(b"e")
    bad.socket.setblocking(True)
    # What the kernel keeps, and what is read at once and then each second.
    check(sent < 1000000, f"{sent} bytes were taken")
    unplug(daemon)
    same(good.report()["flags"], PRESENT | DISCHARGING)
    wait_for("the bad guest's report",
             lambda: bad.report()["flags"] == PRESENT | DISCHARGING)
    same(daemon.log().count("sends what no power table sends"), 1)
    bad.close()
    wait_for("the bad guest to be gone", lambda: len(daemon.guests()) == 1)


@test
def slow(daemon):
    """A guest that does not read finds few old reports and the newest, and delays nobody."""
    daemon.start()
    lazy, good = daemon.guest(), daemon.guest()
    good.report()
    for i in range(60):
        daemon.supply("BAT0", energy_now=40000000 - (i + 1) * 100000)
        daemon.reload()
        same(good.report()["remaining"], 40000 - (i + 1) * 100)
    seen = [lazy.report()["remaining"]]
    while seen[-1] != 34000:
        seen.append(lazy.report()["remaining"])
    check(len(seen) <= 16, f"{len(seen)} reports had piled up")
    check(not lazy.waiting(), "there was one more")


@test
def comes_back(daemon):
    """Killed and started again, it serves the same guests."""
    daemon.start()
    first = daemon.guest()
    first.report()
    daemon.process.kill()
    daemon.process.wait()
    first.hung_up()
    check(os.path.exists(daemon.socket), "the socket is gone")
    daemon.supply("BAT0", energy_now=30000000)
    daemon.start()
    same(daemon.guest().report()["remaining"], 30000)


@test
def second(daemon):
    """A second daemon is refused, and the first does not notice."""
    daemon.start()
    status, text = daemon.run(*daemon.command())
    check(status == 1, text)
    check(f"another gpupmd (pid {daemon.process.pid})" in text, text)
    status, text = daemon.run(*daemon.command("--control", daemon.dir + "/other.sock"))
    check(status == 1 and f"another gpupmd (pid {daemon.process.pid}) serves {daemon.socket}" in
          text, text)
    guest = daemon.guest()
    same(guest.report(), FULL_REPORT)
    same(len(daemon.guests()), 1)


@test
def broken_start(daemon):
    """A broken configuration is refused at the start."""
    daemon.configure("[ac]\ngpu-policy = cold\n[battry]\n")
    status, text = daemon.run(*daemon.command())
    check(status == 2 and "gpupm.conf:2" in text and "gpupm.conf:3" in text, text)
    status, text = daemon.run(*daemon.command("--config", daemon.dir + "/none.conf"))
    check(status == 2 and "none.conf" in text and "No such file" in text, text)
    check(not os.path.exists(daemon.socket))


@test
def broken_reload(daemon):
    """A broken configuration later keeps the old one running."""
    daemon.configure("[ac]\nguest-power = battery\n")
    daemon.start()
    guest = daemon.guest()
    same(guest.report()["flags"], PRESENT | DISCHARGING)
    daemon.configure("[ac]\nguest-power = ac\nfrob = 1\n[x]\n")
    daemon.supply("BAT0", energy_now=20000000)
    daemon.reload()
    log = daemon.log()
    check("gpupm.conf:3" in log and "gpupm.conf:4" in log and "stays as it was" in log, log)
    # Host power was read all the same, and the old configuration says what is told.
    report = guest.report()
    same((report["flags"], report["remaining"]), (PRESENT | DISCHARGING, 20000))
    os.unlink(daemon.config)
    daemon.reload()
    same(daemon.log().count("stays as it was"), 2)
    daemon.configure("")
    daemon.reload()
    same(guest.report()["flags"], ON_AC | PRESENT | CHARGING)


@test
def moved(daemon):
    """Another socket in the configuration: guests stay, new ones find it."""
    other = daemon.dir + "/run/other.sock"
    command = daemon.command()
    at = command.index("--socket")
    daemon.command = lambda: command[:at] + command[at + 2:]
    daemon.configure(f"[daemon]\nsocket = {daemon.socket}\n")
    daemon.start()
    guest = daemon.guest()
    guest.report()
    daemon.configure(f"[daemon]\nsocket = {other}\n")
    daemon.reload()
    check(not os.path.exists(daemon.socket), "the old socket is still there")
    same(Guest(other).report(), FULL_REPORT)
    daemon.configure("[daemon]\nsocket = /proc/no/guest.sock\n")
    daemon.reload()
    same(Guest(other).report(), FULL_REPORT)
    guest.say(b"?")
    same(guest.report(), FULL_REPORT)


@test
def bad_paths(daemon):
    """A socket that cannot be made."""
    os.mkdir(daemon.dir + "/run")
    with open(daemon.dir + "/run/file", "w") as f:
        f.write("precious")
    for path, words in (("/proc/no/guest.sock", "cannot make the directory /proc/no"),
                        (daemon.dir + "/" + "x" * 108, "too long for a socket"),
                        ("guest.sock", "has to begin with /"),
                        (daemon.dir + "/run/file", "is no socket"),
                        (daemon.dir + "/a/b/guest.sock", "cannot make the directory")):
        status, text = daemon.run(*daemon.command("--socket", path))
        check(status == 1 and words in text, f"{path}: {status} {text}")
        check(not os.path.exists(daemon.control), f"{path}: the other socket is left")
    with open(daemon.dir + "/run/file") as f:
        same(f.read(), "precious")


@test
def control_requests(daemon):
    """The control socket: what makes no sense, and who may change something."""
    daemon.start()
    for request in (b"\n", b"{}\n", b"[]\n", b"null\n", b'"guests"\n', b'{"command":7}\n',
                    b'{"command":"frob"}\n', b'{"command":"guests"} x\n', b"\xff\x00\xfe\n",
                    b'{"command":"profile","set":7}\n', b"[" * 900 + b"\n",
                    b'{"command":"profile","set":"' + b"x" * 500 + b'"}\n'):
        answer = json.loads(daemon.ask_text(request))
        check(list(answer) == ["error"] and answer["error"], f"{request!r}: {answer}")
    same(daemon.ask_text(b"x" * 100000), b"")
    same(daemon.ask({"command": "profile"})["active"], "ac")
    check("error" in daemon.ask({"command": "profile", "set": "frob"}))
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            check("only root" in daemon.ask({"command": "profile", "set": "battery"})["error"])
            same(daemon.ask({"command": "profile"})["override"], None)
            same(len(daemon.guests()), 0)
        finally:
            os.seteuid(0)
        same(daemon.ask({"command": "profile", "set": "battery"})["override"], "battery")
    else:
        check("only root" in daemon.ask({"command": "profile", "set": "battery"})["error"])
    # Two questions at once, in pieces.
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE)
        s.connect(daemon.control)
        for piece in (b'{"comm', b'and":"guests"}\n{"command"', b':"profile"}', b"\n"):
            s.sendall(piece)
            time.sleep(0.02)
        lines = b""
        while lines.count(b"\n") < 2:
            lines += s.recv(65536)
        same(["guests" in json.loads(lines.split(b"\n")[0]),
              "active" in json.loads(lines.split(b"\n")[1])], [True, True])


@test
def control_crowd(daemon):
    """The control socket: who is slow is cut off, and a crowd keeps nobody out."""
    daemon.start()
    crowd = []
    for _ in range(60):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(daemon.control)
        s.sendall(b'{"comm')
        crowd.append(s)
    same(daemon.guests(), [])
    for s in crowd:
        try:
            same(s.recv(100), b"")
        except ConnectionResetError:
            pass


@test
def many(daemon):
    """As many guests as there may be, and one more."""
    daemon.start()
    guests = [daemon.guest() for _ in range(64)]
    for guest in guests:
        same(guest.report(), FULL_REPORT)
    same(len(daemon.guests()), 64)
    for _ in range(3):
        daemon.guest().hung_up()
    same(daemon.log().count("more are turned away"), 1)
    guests.pop().close()
    wait_for("room", lambda: len(daemon.guests()) < 64)
    same(daemon.guest().report(), FULL_REPORT)


@test
def coming_and_going(daemon):
    """Guests that come and go all the time."""
    daemon.start()
    good = daemon.guest()
    good.report()
    # A hundred are let in at once, and then ten a second.
    for i in range(115):
        guest = daemon.guest()
        if i % 3 == 0:
            guest.say(b"?")
        guest.close()
    # Who comes after them waits no longer than for them.
    late = daemon.guest()
    late.report()
    late.close()
    wait_for("them to be gone", lambda: len(daemon.guests()) == 1)
    unplug(daemon)
    same(good.report()["flags"], PRESENT | DISCHARGING)


@test
def systemd(daemon):
    """What systemd is told: ready, reloading, stopping, and signs of life."""
    path = daemon.dir + "/notify"
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(path)
    notify.settimeout(PATIENCE)

    def wait_message(word):
        while True:
            text = notify.recv(4096).decode()
            if word in text.splitlines():
                return text

    daemon.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
    wait_message("STATUS=on AC, says " + daemon.dir + "/sys")
    wait_message("READY=1")
    wait_message("WATCHDOG=1")
    wait_message("WATCHDOG=1")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    daemon.reload()
    text = wait_message("RELOADING=1")
    when = int(text.split("MONOTONIC_USEC=")[1])
    check(before <= when <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
    wait_message("READY=1")
    daemon.stop()
    wait_message("STOPPING=1")
    # By hand nobody is told.
    daemon.start("--foreground", NOTIFY_SOCKET=path)
    daemon.reload()
    daemon.stop()
    notify.setblocking(False)
    try:
        while True:
            check("READY=1" not in notify.recv(4096).decode(), "systemd was told")
    except BlockingIOError:
        pass


@test
def journal(daemon):
    """Levels in front of what the journal reads, and only then."""
    daemon.start()
    check(all(line.startswith("gpupmd: ") for line in daemon.log().splitlines()), daemon.log())
    daemon.stop()
    st = os.stat(daemon.log_path)
    daemon.start(JOURNAL_STREAM=f"{st.st_dev}:{st.st_ino}")
    check(all(line[:3] in ("<3>", "<4>", "<6>") for line in daemon.log().splitlines()),
          daemon.log())


@test
def libvirt(daemon):
    """libvirt is spoken to from another process, and leaves nothing in this one."""
    daemon.configure("[ac]\nguest-command = power-plan quiet\n")
    daemon.start()
    guests = [daemon.guest() for _ in range(5)]
    wait_for("its error", lambda: "libvirt cannot reach the guest agent: " in daemon.log())
    for guest in guests:
        guest.report()
    proc = f"/proc/{daemon.process.pid}"
    wait_for("that process to end", lambda: not open(f"{proc}/task/{daemon.process.pid}/children").read())
    check("libvirt" not in open(f"{proc}/maps").read())
    same(len(os.listdir(f"{proc}/task")), 1)
    if not daemon.sanitized():
        check(daemon.status("VmRSS") < 4096, f"{daemon.status('VmRSS')} kB")


@test
def idle(daemon):
    """Nothing happens when nothing happens, in little memory."""
    seconds = float(os.environ.get("GPUPM_IDLE", 2))
    daemon.start()
    guests = [daemon.guest() for _ in range(5)]
    for guest in guests:
        guest.report()

    def repeats():
        return daemon.guests()[0]["reports"]

    # Asking wakes it, and so does the end of that connection.
    before = repeats()
    last = -1
    while daemon.status("voluntary_ctxt_switches") != last:
        last = daemon.status("voluntary_ctxt_switches")
        time.sleep(0.2)
    time.sleep(seconds)
    woken = daemon.status("voluntary_ctxt_switches") - last
    repeated = repeats() - before
    print(f"# woken {woken} times in {seconds:g} s, for {repeated} repeats")
    check(woken <= repeated)
    if not daemon.sanitized():
        rss = daemon.status("VmRSS")
        print(f"# {rss} kB with {len(guests)} guests")
        check(rss < 4096, f"{rss} kB")


sys.exit(run(tests))
