#!/usr/bin/python3
"""test_prefilter.py - what stands before PCRE2 changes no hit, no count and no score

Scans the same mail under the stock rules twice, with --no-prefilter and without it, and compares all that is told but
times. The public corpus and the test data's mail: a seeded sample in `make check`, all of it with STEELYARD_LONG=1.
Skips what is not there. Prints TAP.

    test_prefilter.py [FILE...]   exactly these messages
"""
import collections
import os
import random
import sys

import parity

SEED = 11
SAMPLE = 250
NOW = 1795352400


def shared_mail():
    paths = []
    for folder, _, names in os.walk(os.path.join(parity.DATA, "mail")):
        paths += [os.path.join(folder, name) for name in names if name.endswith((".eml", ".txt", ".msg"))]
    return paths


def sets_of_mail():
    if sys.argv[1:]:
        return {"messages": sys.argv[1:]}
    found = {"the public corpus": sorted(parity.corpus().values()), "the test data's mail": sorted(shared_mail())}
    if not parity.LONG:
        dice = random.Random(SEED)
        found = {name: sorted(dice.sample(paths, min(SAMPLE, len(paths)))) for name, paths in found.items()}
    return found


def answers(paths, options):
    for one in parity.check(parity.STOCK, paths, options=options, now=NOW):
        one.pop("us", None)
        yield one


def compare(name, paths):
    hits = 0
    rules = collections.Counter()
    differing = []
    for path, one, other in zip(paths, answers(paths, ()), answers(paths, ("--no-prefilter",))):
        left, right = counted(one), counted(other)
        hits += len(right)
        for rule in left ^ right:
            rules["%s %s" % ("extra" if rule in left else "missing", rule[0])] += 1
        if one != other:
            differing.append(path)
    for rule, count in rules.most_common(parity.ROWS):
        print("# %4d %s" % (count, rule))
    for path in differing[:parity.EXAMPLES]:
        print("#      " + path)
    return "%d hits on %d messages of %s, %d messages differ" % (hits, len(paths), name, len(differing)), not differing


def counted(one):
    return {(hit["rule"], hit["count"]) for hit in one.get("hits", ())} | {(rule, 1) for rule in one.get("subrules", ())}


def main():
    parity.need_stock()
    found = sets_of_mail()
    if not any(found.values()):
        parity.skip("no mail here")
    print("1..%d" % len(found))
    failed = False
    for number, (name, paths) in enumerate(found.items(), 1):
        if not paths:
            print("ok %d # SKIP no mail of %s here" % (number, name))
            continue
        text, good = compare(name, paths)
        failed |= not good
        print("%sok %d - %s" % ("" if good else "not ", number, text))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
