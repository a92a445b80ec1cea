#!/usr/bin/python3
"""growth.py - what more rules cost, and what longer messages cost

    bench/growth.py [--steelyard PATH] [--rules PATH]... [--seed N] [--count N] [--gate] rules MAIL...
    bench/growth.py [--steelyard PATH] [--rules PATH]... [--gate] sizes

rules: scans the mail, files or folders, by the rules (SpamAssassin's stock ones unless --rules says otherwise), and by
them with --count more of the kinds that feeds bring: phrases of the body, hosts of links, words of Subject and
From, and metas of these; from words of that mail, a tenth of them hit some of it. Prints CPU a message of both and
their ratio; --gate: exits with 1 when it is above 2.

sizes: makes messages of 10 KB to 20 MB of text, HTML, attachments in base64, HTML in base64 and parts in parts, and
prints CPU a megabyte for each; --gate: exits with 1 when, of one kind, a megabyte of a longer message costs more than
twice that of a shorter one (from 100 KB on: below, each message's own cost stands before that of its bytes).
"""
import argparse
import base64
import email
import email.policy
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import dear
import program

STOCK = ["/usr/share/spamassassin", "/etc/spamassassin"]
HITTING = 10			# one rule in so many is made of what some message says
READ = 600			# messages that rules are made of
RUNS = 3			# pairs
MOST = 2.0
SIZES = [10_000, 100_000, 500_000, 1_000_000, 5_000_000, 20_000_000]
JUDGED = 100_000
TIME_LIMIT = "60s"


def bench(options, rules, paths, more=()):
    with tempfile.NamedTemporaryFile(suffix=".yaml", mode="w", encoding="ascii") as conf:
        print("time_limit: " + TIME_LIMIT, file=conf, flush=True)
        words = [options.steelyard, "bench", "-c", conf.name, "--json", "--each", *more]
        for place in rules:
            words += ["--rules", place]
        done = subprocess.run(words + paths, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("%s: exit status %d" % (options.steelyard, done.returncode))
    return json.loads(done.stdout)


# --- more rules ---

def read_words(dice, paths):
    """Runs of words as bodies say them, hosts as links do, words of Subjects and Froms."""
    said = {"body": [], "uri": [], "Subject": [], "From": []}
    for path in dice.sample(paths, min(READ, len(paths))):
        with open(path, "rb") as file:
            raw = file.read()
        text = raw.partition(b"\n\n")[2].decode("latin-1")
        said["body"] += re.findall(r"\b[a-z]{3,12} [a-z]{3,12} [a-z]{3,12}\b", text, re.I)[:40]
        said["uri"] += re.findall(r"https?://([\w.-]{6,40})", text)[:10]
        fields = email.message_from_bytes(raw, policy=email.policy.compat32)
        for name in ("Subject", "From"):
            said[name] += re.findall(r"\b[a-z]{4,14}\b", str(fields.get(name, "")), re.I)
    return {name: sorted(set(words)) for name, words in said.items()}


def mixed(dice, words):
    """What no message says, of letters as mail has them: halves of two."""
    one, other = dice.choice(words), dice.choice(words)
    return one[:len(one) // 2] + other[len(other) // 2:][::-1]


def pattern_rule(dice, kind, said):
    name = {"header": dice.choice(("Subject", "From"))}.get(kind, kind)
    text = dice.choice(said[name]) if dice.randrange(HITTING) == 0 else mixed(dice, said[name])
    text = re.escape(text).replace("/", r"\/").replace("\\ ", r"\s+")
    if kind == "body":
        return r"/\b%s\b/i" % text
    if kind == "uri":
        return r"m{^https?://(?:[\w-]+\.)*%s\b}i" % text
    return r"%s =~ /\b%s/i" % (name, text)


def make_rules(dice, said, count, out):
    print("rules:", file=out)
    for n in range(count):
        kind = ("body", "uri", "header", "meta")[n % 4]
        if kind == "meta":
            first, second = (dice.randrange(max(1, n // 4)) * 4 + dice.randrange(3) for _ in range(2))
            text = "GROWTH_%d && %sGROWTH_%d" % (first, dice.choice(("", "!")), second)
        else:
            text = pattern_rule(dice, kind, said)
        print("  GROWTH_%d: {%s: '%s', score: 0.01}" % (n, kind, text.replace("'", "''")), file=out)


def share_hit(options, rules, paths):
    """How many of the rules that were made hit any message."""
    words = [options.steelyard, "check", "--json"]
    for place in rules:
        words += ["--rules", place]
    hit = set()
    for start in range(0, len(paths), 200):
        done = subprocess.run(words + paths[start:start + 200], stdout=subprocess.PIPE, check=False)
        for line in done.stdout.decode("utf-8").splitlines():
            hit |= {one["rule"] for one in json.loads(line)["hits"] if one["rule"].startswith("GROWTH_")}
    return len(hit)


def grow_rules(options):
    dice = random.Random(options.seed)
    paths = options.paths
    with tempfile.NamedTemporaryFile(suffix=".yaml", mode="w", encoding="utf-8") as more:
        make_rules(dice, read_words(dice, paths), options.count, more)
        more.flush()
        hit = share_hit(options, options.rules + [more.name], paths)
        few, many = [], []
        for _ in range(RUNS):
            few.append(bench(options, options.rules, paths))
            many.append(bench(options, options.rules + [more.name], paths))
    cost = [min(sum(one["us_cpu"] for one in run["each"]) / len(run["each"]) for run in runs) for runs in (few, many)]
    print("%d messages; %d more rules, of which %d hit" % (len(paths), options.count, hit))
    print("%-16s %10s %10s %10s" % ("", "us a message", "load s", "peak MB"))
    for name, one, us in (("the rules", few[0], cost[0]), ("with more", many[0], cost[1])):
        print("%-16s %10.0f %10.2f %10.1f" % (name, us, one["us_load"] / 1e6, one["peak_kb"] / 1024))
    print("ratio %.2f" % (cost[1] / cost[0]))
    return cost[1] / cost[0] <= MOST


# --- longer messages ---

PROSE = (b"Dear friend, the meeting has moved to Thursday at ten; please bring the papers that we spoke of.\n"
         b"We had %d guests last year, and hope for more. See http://www.example%d.org/plan for the way there.\n\n")
MARKUP = (b"<p class=\"x\">Dear friend, the <b>meeting</b> has moved to Thursday &amp; please bring the papers.</p>\n"
          b"<table><tr><td>%d guests</td><td><a href=\"http://www.example%d.org/plan\">the way</a></td></tr></table>\n")


def lines_of(pattern, size):
    pieces, room = [], size
    for n in itertools.count():
        pieces.append(pattern % (n, n % 50))
        room -= len(pieces[-1])
        if room <= 0:
            return b"".join(pieces)


def parts_in_parts(size):
    """Trees of parts, ten deep, of which each part holds 4 KB of text."""
    depth, pieces, made, number = 10, [dear.MIXED], len(dear.MIXED), 0
    while made < size:
        tree = [b"--b\n"]
        for level in range(depth):
            tree.append(b"Content-Type: multipart/mixed; boundary=\"=%d.%d\"\n\n--=%d.%d\n" % (number, level, number, level))
        tree.append(b"Content-Type: text/plain\n\n" + lines_of(PROSE, 4000))
        tree += [b"\n--=%d.%d--\n" % (number, level) for level in reversed(range(depth))]
        number += 1
        pieces += tree
        made += sum(map(len, tree))
    return b"".join(pieces) + b"--b--\n"


def attached(dice, size):
    return dear.MIXED + b"--b\n\nSee the file.\n--b\nContent-Type: application/zip; name=a.zip\n" \
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(dice.randbytes(size * 3 // 4 * 76 // 77)) + b"--b--\n"


def encoded(size):
    return dear.FIELDS + b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" \
        + base64.encodebytes(lines_of(MARKUP, size * 3 // 4 * 76 // 77))


def grow_sizes(options):
    dice = random.Random(options.seed)
    makers = [
        ("text", lambda size: dear.PLAIN + lines_of(PROSE, size)),
        ("HTML", lambda size: dear.HTML + lines_of(MARKUP, size)),
        ("attachment", lambda size: attached(dice, size)),
        ("HTML in base64", encoded),
        ("parts in parts", parts_in_parts),
    ]
    good = True
    print("%-16s" % "ms a megabyte" + "".join("%12s" % ("%d KB" % (size // 1000)) for size in SIZES))
    for name, make in makers:
        with tempfile.TemporaryDirectory(prefix="steelyard-growth-") as folder:
            paths = []
            for size in SIZES:
                paths.append(os.path.join(folder, "%d.eml" % size))
                with open(paths[-1], "wb") as out:
                    out.write(make(size)[:size])
            each = bench(options, options.rules, paths, ("--repeat", "5"))["each"]
        costs = [one["us_cpu"] / 1000 / (one["bytes"] / 1e6) for one in each]
        judged = [cost for cost, size in zip(costs, SIZES) if size >= JUDGED]
        over = any(later > MOST * earlier for earlier, later in itertools.combinations(judged, 2))
        good = good and not over
        print("%-16s" % name + "".join("%12.2f" % cost for cost in costs) + ("  more than twice" if over else ""))
    return good


def main():
    parser = argparse.ArgumentParser(description="What more rules and longer messages cost.")
    program.add_option(parser)
    parser.add_argument("--rules", action="append", help="a file or folder; several times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("what", choices=("rules", "sizes"))
    parser.add_argument("places", nargs="*", metavar="MAIL")
    options = parser.parse_args()
    options.rules = options.rules or STOCK
    if options.what == "rules" and not options.places:
        parser.error("which mail?")
    program.check(parser, options)
    options.paths = program.mail_files(parser, options.places)
    good = grow_rules(options) if options.what == "rules" else grow_sizes(options)
    return 1 if options.gate and not good else 0


if __name__ == "__main__":
    sys.exit(main())
