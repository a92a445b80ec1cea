#!/usr/bin/python3
"""test_torture.py - james-mime4j's torture messages: each leaf's decoded bytes against those its authors expect.

NAME_decoded_1_2.txt beside NAME.msg is what stands in the second part of the message. Line ends do not count: theirs are
CRLF, ours LF. DIFFERENT lists where SpamAssassin, which we follow, reads the structure otherwise than mime4j does.
"""
import glob
import os
import re
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", "build")
DATA = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
DUMP = os.path.join(BUILD, "tests", "engine", "mime", "message_dump")

DIFFERENT = {
    "frag.msg": ["1_2_1_2_1_2_1_2"],  # base64 cut inside a quantum: we give the bytes that are whole
    "multi-bad.msg": ["1_1"],  # two Content-Type fields: the last one counts
    "multi-frag.msg": ["1_3_2"],  # the same
    "ending-boundaries.msg": ["1_1"],  # a boundary must be the whole line
    "malformedHeaderStartsBody-nocrlfcrlf.msg": ["1"],  # so many lines of junk end no header
    "malformedHeaderStartsBody-noheader.msg": ["1"],
    "missing-inner-boundary.msg": ["1_2_1"],  # without a boundary the preamble is the text
    "multipartemptypart.msg": ["1_2"],  # no part begins behind the last boundary
    "multipartnestedemptyparts.msg": ["1_1"],
    "very-very-long-boundary.msg": ["1_1"],  # longer lines than 2,048 bytes are broken
}


def leaves(path):
    """Decoded bytes by mime4j's path of each leaf: "1_2"."""
    out = subprocess.run([DUMP, "-b", path], stdout=subprocess.PIPE, check=True).stdout
    found, counts = {}, []
    while out:
        line, out = out.split(b"\n", 1)
        words = line.decode("latin-1").split(" ")
        if words[0] != "part":
            continue
        depth = int(words[1])
        counts = counts[:depth + 1] + [0] * (depth + 1 - len(counts))
        counts[depth] += 1
        if len(words) > 3:
            size = int(words[3])
            found["_".join(map(str, counts))] = out[:size]
            out = out[size:]
    return found


def normal(text):
    return text.replace(b"\r\n", b"\n").rstrip(b"\n")


def compare(message):
    stem = message[:-len(".msg")]
    got = leaves(message)
    wrong = []
    for expected in sorted(glob.glob(glob.escape(stem) + "_decoded_[0-9]*")):
        place = re.search(r"_decoded_([0-9_]+)\.", expected).group(1)
        with open(expected, "rb") as file:
            want = file.read()
        if normal(got.get(place, b"(no such part)")) != normal(want):
            wrong.append(place)
    return wrong


def main():
    messages = sorted(glob.glob(os.path.join(DATA, "mail", "torture", "james-mime4j", "*", "*.msg")))
    if not messages:
        print("ok 1 - mime4j's torture messages # SKIP no test data")
        return 0
    failures = 0
    for i, message in enumerate(messages, 1):
        name = os.path.basename(message)
        wrong, listed = compare(message), DIFFERENT.get(name, [])
        good = wrong == listed
        failures += not good
        print("%s %d - %s" % ("ok" if good else "not ok", i, name))
        if not good:
            print("# got differences in %s, want them in %s" % (wrong, listed))
    print("1..%d" % len(messages))
    return 1 if failures else 0


sys.exit(main())
