#!/usr/bin/python3
"""test_import.py - SpamAssassin's stock rules are covered whole, and imported they score the same mail the same

`steelyard lint --coverage` must name each rule that SpamAssassin itself counts, and none as not supported;
`steelyard import-sa` must write a file that lint accepts and whose verdicts on a seeded sample of the corpus are those of
the .cf files, hits, sub-rules and scores. A directory with a text that has no form in YAML must fail at its place.
Skips what is not there. Prints TAP.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import parity

SEED = 13
SAMPLE = 150
# Debian's rules of 4.0.1 with the plugins of its .pre files.
RULES = 2946
NOW = 1795352400

cases = failures = 0


def report(name, problems):
    global cases, failures
    cases += 1
    failures += bool(problems)
    print("%s %d - %s" % ("not ok" if problems else "ok", cases, name))
    for problem in problems:
        print("# " + problem)


def run(*args):
    return subprocess.run([os.path.join(parity.BUILD, "steelyard"), *args], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)


def coverage():
    done = run("lint", "--coverage", *parity.STOCK)
    text = done.stdout.decode()
    counts = {name: int(count) for name, count in re.findall(r"^ *(rules read|not supported|live|switched off|waiting) +(\d+)",
                                                               text, re.M)}
    problems = []
    if counts.get("rules read") != RULES or counts.get("not supported") != 0:
        problems.append("got %s, want %d rules read and all supported" % (counts, RULES))
    if sum(counts.get(name, 0) for name in ("live", "switched off", "waiting", "not supported")) != RULES:
        problems.append("the rows do not add up: %s" % counts)
    if "not known" in text:
        problems.append("a function that nobody knows")
    return problems


def same_verdicts(imported):
    paths = sorted(parity.corpus().values())
    if not paths:
        return []
    paths = sorted(random.Random(SEED).sample(paths, min(SAMPLE, len(paths))))
    one = ("-j", "1")
    theirs = list(parity.check(parity.STOCK, paths, one, NOW))
    ours = list(parity.check([imported], paths, one, NOW))
    return ["%s: other hits or another score" % path for path, a, b in zip(paths, theirs, ours)
            if (a["score"], a["hits"], a["subrules"]) != (b["score"], b["hits"], b["subrules"])]


def no_form(folder):
    """A list's entry in no charset, and a list's name that YAML rules cannot have."""
    path = os.path.join(folder, "odd.cf")
    with open(path, "wb") as out:
        out.write(b"enlist_addrlist (X) caf\xe9@example.org\nenlist_uri_host (a b) example.org\n")
    done = run("import-sa", path)
    told = done.stderr.decode("utf-8", "replace")
    problems = []
    if done.returncode != 2 or done.stdout:
        problems.append("exit status %d, %d bytes written" % (done.returncode, len(done.stdout)))
    problems += ["%s:%d is not named: %s" % (path, line, told) for line in (1, 2)
                 if "%s:%d: error: " % (path, line) not in told]
    return problems


def left_out(folder):
    """What is said of headers does not come along, which is told once for each directive."""
    path = os.path.join(folder, "headers.cf")
    with open(path, "wb") as out:
        out.write(b"body A /a/\nadd_header all Foo x\nadd_header all Bar x\nrewrite_header Subject [S]\n")
    done = run("import-sa", path)
    told = done.stderr.decode().splitlines()
    want = ["%s:%d: warning: %s is not written: it has no place in a rule file" % (path, line, name)
            for line, name in ((2, "add_header"), (4, "rewrite_header"))]
    return [] if done.returncode == 0 and told == want else ["exit status %d" % done.returncode] + told


def blanks(folder):
    """Tabs between words, and what no charset has in a description."""
    path, imported = os.path.join(folder, "blanks.cf"), os.path.join(folder, "blanks.yaml")
    with open(path, "wb") as out:
        out.write(b"body A /a/\nmeta\tM\tA\t&&\tA\ndescribe M don\x92t\theader B\n"
                  b"header B eval:check_from_in_list(\t'X'\t)\nheader C X =~ /a\tb/\n")
    done = run("import-sa", path)
    with open(imported, "wb") as out:
        out.write(done.stdout)
    told = run("lint", imported)
    return [] if done.stdout and not told.returncode else [told.stdout.decode() + done.stderr.decode()]


def main():
    parity.need_stock()
    folder = tempfile.mkdtemp(prefix="steelyard-import-")
    try:
        report("lint --coverage finds every rule of the stock set supported", coverage())
        done = run("import-sa", *parity.STOCK)
        imported = os.path.join(folder, "sa.yaml")
        with open(imported, "wb") as out:
            out.write(done.stdout)
        report("import-sa writes the stock set",
               [] if done.returncode == 0 else [done.stderr.decode("utf-8", "replace")[:1000]])
        done = run("lint", imported)
        report("lint accepts what it wrote", [done.stdout.decode()[:1000]] if done.returncode or done.stdout else [])
        report("imported rules give the same verdicts", same_verdicts(imported))
        report("what has no form in YAML fails at its place", no_form(folder))
        report("blanks of all kinds come along", blanks(folder))
        report("what is said of headers is told of", left_out(folder))
    finally:
        shutil.rmtree(folder)
    print("1..%d" % cases)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
