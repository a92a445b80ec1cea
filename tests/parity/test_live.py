#!/usr/bin/python3
"""test_live.py - both programs over the same messages with the stock ruleset, now

As test_stock.py, but SpamAssassin runs too: its rules and its Perl are those installed, and the clock is today's. 300
messages of the public corpus, always the same. Skips without corpus or without SpamAssassin 4.0.1.

    test_live.py [FILE...]      these messages instead, of wherever
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import parity

SEED = 300
SAMPLE = 300


def need_spamassassin():
    have = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "exit($Mail::SpamAssassin::VERSION eq '4.000001' ? 0 : 1)"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if have.returncode != 0:
        parity.skip("no SpamAssassin 4.0.1")


def spamassassin(paths, *server):
    """{path: Answer}, from as many processes as there are processors; `server`: of the DNS, else it asks nothing."""
    command = ["perl", os.path.join(parity.TOP, "tests", "parity", "sa_stock.pl")] + parity.STOCK + list(server)
    share = os.cpu_count() or 1
    running = []
    for first in range(share):
        # Files and not pipes: nobody reads from one while waiting for the other.
        names, out = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        names.write("".join(path + "\n" for path in paths[first::share]).encode())
        names.seek(0)
        running.append((subprocess.Popen(command, stdin=names, stdout=out, stderr=subprocess.DEVNULL), out))
        names.close()
    answers = {}
    for process, out in running:
        process.wait()
        out.seek(0)
        for line in out:
            one = json.loads(line.decode("utf-8"))
            answers[one["file"]] = parity.answer(one)
        out.close()
    return answers


def main():
    need_spamassassin()
    parity.need_stock()
    paths = [os.path.abspath(path) for path in sys.argv[1:]]
    if not paths:
        paths = sorted(parity.corpus().values())
        if not paths:
            parity.skip("no corpus here")
        paths = sorted(random.Random(SEED).sample(paths, min(SAMPLE, len(paths))))
    want = spamassassin(paths)
    comparison = parity.Comparison()
    for path, one in zip(paths, parity.check(parity.STOCK, paths, now=int(time.time()))):
        if path in want:
            comparison.add(os.path.relpath(path, parity.CORPUS), parity.answer(one), want[path])
    if len(want) != len(paths):
        print("# SpamAssassin gave up on %d messages" % (len(paths) - len(want)))
    return comparison.judge()


if __name__ == "__main__":
    sys.exit(main())
