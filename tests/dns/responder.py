"""responder.py - a DNS server that misbehaves when it is told to, over UDP and TCP

usage: responder.py [--latency MS] [--log FILE] [TABLE]

Serves a table of answers (engine/net/dns_table.h) on a free port of loopback,
which it prints as its first line. Names below these get what their first
labels say, whatever the table has:

	NAME.dead.test		no answer, ever
	NAME.slow.test		the answer after 700 ms
	NAME.servfail.test	SERVFAIL; .refused.test, .formerr.test, .notimp.test alike
	NAME.garbage.test	bytes that are no response
	NAME.cut.test		a response that ends within its records, its counts as they were
	NAME.wrong-name.test	the answer to another question
	NAME.wrong-id.test	the right answer with another id
	NAME.wrong-owner.test	a record of another name as the answer
	NAME.truncated.test	cut short over UDP, whole over TCP
	NAME.always-truncated.test	cut short over both
	NAME.no-edns.test	FORMERR for a question with an OPT record
	NAME.soa-N.test		NXDOMAIN with an SOA of minimum N; without -N none
	NAME.ttl-N.test		A 127.0.0.2 with that TTL
	nN.endless.test		TXT "v=spf1 include:nN+1.endless.test -all"
	NAME.huge.test		TXT of 60,000 bytes

--latency holds back each answer so long. SIGUSR1 makes it silent, SIGUSR2 ends that. The
log has a line "UDP|TCP TYPE NAME" for each question that came. SIGHUP reads the table again.

As a module: Responder(table="...", latency=0) with .port, .questions(), .replace(table) and .stop().
"""
import argparse
import heapq
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "ANY": 255}
NAMES = {number: name for name, number in TYPES.items()}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = 0, 1, 2, 3, 4, 5
SLOW_S = 0.7
TABLE_TTL = 300
CNAMES_MAX = 10


def unescape(text):
    """Bytes of a text with \\DDD and \\X."""
    def byte(match):
        escape = match.group(1)
        return bytes([int(escape)]) if len(escape) == 3 else escape
    return re.sub(rb"\\([0-9]{3}|.)", byte, text.encode("latin-1"), flags=re.S)


def name_of(word):
    return unescape(word).decode("latin-1").lower().rstrip(".")


def pack_name(name):
    labels = [label.encode("latin-1") for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def pack_strings(text):
    parts = [text[at:at + 255] for at in range(0, len(text), 255)] or [b""]
    return b"".join(bytes([len(part)]) + part for part in parts)


class Table:
    """Answers from a text in the form of engine/net/dns_table.h."""

    def __init__(self, text):
        self.records = {}  # (name, type) -> [data]
        self.outcomes = {}  # (name, type) -> "NXDOMAIN", ...
        self.names = set()
        for line in text.splitlines():
            self.add(line)

    def add(self, line):
        words = line.split(None, 2)
        if not words or words[0].startswith(";"):
            return
        name, kind, value = name_of(words[0]), words[1].upper(), words[2].strip()
        if value.startswith("!"):
            kinds = [kind] if kind != "ANY" else ["A", "AAAA", "MX", "NS", "PTR", "TXT"]
            for each in kinds:
                self.outcomes[name, TYPES[each]] = value[1:].split()[0].upper()
            if value[1:].upper().startswith("NXDOMAIN"):
                return
        else:
            self.records.setdefault((name, TYPES[kind]), []).append(self.data(kind, value))
        labels = name.split(".")
        self.names.update(".".join(labels[i:]) for i in range(len(labels)))

    @staticmethod
    def data(kind, value):
        if kind == "TXT":
            return b"".join(unescape(part) for part in re.findall(r'"((?:[^"\\]|\\.)*)"', value))
        value = value.split(" ;")[0].strip()
        if kind == "A":
            return socket.inet_aton(value)
        if kind == "AAAA":
            return socket.inet_pton(socket.AF_INET6, value)
        if kind == "MX":
            preference, host = value.split()
            return struct.pack(">H", int(preference)) + pack_name(name_of(host))
        return name_of(value)

    def node(self, name):
        """The name itself, the wildcard that stands for it, or None."""
        if name in self.names:
            return name
        labels = name.split(".")
        for at in range(1, len(labels) + 1):
            parent = ".".join(labels[at:])
            if parent in self.names or not parent:
                wildcard = "*." + parent if parent else "*"
                return wildcard if wildcard in self.names else None
        return None

    def answer(self, name, kind):
        """(outcome, [(owner, type, data)])"""
        chain = []
        for _ in range(CNAMES_MAX + 1):
            if (name, kind) in self.outcomes:
                return self.outcomes[name, kind], chain
            node = self.node(name)
            if node is None:
                return "NXDOMAIN", chain
            if (node, kind) in self.outcomes:
                return self.outcomes[node, kind], chain
            if (node, kind) in self.records:
                return "FOUND", chain + [(name, kind, data) for data in self.records[node, kind]]
            if (node, TYPES["CNAME"]) not in self.records:
                return "NODATA", chain
            target = self.records[node, TYPES["CNAME"]][0]
            chain.append((name, TYPES["CNAME"], target))
            name = target
        return "SERVFAIL", []


class Question:
    def __init__(self, packet):
        self.id, self.flags, _, _, _, self.additional = struct.unpack(">6H", packet[:12])
        at, labels = 12, []
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
            at += 1 + packet[at]
        self.kind, _ = struct.unpack(">HH", packet[at + 1:at + 5])
        self.name = ".".join(labels)
        self.bytes = packet[12:at + 5]


def record(owner, kind, data, ttl):
    if isinstance(data, str):
        data = pack_name(data)
    elif kind == TYPES["TXT"]:
        data = pack_strings(data)
    return pack_name(owner) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def soa(minimum):
    data = pack_name("ns.test") + pack_name("postmaster.test") + struct.pack(">5I", 1, 3600, 600, 86400, minimum)
    return pack_name("test") + struct.pack(">HHIH", TYPES["SOA"], 1, 86400, len(data)) + data


def response(question, code=NOERROR, answers=(), authority=(), truncated=False, number=None, asked=None):
    flags = 0x8180 | code | (0x0200 if truncated else 0) | (question.flags & 0x0100)
    head = struct.pack(">6H", question.id if number is None else number, flags, 1, len(answers), len(authority), 0)
    return head + (question.bytes if asked is None else asked) + b"".join(answers) + b"".join(authority)


def listed(question, owner=None, ttl=60):
    """What behaviours answer: 127.0.0.2, or a text."""
    if question.kind == TYPES["TXT"]:
        return [record(owner or question.name, TYPES["TXT"], b"it is", ttl)]
    if question.kind == TYPES["A"]:
        return [record(owner or question.name, TYPES["A"], bytes([127, 0, 0, 2]), ttl)]
    return []


def misbehave(question, tcp):
    """(delay in seconds, response or None); None when the name asks for no behaviour."""
    match = re.fullmatch(r"(.*?)\.?([a-z-]+?)(?:-([0-9]+))?\.test", question.name.lower())
    if not match:
        return None
    first, word, number = match.group(1), match.group(2).split(".")[-1], match.group(3)
    codes = {"servfail": SERVFAIL, "refused": REFUSED, "formerr": FORMERR, "notimp": NOTIMP}
    if word in codes:
        return 0, response(question, codes[word])
    if word == "dead":
        return 0, None
    if word == "slow":
        return SLOW_S, response(question, answers=listed(question))
    if word == "garbage":
        return 0, struct.pack(">H", question.id) + b"\x81\x80" + bytes(range(7, 200))
    if word == "cut":
        return 0, response(question, answers=listed(question) * 3)[:-9]
    if word == "wrong-name":
        other = pack_name("other.test") + struct.pack(">HH", question.kind, 1)
        return 0, response(question, answers=listed(question, "other.test"), asked=other)
    if word == "wrong-id":
        return 0, response(question, answers=listed(question), number=question.id ^ 0x5555)
    if word == "wrong-owner":
        return 0, response(question, answers=listed(question, "other.test"))
    if word == "truncated" and not tcp:
        return 0, response(question, truncated=True)
    if word == "truncated":
        return 0, response(question, answers=listed(question))
    if word == "always-truncated":
        return 0, response(question, truncated=True)
    if word == "no-edns":
        return 0, response(question, FORMERR) if question.additional else response(question, answers=listed(question))
    if word == "soa":
        return 0, response(question, NXDOMAIN, authority=[soa(int(number))] if number else [])
    if word == "ttl":
        return 0, response(question, answers=listed(question, ttl=int(number)))
    if word == "endless" and re.fullmatch(r"n[0-9]+", first):
        text = b"v=spf1 include:n%d.endless.test -all" % (int(first[1:]) + 1)
        answers = [record(question.name, TYPES["TXT"], text, 60)] if question.kind == TYPES["TXT"] else []
        return 0, response(question, answers=answers, authority=() if answers else [soa(60)])
    if word == "huge" and question.kind == TYPES["TXT"]:
        whole = response(question, answers=[record(question.name, TYPES["TXT"], b"x" * 60000, 60)])
        return 0, whole if tcp else response(question, truncated=True)
    return None


def from_table(table, question, tcp):
    outcome, chain = table.answer(question.name.lower(), question.kind)
    answers = [record(owner, kind, data, TABLE_TTL) for owner, kind, data in chain]
    if outcome == "TIMEOUT":
        return 0, None
    if outcome == "SERVFAIL":
        return 0, response(question, SERVFAIL)
    code = NXDOMAIN if outcome == "NXDOMAIN" else NOERROR
    whole = response(question, code, answers, [] if outcome == "FOUND" else [soa(TABLE_TTL)])
    if len(whole) > 1232 and not tcp:
        return 0, response(question, truncated=True)
    return 0, whole


class Server:
    def __init__(self, table, latency, log):
        self.table, self.latency, self.log = table, latency, log
        self.silent = False
        self.later = []  # (when, number, send, bytes)
        self.number = 0
        self.streams = {}  # socket -> bytes so far
        while True:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.tcp = socket.socket()
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self.tcp.bind(self.udp.getsockname())
                break
            except OSError:
                self.udp.close()
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.tcp.listen(64)
        self.port = self.udp.getsockname()[1]

    def serve(self, packet, tcp, send):
        try:
            question = Question(packet)
        except (struct.error, IndexError):
            return
        if self.log:
            self.log.write("%s %s %s\n" % ("TCP" if tcp else "UDP", NAMES.get(question.kind, question.kind),
                                           question.name))
            self.log.flush()
        if self.silent:
            return
        delay, answer = misbehave(question, tcp) or from_table(self.table, question, tcp)
        if answer is None:
            return
        self.number += 1
        heapq.heappush(self.later, (time.monotonic() + delay + self.latency, self.number, send, answer))

    def send_due(self):
        while self.later and self.later[0][0] <= time.monotonic():
            _, _, send, answer = heapq.heappop(self.later)
            try:
                send(answer)
            except OSError:
                pass

    def read_stream(self, stream):
        try:
            data = stream.recv(65536)
        except OSError:
            data = b""
        if not data:
            del self.streams[stream]
            stream.close()
            return
        self.streams[stream] += data
        while len(self.streams[stream]) >= 2:
            size = struct.unpack(">H", self.streams[stream][:2])[0]
            if len(self.streams[stream]) < 2 + size:
                break
            packet, self.streams[stream] = (self.streams[stream][2:2 + size], self.streams[stream][2 + size:])
            self.serve(packet, True, lambda answer: stream.sendall(struct.pack(">H", len(answer)) + answer))

    def step(self):
        wait = None if not self.later else max(0, self.later[0][0] - time.monotonic())
        ready, _, _ = select.select([self.udp, self.tcp] + list(self.streams), [], [], wait)
        for sock in ready:
            if sock is self.udp:
                packet, client = self.udp.recvfrom(65536)
                self.serve(packet, False, lambda answer, client=client: self.udp.sendto(answer, client))
            elif sock is self.tcp:
                self.streams[self.tcp.accept()[0]] = b""
            else:
                self.read_stream(sock)
        self.send_due()


def read_table(path):
    with open(path, encoding="latin-1") as table:
        return table.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0, metavar="MS")
    parser.add_argument("--log", metavar="FILE")
    parser.add_argument("table", nargs="?")
    arguments = parser.parse_args()
    text = read_table(arguments.table) if arguments.table else ""
    log = open(arguments.log, "a", encoding="latin-1") if arguments.log else None
    server = Server(Table(text), arguments.latency / 1000, log)
    signal.signal(signal.SIGUSR1, lambda *_: setattr(server, "silent", True))
    signal.signal(signal.SIGUSR2, lambda *_: setattr(server, "silent", False))
    signal.signal(signal.SIGHUP, lambda *_: setattr(server, "table", Table(read_table(arguments.table))))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(server.port, flush=True)
    # Whoever started us holds our standard input: its end is ours.
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    while True:
        server.step()


class Responder:
    """The server as a process of its own, for a test's time."""

    def __init__(self, table="", latency=0):
        self.folder = tempfile.TemporaryDirectory(prefix="responder-")
        self.log = os.path.join(self.folder.name, "questions")
        self.table = os.path.join(self.folder.name, "table")
        self.write(table)
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__), "--latency", str(latency), "--log", self.log, self.table],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.address = "127.0.0.1:%d" % self.port

    def questions(self):
        """["UDP A name", ...] so far."""
        with open(self.log, encoding="latin-1") as lines:
            return lines.read().splitlines()

    def write(self, table):
        with open(self.table + ".new", "w", encoding="latin-1") as out:
            out.write(table)
        os.rename(self.table + ".new", self.table)

    def replace(self, table):
        """From now on it answers from this table."""
        self.write(table)
        self.process.send_signal(signal.SIGHUP)

    def silence(self, silent=True):
        """From now on it answers nothing, or answers again."""
        self.process.send_signal(signal.SIGUSR1 if silent else signal.SIGUSR2)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


if __name__ == "__main__":
    main()
