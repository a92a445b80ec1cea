#!/usr/bin/python3
"""The link against real Redis servers, Sentinel and a Cluster, and against servers that no Redis is.

Each test talks to tests/shared-sync/redis_ping, a link at the end of a pipe. Prints the time of a failover.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.environ.get("TOP_SRCDIR", ".")
sys.path.insert(0, os.path.join(TOP, "tests/milter"))
sys.path.insert(0, os.path.join(TOP, "tests/shared-sync"))
import tap  # noqa: E402
from redis_server import (Cluster, Listener, Proxy, Redis, RedisError, Scripted, Sentinel, free_port,  # noqa: E402
                          program, wait_for)
from tap import same  # noqa: E402
from tls_redis import TlsRedis  # noqa: E402

PING = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/shared-sync/redis_ping")
LOG = "steelyard:{community}:log"
SNAPSHOT = "steelyard:{community}:snapshot"
# As HACKING.md and the manual have them.
SUBSCRIBER = "resetchannels -@all ~steelyard:{community}:* +get +getrange +xread +xrange +xrevrange +role +asking"
PUBLISHER = SUBSCRIBER + " +set +xadd +xtrim"


class Link:
    """A running redis_ping; each method gives (outcome, milliseconds, text)."""

    def __init__(self, *addresses, login=None, ca=None, connect_ms=5000):
        self.login = None
        options = ["-t", str(connect_ms)]
        if login is not None:
            with tempfile.NamedTemporaryFile("w", delete=False) as out:  # of mode 0600
                out.write(login + "\n")
            self.login = out.name
            options += ["-l", self.login]
        if ca is not None:
            options += ["-c", ca]
        self.process = subprocess.Popen([PING] + options + list(addresses), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self):
        outcome, ms, text = self.process.stdout.readline().rstrip("\n").split(" ", 2)
        return outcome, int(ms), text

    def step(self, line):
        self.say(line)
        return self.hear()

    def connect(self):
        return self.step("connect")

    def command(self, line, timeout_ms=5000):
        return self.step("%d %s" % (timeout_ms, line))

    def signal(self, number):
        self.process.send_signal(number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        status = self.process.wait(timeout=30)
        self.process.stdout.close()
        if self.login is not None:
            os.unlink(self.login)
        same("redis_ping's exit status", status, 0)


def has(what, text, part):
    if part not in text:
        raise AssertionError("%s: got %r, want something with %r" % (what, text[:1000], part))


def connected(*addresses, **options):
    link = Link(*addresses, **options)
    same("connect", link.connect()[0], "ok")
    return link


def test_commands():
    """texts, numbers, arrays, nil and errors over TCP and over a unix socket"""
    with Redis() as redis:
        for address in (redis.url, "unix://" + redis.socket):
            redis.command("FLUSHALL")
            with connected(address) as link:
                rows = [("SET a b", "ok", '"OK"'), ("GET a", "ok", '"b"'), ("GET none", "ok", "nil"),
                        ("INCR n", "ok", "1"), ("XADD %s 7-0 e body" % LOG, "ok", '"7-0"'),
                        ("XRANGE %s - +" % LOG, "ok", '[["7-0" ["e" "body"]]]'),
                        ("XREAD COUNT 10 BLOCK 10 STREAMS %s 0-0" % LOG, "ok", '[["%s" [["7-0" ["e" "body"]]]]]' % LOG),
                        ("XREAD BLOCK 10 STREAMS %s 7-0" % LOG, "ok", "nil"),
                        ("SET large @5000000", "ok", '"OK"'), ("GET large", "ok", "<5000000 bytes>")]
                for line, outcome, text in rows:
                    got = link.command(line)
                    same(line, (got[0], got[2]), (outcome, text))
                outcome, _, text = link.command("XADD %s 7-0 e other" % LOG)
                same("a sequence number used twice", outcome, "error")
                has("what Redis says", text, "equal or smaller")
                same("the link after an error", link.step("peer")[2], address + " connected")


def test_entries_at_once():
    """the largest batch of entries is read whole"""
    with Redis() as redis, connected(redis.url) as link:
        client = redis.client()
        for seq in range(1, 5001):
            client.send("XADD", LOG, "%d-0" % seq, "e", b"x" * 1000)
        for _ in range(5000):
            client.read()
        client.close()
        outcome, _, text = link.command("XRANGE %s - + COUNT 4096" % LOG)
        same("4,096 entries", (outcome, text.count('"e"')), ("ok", 4096))
        same("5,000 entries", link.command("XRANGE %s - + COUNT 5000" % LOG)[0], "oversized")


def test_addresses_in_turn():
    """the first address that takes us is the one, and is tried first the next time"""
    with Redis() as redis:
        dead = "redis://127.0.0.1:%d" % free_port()
        with connected(dead, redis.url) as link:
            same("peer", link.step("peer")[2], redis.url + " connected")
            redis.kill()
            same("after its end", link.command("GET a")[0], "lost")
            same("closed", link.step("peer")[2], redis.url + " closed")
            same("a command without a connection", link.command("GET a")[0], "lost")
            outcome, ms, text = link.connect()
            same("nobody there", outcome, "lost")
            redis.start()
            same("again", link.connect()[0], "ok")
            same("a command again", link.command("PING")[2], '"PONG"')


def test_no_such_host():
    """a name that is not there, and IPv6"""
    with Link("redis://no-such-name.invalid", connect_ms=10000) as link:
        same("name", link.connect()[0], "lost")
    with Redis("bind 127.0.0.1 ::1") as redis:
        with connected("redis://[::1]:%d" % redis.port) as link:
            same("IPv6", link.command("PING")[2], '"PONG"')
        with connected("redis://localhost:%d/3" % redis.port) as link:
            same("a name and a database", link.command("SET a b")[0], "ok")
        same("in database 3", redis.info("db3")[:6], "keys=1")


def test_logins():
    """no password, a wrong one, a user who may not, and users from file and address"""
    with Redis("requirepass sesame") as redis:
        client = redis.client()
        client.command("AUTH", "sesame")
        client.command("ACL", "SETUSER", "sub", "on", ">open", *SUBSCRIBER.split())
        client.close()
        with connected(redis.url) as link:
            same("no password", link.command("GET a")[0], "noauth")
        for login in ("wrong", "sub wrong", "nobody open"):
            with Link(redis.url, login=login) as link:
                outcome, _, text = link.connect()
                same(login, outcome, "wrongpass")
                assert "wrong" not in text, text
        with connected(redis.url, login="sesame") as link:
            same("the default user", link.command("GET a")[2], "nil")
        for address, login in ((redis.url, "sub open"), (redis.url.replace("//", "//sub@"), "open"),
                               ("unix://sub@" + redis.socket, "open")):
            with connected(address, login=login) as link:
                same("allowed", link.command("GET " + SNAPSHOT)[2], "nil")
                same("another key", link.command("GET other")[0], "noperm")
                same("writing", link.command("SET %s x" % SNAPSHOT)[0], "noperm")
                same("still connected", link.command("GET " + SNAPSHOT)[0], "ok")


def test_acl_lines():
    """the subscriber's and the publisher's ACL of HACKING.md are enough, and no more"""
    everything = ["GET " + SNAPSHOT, "GETRANGE %s 0 1023" % SNAPSHOT, "XREVRANGE %s + - COUNT 1" % LOG,
                  "XRANGE %s 5-0 + COUNT 100" % LOG, "ROLE", "XREAD COUNT 100 BLOCK 1 STREAMS %s 9-0" % LOG]
    writing = ["SET %s x" % SNAPSHOT, "XADD %s 9-0 e x" % LOG, "XTRIM %s MINID ~ 5-0" % LOG]
    never = ["KEYS *", "FLUSHALL", "CONFIG GET *", "DEL " + LOG, "GET steelyard:{other}:head", "PUBLISH a b",
             "XADD steelyard:{other}:log 1-0 e x", "EVAL return 0", "ACL LIST", "XINFO STREAM " + LOG, "CLIENT LIST",
             "SHUTDOWN"]
    with Redis() as redis:
        redis.command("ACL", "SETUSER", "sub", "on", ">a", *SUBSCRIBER.split())
        redis.command("ACL", "SETUSER", "pub", "on", ">b", *PUBLISHER.split())
        for login, allowed, refused in (("pub b", writing + everything, never),
                                        ("sub a", everything, writing + never)):
            with connected(redis.url, login=login) as link:
                for line in allowed:
                    same("%s: %s" % (login, line), link.command(line)[0], "ok")
                for line in refused:
                    same("%s: %s" % (login, line), link.command(line)[0], "noperm")
    for page, line in (("HACKING.md", SUBSCRIBER), ("HACKING.md", PUBLISHER), ("conf/steelyard.yaml.5.in", SUBSCRIBER)):
        with open(os.path.join(TOP, page), encoding="utf-8") as file:
            has(page, file.read(), line.replace("{community}", "{CHANNEL}") + "\n")


def test_oversized():
    """a string above the limit ends the connection, one at the limit does not"""
    with Redis() as redis:
        redis.command("SET", "allowed", b"x" * (40 << 20))
        redis.command("SET", "large", b"x" * ((40 << 20) + 1))
        with connected(redis.url) as link:
            same("40 MB", link.command("GET allowed", 20000)[2], "<41943040 bytes>")
            outcome, ms, text = link.command("GET large", 20000)
            same("40 MB and a byte", outcome, "oversized")
            has("why", text, "bulk string")
            has("closed", link.step("peer")[2], "closed")
            same("again", (link.connect()[0], link.command("PING")[0]), ("ok", "ok"))


def test_silence():
    """a server that is stopped: commands and connections end in their time"""
    with Redis() as redis, connected(redis.url, connect_ms=300) as link:
        redis.pause()
        outcome, ms, _ = link.command("GET a", 200)
        same("a command", (outcome, 200 <= ms < 5000), ("timeout", True))
        has("closed", link.step("peer")[2], "closed")
        # The kernel takes the connection; nothing but a command would notice.
        same("a connection", link.connect()[0], "ok")
        same("a command on it", link.command("GET a", 200)[0], "timeout")
        redis.go_on()
        same("again", (link.connect()[0], link.command("PING")[0]), ("ok", "ok"))
    with Redis("requirepass sesame") as redis:
        redis.pause()
        with Link(redis.url, login="sesame", connect_ms=300) as link:
            outcome, ms, _ = link.connect()
            same("a login", (outcome, 300 <= ms < 5000), ("timeout", True))


def test_trickle():
    """a reply that comes byte by byte ends at the deadline, not at each byte's"""
    with Redis() as redis, Proxy(redis.port) as proxy, connected(proxy.url) as link:
        redis.command("SET", "a", b"x" * 100000)
        proxy.chunk, proxy.pause_s = 1, 0.005
        outcome, ms, _ = link.command("GET a", 300)
        same("outcome", (outcome, 300 <= ms < 5000), ("timeout", True))


def test_slow_line():
    """a large reply that keeps coming may take longer than a small one"""
    with Redis() as redis, Proxy(redis.port) as proxy, connected(proxy.url) as link:
        redis.command("SET", "a", b"x" * 200000)
        proxy.chunk, proxy.pause_s = 2000, 0.02
        outcome, ms, _ = link.command("GET a", 300)
        same("outcome", (outcome, ms >= 900), ("ok", True))


def test_cuts():
    """a connection that is cut at each place of a reply is lost, and never a shorter reply"""
    with Redis() as redis:
        redis.command("SET", "a", "0123456789")
        whole = len("$10\r\n0123456789\r\n")
        for place in range(whole + 1):
            with Proxy(redis.port) as proxy:
                proxy.cut_after = place
                with connected(proxy.url) as link:
                    want = ("ok", '"0123456789"') if place == whole else ("lost",)
                    got = link.command("GET a")
                    same("cut after %d bytes" % place, (got[0], got[2])[:len(want)], want)


def test_spoilt():
    """bytes that are not RESP2 end the connection"""
    rows = [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"), (b"$3\r\nabcd\r\n", "protocol"),
            (b"*4097\r\n", "oversized"), (b"*2147483647\r\n", "oversized"), (b"$99999999999\r\n", "oversized"),
            (b"*1\r\n" * 6, "oversized"), (b"+" + b"x" * 5000, "oversized"), (b"%1\r\n+a\r\n+b\r\n", "protocol"),
            (b"+a\r\n+b\r\n", "protocol"), (b":1e5\r\n", "protocol"), (b"$-1\r\n", "ok"), (b"-\r\n", "error"),
            (b"-ERR \x1b[31mred\r\n", "error")]
    for reply, want in rows:
        with Scripted(lambda words, number: reply) as server, connected(server.url) as link:
            outcome, _, text = link.command("GET a")
            same(repr(reply[:20]), outcome, want)
            assert "\x1b" not in text, text
            has("the connection", link.step("peer")[2], "connected" if want in ("ok", "error") else "closed")


def test_endless():
    """a server that never stops sending is cut off at the limit of a reply"""
    def answer(words, number):
        yield b"*4096\r\n"
        while True:
            yield b"$1000000\r\n" + b"x" * 1000000 + b"\r\n"

    with Scripted(answer) as server, connected(server.url) as link:
        same("outcome", link.command("GET a", 20000)[0], "oversized")


def test_interrupt():
    """a link that waits for news is woken at once, and so are its next waits until the reason is gone"""
    with Redis() as redis, connected(redis.url) as link:
        link.say("60000 XREAD BLOCK 50000 STREAMS %s 0-0" % LOG)
        wait_for("a blocked client", lambda: redis.info("blocked_clients") == "1")
        start = time.monotonic()
        link.signal(signal.SIGUSR1)
        same("outcome", link.hear()[0], "interrupted")
        took = time.monotonic() - start
        assert took < 5, took
        print("# woken in %.1f ms" % (took * 1000))
        has("closed", link.step("peer")[2], "closed")
        same("a connection meanwhile", link.command("PING")[0], "lost")
        link.signal(signal.SIGUSR2)
        wait_for("a connection", lambda: link.connect()[0] == "ok")
        same("a command", link.command("PING")[0], "ok")


def test_news_at_once():
    """an entry reaches a link that waits for it"""
    with Redis() as redis, connected(redis.url) as link:
        link.say("60000 XREAD BLOCK 50000 STREAMS %s 0-0" % LOG)
        wait_for("a blocked client", lambda: redis.info("blocked_clients") == "1")
        start = time.monotonic()
        redis.command("XADD", LOG, "1-0", "e", "body")
        outcome, _, text = link.hear()
        same("the entry", (outcome, text), ("ok", '[["%s" [["1-0" ["e" "body"]]]]]' % LOG))
        print("# an entry in %.1f ms" % ((time.monotonic() - start) * 1000))


def test_error_words():
    """each of Redis's refusals has its own word"""
    rows = [("READONLY You can't write against a read only replica.", "readonly"),
            ("LOADING Redis is loading the dataset in memory", "loading"), ("BUSY Redis is busy", "loading"),
            ("MASTERDOWN Link with MASTER is down", "masterdown"), ("CLUSTERDOWN Hash slot not served", "clusterdown"),
            ("TRYAGAIN Multiple keys request during rehashing of slot", "clusterdown"),
            ("NOAUTH Authentication required.", "noauth"), ("WRONGPASS invalid username-password pair", "wrongpass"),
            ("NOPERM this user has no permissions", "noperm"), ("ERR syntax error", "error"),
            ("MOVED nonsense", "error"), ("MOVED 1 ?:6379", "error"), ("OOM command not allowed", "error")]
    for text, want in rows:
        reply = b"-" + text.encode() + b"\r\n"
        with Scripted(lambda words, number: reply) as server, connected(server.url) as link:
            got = link.command("GET a")
            same(text, got[0], want)
            has("its text", got[2], text)


def test_replica():
    """a replica gives what its master has, refuses to write, and says when its master is gone"""
    with Redis() as master, Redis("replicaof 127.0.0.1 %d" % master.port,
                                  "replica-serve-stale-data no") as replica:
        wait_for("the replica", lambda: replica.info("master_link_status") == "up")
        client = master.client()
        client.command("SET", "a", "b")
        same("replicas with what this connection wrote", client.command("WAIT", 1, 10000), 1)
        client.close()
        with connected(replica.url, master.url) as link:
            same("reading", link.command("GET a")[2], '"b"')
            same("writing", link.command("SET a c")[0], "readonly")
            link.step("next")
            same("the next address", (link.connect()[0], link.command("SET a c")[0]), ("ok", "ok"))
        master.kill()
        wait_for("a lost master", lambda: replica.info("master_link_status") == "down")
        with connected(replica.url) as link:
            same("without its master", link.command("GET a")[0], "masterdown")


def test_sentinel():
    """Sentinel's master is found, also past a dead sentinel; after a failover the new one"""
    with Redis() as master, Redis("replicaof 127.0.0.1 %d" % master.port) as replica, Sentinel(master) as sentinel:
        wait_for("the replica", lambda: replica.info("master_link_status") == "up")
        wait_for("Sentinel's knowledge", lambda: sentinel.info("master0") and "slaves=1" in sentinel.info("master0"))
        url = "sentinel://127.0.0.1:%d,127.0.0.1:%d/feed" % (free_port(), sentinel.port)
        with Link(url.replace("/feed", "/other")) as link:
            outcome, _, text = link.connect()
            same("a master it does not know", outcome, "no-master")
            has("what is said", text, '"other"')
        with connected(url) as link:
            same("the master", link.step("peer")[2], master.url + " connected")
            start = time.monotonic()
            master.kill()
            same("after its end", link.command("SET a b")[0], "lost")
            wait_for("the new master",
                     lambda: link.connect()[0] == "ok" and link.step("peer")[2].startswith(replica.url))
            print("# failover in %.1f s" % (time.monotonic() - start))
            same("writing", link.command("SET a b")[0], "ok")


def test_sentinel_behind():
    """what Sentinel names must call itself a master"""
    with Redis("replicaof 127.0.0.1 %d" % free_port()) as replica:
        def answer(words, number):
            return b"*2\r\n$9\r\n127.0.0.1\r\n$%d\r\n%d\r\n" % (len(str(replica.port)), replica.port)

        with Scripted(answer) as sentinel, Link("sentinel://127.0.0.1:%d/feed" % sentinel.port) as link:
            same("a replica", link.connect()[0], "no-master")


def test_cluster():
    """MOVED takes the link over to the slot's node, ASK the one command"""
    key, other_key = LOG, "steelyard:{community}:head"
    with Cluster() as cluster:
        owner, other, slot = cluster.owner_of(key)
        same("one slot", owner.command("CLUSTER", "KEYSLOT", other_key), slot)
        for node in cluster.nodes:
            node.command("ACL", "SETUSER", "pub", "on", ">b", *PUBLISHER.split())
        with connected(other.url, login="pub b") as link:
            same("moved", link.command("XADD %s 1-0 e body" % key)[2], '"1-0"')
            same("its node", link.step("peer")[2], owner.url + " connected")
            accepted = owner.info("total_connections_received")
            same("no more hops", link.command("SET %s x" % other_key)[2], '"OK"')
            same("connections", int(owner.info("total_connections_received")) - int(accepted), 1)
            owner.command("DEL", key, other_key)
            other.command("CLUSTER", "SETSLOT", slot, "IMPORTING", owner.id)
            owner.command("CLUSTER", "SETSLOT", slot, "MIGRATING", other.id)
            same("asked", link.command("SET %s y" % other_key)[2], '"OK"')
            same("stays", link.step("peer")[2], owner.url + " connected")
            for node in cluster.nodes:
                node.command("CLUSTER", "SETSLOT", slot, "NODE", other.id)
            same("there", link.command("GET " + other_key)[2], '"y"')
            same("moved for good", link.step("peer")[2], other.url + " connected")


def test_circles():
    """nodes that send us round and round are left after five"""
    for word in (b"MOVED", b"ASK"):
        def answer(words, number):
            return b"+OK\r\n" if words[0] == b"ASKING" else b"-%s 1 :%d\r\n" % (word, server.port)

        with Scripted(answer) as server, connected(server.url) as link:
            same(word.decode(), link.command("GET a")[0], "redirected")
            same("connections", server.accepted, 6)


def test_tls():
    """TLS: the certificate must be of whom we trust, and for the host that we meant"""
    with TlsRedis("bind 127.0.0.1 ::1") as redis:
        for host in ("127.0.0.1", "localhost"):
            with connected(redis.tls_url(host), ca=redis.ca) as link:
                same("a large command", link.command("SET a @3000000", 20000)[0], "ok")
                same("a large reply", link.command("GET a", 20000)[2], "<3000000 bytes>")
                redis.command("CLIENT", "KILL", "TYPE", "normal")
                same("after a cut", link.command("GET a")[0], "lost")
        for address, trusted, why in ((redis.tls_url(), None, "TLS: "),
                                      (redis.tls_url("[::1]"), redis.ca, "TLS: IP address mismatch"),
                                      (redis.tls_url(), "/dev/null", "no certificates"),
                                      ("rediss://127.0.0.1:%d" % redis.port, redis.ca, "")):
            with Link(address, ca=trusted, connect_ms=20000 if why else 500) as link:
                outcome, _, text = link.connect()
                # Redis without TLS waits for the end of what it takes for a line.
                same(address, outcome, "tls" if why else "timeout")
                has(address, text, why)


def test_addresses_refused():
    """what is wrong with an address is said before anything is tried"""
    for address in ("redis://me:sesame@localhost", "http://localhost", "sentinel://localhost"):
        run = subprocess.run([PING, address], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        same(address, run.returncode, 2)


if program() is None or not os.path.exists(PING):
    print("ok 1 - a link to a Redis # SKIP no redis-server, or redis_ping is not built\n1..1")
    sys.exit(0)
sys.exit(tap.run(globals()))
