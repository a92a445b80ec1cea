#!/usr/bin/python3
"""What steelyardd does before a message comes: it refuses commands, and asks the DNS ahead.

Each test starts a daemon of its own and speaks the milter protocol to it.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dns"))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from responder import Responder  # noqa: E402
from steelyardd import Daemon, wait_for  # noqa: E402
from tap import same  # noqa: E402

RULES = r"""rules:
  NAMELESS:
    function: 'check_fcrdns_none()'
    score: 10.0
    describe: The client has no name
  SENDER_GONE:
    function: 'check_envfrom_no_mail()'
    score: 10.0
    describe: Nobody answers there
  SENDER_BAD:
    header: 'EnvelopeFrom =~ /^bad@/'
    score: 10.0
    describe: A bad one
  HELO_BAD:
    function: 'check_helo_nowhere()'
    score: 1.0
    describe: A HELO that is nowhere
"""
TAKES_BACK = RULES + r"""
  FRIENDLY:
    body: '/friend/'
    tags: [nice]
    score: -0.5
    describe: A friend's
"""

TABLE = """5.113.0.203.in-addr.arpa PTR mail.example.org.
mail.example.org A 203.0.113.5
6.113.0.203.in-addr.arpa PTR !NXDOMAIN
7.113.0.203.in-addr.arpa PTR !TIMEOUT
example.org MX 10 mail.example.org.
"""
EARLY = "thresholds: {reject: 10}\nreject_text: '550 5.7.1 no, thanks (_SCORE_)'\nearly: [%s]\n"
NAMED, NAMELESS, SILENT = "203.0.113.5", "203.0.113.6", "203.0.113.7"


class Early(Daemon):
    """A daemon whose DNS is a table."""

    def __init__(self, settings, rules=RULES):
        super().__init__(settings, rules=rules, start=False, arguments=["--dns", "?"])
        table = self.folder / "dns"
        table.write_text(TABLE)
        self.arguments[1] = str(table)
        self.start()

    def begin(self, address, **macros):
        client = self.client().negotiate()
        self.connected = client.connect(host="[%s]" % address, address=address)
        return client


def test_off():
    """nothing is refused before the message by default"""
    with Early("thresholds: {reject: 10}") as daemon:
        client = daemon.begin(NAMELESS)
        same("connect", daemon.connected.final, "c")
        same("helo", client.helo().final, "c")
        same("message", client.message().text[:9], "550 5.7.1")
        log = daemon.messages(1)[0]
        same("early", "early" in log, False)
        same("hits", log["hits"], "NAMELESS:10.000")


def test_rcpt():
    """a recipient is refused with reject_text, logged and counted; postmaster and abuse are not"""
    with Early(EARLY % "rcpt") as daemon:
        client = daemon.begin(NAMELESS)
        same("helo", client.helo().final, "c")
        client.macros("M", i="Q1")
        same("mail", client.mail().final, "c")
        reply = client.rcpt("<user@example.net>")
        same("rcpt", (reply.final, reply.text), ("y", "550 5.7.1 no, thanks (10.0)"))
        for good in ("<postmaster@example.net>", "<Postmaster>", "<ABUSE@example.net>"):
            same(good, client.rcpt(good).final, "c")
        for bad in ("<postmaster2@example.net>", "<abuse.x@example.net>", "<x@postmaster>"):
            same(bad, client.rcpt(bad).final, "y")
        client.content([("Subject", " hello")], b"Hello\r\n")
        same("end", client.eom().text[:9], "550 5.7.1")
        log = daemon.messages(5)
        same("early", [line.get("early") for line in log], ["rcpt"] * 4 + [None])
        same("recipient of the refusal", (log[0]["rcpt"], log[0]["rcpt_count"]), ("user@example.net", "1"))
        same("of the message", log[4]["rcpt"], "postmaster@example.net,Postmaster,ABUSE@example.net")
        same("action, hits", (log[0]["action"], log[0]["hits"]), ("reject", "NAMELESS:10.000"))
        same("counted", daemon.status()["early_rcpt"], 4)


def test_mail():
    """MAIL is refused, and the next one of the session is judged anew"""
    with Early(EARLY % "mail") as daemon:
        client = daemon.begin(NAMED)
        client.helo()
        reply = client.mail("<bad@example.org>")
        same("mail", (reply.final, reply.text[:9]), ("y", "550 5.7.1"))
        same("the next", client.message(sender="<good@example.org>").final, "c")
        log = daemon.messages(2)
        same("early", [line.get("early") for line in log], ["mail", None])
        same("from", log[0]["from"], "bad@example.org")
        status = daemon.status()
        same("counted", (status["early_mail"], status["early_rcpt"], status["aborted"], status["messages_now"]),
             (1, 0, 0, 0))


def test_connect_and_helo():
    """the connection is refused; at HELO with the text, at connect in the MTA's own words"""
    with Early(EARLY % "connect") as daemon:
        daemon.begin(NAMELESS)
        same("connect", daemon.connected.final, "r")
        daemon.begin(NAMED)
        same("a better one", daemon.connected.final, "c")
        log = daemon.messages(1)[0]
        same("early, client", (log["early"], log["client"]), ("connect", NAMELESS))
        same("counted", daemon.status()["early_connect"], 1)
    with Early(EARLY % "helo, rcpt") as daemon:
        client = daemon.begin(NAMELESS)
        same("connect", daemon.connected.final, "c")
        reply = client.helo()
        same("helo", (reply.final, reply.text[:9]), ("y", "550 5.7.1"))
        same("counted", daemon.status()["early_helo"], 1)


def test_what_is_open():
    """what a body may take back counts, and what the DNS does not say is no guess"""
    with Early(EARLY % "connect, helo, mail, rcpt", rules=TAKES_BACK) as daemon:
        client = daemon.begin(NAMELESS)
        client.helo()
        same("rcpt", client.envelope().final, "c")
        client.content([("Subject", " x")], b"dear friend\r\n")
        same("a friend's message", client.eom().final, "c")
        same("not a friend's", client.message(sender="<x@gone.example>", body=b"x\r\n").final, "y")
        other = daemon.begin(SILENT)
        other.helo()
        same("silence", other.envelope().final, "c")
        log = daemon.messages(2)
        same("early", [line.get("early") for line in log], [None, "rcpt"])


def test_never():
    """users, local clients and trusted relays are not refused early"""
    settings = EARLY % "connect, helo, mail, rcpt" + "trusted_networks: [203.0.113.6]\n"
    with Early(settings) as daemon:
        client = daemon.begin(NAMELESS)
        client.helo()
        same("trusted relay", client.envelope(sender="<bad@example.org>").final, "c")
        client = daemon.begin("127.0.0.1")
        client.helo()
        same("local client", client.envelope(sender="<bad@example.org>").final, "c")
    with Early(EARLY % "mail, rcpt") as daemon:
        client = daemon.begin(NAMELESS)
        client.helo()
        client.macros("M", i="Q", auth_authen="joe")
        same("user", client.mail("<bad@example.org>").final, "c")
        same("user's recipient", client.rcpt().final, "c")


def test_ask_ahead():
    """what is known of client and sender is asked before the message comes, and once"""
    with Responder(table=TABLE, latency=50) as server:
        with Daemon("dns: {servers: ['127.0.0.1:%d']}" % server.port, rules=RULES) as daemon:
            client = daemon.client().begin(host="[%s]" % NAMED, address=NAMED)
            client.macros("M", i="Q1")
            same("mail", client.mail("<x@example.org>").final, "c")
            question = "PTR 5.113.0.203.in-addr.arpa"
            wait_for("question", lambda: any(question in q for q in map(str, server.questions())))
            client.rcpt()
            client.content([("Subject", " x")], b"x\r\n")
            same("message", client.eom().final, "c")
            asked = [q for q in map(str, server.questions()) if "5.113.0.203" in q]
            same("asked once", len(asked), 1)


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
