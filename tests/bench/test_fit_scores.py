#!/usr/bin/python3
"""bench/fit_scores.py fits the rules that old mail can judge: those of rules/90-scores.yaml, and none that ask the DNS"""
import os
import re
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
STEELYARD = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "steelyard")
RULES = os.path.join(TOP, "rules")
sys.path.insert(0, os.path.join(TOP, "bench"))
sys.dont_write_bytecode = True
import fit_scores  # noqa: E402
import hits  # noqa: E402


def scored():
    """The names that the committed scores have."""
    with open(os.path.join(RULES, hits.SCORES), encoding="utf-8") as file:
        return set(re.findall(r"(?m)^  (\w+): ", file.read()))


def kinds():
    """{rule: kind}, as the program reads the rules."""
    told = subprocess.run([STEELYARD, "rules", "--all", "--rules", RULES], capture_output=True, text=True, check=True)
    return {line.split()[0]: line.split()[1] for line in told.stdout.splitlines()}


def main():
    found, known = set(fit_scores.read_rules(RULES)), kinds()
    cases = [("the rules that have fitted scores", sorted(found ^ scored())),
             ("rules that there are", sorted(found - set(known))),
             ("none that asks the DNS", sorted(name for name in found if known.get(name) in ("dnsbl", "uribl", "dns")))]
    for number, (name, wrong) in enumerate(cases, 1):
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        for rule in wrong:
            print("# " + rule)
    print("1..%d" % len(cases))
    sys.exit(any(wrong for _, wrong in cases))


if __name__ == "__main__":
    main()
