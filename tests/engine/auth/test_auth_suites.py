#!/usr/bin/python3
"""test_auth_suites.py - DMARC cases of whole messages through `steelyard check`: rspamd's, blaze's and mailauth's.

Each message goes through the real program with a table of the answers that its suite gives, and what stands in the
JSON's "auth" is compared. DIFFERENT lists what is answered otherwise on purpose, with the RFC's reason.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", "build")
DATA = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
SUITES = os.path.join(DATA, "conformance")
STEELYARD = os.path.join(BUILD, "steelyard")
# Rules that tell the disposition, which "auth" does not.
RULES = """rules:
  NONE: {function: 'dmarc_disposition(none)', tags: [net]}
  QUARANTINE: {function: 'dmarc_disposition(quarantine)', tags: [net]}
  REJECT: {function: 'dmarc_disposition(reject)', tags: [net]}
"""
# A client for the cases that name none.
CLIENT = "4.31.198.44"
# rspamd's symbols: the result, and what the domain wants done.
RSPAMD = {"DMARC_POLICY_ALLOW": ("pass", "NONE"), "DMARC_POLICY_SOFTFAIL": ("fail", "NONE"),
          "DMARC_POLICY_QUARANTINE": ("fail", "QUARANTINE"), "DMARC_POLICY_REJECT": ("fail", "REJECT"),
          "DMARC_NA": ("none", None), "DMARC_DNSFAIL": ("temperror", None)}
WHITELISTS = {"WHITELIST_DMARC": ("pass", "NONE"), "BLACKLIST_DMARC": ("fail", "NONE")}

DIFFERENT = {
    "blaze: 001 dkim": "RFC 8301, 3.1: its signatures are rsa-sha1, which verifiers must not take",
    "blaze: 004 dkim": "RFC 6376, 3.4: it verifies, as mx.google.com found when it came; blaze's own parser stumbles",
}


def quoted(text):
    parts = [text[i:i + 200] for i in range(0, len(text), 200)] or [""]
    return " ".join('"' + re.sub(r'(["\\])', r"\\\1", part) + '"' for part in parts)


def check(folder, message, zone, options=()):
    """The "auth" of a message, and the names of the rules that hit."""
    table, rules, settings = (os.path.join(folder, name) for name in ("table", "rules.yaml", "steelyard.yaml"))
    for path, text in ((table, zone), (rules, RULES), (settings, "hostname: mx.example\n")):
        with open(path, "w") as file:
            file.write(text)
    command = [STEELYARD, "check", "-c", settings, "--json", "--dns", table, "--rules", rules, "--now", "1600000000"]
    run = subprocess.run(command + list(options) + [message], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode != 0:
        return {"dmarc": "exit %d: %s" % (run.returncode, run.stderr.decode("utf-8", "replace"))}, []
    verdict = json.loads(run.stdout)
    return verdict.get("auth", {"dmarc": "not told"}), [hit["rule"] for hit in verdict["hits"]]


def rspamd_zone(records):
    """A name's first answer counts, as rspamd's fake DNS has it."""
    lines, seen = [], set()
    for record in records:
        kind = record["type"].upper()
        if (record["name"], kind) in seen or kind not in ("A", "AAAA", "TXT", "MX", "PTR", "NS") or not record["name"].isascii():
            continue
        seen.add((record["name"], kind))
        outcome = {"nxdomain": "!NXDOMAIN", "norec": "!NODATA", "timeout": "!TIMEOUT"}.get(record.get("rcode"))
        if outcome:
            lines.append(f"{record['name']} {kind} {outcome}")
        for reply in record.get("replies", []):
            lines.append(f"{record['name']} {kind} {quoted(reply) if kind == 'TXT' else reply}")
    return "\n".join(lines) + "\n"


def rspamd_cases():
    """(name, message, options, result, disposition)"""
    base = os.path.join(SUITES, "rspamd-functional")
    with open(os.path.join(base, "cases.json")) as file:
        cases = json.load(file)
    for case in cases:
        for expected in case["expect"]:
            symbol = (expected["args"] or [""])[0]
            want = RSPAMD.get(symbol) or WHITELISTS.get(symbol)
            if want is None or not case.get("file"):
                continue
            params = case["params"]
            options = ["--client-ip", params.get("IP", CLIENT), "--from", params.get("From", "")]
            options += ["--helo", params.get("Helo", "helo.example.net")]
            yield f"{case['suite']} {case['case']}", os.path.join(base, case["file"]), options, want
            break


def run_rspamd(folder):
    with open(os.path.join(SUITES, "rspamd-functional", "dns.json")) as file:
        zones = json.load(file)
    records = [record for part in ("merged-local.conf",) + tuple(zones) for record in zones.get(part, [])]
    zone = rspamd_zone(records)
    for name, message, options, (result, disposition) in rspamd_cases():
        auth, hits = check(folder, message, zone, options)
        good = auth["dmarc"] == result and (disposition is None or disposition in hits)
        yield f"rspamd: {name}", good, f"got {auth} {hits}, want {result} {disposition}"


def blaze_zone():
    lines = []
    for path in sorted(glob.glob(os.path.join(SUITES, "auth-blaze", "cache", "*.dns"))):
        name = os.path.basename(path)[:-len(".dns")]
        with open(path) as file:
            for line in file:
                kind, _, value = line.rstrip("\n").partition(":")
                if kind == "txt":
                    lines.append(f"{name} TXT {quoted(value)}")
                elif kind in ("a", "aaaa", "mx", "ptr"):
                    lines.append(f"{name} {kind.upper()} {value}")
    return "\n".join(lines) + "\n"


def run_blaze(folder):
    """`blaze dmarc verify` of the transcript: the client and the sender are those of the message's Received-SPF."""
    with open(os.path.join(SUITES, "auth-blaze", "expected-dmarc.transcript.txt"), encoding="utf-8") as file:
        transcript = file.read()
    zone = blaze_zone()
    for block in re.findall(r"blaze dmarc collect \d+\.dmarc\n(?:  [^$].*\n)+", transcript):
        number = re.search(r"(\d+)\.dmarc", block).group(1)
        ours = re.search(r"omelet:(.*?)(?=\n {2,}\S+\.\S+: |\Z)", block, re.S).group(1)
        want = {method: [{"\u2713": "pass"}.get(mark, "fail") for mark in re.findall(rf"(\S) {method}\b", ours)]
                for method in ("spf", "dkim", "dmarc")}
        message = os.path.join(SUITES, "auth-blaze", f"{number}.mail")
        with open(message, encoding="latin-1") as file:
            received = re.search(r"^Received-SPF:.*?domain of (\S+) designates (\S+) as", file.read(), re.M | re.S)
        auth, _ = check(folder, message, zone, ["--client-ip", received.group(2), "--from", received.group(1),
                                                "--helo", "helo.example.net"])
        good = auth["dmarc"] == want["dmarc"][0]
        yield f"blaze: {number} dmarc", good, f"got {auth}, want {want}"
        results = sorted("pass" if one["result"] == "pass" else "fail" for one in auth.get("dkim", []))
        yield f"blaze: {number} dkim", results == sorted(want["dkim"]), f"got {auth}, want {want}"
        spf = "pass" if auth.get("spf") == "pass" else "fail"
        yield f"blaze: {number} spf", spf == want["spf"][0], f"got {auth}, want {want}"


def main():
    if not os.path.isdir(os.path.join(SUITES, "rspamd-functional")):
        if os.path.exists(DATA):
            print("1..1\nnot ok 1 - the suites are missing")
            return 1
        print("ok 1 - the suites # SKIP no test data: 21 cases of rspamd's and 12 of blaze's")
        return 0
    failures = 0
    print("1..2")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, run) in enumerate((("rspamd's DMARC", run_rspamd), ("blaze's", run_blaze)), 1):
            count = wrong = different = 0
            for case, good, told in run(folder):
                count += 1
                if case in DIFFERENT:
                    different += 1
                    print(f"# different on purpose: {case}: {DIFFERENT[case]}")
                    good = not good
                if not good:
                    wrong += 1
                    print(f"# {case}: {told}")
            failures += wrong > 0
            print(f"{'not ok' if wrong else 'ok'} {number} - {name} messages: {count} cases, {wrong} wrong, {different} different")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
