#!/usr/bin/python3
"""test_prefilter.py - what stands before PCRE2 changes no hit, no count and no score

Scans the same mail under the stock rules twice, with --no-prefilter and without it, and compares all that is told but
times. The public corpus, the test data's mail, and mail made of texts that the stock rules' patterns and our own are
made to match (pattern_mail.py), each scanned by the rules that it is made of: a seeded sample in `make check`, all of it
with STEELYARD_LONG=1, of the made mail in several seeds (or $STEELYARD_SEED). Skips what is not there. Prints TAP.

    test_prefilter.py [FILE...]   exactly these messages
"""
import collections
import os
import random
import sys
import tempfile

import parity
import pattern_mail

SEED = 11
SEEDS_LONG = 5
SAMPLE = 150
PATTERNS = 150
OURS = [os.path.join(parity.TOP, "rules")]
NOW = 1795352400


def shared_mail():
    paths = []
    for folder, _, names in os.walk(os.path.join(parity.DATA, "mail")):
        paths += [os.path.join(folder, name) for name in names if name.endswith((".eml", ".txt", ".msg"))]
    return paths


def sets_of_mail(folder):
    """[(name, rules, paths)]"""
    if sys.argv[1:]:
        return [("messages", parity.STOCK, sys.argv[1:])]
    dice = random.Random(SEED)
    found = [("the public corpus", parity.STOCK, sorted(parity.corpus().values())),
             ("the test data's mail", parity.STOCK, sorted(shared_mail()))]
    if not parity.LONG:
        found = [(name, rules, sorted(dice.sample(paths, min(SAMPLE, len(paths))))) for name, rules, paths in found]
    return found + made_mail(folder)


def made_mail(folder):
    first = int(os.environ.get("STEELYARD_SEED", SEED))
    found = []
    for name, rules in (("stock", parity.STOCK), ("our", OURS)):
        for seed in range(first, first + (SEEDS_LONG if parity.LONG else 1)):
            place = os.path.join(folder, "%s%d" % (name, seed))
            os.mkdir(place)
            paths, count = pattern_mail.write(random.Random(seed), rules, seed, None if parity.LONG else PATTERNS, place)
            found.append(("made of %d %s rules" % (count, name), rules, paths))
    return found


def answers(rules, paths, options):
    for one in parity.check(rules, paths, options=options, now=NOW):
        one.pop("us", None)
        yield one


def compare(name, places, paths):
    hits, hit_rules = 0, set()
    rules = collections.Counter()
    differing = []
    for path, one, other in zip(
            paths, answers(places, paths, ()), answers(places, paths, ("--no-prefilter",))):
        left, right = counted(one), counted(other)
        hits += len(right)
        hit_rules |= {rule for rule, _ in right}
        for rule in left ^ right:
            rules["%s %s" % ("extra" if rule in left else "missing", rule[0])] += 1
        if one != other:
            differing.append(path)
    for rule, count in rules.most_common(parity.ROWS):
        print("# %4d %s" % (count, rule))
    for path in differing[:parity.EXAMPLES]:
        print("#      " + path)
    text = "%d hits of %d rules on %d messages, %s: %d messages differ" % (
        hits, len(hit_rules), len(paths), name, len(differing))
    return text, not differing


def counted(one):
    return {(hit["rule"], hit["count"]) for hit in one.get("hits", ())} | {(rule, 1) for rule in one.get("subrules", ())}


def main():
    parity.need_stock()
    with tempfile.TemporaryDirectory(prefix="steelyard-prefilter-") as folder:
        return run(sets_of_mail(folder))


def run(found):
    print("1..%d" % len(found))
    failed = False
    for number, (name, rules, paths) in enumerate(found, 1):
        if not paths:
            print("ok %d # SKIP no mail of %s here" % (number, name))
            continue
        text, good = compare(name, rules, paths)
        failed |= not good
        print("%sok %d - %s" % ("" if good else "not ", number, text))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
