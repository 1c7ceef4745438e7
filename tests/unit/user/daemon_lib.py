# SPDX-License-Identifier: GPL-2.0-only
"""A gpupmd to test, guests that speak the channel's protocol, and TAP."""

import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

GPUPM = os.environ["GPUPM"]
GPUPMD = os.environ["GPUPMD"]
# Nothing here takes as long on an idle machine; on a busy one it may.
PATIENCE = 30

REPORT_SIZE = 36
ON_AC, PRESENT, CHARGING, DISCHARGING, CRITICAL = 1, 2, 4, 8, 16


class Failed(Exception):
    pass


def check(condition, text="it is not so"):
    if not condition:
        raise Failed(text)


def same(got, want):
    check(got == want, f"got {got!r}, not {want!r}")


def wait_for(what, condition):
    """Wait until the condition is true, and return what it returned."""
    end = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        check(time.monotonic() < end, f"waited in vain for {what}")
        time.sleep(0.01)


def decode(data):
    """A report from its bytes, as the power table reads it."""
    same(len(data), REPORT_SIZE)
    same(data[:3], b"\xa7\x50\x01")
    sums = [0, 0]
    for number in struct.unpack("<8I", data[:32]):
        sums[0] += number
        sums[1] += sums[0]
    same(struct.unpack("<HH", data[32:]),
         tuple(((total >> 16 & 0xFFFF) + total) & 0xFFFF for total in sums))
    names = ("flags", "design", "full", "remaining", "rate", "voltage", "design_voltage", "cycles")
    return dict(zip(names, struct.unpack("<B7I", data[3:32])))


class Guest:
    """A guest, in this process or (with a name) in a process that looks like a VM."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(path)
        self.data = b""

    def say(self, data):
        self.socket.sendall(data)

    def report(self):
        """The next report."""
        while len(self.data) < REPORT_SIZE:
            more = self.socket.recv(REPORT_SIZE - len(self.data))
            check(more, "the daemon hung up")
            self.data += more
        data, self.data = self.data, b""
        return decode(data)

    def waiting(self):
        """Is there something to read?"""
        return bool(select.select([self.socket], [], [], 0)[0])

    def hung_up(self):
        """Wait for the daemon to hang up."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass

    def close(self):
        self.socket.close()


class Daemon:
    """A gpupmd with a /sys of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="gpupm-daemon-")
        os.chmod(self.dir, 0o755)
        self.socket = self.dir + "/run/guest.sock"
        self.control = self.dir + "/run/control.sock"
        self.config = self.dir + "/gpupm.conf"
        self.log_path = self.dir + "/log"
        self.process = None
        os.mkdir(self.dir + "/state")
        self.supply("AC", type="Mains", online=1)
        self.supply("BAT0", type="Battery", present=1, status="Charging", capacity=80,
                    energy_now=40000000, energy_full=50000000, energy_full_design=57000000,
                    power_now=12300000, voltage_now=11400000, voltage_min_design=11100000,
                    cycle_count=123)
        self.configure("")

    def supply(self, name, **files):
        path = f"{self.dir}/sys/class/power_supply/{name}"
        os.makedirs(path, exist_ok=True)
        for file, content in files.items():
            with open(f"{path}/{file}", "w") as f:
                f.write(f"{content}\n")

    def configure(self, text):
        with open(self.config, "w") as f:
            f.write(text)

    def environment(self, **more):
        clean = {k: v for k, v in os.environ.items()
                 if k not in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM")}
        return {**clean, "RUNTIME_DIRECTORY": self.dir + "/run",
                "STATE_DIRECTORY": self.dir + "/state", "GPUPM_CONTROL": self.control, **more}

    def command(self, *more):
        return [GPUPMD, "--config", self.config, "--sysfs", self.dir + "/sys",
                "--socket", self.socket, "--control", self.control, *more]

    def start(self, *more, **environment):
        log = open(self.log_path, "w")
        self.process = subprocess.Popen(self.command(*more), stdin=subprocess.DEVNULL, stderr=log,
                                        env=self.environment(**environment))
        log.close()
        wait_for("the daemon to start", lambda: self.ready() or self.process.poll() is not None)
        same(self.process.poll(), None)

    def ready(self):
        return re.search(r"profile \S+( \(override\))?: the daemon has started", self.log())

    def stop(self, number=signal.SIGTERM):
        if not self.process:
            return None
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self.process = None
        return status

    def run(self, *arguments, **environment):
        """Run the daemon where it will not stay. Return: exit status and what it said."""
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL, env=self.environment(**environment))
        return done.returncode, done.stdout + done.stderr

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def reload(self):
        """SIGHUP, and wait until it has been dealt with."""
        def count():
            log = self.log()
            return log.count("was read anew") + log.count("stays as it was")
        before = count()
        self.process.send_signal(signal.SIGHUP)
        wait_for("the daemon to reload", lambda: count() > before)
        # The log comes first; an answer is from after all of it.
        self.ask({"command": "guests"})

    def guest(self):
        return Guest(self.socket)

    def ask_text(self, data):
        """Send bytes to the control socket. Return: the first line of the answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE)
            s.connect(self.control)
            try:
                s.sendall(data)
            except BrokenPipeError:
                pass
            answer = b""
            while not answer.endswith(b"\n"):
                try:
                    more = s.recv(65536)
                except ConnectionResetError:
                    break
                if not more:
                    break
                answer += more
            return answer

    def ask(self, request):
        return json.loads(self.ask_text(json.dumps(request).encode() + b"\n"))

    def guests(self):
        return self.ask({"command": "guests"})["guests"]

    def status(self, key):
        """A number of /proc/PID/status."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith(key + ":"))

    def sanitized(self):
        """Was it built with a sanitizer? Its memory says nothing then."""
        with open(f"/proc/{self.process.pid}/maps") as f:
            return "libasan" in f.read()


def run(tests):
    """Run the tests, each with a daemon of its own that has not been started."""
    failed = 0
    for n, test in enumerate(tests, 1):
        daemon = Daemon()
        name = test.__doc__.splitlines()[0].rstrip(".")
        try:
            test(daemon)
            if daemon.process:
                same(daemon.stop(), 0)
            unlike = [line for line in daemon.log().splitlines() if "runtime error" in line
                      or "Sanitizer" in line] if os.path.exists(daemon.log_path) else []
            same(unlike, [])
            print(f"ok {n} - {name}")
        except Exception as error:
            failed += 1
            print(f"not ok {n} - {name}")
            text = str(error) if isinstance(error, Failed) else traceback.format_exc()
            where = [f.lineno for f in traceback.extract_tb(error.__traceback__)
                     if not f.filename.endswith("daemon_lib.py")]
            print("".join(f"# {line}\n" for line in f"{text}\nat line {where}".splitlines()), end="")
            if os.path.exists(daemon.log_path):
                print("".join(f"#   log: {line}\n" for line in daemon.log().splitlines()[-40:]), end="")
            if daemon.process:
                daemon.process.kill()
                daemon.process.wait()
        subprocess.run(["rm", "-rf", daemon.dir], check=True)
        sys.stdout.flush()
    print(f"1..{len(tests)}")
    return 1 if failed else 0
