#!/usr/bin/python3
"""steelyardd follows a channel: rules come, change and go without a restart; nothing unverified is ever live

Publisher, Redis and daemon are the real ones.
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from feed_bench import (CHANNEL, HEAD, KEYS, LOG, POLICY, SNAPSHOT, STEELYARD, Follower, Publisher, feeds,  # noqa: E402
                        rule, with_redis)
from steelyardd import wait_for  # noqa: E402
from tap import same  # noqa: E402
from tls_redis import TlsRedis  # noqa: E402


def test_publish():
    """a rule that is published scores mail on a connection that was there before; it changes, and goes"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            daemon.wait_feed(connected=True)
            client = daemon.client().begin()
            client.message(body=b"buy spam now\r\n")
            same("before", daemon.messages(1)[0]["hits"], "")
            publisher.publish(rule("COMM_SPAM", "buy spam"), "--note", "seen today")
            daemon.wait_feed(sequence=1, live=1)
            client.message(body=b"buy spam now\r\n")
            same("after", daemon.messages(2)[1]["hits"], "COMM_SPAM:1.000")
            publisher.publish("", "--score", "COMM_SPAM=2.5")
            daemon.wait_feed(sequence=2)
            client.message(body=b"buy spam now\r\n")
            same("another score", daemon.messages(3)[2]["hits"], "COMM_SPAM:2.500")
            publisher.publish("", "--remove", "COMM_SPAM")
            daemon.wait_feed(sequence=3, live=0)
            client.message(body=b"buy spam now\r\n")
            same("gone", daemon.messages(4)[3]["hits"], "")
            told = [event for event in daemon.events("feed") if event.get("rule") == "COMM_SPAM"]
            same("origin in the log", (told[0]["sequence"], told[0]["note"], told[0]["state"]),
                 ("1", "seen today", "live"))
            client.close()
            daemon.clients.remove(client)
    with_redis(scenario)


def test_metas():
    """metas read their channel's sub-rules, and count with them"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish("  __COMM_A: {body: '/alpha/'}\n  __COMM_B: {body: '/beta/'}\n"
                              "  COMM_AB: {meta: '__COMM_A && __COMM_B', score: 2, describe: Both}\n")
            daemon.wait_feed(sequence=1, live=3)
            same("both", daemon.hits("alpha beta"), {"COMM_AB": "2.000"})
            same("one", daemon.hits("alpha"), {})
            publisher.publish("  __COMM_B: {body: '/gamma/'}\n")
            daemon.wait_feed(sequence=2)
            same("another sub-rule", daemon.hits("alpha gamma"), {"COMM_AB": "2.000"})
            same("the old one", daemon.hits("alpha beta"), {})
    with_redis(scenario)


def test_max_total():
    """a channel adds no more to a message than its policy lets it"""
    def scenario(redis, publisher):
        more = ", policy: {prefix: COMM_, max_total: 4.0}"
        with Follower(publisher, redis, more) as daemon:
            publisher.publish("".join(rule("COMM_%d" % n, "word%d" % n, "2.0") for n in range(4)))
            daemon.wait_feed(sequence=1, live=4)
            daemon.send("word0 word1 word2 word3")
            same("score", daemon.messages(1)[0]["score"], "4.000")
    with_redis(scenario)


def test_policy():
    """rules beyond the policy are refused, each with its reason, and the others of the entry are taken"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_GOOD", "good") + rule("COMM_DEAR", "dear", "9.0") + rule("OTHER", "other") +
                              "  COMM_FULL: {full: '/x/', score: 1, describe: Full}\n"
                              "  COMM_SLOW: {body: '/(?:a+)+b/', score: 1, describe: Slow}\n"
                              "  COMM_ENDS: {body: '/ends/', shortcircuit: spam, score: 1, describe: Ends}\n")
            daemon.wait_feed(sequence=1, live=1, refused=5)
            reasons = {row["rule"]: row.get("reason") for row in daemon.feed()["rules"]}
            same("reasons", reasons, {"COMM_GOOD": None, "COMM_DEAR": "score", "OTHER": "name", "COMM_FULL": "kind",
                                      "COMM_SLOW": "steps", "COMM_ENDS": "means"})
            same("hits", daemon.hits("good dear other ends"), {"COMM_GOOD": "1.000"})
            text = daemon.control("feed status")[1]
            assert "COMM_DEAR refused" in text and "reason=score" in text, text
            publisher.publish("", "--score", "COMM_DEAR=2")
            daemon.wait_feed(sequence=2, live=2)
            same("taken now", daemon.hits("dear"), {"COMM_DEAR": "2.000"})
    with_redis(scenario)


def test_not_of_others():
    """a feed replaces no rule of another layer, even where its prefix would let it"""
    def scenario(redis, publisher):
        rules = "rules:\n  COMM_OURS: {body: '/ours/', score: 1.5, describe: Ours}\n"
        with Follower(publisher, redis, rules=rules) as daemon:
            publisher.publish(rule("COMM_OURS", "theirs", "3.0"))
            daemon.wait_feed(sequence=1, refused=1)
            same("ours", daemon.hits("ours theirs"), {"COMM_OURS": "1.500"})
    with_redis(scenario)


def test_redis_restarts():
    """a Redis that dies and comes back, with its data or without, takes nothing away"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1)
            redis.kill()
            daemon.wait_feed(connected=False, fault="unreachable", sequence=1, live=1)
            same("without Redis", daemon.hits("alpha"), {"COMM_A": "1.000"})
            redis.start()
            daemon.wait_feed(60, connected=True, sequence=1, live=1)
            same("an empty Redis", daemon.hits("alpha"), {"COMM_A": "1.000"})
            # The publisher has its entries and sends them again.
            publisher.feed("keyset", "sign", "--key", publisher.key("root"))
            publisher.publish(rule("COMM_B", "beta"))
            daemon.wait_feed(60, sequence=2, live=2)
            same("goes on", daemon.hits("beta"), {"COMM_B": "1.000"})
    with_redis(scenario)


def test_late_password():
    """a password's file that comes after the daemon's start is read then"""
    def scenario(redis, publisher):
        path = publisher.key("password")
        os.chmod(publisher.folder, 0o711)  # the daemon is nobody
        with Follower(publisher, redis, ", password_file: '%s'%s" % (path, POLICY)) as daemon:
            daemon.wait_feed(connected=False, fault="unreachable")
            assert str(path) in daemon.feed()["text"], daemon.feed()
            with open(path + ".new", "w", encoding="ascii") as file:
                os.chmod(file.name, 0o600)
                file.write("default any\n")
            if os.geteuid() == 0:
                shutil.chown(path + ".new", "nobody")
            os.rename(path + ".new", path)
            daemon.wait_feed(connected=True)
    with_redis(scenario)


def test_tls():
    """over TLS: of an authority that ca_file names, by daemon and command, and of no other"""
    with TlsRedis() as redis, contextlib.closing(Publisher(redis)) as publisher:
        ca = str(publisher.folder / "ca.pem")
        os.chmod(publisher.folder, 0o711)  # the daemon is nobody
        shutil.copy(redis.ca, ca)
        with Follower(publisher, redis.tls_url(), POLICY) as daemon:
            daemon.wait_feed(connected=False, fault="unreachable")
            assert "TLS: " in daemon.feed()["text"], daemon.feed()
            daemon.feed_settings = lambda: feeds(publisher, redis.tls_url(), ", ca_file: '%s'%s" % (ca, POLICY))
            daemon.configure()
            same("reload", daemon.control("reload")[0], "ok")
            daemon.wait_feed(connected=True)
            words = ["--channel", CHANNEL, "--state", str(publisher.folder / "state"), "--redis", redis.tls_url()]
            rules = publisher.folder / "rules.yaml"
            rules.write_text("rules:\n" + rule("COMM_SEALED", "sealed"))
            publish = ["publish", "--key", publisher.key("entry"), *words, str(rules)]
            publisher.run(*publish, want=75)
            publisher.run(*publish, "--ca-file", ca)
            daemon.wait_feed(sequence=1, live=1)
            same("hits", daemon.hits("sealed"), {"COMM_SEALED": "1.000"})


def test_journal():
    """a daemon that starts without Redis has the rules of its journal; so has steelyard check"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha"), "--note", "why")
            daemon.wait_feed(sequence=1)
            publisher.publish(rule("COMM_B", "beta"))
            daemon.wait_feed(sequence=2)
            # What is live already may still be on its way into the journal.
            wait_for("COMM_B in the journal", lambda: "COMM_B" in subprocess.run(
                [STEELYARD, "rules", "-c", str(daemon.config)], capture_output=True, text=True, timeout=60,
                check=True).stdout)
            daemon.process.kill()
            daemon.process.wait()
            redis.stop()
            daemon.log.unlink()
            daemon.start()
            same("at once", daemon.hits("alpha beta"), {"COMM_A": "1.000", "COMM_B": "1.000"})
            same("sequence", daemon.feed()["sequence"], 2)
            message = daemon.folder / "message"
            message.write_text("From: a@example.com\nSubject: x\n\nalpha\n")
            done = subprocess.run([STEELYARD, "check", "-c", str(daemon.config), "--json", "--explain", str(message)],
                                  capture_output=True, text=True, timeout=60, check=True)
            hit = json.loads(done.stdout)["hits"][0]
            same("check", hit["rule"], "COMM_A")
            same("origin", (hit["feed"]["channel"], hit["feed"]["sequence"], hit["feed"]["note"]),
                 ("community", 1, "why"))
            done = subprocess.run([STEELYARD, "rules", "-c", str(daemon.config), "COMM_A"],
                                  capture_output=True, text=True, timeout=60, check=True)
            assert "community entry 1 by " in done.stdout and ": why" in done.stdout, done.stdout
            done = subprocess.run([STEELYARD, "check", "-c", str(daemon.config), "--explain", str(message)],
                                  capture_output=True, text=True, timeout=60, check=True)
            assert "feed community entry 1 by " in done.stdout, done.stdout
    with_redis(scenario)


def test_altered():
    """what is put into Redis past the publisher is refused by its reason; the daemon goes on"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1)
            entry = redis.command("XRANGE", LOG, "-", "+")[0][1][1]
            cases = [("replayed", entry), ("malformed", b"steelyard-entry-1\nnonsense 1\n\n" + 64 * b"x"),
                     ("signature", entry[:-1] + bytes([entry[-1] ^ 1])),
                     ("truncated", entry[:-70])]
            for fault, data in cases:
                redis.command("DEL", LOG)
                redis.command("XADD", LOG, "1-0", "e", entry)
                redis.command("XADD", LOG, "2-0", "e", data)
                wait_for("fault " + fault, lambda: daemon.feed()["fault"] == fault)
                same("sequence", daemon.feed()["sequence"], 1)
            redis.command("DEL", LOG)
            redis.command("XADD", LOG, "1-0", "e", entry)
            foreign = redis.command("XADD", LOG, "*", "x", "y")
            wait_for("a foreign item", lambda: "XDEL" in str(daemon.feed().get("text")))
            same("fault", daemon.feed()["fault"], "malformed")
            redis.command("XDEL", LOG, foreign)
            wait_for("peace", lambda: daemon.feed()["fault"] in ("none", None))
            redis.command("DEL", LOG)
            for key in (KEYS, HEAD, SNAPSHOT):
                redis.command("SET", key, b"rubbish")
            wait_for("a fault of the keyset", lambda: daemon.feed()["fault"] == "truncated")
            same("hits", daemon.hits("alpha"), {"COMM_A": "1.000"})
            assert any(event.get("fault") == "signature" for event in daemon.events("feed"))
    with_redis(scenario)


def test_reload():
    """a reload keeps the channel's rules; another policy judges them anew; without feeds they go"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha", "2.0"))
            daemon.wait_feed(sequence=1)
            same("reload", daemon.control("reload")[0], "ok")
            same("kept", daemon.hits("alpha"), {"COMM_A": "2.000"})
            daemon.configure(feeds(publisher, redis, ", policy: {prefix: COMM_, max_score: 1.0}"))
            same("reload", daemon.control("reload")[0], "ok")
            same("judged anew", daemon.hits("alpha"), {})
            same("reason", daemon.rule("COMM_A")["reason"], "score")
            daemon.configure()
            same("reload", daemon.control("reload")[0], "ok")
            same("back", daemon.hits("alpha"), {"COMM_A": "2.000"})
            publisher.publish(rule("COMM_B", "beta"))
            daemon.wait_feed(sequence=2, live=2)
            daemon.configure("feeds: []")
            same("reload", daemon.control("reload")[0], "ok")
            same("gone", daemon.hits("alpha beta"), {})
    with_redis(scenario)


def test_decisions():
    """the postmaster mutes and promotes; his word outlives a restart and a new version"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1)
            command = [STEELYARD, "feed", "mute", "-c", str(daemon.config), "COMM_A"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            same("mute", (done.returncode, done.stdout), (0, "COMM_A is muted\n"))
            same("muted", (daemon.hits("alpha"), daemon.rule("COMM_A")["state"]), ({}, "muted"))
            wait_for("a counted hit", lambda: daemon.rule("COMM_A")["hits"] == 1)
            same("restart", daemon.stop(), 0)
            message = daemon.folder / "message"
            message.write_text("From: a@example.com\nSubject: x\n\nalpha\n")
            done = subprocess.run([STEELYARD, "check", "-c", str(daemon.config), "--json", str(message)],
                                  capture_output=True, text=True, timeout=60, check=True)
            found = json.loads(done.stdout)
            same("check", (found["hits"], found["shadow"]), ([], [{"rule": "COMM_A", "count": 1}]))
            daemon.log.unlink()
            daemon.start()
            same("still", (daemon.hits("alpha"), daemon.rule("COMM_A")["state"]), ({}, "muted"))
            publisher.publish(rule("COMM_A", "alpha", "1.5"))
            daemon.wait_feed(sequence=2)
            same("a new version", daemon.hits("alpha"), {})
            same("promote", daemon.control("feed promote COMM_A"), ("ok", "COMM_A is promoted\n"))
            same("scores", daemon.hits("alpha"), {"COMM_A": "1.500"})
            same("unknown", daemon.control("feed mute COMM_X"), ("error", "no channel has a rule COMM_X\n"))
            done = subprocess.run([STEELYARD, "feed", "status", "-c", str(daemon.config)], capture_output=True,
                                  text=True, timeout=60, check=True)
            assert done.stdout.startswith("community following sequence=2 "), done.stdout
    with_redis(scenario)


def test_guard():
    """a rule that hits users' mail of three domains falls to shadow, with queue ids; one domain alone mutes nothing, whatever its subdomains"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1)
            for number in range(5):
                daemon.send("alpha", queue_id="S%d" % number, user="me@%s.a.example" % ("x" * (number + 1)))
            wait_for("five hits", lambda: daemon.rule("COMM_A")["hits"] == 5)
            same("one domain", (daemon.rule("COMM_A")["state"], daemon.rule("COMM_A")["good"]), ("live", 1))
            daemon.send("alpha", queue_id="T1", user="you@b.example")
            daemon.send("alpha", queue_id="T2", user="they@c.example")
            wait_for("shadow", lambda: daemon.rule("COMM_A")["state"] == "good-mail")
            same("shadow", daemon.hits("alpha"), {})
            same("examples", daemon.rule("COMM_A")["examples"], ["S0", "T1", "T2"])
            told = [event for event in daemon.events("feed") if event.get("state") == "good-mail" and "good" in event]
            same("log", (told[0]["rule"], told[0]["good"]), ("COMM_A", "3"))
            same("metric", daemon.status()["feed_muted"], 1)
    with_redis(scenario)


TABLE = "".join("%s TXT \"v=spf1 ip4:203.0.113.5 -all\"\n_dmarc.%s TXT \"v=DMARC1; p=reject\"\n" % (name, name)
                for name in ("a.example", "b.example", "c.example", "d.example"))


def test_guard_dmarc():
    """so does one that hits mail of welcome senders that passes DMARC; no other's, and none that fails it"""
    def scenario(redis, publisher):
        welcome = "welcome: [%s]\n" % ", ".join("{from: '*@%s.example', require: dmarc}" % name for name in "abc")
        with Follower(publisher, redis, settings=welcome, dns=TABLE) as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1)
            for number, name in enumerate("abc"):
                daemon.send("alpha", queue_id="N%d" % number, sender="x@d.example")  # nobody welcomes it
                daemon.send("alpha", queue_id="F%d" % number, sender="x@%s.example" % name, address="203.0.113.6")
            wait_for("six hits", lambda: daemon.rule("COMM_A")["hits"] == 6)
            same("not good", (daemon.rule("COMM_A")["state"], daemon.rule("COMM_A")["good"]), ("live", 0))
            for number, name in enumerate("abc"):
                daemon.send("alpha", queue_id="G%d" % number, sender="x@%s.example" % name)
            wait_for("shadow", lambda: daemon.rule("COMM_A")["state"] == "good-mail")
            same("examples", daemon.rule("COMM_A")["examples"], ["G0", "G1", "G2"])
            same("scores no more", daemon.hits("alpha"), {})
    with_redis(scenario)


def test_limit():
    """a rule whose pattern reaches its limit in three messages falls to shadow, and in two it does not"""
    def scenario(redis, publisher):
        with Follower(publisher, redis) as daemon:
            # Dear on a text that a trial does not have.
            publisher.publish("  COMM_SLOW: {body: '/(?:z+)+x/', score: 1, describe: Slow}\n" + rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1, live=2)
            slow = "alpha " + "z" * 60 + " x"
            same("no hit", [daemon.hits(slow) for _ in range(2)], [{"COMM_A": "1.000"}] * 2)
            wait_for("two counted", lambda: daemon.rule("COMM_A")["hits"] == 2)
            same("two", daemon.rule("COMM_SLOW")["state"], "live")
            daemon.send(slow)
            wait_for("shadow", lambda: daemon.rule("COMM_SLOW")["state"] == "limit")
            told = [event for event in daemon.events("feed") if event.get("state") == "limit"]
            same("log", told[0]["rule"], "COMM_SLOW")
            same("scores no more", daemon.hits("zx"), {})
    with_redis(scenario)


def test_shadow():
    """a new rule only counts while its time in shadow runs, and scores by itself when it is over"""
    def scenario(redis, publisher):
        with Follower(publisher, redis, POLICY + ", shadow: 5s") as daemon:
            publisher.publish(rule("COMM_A", "alpha"))
            daemon.wait_feed(sequence=1, shadow=1)
            same("shadow", daemon.hits("alpha"), {})
            daemon.wait_feed(live=1, shadow=0)
            same("live", daemon.hits("alpha"), {"COMM_A": "1.000"})
    with_redis(scenario)


def test_snapshot():
    """a new subscriber begins with the snapshot where the log is trimmed"""
    def scenario(redis, publisher):
        for number in range(4):
            publisher.publish(rule("COMM_%d" % number, "word%d" % number))
        publisher.feed("snapshot", "--key", publisher.key("entry"))
        publisher.publish(rule("COMM_9", "word9"))
        redis.command("XTRIM", LOG, "MINID", "4-0")
        with Follower(publisher, redis) as daemon:
            daemon.wait_feed(sequence=5, live=5, snapshot=4)
            same("hits", sorted(daemon.hits("word0 word3 word9")), ["COMM_0", "COMM_3", "COMM_9"])
    with_redis(scenario)


def test_head():
    """status tells the head's age"""
    def scenario(redis, publisher):
        publisher.publish(rule("COMM_A", "alpha"))
        publisher.head()
        with Follower(publisher, redis) as daemon:
            daemon.wait_feed(sequence=1, head=1, fault="none")
            assert 0 <= daemon.feed()["head_age"] < 60, daemon.feed()
    with_redis(scenario)


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
