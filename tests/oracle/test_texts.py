#!/usr/bin/python3
"""test_texts.py - body, rawbody and facts of HTML against SpamAssassin's own, message by message

Reads the public corpus ($STEELYARD_CORPUS, else corpus/package/data in the build folder) and the lists
and bounces of the test data beside the repository. A seeded sample in `make check`; everything with
STEELYARD_LONG=1. Skips what is not there, and all of it without SpamAssassin 4.0.1. Prints TAP: a case
for each of body, rawbody and html, which at most a thousandth of the messages (html: a hundredth) may
differ in; differences are told in comments.
"""
import os
import random
import subprocess
import sys

SEED = 7
SAMPLE = 150
SHOWN = 12			# differences that are told
MOST = {b"body": 0.001, b"rawbody": 0.001, b"html": 0.01}

top = os.environ.get("TOP_SRCDIR", ".")
build = os.environ.get("TOP_BUILDDIR", ".")
data = os.environ.get("STEELYARD_TESTDATA", os.path.join(top, "..", "shared"))
corpus = os.environ.get("STEELYARD_CORPUS", os.path.join(build, "corpus", "package", "data"))


def messages():
    """Paths of all messages that are here."""
    found = []
    for folder, ending in ((corpus, ".txt"), (os.path.join(data, "mail", "list-ham", "ham"), ""),
                           (os.path.join(data, "mail", "list-spam", "spam"), ""),
                           (os.path.join(data, "mail", "bounces"), "")):
        for root, _, names in os.walk(folder):
            found += [os.path.join(root, name) for name in names if name.endswith(ending)]
    return sorted(found)


def read(command, paths):
    """What a dumper says: {path: {view: [elements]}}; None in a path's place when it gave up."""
    text = subprocess.run(command, input="".join(p + "\n" for p in paths).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout
    out, at, views = {}, 0, {}
    while at < len(text):
        end = text.index(b"\n", at)
        word, _, rest = text[at:end].partition(b" ")
        at = end + 1
        if word == b"file":
            views = out[rest.decode()] = {b"body": [], b"rawbody": [], b"html": [], b"died": []}
        elif word in MOST:
            views[word].append(text[at:at + int(rest)])
            at += int(rest) + 1
        else:
            views[b"died"].append(word)
    return out


def differences(want, got, view):
    """Where the two differ, as lines for a person."""
    lines = []
    for path, views in want.items():
        if views[b"died"] or views[view] == got[path][view]:
            continue
        pairs = zip(views[view] + [b""], got[path][view] + [b""])
        a, b = next(((a, b) for a, b in pairs if a != b), (b"", b""))
        at = len(os.path.commonprefix([a, b]))
        at = max(0, at - 20)
        lines.append("%s: got %r, want %r" % (path, b[at:at + 60], a[at:at + 60]))
    return lines


def main():
    have = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "exit($Mail::SpamAssassin::VERSION eq '4.000001' ? 0 : 1)"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paths = messages()
    if have.returncode != 0 or not paths:
        print("1..1\nok 1 # SKIP %s" % ("no messages here" if have.returncode == 0 else "no SpamAssassin 4.0.1"))
        return 0
    if "STEELYARD_LONG" not in os.environ and len(paths) > SAMPLE:
        paths = sorted(random.Random(SEED).sample(paths, SAMPLE))
    want = read(["perl", os.path.join(top, "tests", "oracle", "sa_texts.pl")], paths)
    got = read([os.path.join(build, "tests", "engine", "mime", "dump_texts")], paths)
    print("1..%d" % len(MOST))
    failed = False
    for number, (view, most) in enumerate(MOST.items(), 1):
        lines = differences(want, got, view)
        bad = len(lines) > max(most * len(paths), 1)
        failed |= bad
        print("%s %d - %s: %d of %d messages differ" %
              ("not ok" if bad else "ok", number, view.decode(), len(lines), len(paths)))
        for line in lines[:SHOWN]:
            print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
