#!/usr/bin/python3
"""test_stock.py - the stock ruleset hits where SpamAssassin's answers of the test data say it hits

The answers are oracle/sa-public.jsonl.xz of the test data: SpamAssassin 4.0.1 over the public corpus, with the
rules of its Debian package, network and Bayes off. A seeded sample in `make check`; all messages with STEELYARD_LONG=1.
Skips what is not there. Prints TAP: shares of hits, of whole messages and of scores that agree, and whether
differences.txt knows each rule that differs.

    test_stock.py [-v] [RULE|FILE...]   -v: all rules that differ; RULE: all messages where it differs,
                                        FILE (part of a name): only these messages
"""
import json
import lzma
import os
import random
import sys

import parity

SEED = 5
SAMPLE = 300
# When the answers were made, near enough: a few rules ask how old a message is.
NOW = 1795352400


def answers():
    path = os.path.join(parity.DATA, "oracle", "sa-public.jsonl.xz")
    if not os.path.exists(path):
        parity.skip("no answers of SpamAssassin here")
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return {one["file"]: parity.answer(one) for one in map(json.loads, lines)}


def main():
    words = [word for word in sys.argv[1:] if word != "-v"]
    rules = {word for word in words if word.upper() == word and not word[0].isdigit()}
    parts = [word for word in words if word not in rules]
    parity.need_stock()
    want = answers()
    paths = parity.corpus()
    names = sorted(name for name in want if name in paths)
    if not names:
        parity.skip("no corpus here")
    if parts:
        names = [name for name in names if any(part in name for part in parts)]
    elif not parity.LONG:
        names = sorted(random.Random(SEED).sample(names, min(SAMPLE, len(names))))
    comparison = parity.Comparison()
    for name, one in zip(names, parity.check(parity.STOCK, [paths[name] for name in names], now=NOW)):
        got = parity.answer(one)
        comparison.add(name, got, want[name])
        if one["incomplete"] or one["notes"]:
            print("# %s: %s" % (name, "; ".join(one["notes"]) or "incomplete"))
        for rule in sorted(rules & (got.hits ^ want[name].hits)):
            print("# %s %s %s" % (rule, "extra" if rule in got.hits else "missing", paths[name]))
    return comparison.judge(1000 if "-v" in sys.argv else parity.ROWS)


if __name__ == "__main__":
    sys.exit(main())
