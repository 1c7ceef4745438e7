# SPDX-License-Identifier: GPL-2.0-only
"""Ports of the host that reach guests; run by forward.sh."""

import ctypes
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time

from daemon_lib import GPUPM, GPUPMD, PATIENCE, check, run, same, wait_for

HOST, GUEST, OTHER = "192.168.122.1", "192.168.122.50", "192.168.122.51"
HOST6, GUEST6 = "fd00::1", "fd00::50"
FORWARD = os.path.join(os.path.dirname(GPUPMD), "gpupmd-forward")
CLIENTS_MAX = 256

VM = """
import socket, sys, time
while True:
    s = socket.socket(socket.AF_UNIX)
    try:
        s.connect(sys.argv[1])
        while s.recv(100):
            pass
    except OSError:
        pass
    time.sleep(0.05)
"""

tests = []


def test(function):
    tests.append(function)
    return function


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Namespace:
    """The network of the guest, behind a veth."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
        own = os.stat("/proc/self/ns/net").st_ino
        wait_for("the guest's network", lambda: os.stat(self.path()).st_ino != own)
        self.own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.fd = os.open(self.path(), os.O_RDONLY)
        self.libc = ctypes.CDLL(None, use_errno=True)
        ip("link", "set", "lo", "up")
        ip("link", "add", "vnet0", "type", "veth", "peer", "name", "eth0", "netns",
           str(self.holder.pid))
        for address in (HOST + "/24", HOST6 + "/64"):
            ip("address", "add", address, "dev", "vnet0", *(["nodad"] if ":" in address else []))
        ip("link", "set", "vnet0", "up")
        self.ip("link", "set", "lo", "up")
        for address in (GUEST + "/24", OTHER + "/24", GUEST6 + "/64"):
            self.ip("address", "add", address, "dev", "eth0",
                    *(["nodad"] if ":" in address else []))
        self.ip("link", "set", "eth0", "up")
        # Whatever is nowhere else is beyond the guest.
        ip("route", "add", "default", "via", GUEST)
        self.ip("address", "add", "203.0.113.5/32", "dev", "lo")

    def path(self):
        return f"/proc/{self.holder.pid}/ns/net"

    def ip(self, *words):
        subprocess.run(["nsenter", f"--net={self.path()}", "ip", *words], check=True)

    def inside(self, function):
        """Call a function there; its sockets stay there."""
        check(not self.libc.setns(self.fd, 0), "setns")
        try:
            return function()
        finally:
            check(not self.libc.setns(self.own, 0), "setns")

    def listen(self, port, address=""):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        server = self.inside(lambda: socket.create_server((address, port), family=family,
                                                          backlog=1000))
        server.settimeout(PATIENCE)
        return server

    def dial(self, address, port):
        """From outside: the guest's network is as good as any."""
        return self.inside(lambda: socket.create_connection((address, port), PATIENCE))


class Agent:
    """A guest agent that tells of what addresses it is told to."""

    def __init__(self, daemon):
        self.path = daemon.dir + "/agent"
        self.addresses = []
        self.asked = 0
        self.server = socket.socket(socket.AF_UNIX)
        self.server.settimeout(None)
        self.server.bind(self.path)
        self.server.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.server.accept()
            peer.settimeout(None)
            for line in peer.makefile("rb"):
                command = json.loads(line.lstrip(b"\xff"))
                if command["execute"] == "guest-sync-delimited":
                    answer = command["arguments"]["id"]
                    peer.sendall(b"\xff")
                else:
                    same(command["execute"], "guest-network-get-interfaces")
                    self.asked += 1
                    answer = [{"name": "eth0", "ip-addresses": [
                        {"ip-address": text, "prefix": 24} for text in self.addresses]}]
                peer.sendall(json.dumps({"return": answer}).encode() + b"\n")
            peer.close()


def start_vm(daemon, name):
    return subprocess.Popen([sys.executable, "-c", VM, daemon.socket, "-name", f"guest={name}"])


def stop_vm(vm):
    vm.kill()
    vm.wait()


def forwards(daemon):
    return {(f["vm"], f["forward"]): f for f in daemon.ask({"command": "profile"})["forwards"]}


def listens(daemon, vm, text):
    wait_for(f"{vm} {text} to listen",
             lambda: forwards(daemon).get((vm, text), {}).get("listens"))


def error(daemon, vm, text):
    return wait_for("an error", lambda: forwards(daemon).get((vm, text), {}).get("error"))


def refused(port, address="127.0.0.1"):
    try:
        socket.create_connection((address, port), PATIENCE).close()
        return False
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        # It was closed that very moment.
        return False


def cut(connection):
    """Wait until it is; whether as if that were meant."""
    try:
        while connection.recv(65536):
            pass
        return False
    except ConnectionResetError:
        return True


def sent_away(port):
    """Connect, and wait to be reset."""
    try:
        return cut(dial(port))
    except ConnectionResetError:
        return True


def connects(port, server):
    """Connect. Is it to the server that one comes then?"""
    try:
        client = dial(port)
    except ConnectionResetError:
        return False
    return server in select.select([client, server], [], [], PATIENCE)[0]


def relays(daemon):
    """Processes of the daemon's relays."""
    found = subprocess.run(["ps", "--ppid", str(daemon.process.pid), "-o", "pid=,args="],
                           capture_output=True, text=True, check=False).stdout
    return [int(line.split()[0]) for line in found.splitlines() if "gpupmd-forward" in line]


def talks(client, server):
    """Something goes each way over a connection that has just been made."""
    guest, _ = server.accept()
    client.sendall(b"to the guest")
    same(guest.recv(100), b"to the guest")
    guest.sendall(b"and back")
    same(client.recv(100), b"and back")
    return guest


def dial(port, address="127.0.0.1"):
    return socket.create_connection((address, port), PATIENCE)


def serving(daemon, addresses, text):
    """A VM of which the agent tells these addresses, and its forward."""
    agent = Agent(daemon)
    agent.addresses = addresses
    daemon.configure(f"[vm win11]\nagent = {agent.path}\nforward = {text}\n")
    daemon.start()
    vm = start_vm(daemon, "win11")
    for one in text.split(","):
        listens(daemon, "win11", one.strip())
    return vm, agent


@test
def everywhere(daemon):
    """From localhost and from outside, over IPv4 and IPv6, to where the guest is."""
    vm, agent = serving(daemon, ["127.0.0.1", GUEST], "13389:3389, 127.0.0.1:2222:22, 2223:[fd00::50]:23")
    with net.listen(3389) as rdp, net.listen(22) as ssh, net.listen(23, GUEST6) as six:
        for way, server in ((lambda: dial(13389), rdp), (lambda: dial(13389, "::1"), rdp),
                            (lambda: net.dial(HOST, 13389), rdp),
                            (lambda: net.dial(HOST6, 13389), rdp),
                            (lambda: dial(2222), ssh), (lambda: dial(2223), six)):
            client = way()
            talks(client, server).close()
            check(not cut(client), "the end was not as the guest has meant it")
        check(net.inside(lambda: refused(2222, HOST)), "what is for localhost is for all")
    same(agent.asked, 1)
    same(forwards(daemon)["win11", "13389:3389"],
         {"vm": "win11", "pid": vm.pid, "forward": "13389:3389", "listens": True,
          "address": GUEST, "error": None})
    status, text = daemon.run(GPUPM, "profile")
    check(status == 0 and re.search(rf"win11 +13389:3389 +{GUEST} +listens", text), text)
    stop_vm(vm)


@test
def rights(daemon):
    """A relay is nobody, and can be nobody else."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    status = open(f"/proc/{relays(daemon)[0]}/status", encoding="ascii").read()
    for line in ("Uid:\t65534\t65534\t65534\t65534", "Gid:\t65534\t65534\t65534\t65534",
                 "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1"):
        check(line in status, status)
    stop_vm(vm)
    status, text = daemon.run(FORWARD)
    check(status == 2 and text.startswith("usage:"), text)
    status, text = daemon.run(FORWARD, "--help")
    check(status == 2 and text.startswith("usage:"), text)


@test
def halves(daemon):
    """Each side may end what it has to say, and go on listening; nothing is lost."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    megabytes = os.urandom(1 << 20) * 20
    with net.listen(3389) as server:
        client = dial(13389)
        guest, _ = server.accept()
        for sender, receiver in ((client, guest), (guest, client)):
            def send():
                sender.sendall(megabytes)
                sender.shutdown(socket.SHUT_WR)
            thread = threading.Thread(target=send)
            thread.start()
            got = bytearray()
            while True:
                more = receiver.recv(1 << 20)
                if not more:
                    break
                got += more
            thread.join()
            check(bytes(got) == megabytes, f"{len(got)} bytes came, or others")
        client.close()
        guest.close()
        # One that breaks off is not one that ends.
        client = dial(13389)
        guest = talks(client, server)
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        guest.close()
        check(cut(client), "it looks as if the guest had meant to end")
    stop_vm(vm)


@test
def slow(daemon):
    """Who does not read makes the other wait, and the relay keep next to nothing."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    with net.listen(3389) as server:
        client = dial(13389)
        guest, _ = server.accept()
        client.settimeout(1)
        sent = 0
        try:
            while sent < 1 << 28:
                sent += client.send(b"x" * (1 << 20))
        except socket.timeout:
            pass
        check(sent < 1 << 28, "nobody made it wait")
        if not daemon.sanitized():
            rss = int(re.search(r"VmRSS:\s*(\d+)", open(f"/proc/{relays(daemon)[0]}/status",
                                                        encoding="ascii").read())[1])
            check(rss < 16384, f"the relay has {rss} kB")
        # Others go on meanwhile.
        talks(dial(13389), server)
        client.shutdown(socket.SHUT_WR)
        got = 0
        while True:
            more = guest.recv(1 << 20)
            if not more:
                break
            got += len(more)
        same(got, sent)
    stop_vm(vm)


@test
def ends(daemon):
    """Gone with the VM, however it ends; others go on."""
    daemon.configure(f"[vm one]\nforward = 13389:{GUEST}:3389\n"
                     f"[vm two]\nforward = 13390:{GUEST}:3389\n")
    daemon.start()
    one, two = start_vm(daemon, "one"), start_vm(daemon, "two")
    listens(daemon, "one", f"13389:{GUEST}:3389")
    listens(daemon, "two", f"13390:{GUEST}:3389")
    with net.listen(3389) as server:
        first = dial(13389)
        guests = [talks(first, server)]
        second = dial(13390)
        guests.append(talks(second, server))
        stop_vm(one)
        cut(first)
        cut(guests[0])
        wait_for("its port to be closed", lambda: refused(13389))
        second.sendall(b"still there")
        same(guests[1].recv(100), b"still there")
        same(list(forwards(daemon)), [("two", f"13390:{GUEST}:3389")])
        # Started anew, at once.
        one = start_vm(daemon, "one")
        listens(daemon, "one", f"13389:{GUEST}:3389")
        talks(dial(13389), server)
    stop_vm(one)
    stop_vm(two)
    wait_for("the relays to end", lambda: not relays(daemon))


@test
def daemon_ends(daemon):
    """Gone with the daemon, however it ends, and there again with the next one."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    for number in (signal.SIGKILL, signal.SIGTERM):
        children = relays(daemon)
        same(len(children), 1)
        same(daemon.stop(number), 0 if number == signal.SIGTERM else -number)
        wait_for("the port to be closed", lambda: refused(13389))
        wait_for("the relay to end", lambda: not os.path.exists(f"/proc/{children[0]}"))
        daemon.start()
        listens(daemon, "win11", "13389:3389")
        with net.listen(3389) as server:
            talks(dial(13389), server)
    stop_vm(vm)


@test
def relay_ends(daemon):
    """A relay that was killed is there again, and the log says it once."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    killed = relays(daemon)
    os.kill(killed[0], signal.SIGKILL)
    wait_for("another relay", lambda: (relays(daemon) or killed) != killed)
    listens(daemon, "win11", "13389:3389")
    with net.listen(3389) as server:
        talks(dial(13389), server)
    same(daemon.log().count("its relay gpupmd-forward does not run"), 1)
    stop_vm(vm)


@test
def reload(daemon):
    """Another configuration: what stays the same is not touched, and what went is gone."""
    vm, agent = serving(daemon, [GUEST], "13389:3389, 2222:22")
    with net.listen(3389) as rdp, net.listen(22) as ssh, net.listen(80) as web:
        stays, goes = dial(13389), dial(2222)
        guest = talks(stays, rdp)
        talks(goes, ssh)
        child = relays(daemon)
        daemon.configure(f"[vm win11]\nagent = {agent.path}\nforward = 8080:80, 2222:80, 13389:3389\n")
        daemon.reload()
        listens(daemon, "win11", "8080:80")
        listens(daemon, "win11", "2222:80")
        cut(goes)
        talks(dial(8080), web)
        talks(dial(2222), web)
        stays.sendall(b"still there")
        same(guest.recv(100), b"still there")
        same(relays(daemon), child)
        # A mistake changes nothing.
        daemon.configure("[vm win11]\nforward = 13389:33890000\n")
        daemon.reload()
        check("forward: '33890000' is no port: they go from 1 to 65535" in daemon.log())
        talks(dial(13389), rdp)
        daemon.configure("")
        daemon.reload()
        cut(stays)
        wait_for("the relay to end", lambda: not relays(daemon))
        check(refused(13389))
        same(forwards(daemon), {})
        daemon.configure(f"[vm win11]\nagent = {agent.path}\nforward = 13389:3389\n")
        daemon.reload()
        listens(daemon, "win11", "13389:3389")
        talks(dial(13389), rdp)
    stop_vm(vm)


@test
def port_in_use(daemon):
    """A port that another has: who to ask, once; and it is taken when it is free."""
    other = socket.create_server(("127.0.0.1", 13389))
    daemon.configure(f"[vm win11]\nforward = 13389:{GUEST}:3389, 10.99.99.99:1:{GUEST}:2, 80:{GUEST}:80\n")
    daemon.start()
    vm = start_vm(daemon, "win11")
    words = "another program listens on port 13389 of the host (ss -tlnp tells which)"
    same(error(daemon, "win11", f"13389:{GUEST}:3389"), words)
    same(error(daemon, "win11", f"10.99.99.99:1:{GUEST}:2"), "the host has no address 10.99.99.99")
    same(error(daemon, "win11", f"80:{GUEST}:80"),
         "a port below 1024, as 80, takes gpupmd-forward.socket of systemd")
    check(f"forward 13389:{GUEST}:3389: {words}" in daemon.log())
    status, text = daemon.run(GPUPM, "profile")
    check(status == 0 and words in text, text)
    other.close()
    listens(daemon, "win11", f"13389:{GUEST}:3389")
    same(daemon.log().count("another program listens"), 1)
    with net.listen(3389) as server:
        talks(dial(13389), server)
    stop_vm(vm)


@test
def not_there(daemon):
    """A guest without an address, and one in which nobody listens: said once, and no more when it is over."""
    vm, agent = serving(daemon, ["127.0.0.1"], "13389:3389")
    for _ in range(3):
        check(sent_away(13389), "it looks as if it had been meant to end")
    same(error(daemon, "win11", "13389:3389"), "the guest's address is not known: it has no address yet")
    agent.addresses = [GUEST]

    def connected():
        sent_away(13389)
        return "nobody listens" in (forwards(daemon)["win11", "13389:3389"]["error"] or "")
    wait_for("the guest to have an address", connected)
    same(error(daemon, "win11", "13389:3389"), f"nobody listens on port 3389 in the guest ({GUEST})")
    with net.listen(3389) as server:
        talks(dial(13389), server)
        wait_for("that to be over", lambda: not forwards(daemon)["win11", "13389:3389"]["error"])
        # It gets another address, and another is where it was: whoever is there does not listen.
    with net.listen(3389, OTHER) as server:
        agent.addresses = [OTHER]
        asked = agent.asked

        wait_for("the guest to be found again", lambda: connects(13389, server))
        check(agent.asked > asked)
    same(daemon.log().count("forward 13389:3389: the guest's address is not known"), 1)
    stop_vm(vm)


@test
def lies(daemon):
    """A guest cannot make the host its own way to the host, nor to others."""
    vm, agent = serving(daemon, [HOST, HOST6, "203.0.113.5", "127.0.0.1", "0.0.0.0",
                                 "::ffff:127.0.0.1"], "13389:3389")
    with socket.create_server(("", 3389), family=socket.AF_INET6, dualstack_ipv6=True) as host, \
            net.listen(3389) as server:
        for _ in range(3):
            check(sent_away(13389), "somebody was there")
        for listener in (host, server):
            listener.settimeout(0)
            try:
                listener.accept()
                check(False, "there was a way")
            except BlockingIOError:
                pass
        same(error(daemon, "win11", "13389:3389"), "the host is in no network of the guest")
        same(agent.asked, 1)
    stop_vm(vm)


@test
def crowd(daemon):
    """More than it lets in are sent away, and those that are in go on."""
    vm, _ = serving(daemon, [GUEST], "13389:3389")
    with net.listen(3389) as server:
        clients = [dial(13389) for _ in range(CLIENTS_MAX)]
        guests = [server.accept()[0] for _ in clients]
        for _ in range(20):
            check(sent_away(13389), "it was let in")
        same(error(daemon, "win11", "13389:3389"), "there are too many connections at once")
        for sender in clients:
            sender.sendall(b"x")
        for guest in guests:
            same(guest.recv(10), b"x")
        for one in clients + guests:
            one.close()
        wait_for("one to be let in", lambda: connects(13389, server))
    stop_vm(vm)


socket.setdefaulttimeout(PATIENCE)
net = Namespace()
try:
    status = run(tests)
finally:
    net.holder.kill()
    net.holder.wait()
sys.exit(status)
