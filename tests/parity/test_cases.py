#!/usr/bin/python3
"""test_cases.py - case folders of the test data: rules, a message, and what SpamAssassin 4.0.1 said of it

Each folder of oracle/cases holds rules.cf, message.eml and expect.json: hits with their counts, sub-rules with
theirs, sum and threshold. `_base` is loaded besides, as SpamAssassin did. Prints TAP, a case a folder; skips what is not there.

    test_cases.py [NAME...]     only these, or those that begin so
"""
import json
import os
import sys

import parity

CASES = os.path.join(parity.DATA, "oracle", "cases")
# When the expectations were made.
NOW = 1795352400


def wanted(expect):
    """What must come out, in the form of found()."""
    found = {hit["rule"]: hit["count"] for hit in expect["hits"]}
    found.update(expect["subrules_hit"])
    return found, expect["score"], expect["required"]


def found(one):
    hits = {hit["rule"]: hit["count"] for hit in one["hits"]}
    hits.update({hit["rule"]: hit["count"] for hit in one["subrule_hits"]})
    return hits, one["score"], one["required"]


def shown(score, required):
    """A score as SpamAssassin prints it, which is what was written down: one that rounds up to the threshold does not."""
    text = "%.1f" % score
    return required - 0.1 if score < required <= float(text) else float(text)


def differences(got, want):
    lines = []
    for rule in sorted(set(got[0]) | set(want[0])):
        a, b = got[0].get(rule, 0), want[0].get(rule, 0)
        if a != b:
            lines.append("%s: got %d, want %d" % (rule, a, b))
    for what, a, b in (("score", shown(got[1], got[2]), want[1]), ("required", got[2], want[2])):
        if abs(a - b) > 0.0011:
            lines.append("%s: got %.3f, want %.3f" % (what, a, b))
    return lines


def run(name):
    folder = os.path.join(CASES, name)
    with open(os.path.join(folder, "expect.json"), encoding="utf-8") as file:
        expect = json.load(file)
    rules = [os.path.join(CASES, "_base", "rules"), os.path.join(CASES, "_base", "site"), os.path.join(folder, "rules.cf")]
    try:
        one = next(parity.check(rules, [os.path.join(folder, "message.eml")], ["--explain"], NOW))
    except RuntimeError as error:
        return [str(error)]
    return differences(found(one), wanted(expect)) + ["note: " + note for note in one["notes"] if "ended the scan" not in note]


def main():
    if not os.path.isdir(CASES):
        parity.skip("no cases here")
    names = sorted(name for name in os.listdir(CASES) if os.path.exists(os.path.join(CASES, name, "expect.json")))
    if len(sys.argv) > 1:
        names = [name for name in names if name.startswith(tuple(sys.argv[1:]))]
    known = parity.known_differences()
    failed = False
    print("1..%d" % len(names))
    for number, name in enumerate(names, 1):
        lines = run(name)
        wrong = bool([line for line in lines if not line.startswith("note: ")])
        if wrong and name in known:
            print("ok %d - %s # SKIP differs: %s" % (number, name, known[name]))
        else:
            failed |= wrong
            print("%sok %d - %s" % ("not " if wrong else "", number, name))
        for line in lines if wrong else ():
            print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
