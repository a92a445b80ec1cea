"""parity.py - what the tests of this folder share: both programs' answers, and how they are compared

An answer is a score and the set of rules that hit, sub-rules included. Differences are told by rule, and judged by
differences.txt, which lists those that stay, each with its cause. What is listed as an accident of SpamAssassin's,
which another run of it would not repeat, or as done for safety's sake does not count against us; the shares with
it are told besides.
"""
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
DATA = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
CORPUS = os.environ.get("STEELYARD_CORPUS", os.path.join(BUILD, "corpus", "package", "data"))
STOCK = ["/usr/share/spamassassin", "/etc/spamassassin"]
LONG = "STEELYARD_LONG" in os.environ

BATCH = 200			# messages a run: keeps the argument list short
EXAMPLES = 3			# messages that are told of a rule
ROWS = 60			# rules that are told
# The least share that must agree: of hits, of whole messages, of scores.
HITS, WHOLE, SCORES = 0.9995, 0.99, 0.995

Answer = collections.namedtuple("Answer", "score hits")


def skip(why):
    print("1..1\nok 1 # SKIP " + why)
    sys.exit(0)


def need_stock():
    """Skips where SpamAssassin's rules are not installed."""
    if not all(os.path.isdir(folder) for folder in STOCK):
        skip("SpamAssassin's rules are not installed")


def corpus():
    """The public corpus: {name under its data folder: path}."""
    found = {}
    for folder, _, names in os.walk(CORPUS):
        for name in names:
            if name.endswith(".txt"):
                path = os.path.join(folder, name)
                found[os.path.relpath(path, CORPUS)] = path
    return found


def check(rules, paths, options=(), now=None, settings=""):
    """Yields what `steelyard check` says of each message, in their order; `settings` are lines for steelyard.yaml."""
    folder = tempfile.mkdtemp(prefix="steelyard-parity-")
    command = [os.path.join(BUILD, "steelyard"), "check", "--json", "--all", "-c", os.path.join(folder, "conf.yaml")]
    for place in rules:
        command += ["--rules", place]
    command += ["-j", str(os.cpu_count() or 1), *options] + (["--now", str(now)] if now is not None else [])
    with open(os.path.join(folder, "conf.yaml"), "w", encoding="ascii") as out:
        print("time_limit: 10m\ncpu_limit: 10m", file=out)  # a busy machine must not change what hits
        out.write(settings)
    try:
        for start in range(0, len(paths), BATCH):
            done = subprocess.run(command + paths[start:start + BATCH], stdout=subprocess.PIPE, check=False)
            lines = done.stdout.decode("utf-8").splitlines()
            if len(lines) != len(paths[start:start + BATCH]):
                raise RuntimeError("%d messages, %d answers, exit status %d" % (
                    len(paths[start:start + BATCH]), len(lines), done.returncode))
            yield from (json.loads(line) for line in lines)
    finally:
        shutil.rmtree(folder)


def answer(one):
    """The Answer in an object of `steelyard check --json --all`, or of SpamAssassin's lines."""
    rules = one["rules"] if "rules" in one else [hit["rule"] for hit in one["hits"]]
    return Answer(one["score"], frozenset(rules) | frozenset(one["subrules"]))


def known_differences():
    """{rule: cause} from differences.txt."""
    known = {}
    with open(os.path.join(TOP, "tests", "parity", "differences.txt"), encoding="utf-8") as lines:
        for line in lines:
            rule, _, cause = line.strip().partition(" ")
            if rule and not rule.startswith("#"):
                known[rule] = cause.strip()
    return known


class Comparison:
    """Adds up where two programs agree."""

    def __init__(self):
        self.known = known_differences()
        self.accidents = {rule for rule, cause in self.known.items() if cause.startswith(("accident", "safety"))}
        self.raw = [0, 0, 0, 0]		# same, either, whole, scores: accidents counted
        self.messages = self.whole = self.scores = self.same = self.either = 0
        self.missing = collections.defaultdict(list)
        self.extra = collections.defaultdict(list)
        self.lone_scores = []

    def add(self, name, got, want):
        missing, extra = want.hits - got.hits, got.hits - want.hits
        near = abs(got.score - want.score) < 0.0011
        for i, part in enumerate((len(want.hits & got.hits), len(want.hits | got.hits), got.hits == want.hits, near)):
            self.raw[i] += part
        if (missing | extra) & self.accidents:
            near = near or bool((missing | extra) <= self.accidents)
            want = Answer(want.score, (want.hits - self.accidents) | (got.hits & self.accidents))
            missing, extra = missing - self.accidents, extra - self.accidents
        self.messages += 1
        self.same += len(want.hits & got.hits)
        self.either += len(want.hits | got.hits)
        self.whole += not missing and not extra
        self.scores += near
        if not near and not missing and not extra:
            self.lone_scores.append("%s: got %.3f, want %.3f" % (name, got.score, want.score))
        for rule in missing:
            self.missing[rule].append(name)
        for rule in extra:
            self.extra[rule].append(name)

    def rules(self):
        """The rules that differ, those that do so most often first."""
        return sorted(set(self.missing) | set(self.extra),
                      key=lambda rule: (-len(self.missing[rule]) - len(self.extra[rule]), rule))

    def table(self, known, rows):
        """For people: rule, how often missing and extra, cause, messages."""
        rules = self.rules()
        for rule in rules[:rows]:
            where = self.missing[rule][:EXAMPLES] + self.extra[rule][:EXAMPLES]
            print("# %-36s missing %4d  extra %4d  %s" % (
                rule, len(self.missing[rule]), len(self.extra[rule]), known.get(rule, "NO CAUSE TOLD")))
            for name in where[:EXAMPLES]:
                print("#      %s %s" % ("missing" if name in self.missing[rule] else "extra  ", name))
        if len(rules) > rows:
            print("# ... and %d rules more" % (len(rules) - rows))

    def judge(self, rows=ROWS):
        """Prints the table and four cases; the exit status."""
        known = self.known
        self.table(known, rows)
        same, either, whole, scores = self.raw
        print("# accidents counted: %.3f%% of hits, %.3f%% of messages, %.3f%% of scores" % (
            100 * same / max(either, 1), 100 * whole / max(self.messages, 1), 100 * scores / max(self.messages, 1)))
        untold = [rule for rule in self.rules() if rule not in known]
        for line in self.lone_scores[:ROWS]:
            print("# score alone: " + line)
        cases = [
            ("hits agree, missing and extra counted", self.same, self.either, HITS),
            ("messages agree whole", self.whole, self.messages, WHOLE),
            ("messages have the same score", self.scores, self.messages, SCORES),
        ]
        failed = False
        print("1..%d" % (len(cases) + 1))
        for number, (text, part, total, least) in enumerate(cases, 1):
            good = part >= least * total
            failed |= not good
            print("%sok %d - %s: %d of %d, %.3f%%" % (
                "" if good else "not ", number, text, part, total, 100 * part / max(total, 1)))
        print("%sok %d - differences.txt has a cause for each of the %d rules that differ%s" % (
            "not " if untold else "", len(cases) + 1, len(self.rules()),
            ", but for " + " ".join(untold[:20]) if untold else ""))
        return 1 if failed or untold else 0
