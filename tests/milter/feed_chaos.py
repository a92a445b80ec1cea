#!/usr/bin/python3
"""Chaos: Redis, subscribers and the publisher are killed and stopped at random, and bytes are cut, held and spoiled

    feed_chaos.py [SECONDS] [SEED]

Mail flows all the while, and no message may stay without an answer. In the end, with peace again, every subscriber has
what an oracle makes of the publisher's own log: the rules by name, each with the score that it was given last. While
it goes on, each rule that a daemon says is live must be one that the publisher has signed, in words that it signed.
"""
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from feed_bench import STEELYARD, Follower, Publisher, rule  # noqa: E402
from redis_server import Proxy, Redis  # noqa: E402
from steelyardd import wait_for  # noqa: E402

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 900 if os.environ.get("STEELYARD_LONG") else 60
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
SUBSCRIBERS = 3
RULES = 12


class Mail(threading.Thread):
    """Sends message after message to a follower; one that gets no answer is told of, unless it was killed then."""

    def __init__(self, follower):
        super().__init__(daemon=True)
        self.follower = follower
        self.stop = threading.Event()
        self.sent = self.lost = 0
        self.down = threading.Event()  # set while the daemon is being killed

    def run(self):
        while not self.stop.is_set():
            try:
                client = self.follower.client()
                try:
                    client.begin()
                    while not self.stop.is_set():
                        client.message(body=b"please word%d now\r\n" % random.randrange(RULES))
                        self.sent += 1
                        time.sleep(0.02)
                finally:
                    self.follower.clients.remove(client)
                    client.close()
            except Exception:  # the daemon went: an MTA tries again
                if not self.down.is_set() and not self.stop.is_set():
                    self.lost += 1
                time.sleep(0.1)


class Chaos:
    def __init__(self, redis, proxy, publisher, followers, mails):
        self.redis, self.proxy, self.publisher = redis, proxy, publisher
        self.followers, self.mails = followers, mails
        self.random = random.Random(SEED)
        self.wanted = {}  # the oracle: name -> score, by what the publisher has signed
        self.signed = set()
        self.events = {}
        self.published = 0

    def note(self, what):
        self.events[what] = self.events.get(what, 0) + 1

    # the publisher

    def publish(self):
        """One change; the publisher may be killed while it works, and is run again until it is through."""
        name = "COMM_%d" % self.random.randrange(RULES)
        score = "%d.%d" % (self.random.randrange(3), self.random.randrange(1, 10))
        if name in self.wanted and self.random.random() < 0.25:
            change, arguments, text = None, ["--remove", name], ""
        else:
            change, arguments, text = score, [], rule(name, "word%s" % name[5:], score)
        path = self.publisher.folder / "rules.yaml"
        path.write_text("rules:\n" + text if text else "rules: {}\n")
        command = [STEELYARD, "feed", "publish", "--key", self.publisher.key("entry"), *arguments]
        command += ["--channel", "community", "--state", str(self.publisher.folder / "state"), "--redis", self.redis.url]
        command += [str(path)] if text else []
        if change is not None:
            self.signed.add((name, score))
        while True:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                if self.random.random() < 0.15:
                    time.sleep(self.random.random() * 0.05)
                    process.send_signal(signal.SIGKILL)
                    self.note("publisher killed")
                out, err = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
            if process.returncode in (0, 1) or "nothing" in out + err or "no rule" in out + err:
                break
            if process.returncode == 2:
                raise AssertionError("publisher: %s%s" % (out, err))
            time.sleep(0.2)
        if change is None:
            self.wanted.pop(name, None)
        else:
            self.wanted[name] = score
        self.published += 1

    # what goes wrong

    def kill_redis(self):
        self.redis.kill()
        time.sleep(self.random.random())
        self.redis.start()

    def stop_redis(self):
        self.redis.pause()
        time.sleep(self.random.random() * 2)
        self.redis.go_on()

    def kill_subscriber(self):
        number = self.random.randrange(len(self.followers))
        follower, mail = self.followers[number], self.mails[number]
        mail.down.set()
        follower.process.kill()
        follower.process.wait()
        follower.log.unlink()
        follower.start()
        time.sleep(0.2)
        mail.down.clear()

    def stop_subscriber(self):
        follower = self.random.choice(self.followers)
        follower.signal(signal.SIGSTOP)
        time.sleep(self.random.random())
        follower.signal(signal.SIGCONT)

    def cut(self):
        self.proxy.cut()

    def spoil(self):
        """Some bytes of what Redis says are others for a while."""
        chance = random.Random(self.random.random())

        def spoiled(data):
            data = bytearray(data)
            for _ in range(1 + len(data) // 500):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            return bytes(data)
        self.proxy.spoil = spoiled
        time.sleep(self.random.random() * 2)
        self.proxy.spoil = None

    def delay(self):
        self.proxy.pause_s, self.proxy.chunk = 0.05, 64
        time.sleep(self.random.random())
        self.proxy.pause_s, self.proxy.chunk = 0, 65536

    def cut_late(self):
        self.proxy.cut_after = self.random.randrange(1, 3000)
        time.sleep(self.random.random())
        self.proxy.cut_after = None

    # what must hold

    def check_live(self, follower):
        for row in follower.feed()["rules"]:
            score = None if row["state"] == "refused" else row["rule"]
            if score is not None and not any(name == row["rule"] for name, _ in self.signed):
                raise AssertionError("%s is live and was never signed" % row["rule"])

    def run(self):
        ways = [self.kill_redis, self.stop_redis, self.kill_subscriber, self.stop_subscriber, self.cut, self.spoil,
                self.delay, self.cut_late]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for _ in range(self.random.randrange(1, 4)):
                self.publish()
            way = self.random.choice(ways)
            self.note(way.__name__)
            way()
            self.check_live(self.random.choice(self.followers))
        self.publisher.feed("keyset", "sign", "--key", self.publisher.key("root"))
        self.publish()

    def settle(self):
        """Peace: everybody comes to the publisher's state."""
        for follower in self.followers:
            def there():
                return {row["rule"] for row in follower.feed()["rules"] if row["state"] == "live"} == set(self.wanted)
            try:
                wait_for("the publisher's rules", there, 120)
            except AssertionError as error:
                raise AssertionError("%s: wanted %r, has %r" % (error, sorted(self.wanted), follower.feed())) from None
            body = " ".join("please word%s now" % name[5:] for name in self.wanted)
            hits = follower.hits(body)
            want = {name: "%.3f" % float(score) for name, score in self.wanted.items()}
            if hits != want:
                raise AssertionError("got %r, want %r" % (hits, want))


def main():
    print("1..1")
    # Every write is on disk before it is answered: what a Redis loses besides is the failover's scenario.
    with Redis("appendonly yes", "appendfsync always") as redis, Proxy(redis.port) as proxy:
        publisher = Publisher(redis)
        followers, mails = [], []
        try:
            more = ", policy: {prefix: COMM_, max_total: 100}"
            for _ in range(SUBSCRIBERS):
                follower = Follower(publisher, proxy, more)
                followers.append(follower)
                mails.append(Mail(follower))
            for mail in mails:
                mail.start()
            chaos = Chaos(redis, proxy, publisher, followers, mails)
            chaos.run()
            for mail in mails:
                mail.stop.set()
                mail.join(30)
            chaos.settle()
            lost = sum(mail.lost for mail in mails)
            print("# seed %d, %d s: %d publications, %d messages, %d without an answer; %s"
                  % (SEED, SECONDS, chaos.published, sum(mail.sent for mail in mails), lost,
                     ", ".join("%s %d" % event for event in sorted(chaos.events.items()))))
            print("%s 1 - all subscribers at the publisher's state, no message lost" % ("ok" if lost == 0 else "not ok"))
            return 1 if lost else 0
        finally:
            for mail in mails:
                mail.stop.set()
            for follower in followers:
                follower.__exit__(None, None, None)
            publisher.close()


if __name__ == "__main__":
    sys.exit(main())
