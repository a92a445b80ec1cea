"""milter_client.py - the MTA's side of the milter protocol (version 6), with exact control

A test says every word itself: what is negotiated, which macros come, how a
value begins, when a connection breaks. Replies come back as they stand on the
wire: `Reply.final` is the answer's letter and `Reply.edits` what came before it.
"""
import socket
import struct

# Actions that a filter may ask for.
ADDHDRS, CHGHDRS, QUARANTINE, SETSYMLIST = 0x1, 0x10, 0x20, 0x100
ALL_ACTIONS = 0x1FF
# Protocol bits that the MTA offers.
NR_HDR, SKIP, NR_EOH, HDR_LEADSPC = 0x80, 0x400, 0x40000, 0x100000
ALL_PROTOCOL = 0x1FFFFF

FINAL = b"acdrtysf4"


class Closed(Exception):
    """The daemon ended the connection."""


class Reply:
    def __init__(self, final, data, edits):
        self.final = final  # "c" continue, "a" accept, "r" reject, "t" tempfail, "d" discard, "y" reply code, "s" skip
        self.data = data
        self.edits = edits

    @property
    def text(self):
        return self.data.rstrip(b"\0").decode("latin-1")

    def inserted(self):
        """[(index, name, value)] of the fields that are put in, in order."""
        out = []
        for letter, data in self.edits:
            if letter == "i":
                index = struct.unpack(">I", data[:4])[0]
                name, value = data[4:].split(b"\0")[:2]
                out.append((index, name.decode(), value.decode("latin-1")))
        return out

    def changed(self):
        """[(index, name, value)] of the fields that are changed; value "" removes."""
        out = []
        for letter, data in self.edits:
            if letter == "m":
                index = struct.unpack(">I", data[:4])[0]
                name, value = data[4:].split(b"\0")[:2]
                out.append((index, name.decode(), value.decode("latin-1")))
        return out

    def quarantine(self):
        for letter, data in self.edits:
            if letter == "q":
                return data.rstrip(b"\0").decode()
        return None

    def progress(self):
        return sum(1 for letter, _ in self.edits if letter == "p")


class MilterClient:
    def __init__(self, address, timeout=30):
        """`address` is a path, or (host, port)."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.pending = b""
        self.protocol = 0
        self.actions = 0
        self.macros_wanted = {}

    # the wire

    def send(self, letter, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + letter.encode() + data)

    def read(self, n):
        while len(self.pending) < n:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise Closed()
            self.pending += chunk
        out, self.pending = self.pending[:n], self.pending[n:]
        return out

    def packet(self):
        n = struct.unpack(">I", self.read(4))[0]
        data = self.read(n)
        return chr(data[0]), data[1:]

    def reply(self):
        edits = []
        while True:
            letter, data = self.packet()
            if letter.encode() in (FINAL[i:i + 1] for i in range(len(FINAL))):
                return Reply(letter, data, edits)
            edits.append((letter, data))

    def ask(self, letter, data=b""):
        self.send(letter, data)
        return self.reply()

    # the words

    def negotiate(self, actions=ALL_ACTIONS, protocol=ALL_PROTOCOL, version=6):
        self.send("O", struct.pack(">III", version, actions, protocol))
        letter, data = self.packet()
        assert letter == "O", letter
        _, self.actions, self.protocol = struct.unpack(">III", data[:12])
        rest = data[12:]
        while rest:
            stage = struct.unpack(">I", rest[:4])[0]
            names, rest = rest[4:].split(b"\0", 1)
            self.macros_wanted[stage] = names.decode()
        return self

    def macros(self, letter, **values):
        """Names of one letter as they are, longer ones in braces."""
        data = letter.encode()
        for name, value in values.items():
            name = name if len(name) == 1 else "{%s}" % name
            data += name.encode() + b"\0" + value.encode() + b"\0"
        self.send("D", data)

    def connect(self, host="mail.example.org", family="4", port=4321, address="203.0.113.5"):
        data = host.encode() + b"\0" + family.encode()
        if family != "U":
            data += struct.pack(">H", port) + address.encode() + b"\0"
        return self.ask("C", data)

    def helo(self, name="mail.example.org"):
        return self.ask("H", name.encode() + b"\0")

    def mail(self, address="<sender@example.org>", *arguments):
        return self.ask("M", b"".join(a.encode() + b"\0" for a in (address,) + arguments))

    def rcpt(self, address="<user@example.net>"):
        return self.ask("R", address.encode() + b"\0")

    def header(self, name, value):
        """`value` with its leading space, as bytes or text."""
        value = value if isinstance(value, bytes) else value.encode()
        if not self.protocol & HDR_LEADSPC and value.startswith(b" "):
            value = value[1:]
        self.send("L", name.encode() + b"\0" + value + b"\0")
        return None if self.protocol & NR_HDR else self.reply()

    def eoh(self):
        self.send("N")
        return None if self.protocol & NR_EOH else self.reply()

    def body(self, data):
        return self.ask("B", data)

    def eom(self, data=b""):
        return self.ask("E", data)

    def abort(self):
        self.send("A")

    def quit_new_connection(self):
        self.send("K")

    def close(self):
        try:
            self.send("Q")
        except OSError:
            pass
        self.socket.close()

    # whole conversations

    def begin(self, **connect):
        """Negotiation, client and HELO as most MTAs have it."""
        self.negotiate()
        self.connect(**connect)
        self.helo()
        return self

    def envelope(self, sender="<sender@example.org>", recipients=("<user@example.net>",), queue_id="Q1"):
        self.macros("M", i=queue_id)
        reply = self.mail(sender)
        if reply.final != "c":
            return reply
        for recipient in recipients:
            reply = self.rcpt(recipient)
        return reply

    def content(self, headers, body=b"Hello\r\n"):
        for name, value in headers:
            self.header(name, value)
        self.eoh()
        for at in range(0, len(body), 65535):
            if self.body(body[at:at + 65535]).final == "s":
                break

    def message(self, headers=(("Subject", " hello"),), body=b"Hello\r\n", **envelope):
        """A whole message; the reply to its end."""
        reply = self.envelope(**envelope)
        if reply.final != "c":
            return reply
        self.content(headers, body)
        return self.eom()
