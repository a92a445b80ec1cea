#!/usr/bin/python3
# test_headers.py - relays, selectors and URIs of real messages against SpamAssassin's
#
# Runs dump_headers and sa_headers.pl over the same messages: a seeded sample, all of them with STEELYARD_LONG=1.
# Messages come from $STEELYARD_CORPUS and from mail/ of the test data. Prints TAP, a case an item: the share of
# messages in which it is the same must not fall below the item's floor. With -v the first differences of each item are
# printed. Skipped without Mail::SpamAssassin 4 or without messages.

import glob
import os
import random
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
SAMPLE = 800
# An ASCII name for what IDNA makes of a host is a form that SpamAssassin makes only with a module that few have.
FLOOR = 0.995
CASES = ["relays", "unparseable", "selectors", "uri"]


def skip(why):
    print("1..1\nok 1 # SKIP " + why)
    sys.exit(0)


def messages():
    shared = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
    found = []
    for place in (os.environ.get("STEELYARD_CORPUS"), os.path.join(shared, "mail")):
        here = []
        for folder, _, names in os.walk(place) if place else ():
            if "fuzz-seeds" in folder.split(os.sep):
                continue  # bytes for fuzzers: no mail, and which garbage is drawn is luck
            here += [os.path.join(folder, name) for name in names
                     if not name.endswith((".json", ".js", ".tsv", ".md")) and not name.startswith("README")]
        # The corpus before the mail, wherever they lie: so the sample is the same everywhere.
        found += sorted(here)
    return [name for name in found if "\n" not in name and os.path.getsize(name) < 1 << 20]


def registries():
    """SpamAssassin's own lists of top-level domains and registries, which sa_headers.pl reads too."""
    found = glob.glob("/usr/share/spamassassin/*tlds*.cf")
    return ["registries", found[0]] if found else []


def run(program, names):
    done = subprocess.run(program, input="\n".join(names).encode() + b"\n", stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True)
    found = {}
    for line in done.stdout.split(b"\n"):
        word, _, value = line.partition(b" ")
        if word == b"file":
            items = found.setdefault(value, {})
        elif word:
            items.setdefault(word.decode(), []).append(value)
    return found


def comparable(ours, theirs):
    """Our URIs without the forms that only IDNA makes; theirs without that of <a href="">, which is nothing."""
    return [uri for uri in ours if uri in theirs or b"xn--" not in uri], [uri for uri in theirs if uri != b"="]


def compare(ours, theirs):
    """Yields (case, item, same, got, want) for each message."""
    for name, want in theirs.items():
        got = ours.get(name, {})
        for item in sorted(set(want) | set(got)):
            a, b = got.get(item, []), want.get(item, [])
            if item == "uri":
                a, b = comparable(a, b)
            case = "selectors" if item.startswith("sel-") else item
            yield case, item, a == b, name, a, b


def main():
    verbose = "-v" in sys.argv
    names = messages()
    if subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "exit($Mail::SpamAssassin::VERSION < 4)"],
                      stderr=subprocess.DEVNULL).returncode != 0:
        skip("no Mail::SpamAssassin 4 here")
    if not names:
        skip("no messages here")
    if not os.environ.get("STEELYARD_LONG"):
        names = sorted(random.Random(20).sample(names, min(SAMPLE, len(names))))
    ours = run([os.path.join(BUILD, "tests/engine/mime/dump_headers"), *registries()], names)
    theirs = run(["perl", os.path.join(TOP, "tests/oracle/sa_headers.pl")], names)
    same, total, shown = {}, {}, {}
    for case, item, equal, name, got, want in compare(ours, theirs):
        total[item] = total.get(item, 0) + 1
        same[item] = same.get(item, 0) + equal
        if verbose and not equal and shown.get(item, 0) < 6:
            shown[item] = shown.get(item, 0) + 1
            print("# %s %s\n#   got  %s\n#   want %s" % (
                item, name.decode("utf-8", "replace"),
                [x[:600] for x in got if x not in want][:6], [x[:600] for x in want if x not in got][:6]))
    print("1..%d" % len(total))
    for number, item in enumerate(sorted(total), 1):
        share = same[item] / total[item]
        print("%sok %d - %s: %d of %d messages as SpamAssassin" % (
            "" if share >= FLOOR else "not ", number, item, same[item], total[item]))


main()
