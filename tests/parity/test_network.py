#!/usr/bin/python3
"""test_network.py - both programs with the stock ruleset and the network, before the same DNS

As test_live.py, but both ask a DNS that is made up (zone.py): every list has listed something, every domain has
policies, and so score set 1 is in force. Half of the messages are of the public corpus, half of the test data's mail,
whose signers' keys the DNS has; always the same ones. Compared are all hits, sub-rules included, and scores. Rules
that ask the network and hit fewer than three messages are named. Skips without corpus, mail or SpamAssassin 4.0.1.

    test_network.py [FILE...]   these messages instead, of wherever
"""
import collections
import os
import random
import subprocess
import sys
import time

import parity
import test_live

SEED = 4
EACH = 150 if parity.LONG else 40
HITS_LEAST = 3
# SpamAssassin draws lots among more hosts of links than it may ask about; so many no message has.
HOSTS = os.path.join(parity.TOP, "tests", "parity", "all_hosts.cf")
SETTINGS = """dns:
  servers: ["127.0.0.1:%s"]
  deadline: 120s
  timeout: 20s
  list_tests: 0s
"""


def mail():
    """The test data's mail: {name: path}."""
    found = {}
    for kind in ("list-ham", "list-spam"):
        for folder, _, names in os.walk(os.path.join(parity.DATA, "mail", kind)):
            for name in names:
                if name.endswith(".eml"):
                    path = os.path.join(folder, name)
                    found[os.path.relpath(path, parity.DATA)] = path
    return found


def signed():
    """Paths of mail whose signatures are good with the keys that the DNS has."""
    found = []
    expected = os.path.join(parity.DATA, "conformance", "dkim-real", "dkim-expected.tsv")
    if os.path.exists(expected):
        with open(expected, encoding="utf-8") as lines:
            for line in lines:
                words = line.split("\t")
                if words[5] == "pass" and words[7].strip() == "yes":
                    found.append(os.path.join(parity.DATA, "mail", words[0]))
    return sorted(set(found))


def sample():
    corpus, shared, good = sorted(parity.corpus().values()), sorted(mail().values()), signed()
    if not corpus or not shared:
        parity.skip("no corpus or no mail here")
    chance = random.Random(SEED)
    paths = chance.sample(corpus, min(EACH, len(corpus))) + chance.sample(good, min(EACH // 3, len(good)))
    paths += chance.sample(sorted(set(shared) - set(paths)), 2 * EACH - len(paths))
    return [os.path.abspath(path) for path in paths]


def network_rules():
    """Names of the functions that ask the network and are not switched off."""
    command = [os.path.join(parity.BUILD, "steelyard"), "rules"]
    for place in parity.STOCK:
        command += ["--rules", place]
    lines = subprocess.run(command + ["--all"], stdout=subprocess.PIPE, check=False).stdout.decode().splitlines()
    names = [line.split()[0] for line in lines if line.split()[1:2] == ["function"]]
    lines = subprocess.run(command + names, stdout=subprocess.PIPE, check=False).stdout.decode().splitlines()
    found, name, off = set(), "", set()
    for line in lines:
        words = line.split()
        if line and not line[0].isspace():
            name = words[0]
        elif words[:1] == ["score"] and float(words[1]) == 0:
            off.add(name)
        elif words[:1] == ["tags"] and "net" in words or words[1:] == ["check_askdns()"]:
            found.add(name)
    return found - off


def name_seldom(want):
    """Tells which rules of the network hit too few of SpamAssassin's messages to say much."""
    hits = collections.Counter(rule for one in want.values() for rule in one.hits)
    rules = network_rules()
    seldom = sorted(rule for rule in rules if hits[rule] < HITS_LEAST)
    print("# %d rules of the network, %d of them hit fewer than %d messages: %s" % (
        len(rules), len(seldom), HITS_LEAST, " ".join("%s(%d)" % (rule, hits[rule]) for rule in seldom)))


def main():
    test_live.need_spamassassin()
    parity.need_stock()
    paths = [os.path.abspath(path) for path in sys.argv[1:]] or sample()
    keys = os.path.join(parity.DATA, "conformance", "dkim-real", "zone.tsv")
    command = [sys.executable, os.path.join(parity.TOP, "tests", "parity", "zone.py")]
    server = subprocess.Popen(command + (["--keys", keys] if os.path.exists(keys) else []) + [str(SEED)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        port = server.stdout.readline().decode().strip()
        want = test_live.spamassassin(paths, "127.0.0.1:" + port)
        got = list(parity.check(parity.STOCK + [HOSTS], paths, ["--dns", "live"], int(time.time()), SETTINGS % port))
    finally:
        server.terminate()
        server.wait()
    comparison = parity.Comparison()
    for path, one in zip(paths, got):
        if path in want:
            comparison.add(os.path.relpath(path, parity.DATA), parity.answer(one), want[path])
    name_seldom(want)
    return comparison.judge()


if __name__ == "__main__":
    sys.exit(main())
