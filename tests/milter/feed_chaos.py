#!/usr/bin/python3
"""Chaos: Redis, Sentinel, subscribers and the publisher are killed and stopped at random, bytes are cut and spoiled

    feed_chaos.py [SECONDS] [SEED]

A master and its replica are under a Sentinel; publisher and subscribers find the master by it, the publisher and one
subscriber straight, the others through proxies. Mail flows all the while, to one of them through a real Postfix where
that can run: no message may stay without an answer, be lost, come twice or pass unweighed. In the end, with peace
again, every subscriber has what an oracle makes of the publisher's own log: the rules by name, each with the score that
it was given last. While it goes on, each rule that a daemon says is live, and each hit in its log, must be of an
entry that the publisher has signed.
"""
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from feed_bench import CHANNEL, LOG, STEELYARD, Follower, Publisher  # noqa: E402
from feed_mail import Mail, PostfixMail  # noqa: E402
from feed_oracle import Oracle  # noqa: E402
from redis_server import Proxy, Redis, RedisError, Scripted, Sentinel  # noqa: E402
from steelyardd import wait_for  # noqa: E402

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 900 if os.environ.get("STEELYARD_LONG") else 60
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SUBSCRIBERS = 3
RULES = 12
SETTINGS = "local: scan\nsocket_mode: '0666'\n"
POLICY = ", policy: {prefix: COMM_, max_total: 100}"
# What a publisher says who died after his change was kept, and is run again.
WAS_DONE = re.compile("nothing has changed|there is no rule .* in the channel to remove")


class Pair:
    """A master, its replica and a Sentinel. Every write is on disk before it is answered."""

    def __init__(self):
        self.nodes, self.proxies, self.sentinel, self.guide = [], {}, None, None
        self.failovers, self.known = 0, None

    def __enter__(self):
        options = ("appendonly yes", "appendfsync always")
        try:
            self.nodes.append(Redis(*options))
            self.nodes.append(Redis(*options, "replicaof 127.0.0.1 %d" % self.nodes[0].port))
            self.sentinel = Sentinel(self.nodes[0])
            self.proxies = {node.port: Proxy(node.port) for node in self.nodes}
            self.guide = Scripted(self.guided)
            wait_for("the replica", lambda: self.nodes[1].info("master_link_status") == "up")
            wait_for("Sentinel's knowledge", lambda: "slaves=1" in (self.sentinel.info("master0") or ""))
            self.known = self.nodes[0]
        except Exception:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in [self.guide, *self.proxies.values(), self.sentinel, *self.nodes]:
            if server is not None:
                server.stop()

    def guided(self, words, _):
        """Sentinel's answer, with the proxy's port instead of the server's; none: as from one that is dead."""
        try:
            host, port = self.sentinel.command(*words)
        except (OSError, RedisError, TypeError):
            return None
        port = b"%d" % self.proxies[int(port)].port
        return b"*2\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (len(host), host, len(port), port)

    @property
    def guide_url(self):
        return "sentinel://127.0.0.1:%d/%s" % (self.guide.port, self.sentinel.name)

    def master(self):
        """The one that Sentinel names; the last that it named where it is dead."""
        try:
            port = int(self.sentinel.command("SENTINEL", "get-master-addr-by-name", self.sentinel.name)[1])
        except (OSError, RedisError, TypeError):
            return self.known
        named = next(node for node in self.nodes if node.port == port)
        self.failovers += named is not self.known
        self.known = named
        return named

    def start(self, node):
        """As its administrator does: as what Sentinel thinks it is."""
        master = self.master()
        node.options = [option for option in node.options if not option.startswith("replicaof")]
        if node is not master:
            node.options.append("replicaof 127.0.0.1 %d" % master.port)
        node.start()


class Publishing(threading.Thread):
    """One change after another; the publisher is killed at times while it works, and run again until it is through."""

    def __init__(self, publisher, note):
        super().__init__(daemon=True)
        self.publisher, self.note = publisher, note
        self.random = random.Random(SEED + 1)
        self.stop = threading.Event()
        self.wanted = {}  # name -> score
        self.published = self.runs = 0
        self.fault = None

    def run(self):
        try:
            while not self.stop.is_set():
                self.change()
                self.stop.wait(self.random.random() * 0.8)
        except Exception as fault:
            self.fault = fault

    def change(self):
        name = "COMM_%d" % self.random.randrange(RULES)
        score = "%d.%d" % (self.random.randrange(3), self.random.randrange(1, 10))
        luck = self.random.random()
        text, arguments = "", []
        if name in self.wanted and luck < 0.25:
            arguments = ["--remove", name]
            score = None
        elif name in self.wanted and luck < 0.5:
            arguments = ["--score", "%s=%s" % (name, score)]
        else:
            # Never in the same words again: a rule that stands as it is would keep a score that it was given.
            text = "  %s: {body: '/word%s/', score: %s, describe: 'Change %d'}\n" % (name, name[5:], score,
                                                                                    self.published)
        self.put(text, arguments)
        if score is None:
            del self.wanted[name]
        else:
            self.wanted[name] = "%.3f" % float(score)
        self.published += 1

    def put(self, text, arguments):
        files = []
        if text:
            path = self.publisher.folder / "rules.yaml"
            path.write_text("rules:\n" + text)
            files = [str(path)]
        command = [STEELYARD, "feed", "publish", "--key", self.publisher.key("entry"), "--channel", CHANNEL, "--state",
                   str(self.publisher.folder / "state"), "--redis", self.publisher.redis.url, *arguments, *files]
        end = time.monotonic() + 120
        while True:
            self.runs += 1
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            luck = self.random.random()
            if luck < 0.1:
                time.sleep(self.random.random() * 0.05)
                process.kill()
                self.note("kill_publisher")
            elif luck < 0.15:
                time.sleep(self.random.random() * 0.05)
                process.send_signal(signal.SIGSTOP)
                time.sleep(self.random.random())
                process.send_signal(signal.SIGCONT)
                self.note("stop_publisher")
            out, err = process.communicate(timeout=60)
            if process.returncode == 0 or (process.returncode == 1 and WAS_DONE.search(err)):
                return
            # 75: a passing fault.
            if process.returncode not in (75, -signal.SIGKILL) or time.monotonic() > end:
                raise AssertionError("publisher: exit %d: %s%s" % (process.returncode, out, err))
            time.sleep(0.2)


class Chaos:
    def __init__(self, pair, publisher, followers, mails):
        self.pair, self.followers, self.mails = pair, followers, mails
        self.random = random.Random(SEED)
        self.oracle = Oracle(publisher.folder / "state" / CHANNEL, publisher.public["entry"])
        self.publishing = Publishing(publisher, self.note)
        self.publisher = publisher
        self.events = {}
        self.rows = self.hits = 0  # that were looked at
        self.unverified = []

    def note(self, what):
        self.events[what] = self.events.get(what, 0) + 1

    # what goes wrong

    def kill_master(self):
        """Dead until another is master."""
        master = self.pair.master()
        master.kill()
        try:
            wait_for("a failover", lambda: self.pair.master() is not master, 15)
        except AssertionError:  # the other was not fit for it
            self.note("no failover")
        self.pair.start(master)

    def kill_redis(self):
        """Either, and back soon: before a failover, or into it."""
        node = self.random.choice(self.pair.nodes)
        node.kill()
        time.sleep(self.random.random())
        self.pair.start(node)

    def stop_redis(self):
        node = self.random.choice(self.pair.nodes)
        node.pause()
        time.sleep(self.random.random() * 2)
        node.go_on()

    def kill_sentinel(self):
        self.pair.sentinel.kill()
        time.sleep(self.random.random())
        self.pair.sentinel.start()

    def kill_subscriber(self):
        number = self.random.randrange(len(self.followers))
        follower, mail = self.followers[number], self.mails[number]
        mail.down.set()
        follower.process.kill()
        follower.process.wait()
        self.check_log(follower)
        follower.log.unlink()
        time.sleep(self.random.random() * 0.5)
        follower.start()
        time.sleep(0.2)
        mail.down.clear()

    def stop_subscriber(self):
        follower = self.random.choice(self.followers)
        follower.signal(signal.SIGSTOP)
        time.sleep(self.random.random())
        follower.signal(signal.SIGCONT)

    def cut(self):
        for proxy in self.pair.proxies.values():
            proxy.cut()

    def treat(self, seconds, **how):
        """Proxies do that to what Redis says, for a while."""
        for proxy in self.pair.proxies.values():
            before = {name: getattr(proxy, name) for name in how}
            vars(proxy).update(how)
        time.sleep(seconds)
        for proxy in self.pair.proxies.values():
            vars(proxy).update(before)

    def spoil(self):
        chance = random.Random(self.random.random())

        def spoiled(data):
            data = bytearray(data)
            for _ in range(1 + len(data) // 500):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(data)
        self.treat(self.random.random() * 2, spoil=spoiled)

    def delay(self):
        self.treat(self.random.random(), pause_s=0.05, chunk=64)

    def cut_late(self):
        self.treat(self.random.random(), cut_after=self.random.randrange(1, 3000))

    # what must hold

    def check_live(self, follower):
        rows = [row for row in follower.feed()["rules"] if row["state"] != "refused"]
        self.oracle.read()
        self.rows += len(rows)
        self.unverified += [row for row in rows if (row["rule"], row["sequence"]) not in self.oracle.changed]

    def check_log(self, follower):
        """The line that a kill may have cut is left aside."""
        self.oracle.read()
        for line in follower.log.read_text(errors="replace").split("\n")[:-1]:
            found = re.search(r" event=message .* hits=([A-Z][^ ]*)", line)
            for hit in found.group(1).split(",") if found else ():
                self.hits += 1
                if tuple(hit.split(":")) not in self.oracle.scored:
                    self.unverified.append(hit)

    def run(self):
        ways = [self.kill_master, self.kill_redis, self.stop_redis, self.kill_sentinel, self.kill_subscriber,
                self.stop_subscriber, self.cut, self.spoil, self.delay, self.cut_late]
        end = time.monotonic() + SECONDS
        self.publishing.start()
        todo = []
        while time.monotonic() < end and self.publishing.fault is None:
            if not todo:  # each in its turn, the turns in any order
                todo = self.random.sample(ways, len(ways))
            way = todo.pop()
            self.note(way.__name__)
            way()
            self.check_live(self.random.choice(self.followers))
        self.publishing.stop.set()
        self.publishing.join(150)
        if self.publishing.fault is not None:
            raise self.publishing.fault
        wait_for("the end of the last failover", self.is_whole, 60)
        self.publisher.feed("keyset", "sign", "--key", self.publisher.key("root"))
        self.publishing.change()

    def is_whole(self):
        """The replica has all, and Sentinel is content: no failover is under way or about to be."""
        master = self.pair.master()
        other = next(node for node in self.pair.nodes if node is not master)
        return (master.info("role") == "master" and other.info("role") == "slave" and
                other.info("master_link_status") == "up" and
                "status=ok" in (self.pair.sentinel.info("master0") or ""))

    def settle(self):
        """Peace: everybody comes to the publisher's state, who looks now and then, as `feed head --every` does."""
        self.oracle.read()
        want = self.publishing.wanted
        if self.oracle.rules != want:
            raise AssertionError("the log comes to %r, wanted %r" % (self.oracle.rules, want))
        for follower in self.followers:
            looked = 0

            def there():
                nonlocal looked
                if time.monotonic() > looked + 10:
                    self.publisher.head()
                    looked = time.monotonic()
                status = follower.feed()
                return (status["sequence"] == self.oracle.next - 1 and
                        {row["rule"] for row in status["rules"] if row["state"] == "live"} == set(want))
            try:
                wait_for("the publisher's rules", there, 120)
            except AssertionError as error:
                for node in self.pair.nodes:
                    print("# Redis %d: %s, %d entries" % (node.port, node.info("role"), node.command("XLEN", LOG)))
                raise AssertionError("%s: wanted %d: %r, %d has %r" % (error, self.oracle.next - 1, sorted(want),
                                                                       self.followers.index(follower),
                                                                       follower.feed())) from None
            hits = follower.hits(" ".join("please word%s now" % name[5:] for name in want))
            if hits != want:
                raise AssertionError("got %r, want %r" % (hits, want))
            self.check_live(follower)
            self.check_log(follower)


def tell(chaos, mails):
    """The figures; True when all is well."""
    print("# seed %d, %d s: %d publications by %d runs of the publisher; %s; %d failovers"
          % (SEED, SECONDS, chaos.publishing.published, chaos.publishing.runs,
             ", ".join("%s %d" % event for event in sorted(chaos.events.items())), chaos.pair.failovers))
    unanswered = 0
    good = True
    for mail in mails:
        if isinstance(mail, PostfixMail):
            print("# through Postfix: %d messages, %d turned away for now, %d lost, %d doubled, %d unweighed"
                  % (mail.sent, mail.again, mail.lost, mail.doubled, mail.unweighed))
            good = mail.lost + mail.doubled + mail.unweighed == 0 and mail.sent > 0
        unanswered += mail.unanswered
    print("# over milter: %d messages, %d unanswered"
          % (sum(mail.sent for mail in mails if not isinstance(mail, PostfixMail)), unanswered))
    print("# %d rules seen live and %d hits in logs, %d not of a signed entry %s"
          % (chaos.rows, chaos.hits, len(chaos.unverified), chaos.unverified[:3] or ""))
    return good and unanswered == 0 and not chaos.unverified


def main():
    print("1..1", flush=True)
    why_not = PostfixMail.why_not()
    if why_not:
        print("# no mail through Postfix: %s" % why_not)
    followers, mails = [], []
    with Pair() as pair:
        publisher = Publisher(pair.sentinel)
        try:
            for number in range(SUBSCRIBERS):
                follower = Follower(publisher, pair.guide_url if number else pair.sentinel.url, POLICY, SETTINGS)
                followers.append(follower)
                mails.append((Mail if number or why_not else PostfixMail)(follower, RULES, SEED + 2 + number))
            for mail in mails:
                mail.start()
            chaos = Chaos(pair, publisher, followers, mails)
            chaos.run()
            for mail in mails:
                mail.finish()
            chaos.settle()
            good = tell(chaos, mails)
            print("%s 1 - all subscribers at the publisher's state, no message lost" % ("ok" if good else "not ok"))
            return 0 if good else 1
        finally:
            for mail in mails:
                mail.finish()
            for follower in followers:
                follower.__exit__(None, None, None)
            publisher.close()


if __name__ == "__main__":
    sys.exit(main())
