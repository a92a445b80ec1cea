#!/usr/bin/python3
"""test_sa_mutations.py - pieces of SpamAssassin's rule files, broken in seeded ways, through the harness fuzz_sa

500 of them, or 10,000 with STEELYARD_LONG=1; MUTATIONS and MUTATION_SEED (1) may be set. The harness dies on a problem
that is told without file and line, and under a sanitizer on what that finds. Without the stock files at
/usr/share/spamassassin the harness's own corpus is broken instead. Prints TAP.

    test_sa_mutations.py [NUMBER]       writes that mutation to standard output
"""
import glob
import os
import random
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
SEED = int(os.environ.get("MUTATION_SEED", "1"))
COUNT = int(os.environ.get("MUTATIONS", "10000" if os.environ.get("STEELYARD_LONG") == "1" else "500"))
LINES_MAX = 60			# of a piece: a whole file's rules would take seconds to compile
BATCH = 100
BYTES = b"\0\t\n\r !\"#$%&'()*+-/:<=>?@[\\]^_{|}~\x7f\x80\xc3\xe2\xff"


def originals():
    paths = glob.glob("/usr/share/spamassassin/*.cf") + glob.glob("/etc/spamassassin/*.pre")
    if not paths:
        paths = glob.glob(os.path.join(TOP, "tests", "fuzz", "corpus", "sa", "*"))
    found = []
    for path in sorted(paths):
        with open(path, "rb") as file:
            found.append([line for line in file.read().splitlines(True) if line.strip() and not line.startswith(b"#")])
    return [lines for lines in found if lines]


def piece(draw, files):
    lines = draw.choice(files)
    start = draw.randrange(len(lines))
    return lines[start:start + draw.randint(1, LINES_MAX)]


def broken_bytes(draw, lines, _):
    text = bytearray(b"".join(lines))
    for _ in range(draw.randint(1, 8)):
        at = draw.randrange(len(text) + 1)
        if draw.random() < 0.5:
            text[at:at + 1] = bytes([draw.choice(BYTES)])
        elif draw.random() < 0.5:
            text[at:at] = bytes([draw.choice(BYTES)]) * draw.choice((1, 1, 1, 300))
        else:
            del text[at:at + draw.randint(1, 20)]
    return [bytes(text)]


def broken_lines(draw, lines, _):
    lines = list(lines)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(lines))
        way = draw.randrange(4)
        if way == 0 and len(lines) > 1:
            del lines[at]
        elif way == 1:
            lines.insert(at, draw.choice(lines))
        elif way == 2:
            lines[at] = lines[at].rstrip(b"\n")
        else:
            draw.shuffle(lines)
    return lines


def broken_words(draw, lines, others):
    """Words change places with those of other lines."""
    lines = list(lines)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(lines))
        words, strange = lines[at].split(b" "), draw.choice(others).split()
        where = draw.randrange(len(words))
        if strange and draw.random() < 0.7:
            words[where] = draw.choice(strange)
        else:
            del words[where]
        lines[at] = b" ".join(words)
    return lines


def broken_conditions(draw, lines, _):
    """Conditions open and close where none were, deep ones too."""
    lines = list(lines)
    conditions = [b"if (version >= 3.004)\n", b"ifplugin Mail::SpamAssassin::Plugin::DKIM\n", b"else\n", b"endif\n",
                  b"if !can(Mail::SpamAssassin::Conf::feature_x)\n", b"if (((((1\n", b"include nowhere.cf\n", b"lang de\n"]
    for _ in range(draw.choice((1, 3, 10, 500))):
        lines.insert(draw.randrange(len(lines) + 1), draw.choice(conditions))
    return lines


def broken_end(draw, lines, _):
    text = b"".join(lines)
    return [text[:draw.randrange(len(text) + 1)]]


WAYS = [broken_bytes, broken_lines, broken_words, broken_conditions, broken_end]


def mutation(number, files):
    """The same whatever ran before it."""
    draw = random.Random(SEED * 1000003 + number)
    lines, others = piece(draw, files), piece(draw, files)
    lines = WAYS[number % len(WAYS)](draw, lines, others)
    if draw.random() < 0.3 and b"".join(lines):
        lines = draw.choice(WAYS)(draw, lines, others)
    return b"".join(lines)


def replay(paths):
    """The paths on which the harness dies, with the end of what it says."""
    harness = os.path.join(BUILD, "tests", "fuzz", "fuzz_sa")
    done = subprocess.run([harness] + paths, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode == 0:
        return []
    if len(paths) > 1:
        half = len(paths) // 2
        return replay(paths[:half]) + replay(paths[half:])
    return [(paths[0], done.stdout.decode("utf-8", "replace").splitlines()[-20:])]


def main():
    files = originals()
    if len(sys.argv) > 1:
        sys.stdout.buffer.write(mutation(int(sys.argv[1]), files))
        return 0
    failures = []
    with tempfile.TemporaryDirectory(prefix="steelyard-sa-") as folder:
        for start in range(0, COUNT, BATCH):
            paths = []
            for number in range(start, min(start + BATCH, COUNT)):
                paths.append(os.path.join(folder, "%d.cf" % number))
                with open(paths[-1], "wb") as out:
                    out.write(mutation(number, files))
            failures += replay(paths)
            for path in paths:
                os.unlink(path)
    for path, lines in failures[:20]:
        print("# mutation %s of seed %d:" % (os.path.basename(path)[:-3], SEED))
        for line in lines:
            print("#   " + line)
    print("1..1\n%sok 1 - %d mutations of %d files, %d of which kill the reader" % (
        "not " if failures else "", COUNT, len(files), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
