#!/usr/bin/python3
"""load.py - how long rules take to load, and which rules are slow on which messages

    bench/load.py [--steelyard PATH] [--rules PATH]... [--gate SECONDS] [--slow MS MESSAGE...]

Loads the rules (SpamAssassin's stock ones unless --rules says otherwise) seven times for one tiny message and prints
the least and the median of the seconds, less what a run with no rules takes. Then it starts the daemon beside that
program as often, with these rules and no DNS, and prints how long it takes from its start to the answer to a first
message over its socket. --gate: exits with 1 when one of the two medians is over that. --slow: scans the messages,
files or folders, and lists the rules that took longer than MS on any, with the worst time and the message it was.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "milter"))
sys.dont_write_bytecode = True

import program  # noqa: E402
from steelyardd import Daemon  # noqa: E402

RUNS = 7
BATCH = 400			# messages in a run of check
STOCK = ["/usr/share/spamassassin", "/etc/spamassassin"]
MESSAGE = b"From: a@example.org\nTo: b@example.net\nSubject: lunch\n\nSee you at noon.\n"


def command(options, rules, more):
    words = [options.steelyard, "check", "--json"]
    for place in rules:
        words += ["--rules", place]
    return words + more


def timed(words):
    begun = time.monotonic()
    done = subprocess.run(words, input=MESSAGE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit("%s: exit status %d" % (" ".join(words), done.returncode))
    return time.monotonic() - begun


def load_time(options):
    with tempfile.NamedTemporaryFile(suffix=".yaml") as empty:
        empty.write(b"rules: {}\n")
        empty.flush()
        idle = min(timed(command(options, [empty.name], [])) for _ in range(RUNS))
    times = [timed(command(options, options.rules, [])) - idle for _ in range(RUNS)]
    print("load: %.3f s at least, %.3f s the median of %d" % (min(times), statistics.median(times), RUNS))
    return statistics.median(times)


def first_answer(options):
    """Seconds from the daemon's start to its answer to a message."""
    with Daemon(start=False) as daemon:
        daemon.rules = ", ".join("'%s'" % place for place in options.rules)
        daemon.write("")
        command = [os.path.join(os.path.dirname(options.steelyard), "steelyardd")] + daemon.command("-f")[1:]
        begun = time.monotonic()
        with open(daemon.log, "ab") as log:
            daemon.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while True:
            try:
                client = daemon.client()
                break
            except OSError:
                if daemon.process.poll() is not None:
                    sys.exit("%s: %s" % (command[0], daemon.log.read_text()))
                time.sleep(0.002)
        client.begin().message([("Subject", " lunch")], b"See you at noon.\r\n")
        return time.monotonic() - begun


def start_time(options):
    times = [first_answer(options) for _ in range(RUNS)]
    print("start: %.3f s at least, %.3f s the median of %d, to the first answer over the milter socket"
          % (min(times), statistics.median(times), RUNS))
    return statistics.median(times)


def slow_rules(options):
    worst = {}
    for start in range(0, len(options.paths), BATCH):
        words = command(options, options.rules, ["--slow", str(options.slow), *options.paths[start:start + BATCH]])
        done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit("%s: exit status %d" % (options.steelyard, done.returncode))
        for line in done.stdout.decode("utf-8").splitlines():
            one = json.loads(line)
            for rule in one.get("slow", []):
                times = worst.setdefault(rule["rule"], [])
                times.append((rule["us"], one["file"]))
    for rule, times in sorted(worst.items(), key=lambda item: -max(item[1])[0]):
        us, name = max(times)
        print("slow: %-32s %8.1f ms at most, on %d messages, that on %s" % (rule, us / 1000, len(times), name))
    print("slow: %d rules took over %d ms on a message" % (len(worst), options.slow))


def main():
    parser = argparse.ArgumentParser(description="How long rules take to load, and which are slow.")
    program.add_option(parser)
    parser.add_argument("--rules", action="append", help="a file or folder; several times")
    parser.add_argument("--gate", type=float, help="the most seconds that loading may take")
    parser.add_argument("--slow", type=int, metavar="MS")
    parser.add_argument("messages", nargs="*")
    options = parser.parse_args()
    options.rules = options.rules or STOCK
    if bool(options.slow) != bool(options.messages):
        parser.error("--slow MS goes with messages, and messages with it")
    program.check(parser, options, "steelyardd")
    options.paths = program.mail_files(parser, options.messages)
    seconds = max(load_time(options), start_time(options))
    if options.slow:
        slow_rules(options)
    return 1 if options.gate and seconds > options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
