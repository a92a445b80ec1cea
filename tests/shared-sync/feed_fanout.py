#!/usr/bin/python3
"""What thousands of subscribers cost a Redis, and how soon the last of them has what is published

    feed_fanout.py [SUBSCRIBERS] [PUBLICATIONS] [IDLE_S] [SEED]

First all are at one Redis, then at two that a `feed mirror` each feeds; with STEELYARD_LONG=1 then the same below one
more mirror, and 10,000 subscribers unless told otherwise. Connections are real, each asks what a subscriber asks
(feed_crowd.c), and entries are published by `feed publish` at random moments.

Prints of each way when subscribers had an entry, as medians over the publications: counted from the publisher's exit
(negative: before it), and from the moment when the first at the publisher's own Redis had it. Then what a Redis that
has subscribers spends on a publication and in a minute without one, what it sends, and memory.
"""
import contextlib
import os
import random
import select
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "milter"))

from feed_bench import CHANNEL, STEELYARD, Publisher, rule  # noqa: E402
from redis_server import Redis, wait_for  # noqa: E402
from steelyardd import BUILD  # noqa: E402

CROWD = str(BUILD / "tests" / "shared-sync" / "feed_crowd")
LONG = bool(os.environ.get("STEELYARD_LONG"))
SIZES = [10000, 20, 60, 1] if LONG else [500, 3, 0, 1]
# Two looks at keyset and head fall into this.
GAP_S = 5 if LONG else 0.2
PATIENCE_S = 120
WAYS = [("one Redis", []), ("two mirrors", [2])] + [("two mirrors of a mirror", [1, 2])] * LONG


class Crowd:
    """Many subscribers of a Redis that are at entry `last`."""

    def __init__(self, redis, count, last):
        self.redis, self.count = redis, count
        self.start_bytes, self.start_kb = memory(redis)
        self.process = subprocess.Popen([CROWD, "127.0.0.1:%d" % redis.port, CHANNEL, str(count), str(last)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.line() == [b"following"]
        self.bytes, self.kb = memory(redis)

    def line(self):
        if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
            raise AssertionError("%d subscribers, and not all have it" % self.count)
        return self.process.stdout.readline().split()

    def received(self, number):
        """When each had the entry, in seconds since 1970; waits until all wait for the next."""
        words = self.line()
        if words[:1] != [b"%d" % number] or len(words) != self.count + 1:
            raise AssertionError("entry %d: got %r and %d times" % (number, words[:1], len(words) - 1))
        return [int(word) / 1e6 for word in words[1:]]

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def memory(redis):
    """What it has allocated, in bytes, and its resident KB."""
    with open("/proc/%d/status" % redis.process.pid, encoding="ascii") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    return int(redis.info("used_memory")), resident


class Spent:
    """What each of some servers, on the average, has spent since: seconds, CPU seconds, bytes sent."""

    def __init__(self, servers):
        self.servers = servers
        self.begun = self.totals()

    def totals(self):
        sums = [time.monotonic(), 0.0, 0.0]
        for redis in self.servers:
            lines = redis.command("INFO", "everything").decode().splitlines()
            info = dict(line.split(":", 1) for line in lines if ":" in line)
            sums[1] += (float(info["used_cpu_sys"]) + float(info["used_cpu_user"])) / len(self.servers)
            sums[2] += float(info["total_net_output_bytes"]) / len(self.servers)
        return sums

    def since(self):
        return [now - before for before, now in zip(self.begun, self.totals())]


@contextlib.contextmanager
def mirror(publisher, source, copy):
    argv = [STEELYARD, "feed", "mirror", "--channel", CHANNEL, "--root-key", publisher.public["root"], "--state",
            str(publisher.folder / ("mirror-%d" % copy.port)), source.url, copy.url]
    process = subprocess.Popen(argv)
    try:
        wait_for("the mirror's head", lambda: copy.command("EXISTS", "steelyard:{%s}:head" % CHANNEL) == 1)
        yield
    finally:
        process.kill()
        process.wait()


def grow(stack, publisher, source, widths, options):
    """Mirrors of `source` in levels; the servers of the last one."""
    level = [source]
    for width in widths:
        below = []
        for number in range(width):
            copy = stack.enter_context(Redis(options))
            stack.enter_context(mirror(publisher, level[number % len(level)], copy))
            below.append(copy)
        level = below
    return level


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def idle(servers, seconds):
    """What a server spends in a second without a publication: CPU seconds, bytes. 0 seconds: not measured."""
    if seconds == 0:
        return 0, 0
    spent = Spent(servers)
    time.sleep(seconds)
    passed, work, sent = spent.since()
    return work / passed, sent / passed


class Publications:
    """Publishes, and gathers when who had it. `first`: a subscriber of the publisher's own Redis."""

    def __init__(self, publisher, first, crowds):
        self.publisher, self.first, self.crowds = publisher, first, crowds
        self.number = 1
        self.after_exit, self.after_first = [], []  # lists of a publication
        self.spent = []

    def one(self):
        self.number += 1
        spent = Spent([crowd.redis for crowd in self.crowds])
        self.publisher.publish(rule("COMM_%d" % self.number, "word%d" % self.number))
        exited = time.time()
        times = [when for crowd in self.crowds for when in crowd.received(self.number)]
        first = min(times + self.first.received(self.number))
        self.spent.append(spent.since())
        self.after_exit.append([when - exited for when in times])
        self.after_first.append([when - first for when in times])

    def figures(self, resting):
        """Lines; resting: what idle() gave."""
        passed, work, sent = (sum(column) / len(self.spent) for column in zip(*self.spent))
        members = self.crowds[0].count
        yield "from the publisher's exit: " + told(self.after_exit)
        yield "from the first of the publisher's Redis: " + told(self.after_first)
        yield "a Redis for a publication: %.0f ms of CPU, %.0f bytes to a subscriber" % (
            1000 * (work - resting[0] * passed), (sent - resting[1] * passed) / members)
        if any(resting):
            yield "a Redis without any: %.1f s of CPU a minute, %.0f bytes a second to a subscriber" % (
                60 * resting[0], resting[1] / members)


def told(publications):
    """The middle publication's quantiles, and the last subscriber of all."""
    p50, p99, last = (quantile([quantile(times, share) for times in publications], 0.5) for share in (0.5, 0.99, 1))
    return "p50 %.0f, p99 %.0f, last %.0f ms; of the slowest publication %.0f ms" % (
        1000 * p50, 1000 * p99, 1000 * last, 1000 * max(map(max, publications)))


def measure(name, widths, subscribers, publications, idle_s, chance):
    options = "maxclients %d" % (subscribers + 100)
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(Redis(options))
        publisher = Publisher(source)
        stack.callback(publisher.close)
        publisher.publish(rule("COMM_1", "word1"))
        publisher.head()
        leaves = grow(stack, publisher, source, widths, options)
        crowds = [Crowd(redis, subscribers // len(leaves), 1) for redis in leaves]
        for crowd in crowds:
            stack.callback(crowd.close)
        resting = idle(leaves, idle_s)
        first = Crowd(source, 1, 1)
        stack.callback(first.close)
        work = Publications(publisher, first, crowds)
        for _ in range(publications):
            time.sleep(chance.random() * GAP_S)
            work.one()
        print("# %s: %d x %d subscribers, %d publications" % (name, len(crowds), crowds[0].count, publications))
        for line in work.figures(resting):
            print("#   " + line)
        print("#   memory of a subscriber in Redis: %.1f KB allocated, %.1f KB resident"
              % (sum(crowd.bytes - crowd.start_bytes for crowd in crowds) / 1024 / subscribers,
                 sum(crowd.kb - crowd.start_kb for crowd in crowds) / subscribers), flush=True)


def main():
    words = [int(word) for word in sys.argv[1:]]
    subscribers, publications, idle_s, seed = words + SIZES[len(words):]
    print("1..%d" % len(WAYS))
    for number, (name, widths) in enumerate(WAYS, 1):
        measure(name, widths, subscribers, publications, idle_s, random.Random(seed))
        print("ok %d - %s: every subscriber had every entry" % (number, name), flush=True)


if __name__ == "__main__":
    main()
