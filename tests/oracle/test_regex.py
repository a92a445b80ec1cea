#!/usr/bin/python3
"""test_regex.py - the rules' patterns: where Perl matches them as SpamAssassin has it, and where we do

Takes the patterns of the installed stock rules (header, body, rawbody, full, uri, mimeheader,
redirector_pattern; those of replace_rules with their tags replaced, in place and as DEFINE) and those of
regexes.txt, and for each: fixed texts, texts that are made from the pattern and broken a little, and lines
of the public corpus. Both sides say where the first three matches are, or that they refuse the pattern.
A seeded sample of the texts in `make check`, more with STEELYARD_LONG=1. Prints TAP: a case for each
source. Arguments are patterns to be compared instead; each difference is told.
"""
import glob
import os
import random
import re
import subprocess
import sys

SEED = 11
SHOWN = 12			# differences that are told
STOCK = 1597			# patterns of 4.0.1's rules; the text also has those that conditions leave out

top = os.environ.get("TOP_SRCDIR", ".")
build = os.environ.get("TOP_BUILDDIR", ".")
corpus = os.environ.get("STEELYARD_CORPUS", os.path.join(build, "corpus", "package", "data"))
rules = "/usr/share/spamassassin"
long = "STEELYARD_LONG" in os.environ

FIXED = [b"", b"a", b"aa", b"ab", b"b", b"abc", b"a{,3}b", b"aaab", b"x{a", b"{x}", b"a b", b"A", b"\xe9",
         b"\xc9", b"\xff", b"\xdf", b"ss", b"a\n", b"b\na\n", b"a\\b", b"0101", b"\x00", b"\x85", b"\xa0",
         b"b\r\nb", b"a]", b"a}", b"foo", b"$foo", b"a@b.c", b"<a>", b"a/b", b"a#b", b"[a]", b"a-z", b"\x08",
         b"q{x", b"cba abcabc aab", bytes(range(256)), b"http://www.example.com/a/b?c=d&e=f\n", b"\n\n"]


class Maker:
    """Makes texts that a pattern may match, from what it can read of it."""

    def __init__(self, pattern, seed):
        self.text, self.at, self.random, self.steps = pattern, 0, random.Random(seed), 0

    def peek(self, n=1):
        return self.text[self.at:self.at + n]

    def alternation(self, depth=0):
        branches = [self.branch(depth)]
        while self.peek() == b"|":
            self.at += 1
            branches.append(self.branch(depth))
        return self.random.choice(branches)

    def branch(self, depth):
        out = b""
        while self.at < len(self.text) and self.peek() not in (b"|", b")"):
            out += self.piece(depth)
        return out[:300]

    def piece(self, depth):
        begin = self.at
        one = self.atom(depth)
        end = self.at
        found = re.match(rb"[*+?]|\{\s*(\d*)\s*(,?)\s*(\d*)\s*\}", self.text[self.at:])
        if not found:
            return one
        self.at += found.end()
        if self.peek() in (b"?", b"+"):
            self.at += 1
        low, high = {b"*": (0, 3), b"+": (1, 3), b"?": (0, 1)}.get(found.group(), (None, None))
        if low is None:
            low = int(found.group(1) or 0)
            high = int(found.group(3)) if found.group(3) else low + 2 if found.group(2) else low
        out, behind, low = b"", self.at, min(low, 8)
        for _ in range(self.random.randint(low, max(low, min(high, low + (3 if depth < 3 else 1))))):
            self.at = begin
            out += self.atom(depth)
            if len(out) > 300:
                break
        self.at = behind
        assert end <= behind
        return out

    def atom(self, depth):
        c = self.peek()
        self.at += 1
        self.steps += 1
        if self.steps > 1500:
            raise ValueError("too long")
        if c == b"(":
            return self.group(depth)
        if c == b"[":
            return self.klass()
        if c == b"\\":
            return self.escape()
        if c == b".":
            return self.random.choice([b"x", b" ", b"7", b"\xe4", b"/"])
        return b"" if c in (b"^", b"$") else c

    def group(self, depth):
        found = re.match(rb"\?(?:<[=!]|[=!:>|]|P?<\w+>|'\w+'|\^?[a-z-]*[:)]|#[^)]*\))|", self.text[self.at:]).group()
        self.at += len(found)
        if found.endswith(b")") or depth > 60:
            return b""
        inside = self.alternation(depth + 1)
        self.at += 1
        return inside if found not in (b"?!", b"?<!") and (found != b"?<=" or self.random.random() < .5) else b""

    def escape(self):
        c = self.peek()
        self.at += 1
        found = re.match(rb"[0-9A-Fa-f]{1,2}", self.text[self.at:])
        if c == b"x" and found:
            self.at += found.end()
            return bytes([int(found.group(), 16)])
        kinds = {b"d": b"0189", b"w": b"aZ_5", b"s": b" \t\n", b"D": b"x-", b"W": b"-.\xa0", b"S": b"xy\x85",
                 b"h": b" \xa0", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
        if c in kinds:
            kind = kinds[c]
            at = self.random.randrange(len(kind))
            return kind[at:at + 1]
        return b"" if c.isalnum() else c

    def klass(self):
        end = self.at + (2 if self.peek() == b"^" else 1)
        while end < len(self.text) and self.text[end:end + 1] != b"]":
            named = self.text.find(b":]", end) if self.text[end:end + 2] == b"[:" else -1
            end = named + 2 if named > 0 else end + (2 if self.text[end:end + 1] == b"\\" else 1)
        inside, self.at = self.text[self.at:end], end + 1
        if inside.startswith(b"^"):
            return self.random.choice([b"x", b"~", b"\xfe", b"7", b" "])
        items = Maker(inside, self.random.random())
        choices = []
        while items.at < len(inside):
            if items.peek(2) == b"[:" and b":]" in inside[items.at:]:
                items.at = inside.find(b":]", items.at) + 2
                choices.append(b"k")
                continue
            c = items.peek()
            items.at += 1
            choices.append(items.escape() if c == b"\\" else c)
        return self.random.choice(choices or [b""])


def body_of(pattern):
    """What stands between the delimiters, near enough."""
    text = re.sub(rb"^(?:m|qr)?", b"", pattern, count=1)
    return re.sub(rb".[a-z]*$", b"", text[1:], count=1, flags=re.S)


def broken(text, source):
    """The text with another byte, one less or a case changed."""
    if not text:
        return b"x"
    at = source.randrange(len(text))
    return source.choice([text[:at] + text[at + 1:], text[:at] + b"x" + text[at + 1:], text.upper(), text.lower(),
                          bytes(b ^ 0x20 if b >= 0xc0 else b for b in text), text + b"\n"])


def made(pattern, count):
    source = random.Random(SEED)
    texts = []
    for seed in range(count):
        try:
            text = Maker(body_of(pattern), seed).alternation()
        except (RecursionError, ValueError, IndexError):
            continue
        texts += [text, b"see " + text + b" now", broken(text, source)]
    return [text for text in dict.fromkeys(texts) if text]


def cut(line):
    """The first word, and the rest."""
    words = line.split(None, 1)
    return (words + [b"", b""])[0], (words + [b"", b""])[1]


def stock():
    """Patterns, those of replace_rules, and tags (kind, name, text) of the installed rules."""
    patterns, tags, replaced = {}, [], set()
    for path in sorted(glob.glob(rules + "/*.cf")):
        for line in open(path, "rb"):
            line = re.sub(rb"(?<!\\)#.*", b"", line.strip()).replace(b"\\#", b"#").strip()
            word, rest = cut(line)
            name, rule = cut(rest)
            word = word.lower()
            if word in (b"header", b"mimeheader"):
                found = re.match(rb"[\w.:-]+\s*[=!]~\s*(.+)$", rule)
                if found:
                    patterns[name, word, re.sub(rb"\s+\[if-unset:.*\]$", b"", found.group(1))] = 1
            elif word in (b"body", b"rawbody", b"full", b"uri") and not rule.startswith(b"eval:"):
                patterns[name, word, rule] = 1
            elif word == b"redirector_pattern":
                patterns[rest, word, rest] = 1
            elif word == b"replace_rules":
                replaced.update(rest.split())
            elif word in (b"replace_tag", b"replace_pre", b"replace_inter", b"replace_post"):
                tags.append((word[8:], name, rule))
    plain = [key[2] for key in patterns if key[0] not in replaced]
    return plain, [key[2] for key in patterns if key[0] in replaced], tags


def lines_of_mail(count):
    paths = sorted(glob.glob(os.path.join(corpus, "**", "*.txt"), recursive=True))
    source = random.Random(SEED)
    lines = []
    for path in source.sample(paths, min(len(paths), count)):
        with open(path, "rb") as file:
            lines.append(source.choice(file.read(20000).splitlines(True) or [b""])[:300])
    return lines[:count]


def ask(command, tags, texts, work):
    text = b"".join(b"tag %s %s %s\n" % (kind, name.hex().encode(), value.hex().encode()) for kind, name, value in tags)
    text += b"".join(b"text %s\n" % one.hex().encode() for one in texts)
    text += b"".join(b"pattern %s %s %s\n" % (way, pattern.hex().encode(), b",".join(t.hex().encode() for t in own))
                     for way, pattern, own in work)
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout.split(b"\n")[:-1]


def compare(tags, texts, work, tell):
    """How many patterns have matches, and the differences as lines for a person."""
    want = ask(["perl", os.path.join(top, "tests", "oracle", "sa_regex.pl")], tags, texts, work)
    got = ask([os.path.join(build, "tests", "conf", "dump_regex")], tags, texts, work)
    assert len(want) == len(got) == len(work)
    out, hit = [], 0
    for (way, pattern, own), a, b in zip(work, want, got):
        hit += b":" in a and a.startswith(b"ok")
        if a == b or (a.startswith(b"error") and b.startswith(b"error")):
            if tell:
                print("# %r: %r" % (pattern[:100], b[:200]))
            continue
        first = next(((x, y) for x, y in zip(a.split() + [b""], b.split() + [b""]) if x != y), (a, b))
        if a.startswith(b"error") or b.startswith(b"error"):
            first = a, b
        number = re.match(rb"(\d+):", min(filter(None, first), key=lambda x: int(x.split(b":")[0])
                                        if x.split(b":")[0].isdigit() else 0, default=b""))
        text = (own + texts)[int(number.group(1))] if number else b""
        out.append("%s %r on %r: got %r, want %r" % (way.decode(), pattern[:150], text[:100], first[1][:150],
                                                      first[0][:150]))
    return hit, out


def table():
    """Lines of regexes.txt, and those of them that are known to differ."""
    same, differ = [], []
    for line in open(os.path.join(top, "tests", "oracle", "regexes.txt"), "rb"):
        line = line.rstrip(b"\n")
        if line.startswith(b"differs "):
            differ.append(line[8:])
        elif line and not line.startswith(b"# "):
            same.append(line)
    return same, differ


def main():
    have = subprocess.run(["perl", "-MMail::SpamAssassin", "-e",
                           "exit($Mail::SpamAssassin::VERSION eq '4.000001' ? 0 : 1)"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if have.returncode != 0:
        print("1..1\nok 1 # SKIP no SpamAssassin 4.0.1")
        return 0
    if len(sys.argv) > 1:
        work = [(b"plain", os.fsencode(p), made(os.fsencode(p), 30)) for p in sys.argv[1:]]
        for line in compare([], FIXED, work, True)[1]:
            print("# " + line)
        return 0
    plain, replaced, tags = stock()
    count = 30 if long else 3
    texts = FIXED + lines_of_mail(1000 if long else 50)
    same, differ = table()
    cases = [("stock patterns", [(b"plain", p, made(p, count)) for p in plain], texts),
             ("replace_rules in place", [(b"tags", p, replaced_texts(p, tags, count)) for p in replaced], texts),
             ("replace_rules as DEFINE", [(b"define", p, replaced_texts(p, tags, count)) for p in replaced], texts),
             ("regexes.txt", [(b"plain", p, made(p, 10)) for p in same], FIXED)]
    failures = 0
    print("1..%d" % (len(cases) + 1))
    for number, (name, work, texts_of) in enumerate(cases, 1):
        hit, lines = compare(tags, texts_of, work, False)
        if not work:
            print("ok %d - %s # SKIP no rules here" % (number, name))
            continue
        failures += bool(lines)
        print("%s %d - %s: %d patterns, %d of them match something, %d differ" % (
            "not ok" if lines else "ok", number, name, len(work), hit, len(lines)))
        for line in lines[:SHOWN]:
            print("# " + line)
    known = len(compare([], FIXED, [(b"plain", p, []) for p in differ], False)[1])
    failures += known != len(differ)
    print("%s %d - known differences: %d of %d still differ" % (
        "ok" if known == len(differ) else "not ok", len(cases) + 1, known, len(differ)))
    return 1 if failures else 0


def replaced_texts(pattern, tags, count):
    """Texts for a pattern with tags: each tag's text stands in for it."""
    values = {name: value for kind, name, value in tags if kind == b"tag"}
    for _ in range(6):
        pattern = re.sub(rb"<(?:pre|inter|post) [^<>]+>", b"", pattern)
        pattern = re.sub(rb"<([^<>]+)>", lambda m: values.get(m.group(1), m.group()), pattern)
    return made(pattern, count)


if __name__ == "__main__":
    sys.exit(main())
