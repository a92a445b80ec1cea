#!/usr/bin/python3
# test_spf_suites.py - SPF against published suites: the one of RFC 7208, that of RFC 4408, pyspf's, rspamd's, blaze's
#
# The suites lie in conformance of the test data. Each case becomes a query to spf_suite, with the suite's own table of
# the DNS; what comes out is compared with what the suite expects. A case that we answer otherwise on purpose stands in
# DIFFERENCES with its reason, and fails when it is answered as expected after all. Prints TAP, a line a case, then the
# figures; skips when the data is not there.

import glob
import json
import os
import re
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", ".")
SHARED = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
SUITES = os.path.join(SHARED, "conformance")

NO_RECORD = "RFC 7208, 5.2: an included domain without a record is a permerror, not a miss"
TOO_MANY = "RFC 7208, 4.6.4: 10 terms that ask the DNS, where rspamd lets 30 pass"
NO_DEFAULT = "RFC 7208, 6: modifiers that are not known say nothing, as its own suite has it"
DIFFERENCES = {
    ("pyspf", "default-modifier"): NO_DEFAULT,
    ("pyspf", "default-modifier-harsh"): NO_DEFAULT,
    ("rspamd", "SPF FAIL UNRESOLVEABLE INCLUDE"): NO_RECORD,
    ("rspamd", "SPF ALLOW DNS REQUESTS AT LIMIT"): TOO_MANY,
}


class Zone:
    """A table of the DNS as lines that dns_table reads."""

    def __init__(self):
        self.lines = []

    @staticmethod
    def name(name):
        return re.sub(r"[^A-Za-z0-9_.-]", lambda m: "\\%03d" % ord(m.group(0)), name.rstrip(".")) + "."

    @staticmethod
    def text(text):
        """Quoted strings of at most 255 bytes, of a text whose characters stand for bytes."""
        parts = [text[i:i + 255] for i in range(0, len(text), 255)] or [""]
        return " ".join('"%s"' % re.sub(r'[^ !#-\[\]-~]', lambda m: "\\%03d" % ord(m.group(0)), part)
                        for part in parts)

    def add(self, name, kind, value):
        if kind == "TXT":
            value = self.text(value)
        elif kind == "MX":
            value = "%d %s" % (value[0], self.name(value[1]))
        elif kind in ("PTR", "CNAME", "NS"):
            value = self.name(value)
        self.lines.append("%s %s %s" % (self.name(name), kind, value))

    def outcome(self, name, kind, outcome):
        self.lines.append("%s %s !%s" % (self.name(name), kind, outcome))


class Case:
    def __init__(self, suite, name, zone, ip, helo, sender, wanted, explanation=None, identity="mailfrom"):
        self.suite, self.name, self.zone = suite, name, zone
        self.ip, self.helo, self.sender, self.identity = ip, helo, sender, identity
        self.wanted, self.explanation = wanted, explanation


def escape(text):
    return re.sub(r"[^\x20-\x5b\x5d-\x7e]", lambda m: "\\x%02x" % ord(m.group(0)), text)


def undo(text):
    return re.sub(r"\\x(..)", lambda m: chr(int(m.group(1), 16)), text)


def ask(cases):
    """What spf_suite says of each case: its words."""
    lines, zone = [], None
    for case in cases:
        if case.zone is not zone:
            zone = case.zone
            lines.append("zone\n")
            lines += ["dns\t%s\n" % escape(line) for line in zone.lines]
        lines.append("\t".join([case.identity, case.ip, escape(case.helo), escape(case.sender)]) + "\n")
    done = subprocess.run([os.path.join(BUILD, "tests/engine/auth/spf_suite")], input="".join(lines).encode("ascii"),
                          stdout=subprocess.PIPE, check=True)
    return [[undo(word) for word in line.split("\t")] for line in done.stdout.decode("ascii").splitlines()]


def yaml_zone(data):
    """The zone of an openspf scenario. What its drivers take for granted: records of type SPF are TXT too where a name
    has no TXT, which "TXT: NONE" prevents; behind TIMEOUT every type is that the name did not name before."""
    zone = Zone()
    for name, records in data.items():
        records = [record if isinstance(record, str) else next(iter(record.items())) for record in records]
        kinds = [record[0] for record in records if not isinstance(record, str)]
        seen = set()
        for record in records:
            if record == "TIMEOUT":
                for kind in ("A", "AAAA", "MX", "PTR", "TXT"):
                    if kind not in seen:
                        zone.outcome(name, kind, "TIMEOUT")
                break
            kind, value = record
            if kind == "SPF" and "TXT" not in kinds:
                kind = "TXT"
            if kind == "SPF" or value == "NONE":
                continue
            seen.add(kind)
            zone.add(name, kind, "".join(value) if kind == "TXT" else value)
    return zone


def openspf(name):
    import yaml
    with open(os.path.join(SUITES, "spf-rfc7208", name + ".yml"), encoding="utf-8") as file:
        for scenario in yaml.safe_load_all(file):
            if not scenario or not scenario.get("tests"):
                continue
            zone = yaml_zone(scenario.get("zonedata") or {})
            for test, data in scenario["tests"].items():
                wanted = data["result"] if isinstance(data["result"], list) else [data["result"]]
                sender, helo = str(data["mailfrom"]), str(data["helo"])
                yield Case(name, test, zone, str(data["host"]), helo, sender, wanted, data.get("explanation"))


RSPAMD = {"R_SPF_ALLOW": "pass", "R_SPF_PLUSALL": "pass", "R_SPF_FAIL": "fail", "R_SPF_SOFTFAIL": "softfail",
          "R_SPF_NEUTRAL": "neutral", "R_SPF_DNSFAIL": "temperror", "R_SPF_PERMFAIL": "permerror",
          "R_SPF_NA": "none"}
# Who sent, where rspamd reads it from the message.
RSPAMD_MESSAGES = {
    "messages/external_relay.eml": ("37.48.67.26", "root@external.com"),
}


def rspamd_zone(records):
    zone = Zone()
    seen = set()
    for record in records:
        name, kind = record["name"], record["type"].upper()
        if not name.isascii() or (name, kind) in seen:
            continue
        seen.add((name, kind))
        if "replies" in record:
            for value in record["replies"]:
                preference, _, host = value.partition(" ")
                zone.add(name, kind, (int(preference), host) if kind == "MX" else value)
        else:
            zone.outcome(name, kind, {"norec": "NODATA"}.get(record["rcode"], record["rcode"].upper()))
    return zone


def rspamd():
    folder = os.path.join(SUITES, "rspamd-functional")
    with open(os.path.join(folder, "dns.json"), encoding="utf-8") as file:
        zones = {name: rspamd_zone(records) for name, records in json.load(file).items()}
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    for case in cases:
        wanted = [RSPAMD[row["args"][0]] for row in case["expect"] if row["args"] and row["args"][0] in RSPAMD]
        if not wanted:
            continue
        ip, sender = case["params"].get("IP"), case["params"].get("From")
        if sender is None:
            ip, sender = RSPAMD_MESSAGES.get(case["file"], (ip, None))
        if sender is None:
            with open(os.path.join(folder, case["file"]), encoding="latin-1") as file:
                sender = re.search(r"^From:.*?([^\s<]+@[^\s>]+)", file.read(), re.M | re.I).group(1)
        yield Case("rspamd", case["case"], zones["merged-local.conf"], ip, case["params"].get("Helo", ""),
                   "" if sender == "<>" else sender, wanted)


def blaze():
    """Its transcript has lines "SENDER from IP: RESULT (expected: ...)"; the cache has a file a name."""
    folder = os.path.join(SUITES, "auth-blaze")
    zone = Zone()
    for path in sorted(glob.glob(os.path.join(folder, "cache", "*.dns"))):
        with open(path, encoding="latin-1") as file:
            for line in file.read().splitlines():
                kind, _, value = line.partition(":")
                if kind == "txt":
                    zone.add(os.path.basename(path)[:-4], "TXT", value)
    with open(os.path.join(folder, "expected-spf.transcript.txt"), encoding="latin-1") as file:
        text = file.read()
    for sender, ip, result in re.findall(r"^\s*(\S+) from (\S+): (\w+) \(", text, re.M):
        yield Case("blaze", sender, zone, ip, "", sender, [result])
    for ip, sender, result in re.findall(r"--ip (\S+) --sender (\S+) .*\n.*\n\s*Received-SPF: (\w+)", text):
        yield Case("blaze", sender + " stamped", zone, ip, "", sender, [result])


LOADERS = {
    "rfc7208-tests": lambda: openspf("rfc7208-tests"),
    "rfc4408-tests": lambda: openspf("rfc4408-tests"),
    "pyspf": lambda: openspf("test"),
    "rspamd": rspamd,
    "blaze": blaze,
}


def judge(case, got):
    """What is wrong with an answer; empty when nothing is."""
    result, explanation = got[0], got[1]
    if result not in case.wanted:
        return "got %s, want %s" % (result, " or ".join(case.wanted))
    if case.explanation is not None:
        wanted = "" if case.explanation == "DEFAULT" else case.explanation
        if explanation.lower() != wanted.lower():
            return "got explanation %r, want %r" % (explanation, wanted)
    return ""


def main():
    number = 0
    totals = []
    if not os.path.isdir(SHARED):
        print("ok 1 - the suites # SKIP %d suites: no %s" % (len(LOADERS), SHARED))
        return 0
    for suite, load in LOADERS.items():
        passed = failed = differing = rounds = 0
        cases = list(load())
        answers = ask(cases)
        for case, got in zip(cases, answers):
            number += 1
            wrong = judge(case, got)
            reason = DIFFERENCES.get((suite, case.name))
            name = "%s: %s" % (suite, case.name)
            rounds = max(rounds, int(got[6]))
            if reason and wrong:
                differing += 1
                print("ok %d - %s (%s, as %s)" % (number, name, wrong, reason))
            elif wrong or reason:
                failed += 1
                print("not ok %d - %s: %s; %s" % (number, name, wrong or "listed in DIFFERENCES, but as expected", got))
            else:
                passed += 1
                print("ok %d - %s" % (number, name))
        if not cases or len(answers) != len(cases):
            number += 1
            failed += 1
            print("not ok %d - %s: %d cases, %d answers" % (number, suite, len(cases), len(answers)))
        totals.append("# %s: %d passed, %d failed, %d otherwise on purpose; at most %d rounds" %
                      (suite, passed, failed, differing, rounds))
    print("1..%d" % number)
    print("\n".join(totals))
    return 1 if any(not re.search(r" 0 failed", line) for line in totals) else 0


sys.exit(main())
