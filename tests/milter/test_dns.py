#!/usr/bin/python3
"""steelyardd and the DNS: silent servers, slow ones, what the cache saves, what a message waits for

The server is tests/dns/responder.py. Times are printed; what is asserted of
them are the bounds that the settings promise. STEELYARD_LONG=1 takes the
settings' own deadline, and more messages.
"""
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dns"))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from milter_client import MilterClient  # noqa: E402
from responder import Responder  # noqa: E402
from steelyardd import BUILD, Daemon, wait_for  # noqa: E402
from tap import same  # noqa: E402

LONG = os.environ.get("STEELYARD_LONG") == "1"
CLIENT = "203.0.113.5"
REVERSED = "5.113.0.203"
LISTS = 8

TABLE = "".join("%s.l%d.example. A 127.0.0.2\n" % (REVERSED, i) for i in range(LISTS)) + """
%s.in-addr.arpa. PTR mail.example.org.
mail.example.org. A %s
example.org. MX 10 mail.example.org.
example.org. TXT "v=spf1 include:s1.example.org -all"
s1.example.org. TXT "v=spf1 include:s2.example.org -all"
s2.example.org. TXT "v=spf1 include:s3.example.org -all"
s3.example.org. TXT "v=spf1 ip4:%s -all"
""" % (REVERSED, CLIENT, CLIENT)

LIST_RULES = "rules:\n" + "".join(
    "  LIST_%d:\n    function: 'check_rbl(\"l%d\", \"l%d.example.\")'\n    tags: [net]\n    score: 1\n"
    "    describe: Listed\n" % (i, i, i) for i in range(LISTS))
HOST_RULES = """  NO_NAME: {function: check_fcrdns_none(), tags: [net], score: 1, describe: The client has no name}
  NO_MAIL: {function: check_envfrom_no_mail(), tags: [net], score: 1, describe: The sender takes no mail}
  NO_LISTED: {meta: '!LIST_0', score: 1, describe: A meta that is true when a list does not hit}
"""
SPF_RULE = """  SPF_PASS: {function: check_for_spf_pass(), tags: [net], score: 1, describe: The client may send for the sender}
"""


def settings(responder, field=False, **more):
    lines = dict({"servers": "['%s']" % responder, "list_tests": "0s"}, **more)
    # The field of authentication would ask more than the rules, in rounds of its own.
    return "dns: {%s}\nauth: {field: %s}\n" % (
        ", ".join("%s: %s" % line for line in lines.items()), "true" if field else "false")


def send_all(daemon, count, connections, sender=lambda number: "<sender@example.org>"):
    """Sends messages over so many sessions at once; the seconds that each waited, and all together."""
    waits, faults, numbers, lock = [], [], iter(range(count)), threading.Lock()

    def run():
        try:
            client = MilterClient(daemon.address, timeout=120).begin(address=CLIENT)
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    client.close()
                    return
                start = time.monotonic()
                reply = client.message(sender=sender(number), queue_id="Q%d" % number)
                waits.append(time.monotonic() - start)
                if reply.final not in "ca":
                    faults.append("answer %s %s" % (reply.final, reply.text))
        except Exception as fault:  # told of below, by the thread that waits
            faults.append(repr(fault))
            raise

    start = time.monotonic()
    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same("faults", faults, [])
    same("messages answered", len(waits), count)
    return waits, time.monotonic() - start


def check_silence(address, what):
    deadline, timeout = (8, 5) if LONG else (3, 1)
    how = settings(address, field=True, deadline="%ds" % deadline, timeout="%ds" % timeout)
    with Daemon(how, rules=LIST_RULES + HOST_RULES) as daemon:
        waits, whole = send_all(daemon, 200, 20, lambda number: "<sender@d%d.example>" % number)
        print("# %s: 200 messages at 20 connections in %.1f s, the slowest in %.2f s, deadline %d s" %
              (what, whole, max(waits), deadline))
        print("# " + " ".join("%s=%s" % item for item in daemon.status().items() if item[0].startswith("dns_")))
        assert max(waits) < deadline + 1, max(waits)
        assert whole < 2 * deadline, whole
        messages = daemon.messages(200)
        same("scores", {line["score"] for line in messages}, {"0.000"})
        same("hits", {line.get("hits", "") for line in messages}, {""})
        return messages


def test_silent_servers():
    """each message is answered by its deadline, all soon, and none scores on a guess"""
    with Responder(TABLE) as responder:
        responder.silence()
        messages = check_silence(responder.address, "servers are silent")
    lacking = [line.get("notes", "") for line in messages]
    print("# " + lacking[0])
    assert all("LIST_0" in notes or "DNS" in notes.upper() for notes in lacking), lacking[:3]


def test_no_servers():
    """nobody listens where the servers should be: the same, at once"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % taken.getsockname()[1]
    check_silence(address, "no servers")


def test_resolv_conf():
    """the servers of a resolv.conf that changes are asked without a reload, and status names them"""
    with tempfile.TemporaryDirectory() as folder, Responder(TABLE) as first, Responder(TABLE) as second:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "resolv.conf")

        def name(server):
            with open(path + ".new", "w") as new:
                new.write("search example.org\nnameserver %s\n" % server.address)
            os.rename(path + ".new", path)

        name(first)
        senders = ("<sender@d%d.example>" % number for number in itertools.count())
        how = settings("", deadline="2s", servers="[]", resolv_conf="'%s'" % path)
        with Daemon(how, rules="rules:\n" + HOST_RULES) as daemon:
            send_all(daemon, 1, 1, lambda number: next(senders))
            same("servers", daemon.status()["dns_servers"], first.address)
            assert first.questions()
            name(second)

            def asked():
                send_all(daemon, 1, 1, lambda number: next(senders))
                return second.questions()
            wait_for("a question to the new servers", asked)
            same("servers", daemon.status()["dns_servers"], second.address)


def test_silence_ends():
    """when the servers answer again, so do the rules"""
    with Responder(TABLE) as responder:
        with Daemon(settings(responder.address, deadline="2s", timeout="500ms"), rules=LIST_RULES) as daemon:
            responder.silence()
            send_all(daemon, 2, 2)
            same("breaker", daemon.status()["dns_breaker_open"], 1)
            responder.silence(False)

            def scored():
                send_all(daemon, 1, 1)
                return daemon.messages(1)[-1]["score"] == "%d.000" % LISTS
            wait_for("all lists' hits", scored)
            same("breaker", daemon.status()["dns_breaker_open"], 0)


def us_dns(daemon, count, of=min):
    return of(int(line["us_dns"]) for line in daemon.messages(count)) / 1000


def test_latency_of_lists():
    """lists are asked together: one round trip"""
    with Responder(TABLE, latency=30) as responder:
        with Daemon(settings(responder.address), rules=LIST_RULES) as daemon:
            waits, _ = send_all(daemon, 1, 1)
            took = us_dns(daemon, 1)
            print("# %d lists at 30 ms a round trip: the message waited %.1f ms, %.1f round trips" %
                  (LISTS, took, took / 30))
            same("score", daemon.messages(1)[0]["score"], "%d.000" % LISTS)
            assert waits[0] >= 0.03 and took < 1000, (waits, took)
            same("questions", len(responder.questions()), LISTS)


def test_latency_of_spf():
    """SPF takes as many round trips as its chain is long"""
    with Responder(TABLE, latency=30) as responder:
        with Daemon(settings(responder.address), rules=LIST_RULES + SPF_RULE) as daemon:
            waits, _ = send_all(daemon, 1, 1)
            took = us_dns(daemon, 1)
            print("# SPF through 3 includes and %d lists at 30 ms: %.1f ms, %.1f round trips" %
                  (LISTS, took, took / 30))
            same("SPF", "SPF_PASS" in daemon.messages(1)[0]["hits"], True)
            # What the message itself took since MAIL FROM is no wait.
            assert waits[0] >= 4 * 0.03 and took < 2000, (waits, took)


def test_same_sender():
    """a question is asked once, however many messages want its answer"""
    count = 5000 if LONG else 1000
    with Responder(TABLE, latency=30) as responder:
        with Daemon(settings(responder.address), rules=LIST_RULES + HOST_RULES) as daemon:
            waits, whole = send_all(daemon, count, 10)
            status, questions = daemon.status(), responder.questions()
            print("# %d messages of one sender in %.1f s: asked %d, from the cache %d, on the way already %d" %
                  (count, whole, status["dns_asked"], status["dns_cached"], status["dns_coalesced"]))
            same("each question once", len(questions), len(set(questions)))
            same("asked", status["dns_asked"], len(questions))
            same("scores", {line["score"] for line in daemon.messages(count)}, {"%d.000" % LISTS})


def test_given_up():
    """a message goes at its deadline; the answer is there for the next one"""
    rules = ("rules:\n  SLOW: {function: 'check_rbl(\"s\", \"slow.test.\")', tags: [net], score: 1, "
             "describe: Listed slowly}\n")
    with Responder() as responder:
        with Daemon(settings(responder.address, deadline="100ms"), rules=rules) as daemon:
            send_all(daemon, 1, 1)
            same("score", daemon.messages(1)[0]["score"], "0.000")
            wait_for("the answer", lambda: daemon.status()["dns_found"] == 1)
            send_all(daemon, 1, 1)
            same("score of the next", daemon.messages(2)[1]["score"], "1.000")
            same("questions", len(responder.questions()), 1)


def test_reload():
    """a reload keeps the resolver and what it knows, unless its settings changed"""
    with Responder(TABLE) as responder:
        with Daemon(settings(responder.address), rules=LIST_RULES) as daemon:
            send_all(daemon, 1, 1)
            same("asked", daemon.status()["dns_asked"], LISTS)
            same("reload", daemon.control("reload")[0], "ok")
            send_all(daemon, 1, 1)
            same("asked over a reload", daemon.status()["dns_asked"], LISTS)
            same("from the cache", daemon.status()["dns_cached"], LISTS)
            daemon.write(settings(responder.address, timeout="4s"))
            same("reload", daemon.control("reload")[0], "ok")
            send_all(daemon, 1, 1)
            same("asked by another resolver", daemon.status()["dns_cached"], 0)
            same("questions", len(responder.questions()), 2 * LISTS)


def test_record():
    """check --record writes what --dns reads to the same verdict, timeouts too"""
    mail = ("Received: from mail.example.org (mail.example.org [%s])\n\tby mx.example.net; "
            "Sun, 29 Nov 2026 10:00:00 +0000\nFrom: a@example.org\nSubject: x\n\nx\n" % CLIENT).encode()
    rules = LIST_RULES + ("  SLOW: {function: 'check_rbl(\"s\", \"dead.test.\")', tags: [net], score: 1, "
                          "describe: Never}\n")
    with Responder(TABLE) as responder, Daemon(rules=rules, start=False) as daemon:
        daemon.write(settings(responder.address, timeout="300ms", deadline="1s"))
        recorded = str(daemon.folder / "answers")

        def check(*arguments):
            run = subprocess.run([str(BUILD / "steelyard"), "check", "--json", "-c", str(daemon.config), "--client-ip",
                                  CLIENT, "--now", "1796000000"] + list(arguments),
                                 input=mail, capture_output=True, timeout=60)
            same("status (%s)" % run.stderr.decode(), run.returncode, 0)
            verdict = json.loads(run.stdout)
            del verdict["us"]
            return verdict
        live = check("--dns", "live", "--record", recorded)
        asked = len(responder.questions())
        same("score", live["score"], LISTS)
        table = open(recorded, encoding="ascii").read()
        assert "%s.dead.test. A !TIMEOUT\n" % REVERSED in table, table
        again = check("--dns", recorded)
        same("verdict", again, live)
        same("questions", len(responder.questions()), asked)


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
