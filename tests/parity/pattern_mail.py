"""pattern_mail.py - mail made of what the rules' own patterns match, for test_prefilter.py

A message for each rule: texts of its pattern as they are, in another case, cut, and glued to those of other rules,
in the field that it reads, and as text, as HTML and in a link. Long repeats are among them.
"""
import os
import re
import subprocess

import parity

PROGRAM = os.path.join(parity.BUILD, "tests", "parity", "pattern_texts")
TEXTS = 6
MORE = 300			# copies of what may be repeated, in every second text
LONG_TEXT = 4000
# Fields that stand for a selector of that name.
FIELDS = {"ALL": "X-Any", "MESSAGEID": "Message-ID", "ToCc": "To", "EnvelopeFrom": "Return-Path",
          "X-Spam-Relays-Untrusted": "Received", "X-Spam-Relays-External": "Received"}


def pattern_texts(rules, seed):
    """[(rule, kind, selector, [text, ...])] of the rules at these places whose patterns are understood."""
    command = [PROGRAM, "-n", str(TEXTS), "-m", str(MORE), "-s", str(seed), *rules]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found = []
    for line in done.stdout.decode("utf-8").splitlines():
        rule, kind, selector, *texts = line.split("\t")
        found.append((rule, kind, selector, [bytes.fromhex(text)[:LONG_TEXT] for text in texts]))
    return found


def varied(dice, texts, others):
    """The texts, and what becomes of them."""
    yield from texts
    for text in texts:
        other = dice.choice(others)
        cut = dice.randrange(len(text) + 1)
        yield dice.choice((
            text.upper(), text.lower(), text.swapcase(), text[:cut], text[cut:], text + other, other + text,
            text[:cut] + other[:20] + text[cut:], text[:cut] + b"\n" + text[cut:], b"x" + text + b"y", text * 3,
            b"word " * dice.randrange(600) + text))


def as_field(name, text):
    return name + b": " + re.sub(rb"[\r\n]+", b"\n ", text).strip(b"\n ") + b"\n"


def message(dice, one, others):
    _, kind, selector, texts = one
    said = list(varied(dice, texts, others))
    field = re.sub(r"[^A-Za-z-].*", "", FIELDS.get(selector.partition(":")[0], selector)).encode() or b"X-Any"
    fields = []
    if kind == "header":
        text = dice.choice(said) if dice.randrange(2) else dice.choice(texts)
        fields.append(as_field(field, text))
        fields += [as_field(b"X-Any", text) for text in dice.sample(said, 2)]
    if kind != "header" or field.lower() != b"subject":
        fields.append(as_field(b"Subject", dice.choice(said)))
    texts = b"\n\n".join(said)
    links = b"\n".join((b"http://example.com/" if b"://" not in text else b"") + re.sub(rb"\s", b"%20", text) for text in said)
    return b"".join(fields) + b"""From: Ann <ann@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=b"

--=b
Content-Type: text/plain; charset=iso-8859-1

""" + texts + b"\n\n" + links + b"""
--=b
Content-Type: text/html; charset=""" + dice.choice((b"utf-8", b"iso-8859-1")) + b"""

<html><body><p>""" + texts.replace(b"\n\n", b"<p>") + b"""<a href=\"""" + links.split(b"\n")[0] + b"""\">x</a></body></html>
--=b--
"""


def write(dice, rules, seed, count, folder):
    """Writes messages of `count` rules (None: all) to the folder. Their paths, and of how many rules there are texts."""
    found = pattern_texts(rules, seed)
    others = [text for one in found for text in one[3]]
    chosen = found if count is None else dice.sample(found, min(count, len(found)))
    paths = []
    for number, one in enumerate(chosen):
        paths.append(os.path.join(folder, "%d-%s.eml" % (number, one[0])))
        with open(paths[-1], "wb") as out:
            out.write(message(dice, one, others))
    return paths, len(found)
