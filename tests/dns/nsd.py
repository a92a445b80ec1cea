"""nsd.py - a real name server (NSD) with zones of a test's own, on a free port of loopback

usage: nsd.py ZONE-FILE...

Each file is a zone, named like the file. The first line of output is the port,
or a sentence when there is no nsd; it runs until its standard input ends.

As a module: Nsd({"list.example": "2.0.0.127 A 127.0.0.2\\n"}) with .port, .address
and .stop(); zones get a TTL of 300 and their SOA and NS records from here.
"""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

SBIN = "/usr/sbin:/sbin:" + os.environ.get("PATH", "")
NEGATIVE_TTL = 120
HEAD = ("$ORIGIN %s.\n$TTL 300\n@ SOA ns.%s. postmaster.%s. 1 3600 600 86400 " + str(NEGATIVE_TTL) +
        "\n@ NS ns.nowhere.example.\n")
CONFIG = """server:
  ip-address: 127.0.0.1@%d
  username: ""
  chroot: ""
  zonesdir: "%s"
  pidfile: "nsd.pid"
  xfrdfile: "xfrd.state"
  zonelistfile: "zone.list"
  database: ""
  logfile: "nsd.log"
  server-count: 1
remote-control:
  control-enable: no
"""


def program():
    """The path of nsd, or None."""
    return shutil.which("nsd", path=SBIN)


class Nsd:
    def __init__(self, zones):
        self.folder = tempfile.mkdtemp(prefix="nsd-")
        self.zones = list(zones)
        self.process = None
        for name, text in zones.items():
            with open(os.path.join(self.folder, name), "w", encoding="latin-1") as out:
                out.write(HEAD % (name, name, name) + text)
        for _ in range(10):  # somebody may take the port before nsd does
            if self.start():
                return
        log = open(os.path.join(self.folder, "nsd.log"), encoding="latin-1").read()
        self.stop()
        raise RuntimeError("nsd does not start: " + log[-2000:])

    def start(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = "127.0.0.1:%d" % self.port
        config = os.path.join(self.folder, "nsd.conf")
        with open(config, "w", encoding="latin-1") as out:
            out.write(CONFIG % (self.port, self.folder))
            for name in self.zones:
                out.write('zone:\n  name: "%s"\n  zonefile: "%s"\n' % (name, name))
        self.process = subprocess.Popen([program(), "-d", "-c", config], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            if self.answers():
                return True
        self.end_process()
        return False

    def answers(self):
        """Whether it answers for its first zone."""
        name = b"".join(bytes([len(label)]) + label.encode() for label in self.zones[0].split("."))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.1)
            try:
                sock.connect(("127.0.0.1", self.port))
                sock.send(struct.pack(">6H", 1, 0, 1, 0, 0, 0) + name + b"\0\0\x06\0\x01")
                packet = sock.recv(4096)
            except OSError:
                time.sleep(0.02)
                return False
        return packet[3] & 15 == 0 and packet[6:8] == b"\0\1"

    def end_process(self):
        self.process.terminate()
        self.process.wait()

    def stop(self):
        self.end_process()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def main():
    if program() is None:
        print("nsd is not installed", flush=True)
        return
    zones = {os.path.basename(path): open(path, encoding="latin-1").read() for path in sys.argv[1:]}
    with Nsd(zones) as server:
        print(server.port, flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
