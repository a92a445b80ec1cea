#!/usr/bin/python3
# test_tables.py - Received fields, trust paths and URIs against tables of what SpamAssassin makes of them
#
# The tables lie in oracle/cases/_json of the test data. Each case becomes a message that dump_headers reads. Prints TAP,
# a case a table, and skips when the tables are not there.

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
        done = subprocess.run([os.path.join(BUILD, "tests/engine/mime/dump_headers"), *arguments],
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
        if "Lint-Error" in case["flags"]:
            continue  # networks that contradict each other
        for line in case["config"]:
            word, *networks = line.split()
            for network in networks:
                arguments += [word.partition("_")[0], network]
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
    tables = [("received", received()), ("trust", trust()), ("text", uris("text")), ("html", uris("html"))]
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
