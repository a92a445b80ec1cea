"""harness.py - real servers for the scenarios in this folder: an MTA, steelyardd, and SMTP clients

Everything runs on loopback, on free ports, in a temporary folder, and is ended
by pid. Nothing waits by sleeping for a fixed time: wait_for polls a condition.
"""
import json
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time

# A client that is no relay of ours: loopback is always trusted, and a trusted relay's mail is not
# rejected.
CLIENT = "203.0.113.5"
HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("TOP_BUILDDIR", ".")).resolve()
CACHE = os.environ.get("STEELYARD_MTA_CACHE", str(BUILD / "mta"))
LONG = os.environ.get("STEELYARD_LONG") == "1"
LOG_LINES = 20  # of each server's log, where a scenario fails
OUR_FIELDS = ("x-spam-flag", "x-spam-level", "x-spam-status", "x-spam-score", "x-spam-report")
DOMAIN = "steelyard.test"


def own_network():
    """Runs the test again in a network namespace whose loopback has CLIENT as well; once."""
    if os.environ.get("STEELYARD_OWN_NETWORK") == "1":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "address", "add", CLIENT + "/32", "dev", "lo"], check=True)
        return
    os.environ["STEELYARD_OWN_NETWORK"] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable] + sys.argv)


def wait_for(what, condition, seconds=60):
    """Polls until it is true. Time in which nobody ran, as when the machine stood still, hardly counts."""
    left, then = seconds, time.monotonic()
    while True:
        value = condition()
        if value:
            return value
        now = time.monotonic()
        left -= min(now - then, 1)
        then = now
        if left < 0:
            raise AssertionError("waited %d s for: %s" % (seconds, what))
        time.sleep(0.02)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Mta:
    """Postfix or Sendmail; `milter` is the socket's path or None, `more` further lines of its configuration."""

    def __init__(self, kind, folder, milter=None, default_action="tempfail", more=()):
        self.kind = kind
        self.run = pathlib.Path(folder)
        self.port = free_port()
        self.script = str(HERE / (kind + ".sh"))
        self.log = self.run / ("log/maillog" if kind == "postfix" else "log")
        if not (BUILD / "steelyardd").exists():
            raise FileNotFoundError("no build in %s: set TOP_BUILDDIR" % BUILD)
        subprocess.run([self.script, "unpack", CACHE], check=True)
        lines = []
        if kind == "postfix":
            lines = ["smtpd_authorized_xclient_hosts = " + CLIENT, "message_drop_headers =",
                     "in_flow_delay = 0", "default_process_limit = 40"]
            if milter:
                lines += ["smtpd_milters = unix:%s" % milter,
                          "milter_default_action = %s" % default_action]
        elif milter:
            flag = {"tempfail": ", F=T", "accept": "", "reject": ", F=R"}[default_action]
            lines = ["INPUT_MAIL_FILTER(`steelyard', `S=unix:%s%s, T=C:10s;S:10s;R:30s;E:2m')dnl" %
                     (milter, flag)]
        subprocess.run([self.script, "start", CACHE, str(self.run), str(self.port)] + lines + list(more),
                       check=True)

    def stop(self):
        subprocess.run([self.script, "stop", str(self.run)], check=True)

    def delivered(self):
        """All delivered messages, by the local part of their recipient: {name: [bytes, ...]}."""
        found = {}
        for path in (self.run / "mail" / "new").glob("*"):
            data = path.read_bytes()
            name = re.search(rb"^(?:Delivered-To: |\s+for <)([^@]+)@steelyard\.test", data, re.M)
            found.setdefault(name.group(1).decode() if name else "", []).append(data)
        return found

    def delivered_count(self):
        return len(list((self.run / "mail" / "new").glob("*")))

    def held_count(self):
        if self.kind == "postfix":
            return len(list((self.run / "queue" / "hold").glob("*")))
        return len(list((self.run / "queue").glob("hf*")))


class Daemon:
    """steelyardd in the foreground with a configuration of the test's own; `dns`: a table of answers."""

    def __init__(self, folder, settings="", now=None, dns=None):
        self.folder = pathlib.Path(folder)
        self.socket = str(self.folder / "milter.sock")
        self.control = str(self.folder / "control.sock")
        self.config = self.folder / "steelyard.yaml"
        self.log = self.folder / "steelyardd.log"
        self.now = now
        self.dns = None if dns is None else self.folder / "dns"
        if dns is not None:
            self.dns.write_text(dns)
        self.write_config(settings)
        self.process = None
        self.start()

    def write_config(self, settings):
        base = ("listen: ['unix:%s']\nsocket_mode: '0666'\ncontrol_socket: %s\n"
                "user: nobody\nlog: {to: stderr, recipients: full}\n" % (self.socket, self.control))
        if "dns:" not in settings and self.dns is None:
            base += "dns: {enabled: false}\n"
        if "rules:" not in settings:
            base += "rules: [{yaml: '%s'}]\n" % (TOP / "rules")
        temporary = self.config.with_suffix(".new")
        temporary.write_text(base + settings)
        temporary.rename(self.config)

    def start(self):
        command = [str(BUILD / "steelyardd"), "-f", "-c", str(self.config)]
        if self.now is not None:
            command += ["--now", str(self.now)]
        if self.dns is not None:
            command += ["--dns", str(self.dns)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)
        wait_for("steelyardd to listen", self.listening)

    def listening(self):
        if self.process.poll() is not None:
            raise AssertionError("steelyardd ended: " + self.log.read_text()[-2000:])
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(self.socket)
            return True
        except OSError:
            return False
        finally:
            sock.close()

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=300):
        return self.process.wait(seconds)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log_lines(self, word):
        return [line for line in self.log.read_text(errors="replace").splitlines() if word in line]


def tell_log(path):
    """The last lines of a server's log, as TAP's comments."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else ["there is none"]
    for line in lines[-LOG_LINES:]:
        print("# %s: %s" % (path.name, line), flush=True)


class Scene:
    """A temporary folder with the servers of one scenario, ended whatever happens."""

    def __init__(self, kind):
        self.kind = kind
        self.temporary = tempfile.TemporaryDirectory(prefix="steelyard-", dir="/tmp")
        self.folder = pathlib.Path(self.temporary.name)
        self.folder.chmod(0o755)
        shutil.chown(self.folder, "nobody")
        self.servers = []

    def __enter__(self):
        return self

    def __exit__(self, kind_failed, *_):
        for server in reversed(self.servers):
            server.stop()
            if kind_failed:
                tell_log(server.log)
        self.temporary.cleanup()

    def daemon(self, settings="", now=None, dns=None):
        self.servers.append(Daemon(self.folder, settings, now, dns))
        return self.servers[-1]

    def mta(self, name="mta", **options):
        self.servers.append(Mta(self.kind, self.folder / name, **options))
        return self.servers[-1]


def as_sent(data):
    """The bytes that go over the wire: CRLF line ends, a last line end, no mbox "From " line."""
    if data.startswith(b"From "):
        data = data.split(b"\n", 1)[1]
    data = re.sub(rb"\r*\n", b"\r\n", data)
    return data if data.endswith(b"\r\n") else data + b"\r\n"


HELO = "client.example.org"
SENDER = "sender@example.org"


def connect(port, timeout=300):
    session = smtplib.SMTP("127.0.0.1", port, local_hostname=HELO, timeout=timeout,
                           source_address=(CLIENT, 0))
    session.ehlo_or_helo_if_needed()
    return session


def refused(port):
    """(code, text) of the word that turns a client away: the greeting, or the answer to HELO or MAIL."""
    session = smtplib.SMTP(timeout=300, local_hostname=HELO, source_address=(CLIENT, 0))
    try:
        reply = session.connect("127.0.0.1", port)
        for ask in (session.helo, lambda: session.mail(SENDER)):
            if reply[0] >= 400:
                break
            reply = ask()
    finally:
        session.close()
    return reply


def send(session, name, data, sender=SENDER):
    """One message in an open session; returns (code, text) of the server's last word."""
    code, text = session.mail(sender)
    if code == 250:
        code, text = session.rcpt("%s@%s" % (name, DOMAIN))
    if code == 250:
        code, text = session.data(data)
    if code >= 400:
        session.rset()
    return code, text.decode(errors="replace")


def send_all(port, messages, connections=10, on_reply=None):
    """[(name, bytes)] over so many connections; returns {name: [(code, text), ...]}.

    A session that the server drops is opened anew for the next message.
    """
    waiting = queue.Queue()
    for message in messages:
        waiting.put(message)
    replies = {}
    lock = threading.Lock()
    faults = []

    def note(name, reply):
        with lock:
            replies.setdefault(name, []).append(reply)
        if on_reply:
            on_reply(name, reply)

    def worker():
        session = None
        try:
            while True:
                try:
                    name, data = waiting.get_nowait()
                except queue.Empty:
                    break
                try:
                    session = session or connect(port)
                    reply = send(session, name, data)
                except (smtplib.SMTPException, OSError) as fault:
                    reply = (421, str(fault))
                    session = None
                note(name, reply)
                if reply[0] == 421 and session is not None:
                    session.close()
                    session = None
            if session is not None:
                session.quit()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=worker) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return replies


def corpus_messages(count, seed=2026):
    """[(name, bytes as sent)] of a seeded sample of the public corpus; [] where it is not."""
    folder = os.environ.get("STEELYARD_CORPUS")
    if not folder or not os.path.isdir(folder):
        return []
    paths = sorted(path for path in pathlib.Path(folder).rglob("*")
                   if path.is_file() and not path.name.startswith("cmds") and path.suffix != ".json")
    random.Random(seed).shuffle(paths)
    return [("m%d" % i, as_sent(path.read_bytes())) for i, path in enumerate(paths[:count])]


def fields_of(data):
    """(fields, body) of a delivered message; a field is (lower-case name, bytes with its folds)."""
    header, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = []
    for line in header.split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1] += b"\n" + line
        else:
            fields.append([line.split(b":")[0].strip().lower().decode("latin-1"), line])
    return [(name, value) for name, value in fields], body


def without_ours(data):
    """A delivered message without what differs by right: our fields and the MTA's own trace."""
    fields, body = fields_of(data)
    kept = []
    trace = True
    for name, value in fields:
        if trace and name in ("return-path", "x-original-to", "delivered-to", "received"):
            trace = name != "received"
            continue
        if name not in OUR_FIELDS:
            kept.append(re.sub(rb" by mx\.steelyard\.test id \w+", b"", value))
    return b"\n".join(kept) + b"\n\n" + body


def field(data, wanted):
    for name, value in fields_of(data)[0]:
        if name == wanted:
            return re.sub(r"\n[ \t]+", " ", value.decode("latin-1").split(":", 1)[1]).strip()
    return None


def check_json(path, name, config, now=None, more=()):
    """What `steelyard check` says of a file with the envelope that send() uses."""
    command = [str(BUILD / "steelyard"), "check", "--json", "--config", str(config),
               "--client-ip", CLIENT, "--helo", HELO, "--from", SENDER,
               "--rcpt", "%s@%s" % (name, DOMAIN)]
    if now is not None:
        command += ["--now", str(now)]
    run = subprocess.run(command + list(more) + [str(path)], capture_output=True, check=True)
    return json.loads(run.stdout)


class Cases:
    """TAP: each case is a function that raises when it fails."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def run(self, name, function, *arguments, skip=None):
        self.count += 1
        if skip:
            print("ok %d - %s # SKIP %s" % (self.count, name, skip), flush=True)
            return
        start = time.monotonic()
        try:
            told = function(*arguments)
            print("ok %d - %s (%.1f s)%s" % (self.count, name, time.monotonic() - start,
                                           ": " + told if told else ""), flush=True)
        except Exception as fault:
            self.failed += 1
            print("not ok %d - %s: %s: %s" % (self.count, name, type(fault).__name__, fault),
                  flush=True)

    def finish(self):
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)
