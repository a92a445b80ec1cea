#!/usr/bin/python3
# test_tables.py - what SpamAssassin makes of fields, trust paths, URIs, networks, dates and colours, from tables
#
# The tables lie in oracle/cases/_json of the test data. A case becomes a message that dump_headers reads, a question to
# dump_tables, or, where a stock rule is meant, a message that is checked with the stock rules. SpamAssassin's lists of
# registries are in force. Prints TAP, a case a table, and skips when the tables are not there.

import json
import os
import re
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
SHARED = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
TABLES = os.path.join(SHARED, "oracle", "cases", "_json")
REGISTRIES = ["registries", os.path.join(SHARED, "oracle", "cases", "_base", "rules", "20_aux_tlds.cf")]
STOCK = "/usr/share/spamassassin"


def table(name):
    with open(os.path.join(TABLES, name), encoding="utf-8") as file:
        return json.load(file)


def dump(messages, arguments=()):
    """What dump_headers prints of each message: a list of {word: [values]}."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, message in enumerate(messages):
            names.append(os.path.join(folder, "%06d" % number))
            with open(names[-1], "wb") as file:
                file.write(message.encode("utf-8"))
        done = subprocess.run([os.path.join(BUILD, "tests/engine/mime/dump_headers"), *REGISTRIES, *arguments],
                              input="\n".join(names).encode() + b"\n", stdout=subprocess.PIPE, check=True)
    found = []
    for line in done.stdout.decode("ascii").splitlines():
        word, _, value = line.partition(" ")
        if word == "file":
            found.append({})
        else:
            found[-1].setdefault(word, []).append(
                re.sub(r"\\x(..)", lambda m: chr(int(m.group(1), 16)), value[1:]))
    return found


def escape(text):
    """Of text whose characters stand for bytes."""
    return re.sub(r"[^\x20-\x5b\x5d-\x7e]", lambda m: "\\x%02x" % ord(m.group(0)), text)


def undo(text):
    return re.sub(r"\\x(..)", lambda m: chr(int(m.group(1), 16)), text)


def utf8(text):
    """The bytes of a text, a character each."""
    return text.encode("utf-8").decode("latin-1")


def ask(questions, arguments=()):
    """Answers of dump_tables, each a list of words, to questions that are lists of words."""
    lines = "".join("\t".join(map(escape, words)) + "\n" for words in questions)
    done = subprocess.run([os.path.join(BUILD, "tests/engine/mime/dump_tables"), *arguments],
                          input=lines.encode("ascii"), stdout=subprocess.PIPE, check=True)
    return [[undo(word) for word in line.split("\t")] for line in done.stdout.decode("ascii").splitlines()]


def networks():
    cases = table("cidrs.json")
    got = ask([["contains", case["ip"], *case["nets"]] for case in cases])
    for case, answer in zip(cases, got):
        yield case, answer, ["%d" % case["contains"]]


def dates():
    cases = table("date.json")
    for case, answer in zip(cases, ask([["date", case["date"]] for case in cases])):
        yield case["date"], answer, [str(case["epoch"])]


def colors():
    cases = table("html_colors.json")
    for case, answer in zip(cases, ask([["color", case["color"]] for case in cases])):
        yield case["color"], answer, [case["rgb"]]


def domains():
    cases = table("uri_to_domain.json")
    extra = {"util_rb_2tld": ["live.com"], "util_rb_3tld": ["three.3ldlive.com"]}
    arguments = REGISTRIES + [word for name, entries in extra.items() for entry in entries for word in (name, entry)]
    for case, answer in zip(cases, ask([["domain", utf8(case["input"])] for case in cases], arguments)):
        yield case["input"], answer, [case["domain"] or "-"]


# The site that leads, and the URI that it leads to.
REDIRECTORS = [r"m'^http://chkpt\.zdnet\.com/chkpt/\w+/(.*)$'i", r"m'^https?://(?:[^/]+\.)?emf\d\.com/r\.cfm.*?&r=(.*)'i",
               r"m'^http://www\d*\.nate\.com/r/\w+/(.*)$'i"]


def redirectors():
    return [word for pattern in REDIRECTORS for word in ("redirector_pattern", pattern)]


def canonical():
    arguments = REGISTRIES + redirectors()
    for case in table("uri_canonicalize.json")["cases"]:
        got = ask([["canonical", uri] for uri in case["input"]], arguments)
        yield case["input"], sorted({form for forms in got for form in forms}), sorted(case["output"])


def selectors():
    whole = table("get_headers.json")
    with tempfile.NamedTemporaryFile() as file:
        file.write(whole["message"].encode("utf-8"))
        file.flush()
        got = ask([["select", file.name, case["selector"]] for case in whole["cases"]])
    for case, answer in zip(whole["cases"], got):
        yield case["selector"], answer, ["\n".join(case["values"]) if case["values"] else "-"]


def uri_lists():
    cases = table("uri_lists.json")
    got = dump([case["message"] for case in cases], redirectors())
    for number, (case, items) in enumerate(zip(cases, got)):
        have, want = set(items.get("uri", [])), set(map(utf8, case["uris"]))
        yield "%d %s" % (number, case["source"]), sorted(have - want), sorted(want - have)


FIELDS = {"INVALID_DATE": "Date: ", "FROM_STARTS_WITH_NUMS": "From: ", "FORGED_YAHOO_RCVD": "From: a@yahoo.com\nReceived: "}
HTML = {"HIDE_WIN_STATUS", "__OBFUSCATING_COMMENT_A"}


SCORES = "scores: {EMAIL_ROT13: 1, NUMERIC_HTTP_ADDR: 1}\n"  # stock, but switched off


def stock_rules():
    """A rule of the stock rules against one text each."""
    cases = table("regression_tests.json")
    with tempfile.TemporaryDirectory() as folder:
        names = []
        with open(os.path.join(folder, "conf.yaml"), "w", encoding="ascii") as file:
            file.write(SCORES)
        for number, case in enumerate(cases):
            field = FIELDS.get(case["rule"])
            head = "Subject: x\n" + (field + case["string"] + "\n" if field else "")
            head += "Content-Type: text/%s\n\n" % ("html" if case["rule"] in HTML else "plain")
            names.append(os.path.join(folder, "%06d" % number))
            with open(names[-1], "wb") as file:
                file.write((head + ("" if field else case["string"]) + "\n").encode("utf-8"))
        done = subprocess.run([os.path.join(BUILD, "steelyard"), "check", "--json", "--all", "-c", os.path.join(folder, "conf.yaml"),
                               "--rules", STOCK, *names], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    for case, line in zip(cases, done.stdout.splitlines()):
        one = json.loads(line)
        hits = {hit["rule"] for hit in one["hits"]} | set(one["subrules"])
        yield case, "ok" if case["rule"] in hits else "fail", case["expect"]


def received():
    cases = table("rcvd_parser.json")
    got = dump(["Received: %s\nSubject: x\n\nx\n" % case["received"] for case in cases])
    for case, items in zip(cases, got):
        trusted, untrusted = items["relays"][:2]
        text = (trusted + untrusted).replace(" intl=1 ", " intl=0 ")
        status = "parsed" if text else "unparseable" if items["unparseable"] != ["0"] else "ignored"
        yield case["received"], (status, text), (case["status"], case["metadata"] or "")


def trust():
    for case in table("trust_path.json"):
        arguments = []
        for line in case["config"]:
            word, *networks = line.split()
            for network in networks:
                arguments += [word, network]
        got = dump([case["headers"] + "Subject: x\n\nx\n"], arguments)[0]["relays"]
        yield case["id"], got, [case["sa_" + name] for name in ("trusted", "untrusted", "internal", "external")]


def uris(kind):
    form = "Content-Type: text/plain; charset=utf-8\n\n%s\n"
    if kind == "html":
        form = 'Content-Type: text/html; charset=utf-8\n\n<a href="%s">\n'
    cases = [case for case in table("uri_lines.json") if case["kind"] == kind]
    got = dump(["Subject: x\nMIME-Version: 1.0\n" + form % case["input"] for case in cases])
    for case, items in zip(cases, got):
        yield case["input"], sorted(items.get("uri", [])), sorted(case["uris"])


def main():
    if not os.path.isdir(TABLES):
        print("1..1\nok 1 # SKIP no tables here")
        return
    tables = [("received", received()), ("trust", trust()), ("text", uris("text")), ("html", uris("html")),
              ("networks", networks()), ("dates", dates()), ("colours", colors()), ("domains", domains()),
              ("canonical", canonical()), ("selectors", selectors()), ("lists", uri_lists())]
    if os.path.isdir(STOCK):
        tables.append(("stock rules", stock_rules()))
    print("1..%d" % len(tables))
    for number, (name, cases) in enumerate(tables, 1):
        wrong = total = 0
        for case, got, want in cases:
            total += 1
            if got != want:
                wrong += 1
                print("# %s: %s\n#   got  %s\n#   want %s" % (name, case, got, want))
        print("%sok %d - %s: %d of %d as the table has them" % (
            "not " if wrong else "", number, name, total - wrong, total))


sys.exit(main())
