"""steelyardd.py - a real daemon in a folder of its own, for scenarios

The daemon runs in the foreground and logs to a file. Waiting is for
conditions: a line in the log, a value of `status`.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from milter_client import MilterClient

BUILD = pathlib.Path(os.environ.get("TOP_BUILDDIR", "."))
# For a build with ThreadSanitizer; others do not read it.
os.environ.setdefault("TSAN_OPTIONS", "suppressions=%s" % pathlib.Path(__file__).resolve().with_name("libmilter.supp"))
PROGRAM = BUILD / "steelyardd"

RULES = r"""rules:
  SPAMMY:
    full: '/MAKE MONEY/'
    score: 6.0
    describe: Promises money
"""


def wait_for(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("no " + what + " within %d s" % seconds)
        time.sleep(0.01)


def fields(line):
    """A log line as a dictionary; quoted values keep their escapes."""
    out = {}
    while line:
        key, line = line.split("=", 1)
        if line.startswith('"'):
            end = 1
            while line[end] != '"':
                end += 2 if line[end] == "\\" else 1
            out[key], line = line[1:end], line[end + 1:].lstrip(" ")
        else:
            value, _, line = line.partition(" ")
            out[key] = value
    return out


class Daemon:
    def __init__(self, settings="", rules=RULES, listen=None, start=True, arguments=(), pass_fds=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="steelyardd-"))
        self.folder.chmod(0o755)
        self.address = str(self.folder / "milter.sock")
        self.config = self.folder / "steelyard.yaml"
        self.rules = self.folder / "rules.yaml"
        self.log = self.folder / "log"
        self.arguments = list(arguments)
        self.pass_fds = pass_fds
        self.listen = listen or "['unix:%s']" % self.address
        self.process = None
        self.clients = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.write(settings)
        self.rules.write_text(rules)
        if start:
            self.start()

    def write(self, settings):
        """The DNS is asked only where a scenario says how: nobody answers in a closed network."""
        if "dns:" not in settings and "--dns" not in self.arguments:
            settings += "\ndns: {enabled: false}"
        self.config.write_text(
            "listen: %s\ncontrol_socket: %s/control.sock\npid_file: %s/pid\nuser: nobody\n"
            "log: {to: stderr, recipients: full}\nrules: [%s]\n%s\n"
            % (self.listen, self.folder, self.folder, self.rules, settings))

    def replace_rules(self, rules):
        """At once, as an editor does: no reload sees half of them."""
        new = self.folder / "rules.new"
        new.write_text(rules)
        new.rename(self.rules)

    def command(self, *arguments):
        return [str(PROGRAM), "-c", str(self.config)] + self.arguments + list(arguments)

    def run(self, *arguments):
        """Runs it to its end; for starts that must fail."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command("-f"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=self.pass_fds)
        wait_for("start of the daemon", self.started)

    def started(self):
        if self.process.poll() is not None:
            raise AssertionError("steelyardd ended with %d: %s" % (self.process.returncode, self.log.read_text()))
        return any("event=start version=" in line for line in self.lines())

    def lines(self):
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def events(self, event):
        return [fields(line) for line in self.lines() if " event=%s " % event in line]

    def messages(self, count):
        """The log of the first `count` messages, once they are there."""
        wait_for("log of %d messages" % count, lambda: len(self.events("message")) >= count)
        return self.events("message")

    def client(self):
        client = MilterClient(self.address)
        self.clients.append(client)
        return client

    def control(self, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(str(self.folder / "control.sock"))
            s.sendall(request.encode() + b"\n")
            data = b""
            while chunk := s.recv(65536):
                data += chunk
        first, _, rest = data.decode().partition("\n")
        return first, rest

    def status(self):
        first, rest = self.control("status json")
        assert first == "ok", first
        return json.loads(rest)

    def wait_status(self, **wanted):
        def as_wanted():
            status = self.status()
            return all(status[key] == value for key, value in wanted.items())
        wait_for("status %r" % wanted, as_wanted)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends it as the system does and returns its exit status."""
        for client in self.clients:
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode if self.process is not None else 0

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        status = self.stop()
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        shutil.rmtree(self.folder, ignore_errors=True)
        if kind is not None:
            print("# " + "\n# ".join(log.splitlines()[-12:]))
        elif status != 0 or "Sanitizer" in log:
            raise AssertionError("steelyardd ended with %d: %s" % (status, log[-4000:]))
