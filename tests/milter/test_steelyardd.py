#!/usr/bin/python3
"""steelyardd over its milter socket: what MTAs say seldom, and what they never say.

Each test starts a daemon of its own and speaks the protocol to it directly.
"""
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from milter_client import (  # noqa: E402
    ADDHDRS, ALL_ACTIONS, ALL_PROTOCOL, CHGHDRS, HDR_LEADSPC, NR_HDR, QUARANTINE, Closed, MilterClient)
from steelyardd import PROGRAM, RULES, Daemon, wait_for  # noqa: E402
from tap import same  # noqa: E402

SPAM = b"MAKE MONEY now\r\n"


def test_negotiation():
    """asks for the leading space, macros by name, and no more than it is offered"""
    with Daemon() as daemon:
        client = daemon.client().negotiate()
        same("leading space", client.protocol & HDR_LEADSPC, HDR_LEADSPC)
        same("actions", client.actions & (ADDHDRS | CHGHDRS | QUARANTINE), ADDHDRS | CHGHDRS | QUARANTINE)
        same("queue id at MAIL", "i" in client.macros_wanted[2].split(), True)
        same("authentication at MAIL", "{auth_authen}" in client.macros_wanted[2].split(), True)
        for actions, protocol in ((0, 0), (ADDHDRS, 0), (ALL_ACTIONS, NR_HDR), (0x3F, 0x7F)):
            other = daemon.client().negotiate(actions=actions, protocol=protocol)
            if actions != 0:  # libmilter takes 0 for "what the first version could": to add fields
                same("actions beyond the offered", other.actions & ~actions, 0)
            same("protocol beyond the offered", other.protocol & ~protocol, 0)
            other.connect()
            other.helo()
            same("a message all the same", other.message().final, "c")


def test_old_mta():
    """an MTA that keeps no leading space and offers only to add fields"""
    with Daemon() as daemon:
        client = daemon.client().negotiate(actions=ADDHDRS, protocol=0, version=2)
        client.connect()
        client.helo()
        reply = client.message([("Subject", " x"), ("X-Spam-Flag", " NO")], SPAM)
        same("answer", reply.final, "c")
        same("removed", reply.changed(), [])
        same("value without a space", dict((n, v) for _, n, v in reply.inserted())["X-Spam-Flag"], "YES")
        same("size as if the space were there", daemon.messages(1)[0]["size"],
             str(len(b"Subject: x\r\nX-Spam-Flag: NO\r\n\r\n" + SPAM)))
        wait_for("warning", lambda: daemon.events("milter"))


BYTES_RULES = r"""
rules:
  EXACT:
    full: '/\ASubject:  two\x09spaces\r\n folded\r\n\x09again\r\nX-Empty:\r\nX-None:x\r\n\r\nbody\r\n\.\r\n\z/'
    score: 1.5
    describe: The bytes are as they came
"""


def test_bytes():
    """the message's bytes are rebuilt as they came"""
    with Daemon(rules=BYTES_RULES) as daemon:
        client = daemon.client().begin()
        client.message([("Subject", "  two\tspaces\n folded\n\tagain"), ("X-Empty", ""), ("X-None", "x")],
                       b"body\r\n.\r\n")
        same("hits", daemon.messages(1)[0]["hits"], "EXACT:1.500")


def test_fields():
    """copies of our fields go, the last first, and ours come in order"""
    with Daemon() as daemon:
        client = daemon.client().begin()
        reply = client.message(
            [("X-Spam-Flag", " NO"), ("Subject", " x"), ("x-spam-FLAG", " NO"), ("X-Spam-Other", " 1"),
             ("X-Spam-Flag", " NO")], SPAM)
        same("removed", [(i, n.lower()) for i, n, v in reply.changed() if v == ""],
             [(3, "x-spam-flag"), (2, "x-spam-flag"), (1, "x-spam-flag"), (1, "x-spam-other")])
        top = ["Received"]
        for index, name, value in reply.inserted():
            top.insert(index, name)
            same("leading space of " + name, value[:1], " ")
        same("order", top, ["Received", "X-Spam-Flag", "X-Spam-Level", "X-Spam-Status", "X-Spam-Score"])
        reply = client.message([("Subject", " x")], b"ham\r\n")
        same("ham has no flag", "X-Spam-Flag" in [n for _, n, _ in reply.inserted()], False)


def test_clients():
    """IPv4, IPv6, mapped, unix and unknown clients"""
    table = [
        (dict(family="4", address="203.0.113.5"), "203.0.113.5"),
        (dict(family="6", address="2001:db8::5"), "2001:db8::5"),
        (dict(family="6", address="IPv6:2001:db8::6"), "2001:db8::6"),
        (dict(family="6", address="::ffff:203.0.113.6"), "203.0.113.6"),
        (dict(family="L", port=0, address="/run/socket"), "127.0.0.1"),
        (dict(family="U", host="localhost"), "127.0.0.1"),
        (dict(family="U", host="unknown"), "0.0.0.0"),
    ]
    with Daemon() as daemon:
        for number, (connect, want) in enumerate(table):
            client = daemon.client().begin(**connect)
            same("answer", client.message().final, "c")
            same("client of %r" % connect, daemon.messages(number + 1)[number]["client"], want)
        client = daemon.client().begin(host="[203.0.113.7]")
        client.message()
        same("no name", daemon.messages(len(table) + 1)[-1].get("rdns"), None)
        client = daemon.client().negotiate()
        client.macros("C", client_resolve="FORGED", j="mx.example.net")
        client.connect()
        client.message()
        same("forged name", daemon.messages(len(table) + 2)[-1].get("rdns"), None)


def test_envelope_log():
    """the log line tells the envelope, escaped, and recipients as configured"""
    with Daemon() as daemon:
        client = daemon.client().begin()
        client.message(sender="<>", recipients=("<a@example.net>", "<b@example.org>"), queue_id="4XYZ")
        client.message(sender='<"a b" score=9\n@example.org>')
        first, second = daemon.messages(2)
        same("null sender", first["from"], "")
        same("recipients", first["rcpt"], "a@example.net,b@example.org")
        same("queue id", first["queue_id"], "4XYZ")
        same("escaped", second["from"], '\\"a b\\" score=9\\n@example.org')
        same("score", second["score"], "0.000")
        text = daemon.config.read_text().replace("recipients: full", "recipients: domain")
        daemon.config.write_text(text)
        same("reload", daemon.control("reload")[0], "ok")
        client.message(recipients=("<a@example.net>", "<b@example.org>"))
        same("domains", daemon.messages(3)[2]["rcpt"], "example.net,example.org")
        daemon.config.write_text(text.replace("recipients: domain", "recipients: off"))
        same("reload", daemon.control("reload")[0], "ok")
        client.message()
        same("off", daemon.messages(4)[3].get("rcpt"), None)
        same("but counted", daemon.messages(4)[3]["rcpt_count"], "1")


def test_size_limit():
    """a message over size_limit is scanned in part and counted whole"""
    with Daemon("size_limit: 4 KB") as daemon:
        client = daemon.client().begin()
        head = len(b"Subject: x\r\n\r\n")
        body = SPAM + b"x" * 200000 + b"\r\n"
        client.message([("Subject", " x")], body)
        client.message([("Subject", " x")], b"x" * 200000 + b"\r\n" + SPAM)
        first, second = daemon.messages(2)
        same("size", first["size"], str(head + len(body)))
        same("before the limit", first["hits"], "SPAMMY:6.000")
        same("behind the limit", second["hits"], "")
        same("complete", first["incomplete"], "no")
        same("a note", "notes" in first, True)


def test_reuse():
    """RSET, a second EHLO and a second message on one connection"""
    with Daemon() as daemon:
        client = daemon.client().begin()
        client.envelope(sender="<first@example.org>", recipients=("<lost@example.net>",))
        client.content([("Subject", " gone"), ("X-Spam-Flag", " NO")], SPAM)
        client.abort()
        client.helo("other.example.org")
        reply = client.message([("Subject", " second")], b"ham\r\n", sender="<second@example.org>")
        same("nothing of the first", reply.changed(), [])
        line = daemon.messages(1)[0]
        same("hits", line["hits"], "")
        same("from", line["from"], "second@example.org")
        same("rcpt", line["rcpt"], "user@example.net")
        same("helo", line["helo"], "other.example.org")
        same("aborted", daemon.status()["aborted"], 1)
        client.quit_new_connection()
        same("a new session on the connection", client.connect(address="203.0.113.9").final, "c")
        reply = client.message([("Subject", " third")], SPAM)
        same("leading space as negotiated", reply.inserted()[0][2][:1], " ")
        same("client", daemon.messages(2)[1]["client"], "203.0.113.9")
        same("helo of the session before", daemon.messages(2)[1].get("helo"), None)


def test_actions():
    """each action as the MTA sees it"""
    with Daemon("thresholds: {quarantine: 5.5, reject: 6}\nreject_text: '554 5.7.1 100% spam: _SCORE_'") as daemon:
        reply = daemon.client().begin().message(body=SPAM)
        same("reject", reply.final, "y")
        same("text", reply.text.startswith("554 5.7.1 100%% spam: 6") or reply.text, True)
        same("not edited", reply.edits, [])
        local = daemon.client().begin(host="localhost", port=0, address="127.0.0.1").message(body=SPAM)
        same("not by SMTP", (local.final, local.quarantine() is not None), ("c", True))
    with Daemon("thresholds: {tempfail: 6}") as daemon:
        reply = daemon.client().begin().message(body=SPAM)
        same("tempfail", (reply.final, reply.text[:9]), ("y", "451 4.7.1"))
    with Daemon("thresholds: {quarantine: 6}") as daemon:
        reply = daemon.client().begin().message(body=SPAM)
        same("quarantine", (reply.final, reply.quarantine()), ("c", "steelyard: score 6.000"))
        client = daemon.client().negotiate(actions=ADDHDRS | CHGHDRS)
        client.connect()
        reply = client.message(body=SPAM)
        same("no quarantine there", (reply.final, reply.quarantine()), ("c", None))
        same("tagged instead", daemon.messages(2)[1]["action"], "tag")
    with Daemon("thresholds: {discard: 6}\nallow_discard: true") as daemon:
        same("discard", daemon.client().begin().message(body=SPAM).final, "d")
    with Daemon("thresholds: {subject: 6}") as daemon:
        reply = daemon.client().begin().message([("Subject", " old")], SPAM)
        same("subject", [c for c in reply.changed() if c[1] == "Subject"], [(1, "Subject", " [SPAM] old")])


def test_authenticated():
    """authenticated senders can be let through unscanned"""
    with Daemon("authenticated: skip") as daemon:
        client = daemon.client().begin()
        client.macros("M", i="Q1", auth_authen="user")
        client.mail()
        client.rcpt()
        client.content([("Subject", " x")], SPAM)
        same("answer", client.eom().final, "c")
        same("skipped", daemon.messages(1)[0].get("skipped"), "yes")
        client.message(body=SPAM)
        same("the next is not", daemon.messages(2)[1]["hits"], "SPAMMY:6.000")


def test_max_connections():
    """one session too many gets the fail action"""
    for action, want in (("tempfail", "t"), ("accept", "a")):
        with Daemon("max_connections: 2\nfail_action: " + action) as daemon:
            held = [daemon.client().begin() for _ in range(2)]
            third = daemon.client().negotiate()
            same("third with " + action, third.connect().final, want)
            third.close()
            daemon.wait_status(sessions_now=2, failed_connections=1)
            held[0].close()
            daemon.wait_status(sessions_now=1)
            same("room again", daemon.client().begin().message().final, "c")


def test_memory_total():
    """messages that together pass memory_total get the fail action"""
    for action, want in (("tempfail", "t"), ("accept", "a")):
        with Daemon("memory_total: 16 MB\nsize_limit: 40 MB\nfail_action: " + action) as daemon:
            client = daemon.client().begin()
            reply = client.message([("X-Spam-Flag", " NO")], b"x" * (20 << 20))
            same("too large", reply.final, want)
            if action == "accept":
                same("the forged copy goes", reply.changed(), [(1, "X-Spam-Flag", "")])
            daemon.wait_status(memory_used=0, failed_memory=1)
            same("the next", client.message(body=SPAM).final, "c")


def test_field_flood():
    """so many copies of our fields that removing them would bring the MTA down: tempfail, whatever the fail action"""
    for action in ("tempfail", "accept"):
        with Daemon("fail_action: " + action) as daemon:
            client = daemon.client().begin()
            same("at the limit", client.message([("X-Spam-Flag", " NO")] * 500, SPAM).final, "c")
            same("beyond", client.message([("X-Spam-Flag", " NO")] * 30000, SPAM).final, "t")
            same("failed", daemon.messages(2)[1]["failed"], "fields")
            daemon.wait_status(memory_used=0, failed_fields=1)
            same("the next", client.message(body=SPAM).final, "c")


def test_bad_reload():
    """a file with a mistake is refused and told, the old ruleset stays"""
    with Daemon() as daemon:
        before = daemon.status()["ruleset"]
        client = daemon.client().begin()
        daemon.rules.write_text(RULES + "  BROKEN:\n    full: '/(/'\n    score: 1\n    describe: x\n")
        daemon.signal(signal.SIGHUP)
        wait_for("refusal", lambda: daemon.events("reload"))
        same("place", any("rules.yaml:6:" in e["text"] for e in daemon.events("configuration")), True)
        same("ruleset", daemon.status()["ruleset"], before)
        same("by control", daemon.control("reload")[0], "error")
        same("its text", "rules.yaml:6:" in daemon.control("reload")[1], True)
        same("session lives", client.message(body=SPAM).final, "c")
        daemon.config.write_text("nonsense: 1\n")
        first, rest = daemon.control("reload")
        same("bad configuration", (first, "steelyard.yaml:1:1: error" in rest), ("error", True))
        same("score", daemon.messages(1)[0]["score"], "6.000")


def test_unreadable_reload():
    """a configuration that only root may read is told of at the start, not at the first reload"""
    with Daemon(start=False) as daemon:
        daemon.config.chmod(0o600)
        if os.geteuid() == 0:
            daemon.start()
            wait_for("warning", lambda: any("a reload will be refused" in line for line in daemon.lines()))
            same("reload", daemon.control("reload")[0], "error")
            same("service", daemon.client().begin().message().final, "c")


def test_good_reload():
    """a message keeps the ruleset that it began with; settings that need a restart are told"""
    with Daemon() as daemon:
        before = daemon.status()["ruleset"]
        client = daemon.client().begin()
        client.envelope()
        daemon.rules.write_text(RULES.replace("6.0", "7.5"))
        daemon.write("scan_slots: 3\nthresholds: {tag: 4}")
        first, rest = daemon.control("reload")
        same("reload", first, "ok")
        same("restart told", "scan_slots has changed" in rest, True)
        after = daemon.status()["ruleset"]
        same("another ruleset", after != before and after in rest, True)
        client.content([("Subject", " x")], SPAM)
        client.eom()
        client.message(body=SPAM)
        lines = daemon.messages(2)
        same("first", (lines[0]["ruleset"], lines[0]["score"]), (before, "6.000"))
        same("second", (lines[1]["ruleset"], lines[1]["score"], lines[1]["required"]), (after, "7.500", "4.000"))


def test_reload_under_load():
    """20 SIGHUPs while 400 messages pass: each by one ruleset or the other"""
    with Daemon() as daemon:
        def send():
            client = MilterClient(daemon.address).begin()
            for _ in range(100):
                finals.append(client.message(body=SPAM).final)
            client.close()
        finals = []
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for turn in range(20):
            daemon.replace_rules(RULES.replace("6.0", "7.5" if turn % 2 == 0 else "6.0"))
            daemon.signal(signal.SIGHUP)
        for thread in threads:
            thread.join()
        same("answers", finals, ["c"] * 400)
        pairs = {(m["ruleset"], m["score"]) for m in daemon.messages(400)}
        same("never a mix: %r" % pairs, len(pairs) in (1, 2) and len({r for r, _ in pairs}) == len(pairs), True)


def test_drain():
    """SIGTERM with 20 messages half sent: all get a verdict, a 21st the fail action, exit 0"""
    with Daemon() as daemon:
        clients = [daemon.client().begin() for _ in range(20)]
        idle = daemon.client().begin()
        for client in clients:
            client.envelope()
            client.header("Subject", " half")
            client.eoh()
            client.body(SPAM)
        daemon.signal(signal.SIGTERM)
        daemon.wait_status(draining=True)
        late = daemon.client().negotiate()
        same("a new session", late.connect().final, "t")
        same("a new message", idle.envelope().final, "t")
        daemon.signal(signal.SIGHUP)
        same("still there", daemon.process.poll(), None)
        for client in clients:
            reply = client.eom()
            same("verdict", (reply.final, "X-Spam-Flag" in [n for _, n, _ in reply.inserted()]), ("c", True))
        same("exit", daemon.process.wait(30), 0)
        same("logged", len(daemon.events("message")), 20)


def test_signal_at_start():
    """signals that come while libmilter still starts its threads are ours all the same"""
    for _ in range(20):
        with Daemon() as daemon:
            daemon.signal(signal.SIGHUP)
            daemon.signal(signal.SIGTERM)
            same("exit", daemon.process.wait(4), 0)


def test_drain_timeout():
    """a message that never ends does not hold up the end"""
    with Daemon("drain_timeout: 100ms") as daemon:
        client = daemon.client().begin()
        client.envelope()
        daemon.signal(signal.SIGTERM)
        same("exit", daemon.process.wait(30), 0)
        same("told", any("1 messages got no answer" in e["text"] for e in daemon.events("drain")), True)


def test_broken_connections():
    """sessions that break anywhere leave nothing behind"""
    with Daemon() as daemon:
        for steps in range(8):
            client = daemon.client()
            words = [client.negotiate, client.connect, client.helo, client.mail, client.rcpt,
                     lambda: client.header("Subject", " x"), client.eoh,
                     lambda: client.body(b"x" * 60000)]
            for word in words[:steps + 1]:
                word()
            client.socket.close()
        daemon.client().socket.close()
        daemon.wait_status(sessions_now=0, messages_now=0, memory_used=0)
        same("service", daemon.client().begin().message().final, "c")


def test_wrong_protocol():
    """bytes that are not milter's, and words out of their order"""
    with Daemon() as daemon:
        for junk in (b"GET / HTTP/1.0\r\n\r\n", b"\xff\xff\xff\xffO", b"\0\0\0\0", struct.pack(">I", 13) + b"O\0"):
            client = daemon.client()
            client.socket.sendall(junk)
            client.socket.close()
        for letter, data in (("E", b""), ("B", b"x"), ("L", b"a\0b\0"), ("R", b"<a>\0"), ("L", b"a"), ("C", b"x\0"),
                             ("M", b"")):
            client = daemon.client().negotiate()
            client.send(letter, data)
            client.socket.shutdown(socket.SHUT_WR)
            try:
                while True:
                    client.packet()
            except (Closed, OSError):
                pass
        daemon.wait_status(sessions_now=0, messages_now=0, memory_used=0)
        same("service", daemon.client().begin().message().final, "c")


def test_many_recipients():
    """10,000 recipients and 20,000 fields of our names in one message"""
    with Daemon() as daemon:
        client = daemon.client().begin()
        client.macros("M", i="Q")
        client.mail()
        for number in range(10000):
            client.rcpt("<user%d@example.net>" % number)
        for number in range(20000):
            client.header("X-Other-%d" % number, " 1")
            if number % 100 == 0:
                client.header("X-Spam-%d" % (number % 500), " 1")
        client.eoh()
        reply = client.eom()
        same("answer", reply.final, "c")
        same("removed", len(reply.changed()), 200)
        same("recipients", daemon.messages(1)[0]["rcpt_count"], "10000")


def test_sockets():
    """permissions, a stale socket, one in use, a file in the way"""
    with Daemon("socket_mode: 0640") as daemon:
        same("mode", stat.S_IMODE(os.stat(daemon.address).st_mode), 0o640)
        other = daemon.run("-f")
        same("in use", (other.returncode, "another process listens" in other.stderr), (75, True))
        daemon.process.kill()
        daemon.process.wait()
        same("stale", os.path.exists(daemon.address), True)
        daemon.log.unlink()
        daemon.start()
        same("service", daemon.client().begin().message().final, "c")
        same("exit", daemon.stop(), 0)
        same("removed", os.path.exists(daemon.address), False)
        with open(daemon.address, "w", encoding="ascii"):
            pass
        other = daemon.run("-f")
        same("a file", (other.returncode, "not a socket" in other.stderr), (75, True))


def test_failed_start():
    """a start that fails at its last step leaves nothing behind"""
    with Daemon() as daemon, Daemon(start=False) as other:
        text = other.config.read_text()
        other.config.write_text(text.replace("%s/control.sock" % other.folder,
                                             "%s/control.sock" % daemon.folder))
        same("status", other.run().returncode, 75)
        same("socket", os.path.exists(other.address), False)
        same("pid file", (other.folder / "pid").exists(), False)
        same("the first one's", daemon.control("status")[0], "ok")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_inet():
    """inet on the loopback; a warning on any other address"""
    port = free_port()
    with Daemon(listen="['inet:%d@127.0.0.1']" % port) as daemon:
        same("answer", MilterClient(("127.0.0.1", port)).begin().message().final, "c")
        same("no warning", any("not the loopback" in line for line in daemon.lines()), False)
    port = free_port()
    with Daemon(listen="['inet:%d@0.0.0.0']" % port) as daemon:
        wait_for("warning", lambda: any("not the loopback" in line for line in daemon.lines()))


def test_fd():
    """a descriptor handed over by whoever starts the daemon"""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(5)
        os.set_inheritable(s.fileno(), True)
        with Daemon(listen="['fd:%d']" % s.fileno(), pass_fds=(s.fileno(),)):
            same("answer", MilterClient(s.getsockname()).begin().message().final, "c")
    with Daemon(listen="['fd:77']", start=False) as daemon:
        other = daemon.run("-f")
        same("none there", (other.returncode, "fd:77" in other.stderr), (75, True))


def test_usage():
    """options, -t, and configurations that cannot be"""
    version = subprocess.run([str(PROGRAM), "-V"], capture_output=True, text=True, check=False)
    same("version", (version.returncode, version.stdout.split()[0]), (0, "steelyardd"))
    for arguments in (["-x"], ["--now", "soon"], ["extra"]):
        same("usage %r" % arguments, subprocess.run([str(PROGRAM)] + arguments, capture_output=True).returncode, 2)
    with Daemon(start=False) as daemon:
        same("-t", daemon.run("-t").returncode, 0)
        daemon.write("size_limit: lots")
        bad = daemon.run("-t")
        same("-t bad", (bad.returncode, "steelyard.yaml:7:" in bad.stderr), (2, True))
        same("start", daemon.run("-f").returncode, 2)
        daemon.listen = "['unix:%s', 'inet:1@127.0.0.1']" % daemon.address
        daemon.write("")
        bad = daemon.run("-t")
        same("two sockets", (bad.returncode, "steelyard.yaml:1:" in bad.stderr), (2, True))


def test_background():
    """in the background: ready when the parent ends, pid file, SIGTERM by it"""
    with Daemon(start=False) as daemon:
        with open(daemon.log, "ab") as log:
            same("start", subprocess.run(daemon.command(), stdout=log, stderr=log, timeout=60).returncode, 0)
        pid = int((daemon.folder / "pid").read_text())
        try:
            same("answer", daemon.client().begin().message().final, "c")
            second = daemon.run()
            same("second", (second.returncode, "another steelyardd" in second.stderr), (75, True))
        finally:
            os.kill(pid, signal.SIGTERM)
        wait_for("the end", lambda: not (daemon.folder / "pid").exists())
        wait_for("the end of the process", lambda: not os.path.exists("/proc/%d" % pid))


def test_now():
    """--now stops the clock that rules and log see"""
    with Daemon(arguments=["--now", "1000000000"]) as daemon:
        daemon.client().begin().message()
        same("time", daemon.messages(1)[0]["time"], "2001-09-09T01:46:40.000000Z")


COUNTED = r"""rules:
  SPAMMY: {full: '/MAKE MONEY/', score: 6.0, describe: Promises money}
  HALVES: {body: '/half (?:price|hour)/i', tags: [multiple], maxhits: 3, score: 0.25, describe: Halves}
  CAPITALS: {body: '/[A-Z]{4}/', tags: [multiple], maxhits: 20, score: 0.1, describe: Capitals}
  GAPS: {body: '/m[ _.]?o[ _.]?n[ _.]?e[ _.]?y/i', score: 0.7, describe: Letters with gaps}
  RAW: {rawbody: '/<b>|<i>/', tags: [multiple], score: 0.01, describe: Marks}
  LINK: {uri: '/example/', score: 0.5, describe: A link}
  WORDS: {header: 'Subject =~ /\\b(?:offer|price)/i', score: 1.1, describe: The Subject offers}
  NOWHERE: {body: '/nobody ever writes this/', score: 9.0, describe: Does not hit}
"""
COUNTED_MAIL = (
    ([("Subject", " hello")], b"Hello\r\n"),
    ([("Subject", " an OFFER")], b"half price, HALF HOUR, half price, Half price: m o n e y\r\n"),
    ([("Subject", " prices"), ("Content-Type", " text/html")],
     b"<b>MAKE MONEY FAST</b> <i>at</i> <a href='http://www.example.com/'>half price</a>" + b" WORD" * 30 + b"\r\n"),
    ([], b"\xe9\x00MAKE MONEY\r\n" * 3),
    ([("Subject", " " + "offer " * 50)], b"half price. " * 3000),
)


def test_no_prefilter():
    """--no-prefilter changes no hit, no count and no score"""
    told = {}
    for arguments in ((), ("--no-prefilter",)):
        with Daemon(rules=COUNTED, arguments=arguments) as daemon:
            for headers, body in COUNTED_MAIL:
                daemon.client().begin().message(headers, body)
            told[arguments] = [(one["score"], one["hits"]) for one in daemon.messages(len(COUNTED_MAIL))]
            same("told at the start", daemon.events("start")[0]["prefilter"], "off" if arguments else "on")
            same("told by status", daemon.status()["prefilter"], not arguments)
    same("scores and hits", told[()], told[("--no-prefilter",)])
    same("messages that hit", sum(score != "0.000" for score, _ in told[()]), len(COUNTED_MAIL) - 1)


def test_control():
    """status as text, unknown requests, a client that says nothing; SIGUSR1 does nothing"""
    with Daemon() as daemon:
        first, rest = daemon.control("status")
        same("status", (first, rest.splitlines()[0].split()[0]), ("ok", "version"))
        names = [line.split(" ", 1)[0] for line in rest.splitlines()]
        same("the same names", names, list(daemon.status()))
        same("unknown", daemon.control("shutdown")[0], "error")
        same("too long", daemon.control("x" * 255)[0], "error")
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(daemon.folder / "control.sock"))
        with socket.socket(socket.AF_UNIX) as slow:
            slow.connect(str(daemon.folder / "control.sock"))
            slow.settimeout(0.2)
            sent, data = 0, b""
            while not data and sent < 250:
                slow.sendall(b"x")
                sent += 1
                try:
                    data = slow.recv(64)
                except TimeoutError:
                    pass
            same("a client that drips is answered in time", (data[:5], sent < 60), (b"error", True))
        daemon.signal(signal.SIGUSR1)
        same("jit", daemon.status()["jit"], True)


def test_time_limit():
    """a scan over time_limit is incomplete, and on_incomplete decides"""
    slow = "rules:\n" + "".join(
        "  SLOW_%d:\n    full: '/(?:a|aa)+$(?<!a|%d)/'\n    score: 1\n    describe: Never ends\n" % (i, i) for i in range(9))
    settings = "time_limit: 20ms\nmatch_limit: 100000000\non_incomplete: %s"
    for how, want in (("verdict", "c"), ("pass", "c"), ("tag", "c"), ("tempfail", "y")):
        with Daemon(settings % how, rules=slow) as daemon:
            reply = daemon.client().begin().message(body=(b"a" * 60 + b"\r\n") * 20000)
            same("answer of " + how, reply.final, want)
            same("incomplete", daemon.messages(1)[0]["incomplete"], "yes")
            same("marked by " + how, "X-Spam-Flag" in [n for _, n, _ in reply.inserted()], how == "tag")


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
