#!/usr/bin/python3
"""worst.py - a search for the message that costs most

    bench/worst.py [--steelyard PATH] [--texts PATH] [--rules PATH]... [--size BYTES] [--seconds N] [--seed N]
                   [--only WHAT,...] [--show N] [--gate SECONDS] [--keep FOLDER]

Three ways, each of which finds what the others do not:

    shapes    the table in dear.py: texts, HTML, MIME and headers made to be dear
    patterns  for each pattern of the rules, texts that it matches, and that it just does not match, over and over
              in the view that it reads; at a sixteenth of the size, the dearest again at full size
    climb     for --seconds, by throwing dice: messages mixed of tokens out of both, of which the dearest have children

Prints the dearest messages with their CPU and the limits that the verdict names. --gate: exits with 1 when one is
above so many seconds of CPU. --keep: writes the dearest ones there. Times are CPU of the scanning thread.
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import dear
import program

STOCK = ["/usr/share/spamassassin", "/etc/spamassassin"]
BATCH = 24			# messages in a run of bench
AGAIN = 24			# patterns' messages that are made again at full size
PARTS = 2			# of one part only the first half megabyte is read
PART = 16			# of the size, at first
BROOD = 16			# children of a generation
PARENTS = 6
TIME_LIMIT = "60s"		# a busy machine must not cut a scan that costs little

Made = collections.namedtuple("Made", "name bytes")
Cost = collections.namedtuple("Cost", "seconds name bytes notes")


class Bench:
    """Measures messages."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.conf = os.path.join(folder, "conf.yaml")
        with open(self.conf, "w", encoding="ascii") as out:
            print("time_limit: " + TIME_LIMIT, file=out)
        self.rules = [word for place in options.rules for word in ("--rules", place)]

    def run(self, command, paths):
        words = [self.options.steelyard, command, "-c", self.conf, *self.rules, "--json", *paths]
        done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            sys.exit("%s %s: exit status %d" % (self.options.steelyard, command, done.returncode))
        return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]

    def write(self, made):
        paths = []
        for number, one in enumerate(made):
            paths.append(os.path.join(self.folder, "%d.eml" % number))
            with open(paths[-1], "wb") as out:
                out.write(one.bytes)
        return paths

    def costs(self, made):
        """The Costs of messages, without notes."""
        found = []
        made = iter(made)
        while True:
            batch = [one for _, one in zip(range(BATCH), made)]
            if not batch:
                return found
            if sys.stderr.isatty():
                print("\r%-70.70s" % batch[0].name, end="", file=sys.stderr)
            each = self.run("bench", ["--each", "--cold", "--repeat", "1", *self.write(batch)])[0]["each"]
            found += [Cost(one["us_cpu"] / 1e6, batch[i].name, batch[i].bytes, ()) for i, one in enumerate(each)]

    def with_notes(self, costs):
        told = self.run("check", self.write(costs)) if costs else []
        return [cost._replace(notes=one["notes"]) for cost, one in zip(costs, told)]


def dearest(costs, count):
    """One of each name, the dearest first."""
    best = {}
    for cost in costs:
        if cost.name not in best or best[cost.name].seconds < cost.seconds:
            best[cost.name] = cost
    return sorted(best.values(), key=lambda cost: -cost.seconds)[:count]


# --- shapes ---

def shapes(bench):
    return bench.costs(Made(name, dear.dear(name, bench.options.size)) for name in dear.SHAPES)


# --- patterns ---

class Pattern:
    """A rule, and texts that its pattern matches."""

    def __init__(self, line):
        self.name, self.kind, self.selector, *texts = line.rstrip("\n").split("\t")
        self.texts = [bytes.fromhex(text) for text in texts]

    def head(self):
        """What stands before its texts in a message where it reads them."""
        if self.kind == "header":
            name = re.sub(r"[^A-Za-z-].*", "", self.selector).replace("MESSAGEID", "Message-ID")
            name = {"ALL": "X-Any", "ToCc": "To", "EnvelopeFrom": "Return-Path", "X-Spam-Relays-Untrusted": "Received",
                    "X-Spam-Relays-External": "Received"}.get(name, name or "X-Any")
            return b"%s: " % name.encode()
        if self.kind == "uri":
            return b"text/plain\n\nhttp://example.com/"
        return b"text/html\n\n" if self.kind == "rawbody" else b"text/plain; charset=iso-8859-1\n\n"

    def message(self, said, size):
        if self.kind == "header":
            said = said.replace(b"\n", b"\n ")
            return dear.fill(self.head(), said, b"\n" + dear.PLAIN + b"text\n", size)
        if self.kind == "uri":
            said = said.replace(b" ", b"%20")
        part = dear.fill(b"--b\nContent-Type: " + self.head(), said, b"\n", size // PARTS)
        return dear.MIXED + part * PARTS


def patterns_of(options, texts, more):
    command = [options.texts, "-n", str(texts), "-m", str(more), "-s", str(options.seed), *options.rules]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return [Pattern(line) for line in done.stdout.decode("utf-8").splitlines()]


def attacks(dice, text):
    """What is said over and over, by the name of the way."""
    cut = dice.randrange(1, len(text) + 1)
    yield "matching", text + b" "
    yield "not quite", text[:-1] or text
    yield "begun", text[:cut]
    yield "begun, then drawn out", text[:cut] + text[cut - 1:cut] * 200


def patterns(bench):
    options = bench.options
    dice = random.Random(options.seed)
    found = patterns_of(options, 4, 40)
    makers = {}

    def made():
        for pattern in found:
            for way, said in attacks(dice, dice.choice([text for text in pattern.texts if text] or [b"a"])):
                name = "%s %s: %s" % (pattern.kind, pattern.name, way)
                makers[name] = (pattern, said)
                yield Made(name, pattern.message(said, options.size // PART))
    small = dearest(bench.costs(made()), AGAIN)
    return bench.costs(Made(cost.name, makers[cost.name][0].message(makers[cost.name][1], options.size))
                       for cost in small)


# --- climb ---

class Gene:
    """A stretch of a message: a head, and tokens that are said over and over for a share of the size."""

    def __init__(self, dice, words):
        self.head = dice.choice(HEADS)
        self.tokens = [dice.choice(words) for _ in range(dice.randrange(1, 5))]
        self.share = dice.random()

    def child(self, dice, words):
        new = Gene(dice, words)
        new.head, new.tokens, new.share = self.head, list(self.tokens), self.share
        way = dice.randrange(6)
        at = dice.randrange(len(new.tokens))
        if way == 0:
            new.head = dice.choice(HEADS)
        elif way == 1:
            new.share = dice.random()
        elif way == 2:
            new.tokens.insert(at, dice.choice(words))
        elif way == 3 and len(new.tokens) > 1:
            del new.tokens[at]
        elif way == 4:
            new.tokens[at] *= dice.choice((2, 3, 10, 100))
        else:
            new.tokens[at] = new.tokens[at][:dice.randrange(len(new.tokens[at]) + 1)] or b" "
        return new


# Of a stretch: the field that it is in, or the type of the part.
HEADS = [b"Subject: ", b"From: ", b"To: ", b"Received: from ", b"X-Any: ", b"Message-ID: <", b"Date: ", b"References: ",
         b"text/plain", b"text/plain; charset=iso-8859-1", b"text/html", b"text/html; charset=iso-8859-1", b"message/rfc822"]
MARKS = [b" ", b"\n", b"\n\n", b"<", b">", b"=", b"\"", b"(", b")", b"@", b".", b"/", b"%", b"&", b";", b"a", b"A", b"1",
         b"\xe9", b"\xc3\xa9", b"\0", b"--b\n", b"http://", b"www.", b".com", b"<b>", b"</b>", b"<!--", b"=?utf-8?q?"]


def write_genes(genes, size):
    """The message that genes make: fields first, then parts."""
    total = sum(gene.share for gene in genes) or 1
    fields, parts = [], []
    for gene in genes:
        room = int(size * gene.share / total)
        said = b"".join(gene.tokens)
        if gene.head.endswith((b" ", b"<")):
            fields.append(dear.fill(gene.head, said.replace(b"\n", b"\n "), b"\n", room))
        else:
            parts.append(dear.fill(b"--b\nContent-Type: " + gene.head + b"\n\n", said, b"\n", room))
    return b"".join(fields) + dear.MIXED + b"".join(parts)


def vocabulary(options):
    words = list(MARKS)
    for pattern in patterns_of(options, 1, 3):
        words += [text[:300] for text in pattern.texts if text]
    for shape in dear.SHAPES.values():
        if not callable(shape):
            words.append(shape[1] if not callable(shape[1]) else shape[1](7))
    return words


def climb(bench):
    options = bench.options
    dice = random.Random(options.seed)
    words = vocabulary(options)
    population, count = [], 0
    until = time.monotonic() + options.seconds
    while time.monotonic() < until:
        brood = []
        for _ in range(BROOD):
            genes = list(dice.choice(population)[1]) if population and dice.random() < 0.8 else []
            if genes and dice.random() < 0.7:
                at = dice.randrange(len(genes))
                genes[at] = genes[at].child(dice, words)
            elif genes and len(genes) > 1 and dice.random() < 0.5:
                del genes[dice.randrange(len(genes))]
            else:
                genes.append(Gene(dice, words))
            brood.append(genes)
        made = []
        for genes in brood:
            count += 1
            made.append(Made("climb %d: %s" % (count, b" + ".join(gene.head for gene in genes).decode()),
                             write_genes(genes, options.size // 2)))
        population += list(zip(bench.costs(made), brood))
        population.sort(key=lambda one: -one[0].seconds)
        del population[PARENTS:]
    print("climb: %d messages" % count, file=sys.stderr)
    return bench.costs(Made(cost.name, write_genes(genes, options.size)) for cost, genes in population)


# --- report ---

def report(costs, gate):
    print("%9s %8s  %s" % ("CPU ms", "bytes", "message"))
    for cost in costs:
        over = "  ABOVE %g s" % gate if gate and cost.seconds > gate else ""
        print("%9.1f %8d  %s%s" % (cost.seconds * 1000, len(cost.bytes), cost.name, over))
        if cost.notes:
            print("%20s%s" % ("", "; ".join(cost.notes[:4])))


def keep(costs, folder):
    os.makedirs(folder, exist_ok=True)
    for number, cost in enumerate(costs):
        with open(os.path.join(folder, "%02d.eml" % number), "wb") as out:
            out.write(cost.bytes)


WAYS = {"shapes": shapes, "patterns": patterns, "climb": climb}


def main():
    parser = argparse.ArgumentParser(description="Searches for the message that costs most.")
    program.add_option(parser)
    parser.add_argument("--texts", help="tests/parity/pattern_texts (default: that of the build)")
    parser.add_argument("--rules", action="append", help="a file or folder; several times")
    parser.add_argument("--size", type=int, default=1000000)
    parser.add_argument("--seconds", type=int, default=120, help="how long to climb")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(WAYS), help="which ways: " + ", ".join(WAYS))
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--gate", type=float)
    parser.add_argument("--keep")
    options = parser.parse_args()
    options.rules = options.rules or STOCK
    options.texts = options.texts or os.path.join(os.path.dirname(options.steelyard), "tests", "parity", "pattern_texts")
    options.only = options.only.split(",")
    if not set(options.only) <= set(WAYS):
        parser.error("--only: ways are %s" % ", ".join(WAYS))
    if options.show < 1:
        parser.error("--show: at least one message")
    program.check(parser, options)
    if options.only != ["shapes"] and not os.access(options.texts, os.X_OK):
        parser.error("%s: no program; make tests/parity/pattern_texts, or name it with --texts" % options.texts)
    costs = []
    with tempfile.TemporaryDirectory(prefix="steelyard-worst-") as folder:
        bench = Bench(options, folder)
        for way in options.only:
            costs += WAYS[way](bench)
        costs = dearest(costs, options.show)
        costs = bench.with_notes(costs)
    report(costs, options.gate)
    if options.keep:
        keep(costs, options.keep)
    return 1 if options.gate and costs[0].seconds > options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
