#!/usr/bin/python3
"""How soon a rule that is published scores, and what a large channel costs a subscriber

    feed_latency.py latency [DAEMONS] [PUBLICATIONS]	from the publisher's exit to a message scored, by each daemon
    feed_latency.py bootstrap [RULES]			a new subscriber's start, memory, and one more rule

Prints figures. Aim: p99 below 250 ms with 50 daemons.
"""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from feed_bench import Follower, Publisher, rule  # noqa: E402
from redis_server import Redis  # noqa: E402
from steelyardd import wait_for  # noqa: E402


class Mailer(threading.Thread):
    """Sends messages over one connection until one is scored by the rule; when that was."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.follower = daemon
        self.client = daemon.client().begin()
        self.word = None
        self.go = threading.Event()
        self.scored = threading.Event()
        self.when = 0.0

    def run(self):
        while True:
            self.go.wait()
            self.go.clear()
            if self.word is None:
                return
            while True:
                reply = self.client.message(body=b"please %s now\r\n" % self.word.encode())
                if any(name == "X-Spam-Score" and not value.strip().startswith("0.0")
                       for _, name, value in reply.inserted()):
                    break
                time.sleep(0.005)
            self.when = time.monotonic()
            self.scored.set()


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def latency(count, publications):
    with Redis() as redis:
        publisher = Publisher(redis)
        followers = []
        try:
            for _ in range(count):
                follower = Follower(publisher, redis, settings="scan_slots: 1\n")
                follower.__enter__()
                followers.append(follower)
            for follower in followers:
                follower.wait_feed(60, connected=True)
            mailers = [Mailer(follower) for follower in followers]
            for mailer in mailers:
                mailer.start()
            taken = []
            for number in range(publications):
                word = "word%dx" % number
                # One daemon in ten mails while the others follow: fifty mailers would measure themselves.
                asking = [mailers[(number + k * 10) % count] for k in range(max(1, count // 10))]
                publisher.publish(rule("COMM_%d" % number, word))
                begun = time.monotonic()
                for mailer in asking:
                    mailer.word = word
                    mailer.scored.clear()
                    mailer.go.set()
                for mailer in asking:
                    assert mailer.scored.wait(60), "not scored within a minute"
                    taken.append(mailer.when - begun)
            for follower in followers:
                follower.wait_feed(60, sequence=publications)
            print("%d daemons, %d publications, %d messages: p50 %.0f ms, p99 %.0f ms, max %.0f ms"
                  % (count, publications, len(taken), 1000 * quantile(taken, 0.5), 1000 * quantile(taken, 0.99),
                     1000 * max(taken)))
            for mailer in mailers:
                mailer.word = None
                mailer.go.set()
        finally:
            for follower in followers:
                follower.__exit__(None, None, None)
            publisher.close()


def memory_kb(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def bootstrap(rules):
    with Redis() as redis:
        publisher = Publisher(redis)
        try:
            for first in range(0, rules, 500):
                publisher.publish("".join(
                    rule("COMM_%d" % n, "offer number %d (?:today|now)" % n, "0.5")
                    for n in range(first, min(first + 500, rules))))
            publisher.feed("snapshot", "--key", publisher.key("entry"))
            sequence = (rules + 499) // 500
            more = ", policy: {prefix: COMM_, max_rules: 100000}"
            follower = Follower(publisher, redis, more, settings="scan_slots: 1\n")
            with follower:
                begun = time.monotonic()
                follower.wait_feed(300, sequence=sequence, live=rules)
                print("%d rules: in force %.1f s after the start, %d MB resident"
                      % (rules, time.monotonic() - begun, memory_kb(follower.process.pid) // 1024))
                publisher.publish(rule("COMM_ONE_MORE", "one more"))
                begun = time.monotonic()
                wait_for("one more", lambda: any(event.get("sequence") == str(sequence + 1) and "us" in event
                                                 for event in follower.events("feed")), 60)
                event = [event for event in follower.events("feed")
                         if event.get("sequence") == str(sequence + 1) and "us" in event][-1]
                print("one more rule: %.1f ms to take it in, %d MB resident"
                      % (int(event["us"]) / 1000, memory_kb(follower.process.pid) // 1024))
        finally:
            publisher.close()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[2:]]
    if sys.argv[1:2] == ["bootstrap"]:
        bootstrap(*(numbers or [10000]))
    else:
        latency(*(numbers + [50, 100][len(numbers):]))
