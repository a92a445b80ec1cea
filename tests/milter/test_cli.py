#!/usr/bin/python3
"""The command line `steelyard`, run as people run it: every flag, every exit status, the JSON contract key by key.

Rules, configuration and messages are made in a scratch directory, so that nothing hangs on the shipped rules.
"""
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

STEELYARD = os.path.join(os.path.abspath(os.environ.get("TOP_BUILDDIR", "build")), "steelyard")

RULES = """\
rules:
  __HAS_MONEY: {body: '/money/i'}
  MAKE_MONEY:
    body: '/\\bmake money fast\\b/i'
    score: 1.5
    describe: Promises fast money
  DOLLARS:
    body: '/\\$/'
    tags: [multiple]
    maxhits: 4
    score: 0.25
    describe: Counts dollar signs
  ODD_BYTES:
    rawbody: '/caf\\xe9/'
    score: 0.1
    describe: A byte that is not UTF-8
  LONG_RUN:
    body: '/x{90,}/'
    score: 0.1
    describe: A long run
  MONEY_META:
    meta: '__HAS_MONEY && MAKE_MONEY'
    score: 4.0
    describe: Both at once
  FROM_BAD_CLIENT:
    header: 'X-Spam-Relays-Untrusted =~ /^\\[ ip=203\\.0\\.113\\.9 rdns=bad\\.example helo=evil\\.example /'
    score: 2.0
    describe: A client known here
  NULL_SENDER:
    header: 'EnvelopeFrom =~ /^bounce@example\\.org$/'
    score: 0.5
    describe: An envelope sender known here
"""

CONFIG = """\
rules: [%s]
thresholds: {tag: 5.0, subject: %s}
headers:
  X-Spam-Flag: {when: spam, value: 'YES'}
  X-Spam-Score: '_SCORE_'
  X-Verdict: '_YESNO_'
"""

SPAM = b"""\
From: a@example.org
To: b@example.net
Subject: offer
Date: Mon, 05 Jan 2026 10:00:00 +0000
Message-ID: <1@example.org>

Make money fast! $ $ $
"""
HAM = SPAM.replace(b"Make money fast! $ $ $", b"See you at lunch.").replace(b"offer", b"lunch")

cases = 0
failures = 0


def report(name, problems):
    global cases, failures
    cases += 1
    if problems:
        failures += 1
        print("not ok %d - %s" % (cases, name))
        for problem in problems:
            print("# " + str(problem).replace("\n", "\n#   "))
    else:
        print("ok %d - %s" % (cases, name))
    sys.stdout.flush()


def run(*args, stdin=b""):
    return subprocess.run([STEELYARD] + list(args), input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)


def check(*args, stdin=b""):
    return run("check", "-c", "conf.yaml", *args, stdin=stdin)


def objects(done):
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def differ(what, got, want):
    return [] if got == want else ["%s: got %r, want %r" % (what, got, want)]


def status(done, want):
    return differ("exit status", done.returncode, want) and \
        ["exit status: got %d, want %d; stderr: %s" %
         (done.returncode, want, done.stderr.decode("utf-8", "replace"))]


def put(path, data):
    if os.path.dirname(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def make_files():
    put("rules/a.yaml", RULES)
    put("conf.yaml", CONFIG % (os.path.abspath("rules"), "off"))
    put("subject.yaml", CONFIG % (os.path.abspath("rules"), "5.0"))
    put("bad.yaml", "thresholds: {tga: 5}\n")
    put("spam.eml", SPAM)
    put("ham.eml", HAM)
    put("maildir/cur/1:2,S", SPAM)
    put("maildir/new/2", HAM)
    put("maildir/tmp/3", SPAM)
    put("maildir/notes", SPAM)
    put("two.mbox", b"From a@b Mon Jan  5 10:00:00 2026\n" + SPAM + b"\nFrom c@d Mon Jan  5 10:00:01 2026\n" + HAM + b"\n")
    for i in range(200):
        put("many/%03d" % i, SPAM.replace(b"$ $ $", b"$" * (i % 6)) + b"filler %d\n" % i * (i * 37 % 400))


# --- usage ---

USAGE = [
    ([], 2), (["--help"], 0), (["help"], 0), (["--version"], 0), (["nonsense"], 2), (["--nonsense"], 2),
    (["check", "--help"], 0), (["lint", "--help"], 0), (["rules", "--help"], 0), (["config", "--help"], 0),
    (["status", "--help"], 0), (["reload", "--help"], 0), (["import-sa", "--help"], 0), (["import-sa"], 2),
    (["check", "--nonsense"], 2), (["check", "--jobs", "0", "ham.eml"], 2), (["check", "--jobs", "x", "ham.eml"], 2),
    (["check", "--now", "-1", "ham.eml"], 2), (["check", "--now", "12x", "ham.eml"], 2),
    (["check", "--client-ip", "300.1.1.1", "ham.eml"], 2), (["check", "--fail-open", "ham.eml"], 2),
    (["check", "--helo", "mail.example.org", "ham.eml"], 2),
    (["config", "extra"], 2), (["status", "extra"], 2), (["reload", "--json"], 2), (["lint", "--nonsense"], 2),
    (["rules", "--nonsense"], 2), (["config", "--nonsense"], 2),
]


def test_usage():
    problems = []
    for args, want in USAGE:
        done = run(*args)
        if done.returncode != want:
            problems.append("%s: got %d, want %d" % (" ".join(args), done.returncode, want))
        if want == 0 and (not done.stdout or done.stderr):
            problems.append("%s: help belongs on standard output" % " ".join(args))
        if want == 2 and (done.stdout or not done.stderr):
            problems.append("%s: a complaint belongs on standard error" % " ".join(args))
    report("usage and its exit statuses", problems)


# --- the JSON contract ---

def test_json():
    done = check("--json", "spam.eml")
    problems = status(done, 0) + differ("lines", done.stdout.count(b"\n"), 1)
    one = objects(done)[0]
    problems += differ("keys, in order", list(one), ["file", "score", "required", "action", "hits", "incomplete",
                                                     "notes", "ruleset", "us"])
    problems += differ("file", one["file"], "spam.eml")
    problems += differ("action", one["action"], "tag")
    problems += differ("incomplete", one["incomplete"], False)
    problems += differ("notes", one["notes"], [])
    problems += differ("hits", one["hits"], [{"rule": "DOLLARS", "score": 0.75, "count": 3},
                                             {"rule": "MAKE_MONEY", "score": 1.5, "count": 1},
                                             {"rule": "MONEY_META", "score": 4.0, "count": 1}])
    problems += differ("keys of us", list(one["us"]), ["parse", "match", "total", "dns"])
    problems += [] if all(type(value) is int and value >= 0 for value in one["us"].values()) else [one["us"]]
    problems += [] if one["us"]["total"] > 0 else ["total: no time passed"]
    problems += [] if one["ruleset"] and isinstance(one["ruleset"], str) else [one["ruleset"]]
    text = done.stdout.decode()
    for want in ('"score": 6.250, "required": 5.000, ', '{"rule": "DOLLARS", "score": 0.750, "count": 3}'):
        problems += [] if want in text else ["%s is not in %s" % (want, text)]
    report("--json: keys, values and three decimals", problems)


def test_json_all():
    one = objects(check("--json", "--all", "spam.eml"))[0]
    report("--all lists sub-rules behind hits", differ("subrules", one.get("subrules"), ["__HAS_MONEY"]) +
           differ("place", list(one).index("subrules"), list(one).index("hits") + 1))
    one = objects(check("--json", "--all", "--explain", "spam.eml"))[0]
    report("--all --explain tells what sub-rules matched and how often", differ("subrule_hits", one.get("subrule_hits"), [
        {"rule": "__HAS_MONEY", "count": 1, "matched": "money", "view": "body"}]))


def test_slow():
    put("slow.yaml", "rules:\n  __SLOW: {body: '/x*x*[qz]/'}\n  QUICK: {body: '/quick/', score: 1}\n")
    put("slow.eml", HAM + (b"\n" + b"x" * 1900 + b"\n") * 50)
    one = objects(check("--json", "--rules", "slow.yaml", "--slow", "1", "slow.eml"))[0]
    slow = one.get("slow", [])
    # QUICK may come too, where another process had the processor.
    problems = [] if "__SLOW" in [rule["rule"] for rule in slow] else [slow]
    problems += [rule for rule in slow if not 1000 <= rule["us"] < 60000000]
    text = check("--rules", "slow.yaml", "--slow", "1", "slow.eml").stdout
    problems += [] if b"  slow: __SLOW " in text else [text]
    problems += differ("without", "slow" in objects(check("--json", "--rules", "slow.yaml", "slow.eml"))[0], False)
    problems += status(check("--slow", "0", "slow.eml"), 2) + status(check("--slow", "1", "--pass", "slow.eml"), 75)
    report("--slow tells which rule took how long", problems)


def test_json_bytes():
    name = b"caf\xe9 \"x\".eml"
    put(name.decode("utf-8", "surrogateescape"), HAM)
    done = check("--json", name)
    problems = status(done, 0)
    if b'"file": "caf\\u00e9 \\"x\\".eml"' not in done.stdout:
        problems.append(done.stdout)
    report("a byte that is not UTF-8 is \\u00XX", problems)


def test_maxhits():
    put("dollars.eml", SPAM.replace(b"$ $ $", b"$ " * 30))
    one = objects(check("--json", "dollars.eml"))[0]
    report("multiple counts to maxhits", differ("hit", one["hits"][0], {"rule": "DOLLARS", "score": 1.0, "count": 4}))


def test_unreadable():
    done = check("--json", "spam.eml", "none.eml", "ham.eml")
    got = objects(done)
    problems = status(done, 75) + differ("files", [one["file"] for one in got], ["spam.eml", "none.eml", "ham.eml"])
    problems += differ("keys", list(got[1]), ["file", "error"])
    problems += status(check("none.eml"), 75)
    problems += [] if b"none.eml: " in check("none.eml").stderr else ["not told of on standard error"]
    report("an unreadable file is told of in its place and ends in 75", problems)


# --- sources ---

def names(*args, **more):
    return [one["file"] for one in objects(check("--json", *args, **more))]


def test_sources():
    problems = differ("Maildir", names("maildir"), ["maildir/cur/1:2,S", "maildir/new/2"])
    problems += differ("directory", names("many"), ["many/%03d" % i for i in range(200)])
    problems += differ("order", names("spam.eml", "maildir", "ham.eml"),
                       ["spam.eml", "maildir/cur/1:2,S", "maildir/new/2", "ham.eml"])
    problems += differ("mbox", names("--mbox", "two.mbox"), ["two.mbox#1", "two.mbox#2"])
    problems += differ("mbox as one message", names("two.mbox"), ["two.mbox"])
    problems += differ("stdin", names("-", stdin=HAM), ["-"])
    problems += differ("stdin by default", names(stdin=HAM), ["-"])
    with open("two.mbox", "rb") as file:
        problems += differ("stdin mbox", names("--mbox", stdin=file.read()), ["-#1", "-#2"])
    problems += differ("empty input", names(stdin=b""), ["-"])
    report("files, directories, Maildirs, mboxes and standard input", problems)


def test_mbox_verdicts():
    got = [(one["score"], one["action"]) for one in objects(check("--json", "--mbox", "two.mbox"))]
    report("each message of an mbox has its own verdict", differ("verdicts", got, [(6.25, "tag"), (0, "pass")]))


def timeless(done):
    got = objects(done)
    for one in got:
        del one["us"]
    return got


def test_jobs():
    want = timeless(check("--json", "many"))
    problems = differ("count", len(want), 200)
    for jobs in ("1", "3", "16"):
        if timeless(check("--json", "--jobs", jobs, "many")) != want:
            problems.append("--jobs %s: another output" % jobs)
    problems += differ("text", check("-j", "4", "many").stdout, check("many").stdout)
    report("--jobs changes neither order nor verdicts", problems)


# --- flags ---

def test_exit_code():
    problems = status(check("--exit-code", "ham.eml"), 0) + status(check("--exit-code", "ham.eml", "spam.eml"), 1)
    problems += status(check("spam.eml"), 0) + status(check("--exit-code", "spam.eml", "none.eml"), 75)
    report("--exit-code", problems)


def hit_names(*args, **more):
    return [hit["rule"] for hit in objects(check("--json", *args, **more))[0]["hits"]]


def test_envelope():
    client = ["--client-ip", "203.0.113.9", "--rdns", "bad.example", "--helo", "evil.example"]
    problems = differ("client", hit_names(*client, "--rcpt", "x@example.net", "--rcpt", "y@example.net", "--queue-id",
                                          "Q1", "ham.eml"), ["FROM_BAD_CLIENT"])
    problems += differ("mapped client", hit_names("--client-ip", "::ffff:203.0.113.9", *client[2:], "ham.eml"),
                       ["FROM_BAD_CLIENT"])
    problems += differ("no client", hit_names("ham.eml"), [])
    for sender in ("bounce@example.org", "<bounce@example.org>"):
        problems += differ(sender, hit_names("--client-ip", "192.0.2.1", "--helo", "x", "--from", sender, "ham.eml"),
                           ["NULL_SENDER"])
    report("the envelope's flags reach the rules", problems)


def test_rules_flag():
    put("other.yaml", "rules:\n  OTHER: {body: '/lunch/', score: 7, describe: Lunch}\n")
    problems = differ("one", hit_names("--rules", "other.yaml", "ham.eml"), ["OTHER"])
    problems += differ("two", hit_names("--rules", "other.yaml", "--rules", "rules", "spam.eml"),
                       ["DOLLARS", "MAKE_MONEY", "MONEY_META"])
    problems += status(check("--rules", "none.yaml", "ham.eml"), 2)
    put("broken.yaml", "rules:\n  BROKEN: {body: '/(/', score: 7, describe: x}\n")
    done = check("--rules", "broken.yaml", "ham.eml")
    problems += status(done, 2) + ([] if b"broken.yaml:2:" in done.stderr else [done.stderr])
    report("--rules loads exactly these", problems)


def test_now():
    one = timeless(check("--json", "--now", "1767607200", "ham.eml"))
    report("--now", differ("same clock, same verdict", timeless(check("--json", "--now", "1767607200", "ham.eml")), one))


def test_bad_config():
    done = run("check", "-c", "bad.yaml", "ham.eml")
    problems = status(done, 2) + ([] if b"bad.yaml:1:14: error: " in done.stderr else [done.stderr])
    problems += status(run("check", "-c", "none.yaml", "ham.eml"), 2)
    report("a bad configuration is 2, with its place", problems)


def test_text():
    done = check("spam.eml", "ham.eml")
    want = ("spam.eml: 6.250 of 5.000, tag\n"
            "     4.000  MONEY_META  Both at once\n"
            "     1.500  MAKE_MONEY  Promises fast money\n"
            "     0.750  DOLLARS     x3  Counts dollar signs\n"
            "ham.eml: 0.000 of 5.000, pass\n")
    report("text for people: heaviest hit first", status(done, 0) + differ("text", done.stdout.decode(), want))


def test_explain():
    put("long.eml", HAM + b"x" * 200 + b"\n\ncaf\xe9\n")
    hits = {hit["rule"]: hit for hit in objects(check("--json", "--explain", "spam.eml"))[0]["hits"]}
    money = hits["MAKE_MONEY"]
    problems = differ("keys", list(money), ["rule", "score", "count", "matched", "view", "describe", "set_by"])
    problems += differ("matched", money["matched"], "Make money fast")
    problems += differ("view", money["view"], "body") + differ("describe", money["describe"], "Promises fast money")
    problems += differ("set_by", money["set_by"], os.path.abspath("rules/a.yaml") + ":5")
    problems += [] if "matched" not in hits["MONEY_META"] else ["a meta matched bytes"]
    problems += differ("meta", (hits["MONEY_META"]["expression"], hits["MONEY_META"]["because"]),
                       ("__HAS_MONEY && MAKE_MONEY",
                        [{"rule": "__HAS_MONEY", "matched": "money", "view": "body"},
                         {"rule": "MAKE_MONEY", "matched": "Make money fast", "view": "body"}]))
    text = check("--explain", "spam.eml").stdout.decode()
    want = '            meta __HAS_MONEY && MAKE_MONEY\n              __HAS_MONEY matched "money" in body\n'
    problems += [] if want in text else [text]
    long = {hit["rule"]: hit for hit in objects(check("--json", "--explain", "long.eml"))[0]["hits"]}
    problems += differ("cut", long["LONG_RUN"]["matched"], "x" * 80)
    text = check("--explain", "long.eml").stdout.decode()
    for want in ('matched "%s"... in body' % ("x" * 80), 'matched "caf\\xe9" in rawbody', "score set by "):
        problems += [] if want in text else ["%s is not in %s" % (want, text)]
    report("--explain: bytes, view, description and who set the score", problems)


# --- --pass ---

def test_pass():
    done = check("--pass", stdin=SPAM)
    want = b"X-Spam-Flag: YES\nX-Spam-Score: 6.250\nX-Verdict: Yes\n" + SPAM
    got = done.stdout.replace(b"X-Spam-Score: 6.3\n", b"X-Spam-Score: 6.250\n").replace(b"6.2\n", b"6.250\n")
    problems = status(done, 0) + differ("spam", got, want)
    done = check("--pass", "ham.eml")
    problems += [] if done.stdout.endswith(HAM) and b"X-Spam-Flag" not in done.stdout else [done.stdout]
    problems += status(check("--pass", "--exit-code", stdin=SPAM), 1)
    problems += status(check("--pass", "--exit-code", stdin=HAM), 0)
    report("--pass adds the fields on top", problems)


def test_pass_bytes():
    problems = []
    body = bytes(range(256)) * 40 + b"\r\nX-Spam-Flag: NO\n\n\n.\n"
    for name, message in (("LF", HAM + body), ("CRLF", HAM.replace(b"\n", b"\r\n") + body), ("no end", HAM[:-1]),
                          ("header only", b"Subject: x\n"), ("empty line only", b"\n"), ("body only", b"\nx")):
        done = check("--pass", stdin=message)
        problems += status(done, 0)
        problems += [] if done.stdout.endswith(message) else ["%s: %r" % (name, done.stdout[:300])]
        added = done.stdout[:len(done.stdout) - len(message)]
        if b"\r\n" in message[:40]:
            problems += differ("%s: line ends" % name, added.count(b"\r\n"), added.count(b"\n"))
        else:
            problems += differ("%s: CR" % name, added.count(b"\r"), 0)
    report("--pass leaves the rest byte for byte", problems)


def test_pass_copies():
    done = check("--pass", stdin=b"X-Spam-Flag: NO\nX-Verdict: never\n\tfolded\nx-spam-other: 1\n" + HAM)
    problems = [word for word in (b"never", b"folded", b"other") if word in done.stdout]
    done = run("check", "-c", "subject.yaml", "--pass", stdin=SPAM)
    problems += [] if b"\nSubject: [SPAM] offer\n" in done.stdout else [done.stdout]
    report("--pass removes incoming copies and marks the Subject", problems)


def test_pass_faults():
    problems = []
    for name, args in (("configuration", ["-c", "bad.yaml"]), ("no configuration", ["-c", "none.yaml"]),
                       ("rules", ["-c", "conf.yaml", "--rules", "broken.yaml"]), ("usage", ["--nonsense"]),
                       ("value", ["--now", "x"]), ("two", ["--json"])):
        done = run("check", "--pass", *args, stdin=SPAM)
        problems += [name + ": " + text for text in status(done, 75)] + differ(name, done.stdout, b"")
        done = run("check", "--pass", "--fail-open", *args, stdin=SPAM)
        problems += [name + ": " + text for text in status(done, 0)] + differ(name, done.stdout, SPAM)
    problems += status(check("--pass", "none.eml"), 75) + status(check("--pass", "--fail-open", "none.eml"), 75)
    problems += status(check("--pass", "ham.eml", "spam.eml"), 75)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([STEELYARD, "check", "-c", "conf.yaml", "--pass", "ham.eml"], stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    problems += status(done, 75)
    report("--pass: any fault is 75 and writes nothing; --fail-open gives the message back", problems)


def test_write_error():
    with open("/dev/full", "wb") as full:
        done = subprocess.run([STEELYARD, "check", "-c", "conf.yaml", "many"], stdout=full, stderr=subprocess.PIPE,
                              timeout=60)
    report("output that fails is 75", status(done, 75))


# --- lint, rules, config ---

COST_RULES = r"""rules:
  L_MONEY: {body: '/make money|earn cash/i', score: 1, describe: Literals}
  L_LUNCH: {body: '/lunch.{0,20}noon/', score: 1, describe: Two clauses}
  L_CLICK: {body: '/click here/', score: 1, describe: Literals}
  P_SHAPE: {body: '/^\\S+$/', score: 1, describe: No literal}
  P_FIELD: {header: 'Subject =~ /seldom read/', score: 1, describe: A field that one rule reads}
  P_PART: {mime: 'Content-Type =~ /example/', score: 1, describe: A part's field}
  OFF: {body: '/switched off/', score: 0, describe: Not told of}
"""
COST_WAYS = {
    "L_MONEY": ("literals", '"earn cash" or "make money"'),
    "L_LUNCH": ("literals", '"lunch", and "noon"'),
    "L_CLICK": ("literals", '"click here"'),
    "P_SHAPE": ("PCRE2 alone", "no literal of 3 bytes or more is in all that it matches, nor is it known by"),
    "P_FIELD": ("PCRE2 alone", "too few rules read the same text to look through it"),
    "P_PART": ("PCRE2 alone", "texts of this kind are short, and not looked through"),
}


def cost_rows(done):
    """name -> (microseconds, calls, share of hits, the rest of its line)"""
    rows = {}
    for line in done.stdout.decode().splitlines():
        found = re.match(r" *([0-9.]+) us(?: +([0-9.]+) calls +([0-9.]+)% hit)?  (.*cost\.yaml:.*)$", line)
        if found:
            name = re.search(r"(\w+) \(cost\.yaml:\d+\)", found[4])[1]
            rows[name] = (float(found[1]), float(found[2] or 0), float(found[3] or 0), found[4])
    return rows


def test_cost():
    put("cost.yaml", COST_RULES)
    put("cost/one.eml", "Subject: a\n\nWe make money.\n")
    put("cost/two.eml", "Subject: b\n\nlunch at noon\n")
    for messages in ([], ["cost"]):
        done = run("lint", "--cost", "--rules", "cost.yaml", *messages)
        problems = status(done, 0)
        rows = cost_rows(done)
        problems += differ("rules", sorted(rows), sorted(COST_WAYS))
        for name, (way, text) in COST_WAYS.items():
            line = rows[name][3]
            problems += [] if line.startswith(way + " ") and text in line else ["%s: %s" % (name, line)]
        costs = [row[0] for row in rows.values()]
        problems += differ("dearest first", costs, sorted(costs, reverse=True))
        for way, count in (("literals", 3), ("PCRE2 alone", 3)):
            found = re.search(r"^  %s +(\d+) " % way, done.stdout.decode(), re.M)
            problems += differ("summary of " + way, found and int(found[1]), count)
        problems += differ("guessed or measured", b"measured" in done.stdout.splitlines()[0], bool(messages))
        if messages:
            # the Subject and the paragraph are one text each
            problems += differ("calls and hits", {name: rows[name][1:3] for name in ("L_MONEY", "L_LUNCH", "L_CLICK")},
                               {"L_MONEY": (0.5, 100), "L_LUNCH": (0.5, 100), "L_CLICK": (0, 0)})
            problems += [] if rows["P_SHAPE"][1] >= 1 else ["P_SHAPE: %r" % (rows["P_SHAPE"],)]
        report("lint --cost %s" % ("measures" if messages else "guesses"), problems)
    problems = status(run("lint", "--cost", "--rules", "cost.yaml", "absent.eml"), 75)
    done = run("lint", "--cost", "--rules", "cost.yaml", "absent.eml", "cost")
    problems += status(done, 75) + differ("of the others", b"measured" in done.stdout, True)
    os.makedirs("cost/none", exist_ok=True)
    problems += status(run("lint", "--cost", "--rules", "cost.yaml", "cost/none"), 2)
    for words, text in ((["--rules", "cost.yaml"], b"--rules goes with --cost only"),
                        (["--cost", "--coverage"], b"do not go together")):
        done = run("lint", *words)
        problems += status(done, 2) + ([] if text in done.stderr else [done.stderr])
    problems += status(run("lint", "--cost", "--rules", "none.yaml"), 1)
    report("lint --cost tells what it cannot do", problems)



def test_lint():
    good = ("rules:\n  GOOD:\n    body: '/make money/'\n    score: 1\n    describe: Good\n"
            "    examples: {hit: ['make money'], miss: ['make honey']}\n")
    put("good.yaml", good)
    put("liar.yaml", good.replace("hit: ['make money']", "hit: ['nothing']"))
    put("typo.yaml", good.replace("describe", "descrbe"))
    done = run("lint", "good.yaml")
    problems = status(done, 0) + differ("good", done.stdout + done.stderr, b"")
    done = run("lint", "liar.yaml")
    problems += status(done, 1) + ([] if b"liar.yaml:6:" in done.stdout and b": error: " in done.stdout else [done.stdout])
    done = run("lint", "typo.yaml", "broken.yaml", "liar.yaml")
    problems += status(done, 1)
    for want in (b"typo.yaml:5:5: error: ", b"broken.yaml:2:", b"liar.yaml:6:"):
        problems += [] if want in done.stdout else ["%s is not in %s" % (want, done.stdout)]
    places = [line.split(b": ")[0] for line in done.stdout.splitlines()]
    problems += differ("order", [place.split(b":")[0] for place in places],
                       sorted(place.split(b":")[0] for place in places))
    problems += status(run("lint", "-c", "conf.yaml"), 0)
    done = run("lint", "-c", "bad.yaml")
    problems += status(done, 1) + ([] if b"bad.yaml:1:14: error: " in done.stdout else [done.stdout])
    problems += status(run("lint", "none.yaml"), 1)
    report("lint: each problem with its place; examples are run", problems)


def test_rules():
    done = run("rules", "-c", "conf.yaml")
    lines = done.stdout.decode().splitlines()
    problems = status(done, 0) + differ("names", [line.split()[0] for line in lines],
                                        ["DOLLARS", "FROM_BAD_CLIENT", "LONG_RUN", "MAKE_MONEY", "MONEY_META",
                                         "NULL_SENDER", "ODD_BYTES"])
    problems += differ("row", lines[3].split(None, 3), ["MAKE_MONEY", "body", "1.500", "Promises fast money"])
    problems += [] if b"__HAS_MONEY" in run("rules", "-c", "conf.yaml", "--all").stdout else ["--all: no sub-rules"]
    done = run("rules", "-c", "conf.yaml", "DOLLARS", "NULL_SENDER")
    text = done.stdout.decode()
    problems += status(done, 0)
    for want in ("DOLLARS\n", "/\\$/\n", "0.250", os.path.abspath("rules/a.yaml") + ":", "multiple", "maxhits     4\n",
                 "EnvelopeFrom =~ /^bounce@example\\.org$/\n"):
        problems += [] if want in text else ["%s is not in %s" % (want, text)]
    problems += status(run("rules", "-c", "conf.yaml", "NONE"), 1) + status(run("rules", "-c", "bad.yaml"), 2)
    problems += differ("--rules", run("rules", "--rules", "other.yaml").stdout.split()[:1], [b"OTHER"])
    report("rules: the list, and one in full", problems)


def test_config():
    done = run("config", "-c", "conf.yaml", "--origin")
    text = done.stdout.decode()
    problems = status(done, 0)
    problems += [] if "conf.yaml:2:" in text and "size_limit" not in text else [text]
    done = run("config", "-c", "conf.yaml", "--effective", "--origin")
    text = done.stdout.decode()
    problems += status(done, 0)
    problems += [] if "size_limit: " in text and "# default" in text and "conf.yaml:2:" in text else [text]
    # A default prints as its list of settings has it, a set value as the reader understood it: from then on it is the same.
    put("one.yaml", run("config", "-c", "conf.yaml", "--effective").stdout)
    put("two.yaml", run("config", "-c", "one.yaml", "--effective").stdout)
    again = run("config", "-c", "two.yaml", "--effective")
    with open("two.yaml", "rb") as file:
        problems += status(again, 0) + differ("read again", again.stdout, file.read())
    problems += status(run("config", "-c", "bad.yaml"), 2)
    report("config: what is in force, as a configuration", problems)


def test_no_daemon():
    problems = []
    for command in ("status", "reload"):
        done = run(command, "--socket", os.path.abspath("nobody.sock"))
        problems += status(done, 75) + ([] if b"nobody.sock" in done.stderr else [done.stderr])
        problems += status(run(command, "-c", "bad.yaml"), 2)
        problems += status(run(command, "--socket", "x" * 200), 75)
    report("status and reload without a daemon are 75", problems)


class Daemon(threading.Thread):
    """Answers one request on a control socket, and keeps it."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer
        self.request = b""
        if os.path.exists("control.sock"):
            os.unlink("control.sock")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind("control.sock")
        self.socket.listen(1)
        self.socket.settimeout(30)

    def run(self):
        client, _ = self.socket.accept()
        client.settimeout(30)
        while not self.request.endswith(b"\n"):
            self.request += client.recv(100)
        client.sendall(self.answer)
        client.close()
        self.socket.close()


# command line, what the daemon answers; request, exit status, standard output and error that are wanted
CONTROL = [
    (["status"], b"ok\nuptime 5\nmessages 2\n", b"status\n", 0, b"uptime 5\nmessages 2\n", b""),
    (["status", "--json"], b'ok\n{"uptime": 5}\n', b"status json\n", 0, b'{"uptime": 5}\n', b""),
    (["status"], b"error\nno\n", b"status\n", 75, b"", b"no\n"),
    (["status"], b"", b"status\n", 75, b"", b"steelyard: the daemon hung up\n"),
    (["status"], b"what\n", b"status\n", 75, b"", b"steelyard: not an answer of steelyardd's\n"),
    (["reload"], b"ok\nruleset abc\n", b"reload\n", 0, b"ruleset abc\n", b""),
    (["reload"], b"error\na.yaml:1:2: error: x\n", b"reload\n", 2, b"", b"a.yaml:1:2: error: x\n"),
]


def test_control():
    problems = []
    put("control.yaml", "control_socket: %s\n" % os.path.abspath("control.sock"))
    for args, answer, request, want, out, err in CONTROL:
        for where in (["--socket", "control.sock"], ["-c", "control.yaml"]):
            daemon = Daemon(answer)
            daemon.start()
            done = run(*args, *where)
            daemon.join()
            problems += status(done, want) + differ("request", daemon.request, request)
            problems += differ("stdout", done.stdout, out) + differ("stderr", done.stderr, err)
    report("status and reload say what the daemon says", problems)


# --- limits ---

def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def test_cpu_limit():
    rules = "".join("  DEAR_%d: {full: '/(?:a|aa)+$(?<!a|%d)/', score: 1}\n" % (i, i) for i in range(9))
    write("dear.yaml", b"rules:\n" + rules.encode())
    write("cpu.yaml", b"time_limit: 10m\ncpu_limit: 10ms\nmatch_limit: 100000000\nrules: [dear.yaml]\n")
    write("dear.eml", HAM + (b"a" * 60 + b"\n") * 20000)
    one = objects(run("check", "-c", "cpu.yaml", "--json", "dear.eml"))[0]
    report("a scan over cpu_limit is incomplete, and says so", differ("incomplete", one["incomplete"], True) + differ(
        "the last note", one["notes"][-1:], ["CPU limit reached: the rest was not matched"]))
    write("time.yaml", b"time_limit: 10ms\ncpu_limit: 10m\nmatch_limit: 100000000\nrules: [dear.yaml]\n")
    one = objects(run("check", "-c", "time.yaml", "--json", "dear.eml"))[0]
    report("so is one over time_limit", differ("incomplete", one["incomplete"], True) + differ(
        "the last note", one["notes"][-1:], ["time limit reached: the rest was not matched"]))


# --- bench ---

def bench(*args):
    return run("bench", "-c", "conf.yaml", *args)


def test_bench():
    done = bench("--json", "--repeat", "2", "--jobs", "2", "--profile", "--each", "--compare", "ham.eml", "spam.eml")
    problems = status(done, 0)
    if problems:
        report("bench", problems)
        return
    found = objects(done)[0]
    problems += differ("messages", found["messages"], 2) + differ("scans", found["scans"], 4)
    problems += differ("jobs", found["jobs"], 2) + differ("differences", found["differences"], [])
    problems += differ("bytes", found["bytes"], len(SPAM) + len(HAM))
    problems += differ("stages", sorted(found["ns_a_message"]),
                       ["functions", "match", "metas", "parse", "prefilter", "views"])
    for key in ("us_load", "us_wall", "us_cpu_a_message", "us_cpu_a_message_first", "us_max", "peak_kb"):
        problems += [] if found[key] > 0 else ["%s: got %r" % (key, found[key])]
    problems += [] if found["us_p50"] <= found["us_p99"] <= found["us_max"] else ["percentiles out of order"]
    problems += differ("each", [(one["file"], one["bytes"]) for one in found["each"]],
                       [("ham.eml", len(HAM)), ("spam.eml", len(SPAM))])
    problems += differ("the dearest", max(one["us_cpu"] for one in found["each"]) <= found["us_max"], True)
    names = [rule["name"] for rule in found["rules"]]
    problems += [] if "MAKE_MONEY" in names and "MONEY_META" in names else ["rules: got %r" % names]
    problems += [] if all(rule["ns_a_message"] >= 0 for rule in found["rules"]) else ["a rule took less than nothing"]
    report("bench --json counts, and names the rules", problems)
    done = bench("--profile", "--each", "--compare", "spam.eml")
    problems = status(done, 0)
    for text in (b"1 messages", b"CPU a message", b"in a first walk", b"prefilter", b"MAKE_MONEY (", b"0 of 1 messages differ",
                 b" ms  %8d bytes  spam.eml" % len(SPAM)):
        problems += [] if text in done.stdout else ["%r is not in %r" % (text, done.stdout)]
    report("bench tells it in words", problems)
    done = bench("--cold", "--repeat", "1", "spam.eml")
    report("bench --cold has no walk before", status(done, 0) + differ("walk", b"first walk" in done.stdout, False) +
           differ("the stages' walk", b"in a later walk, warm:" in done.stdout, True))


def test_bench_faults():
    problems = status(bench(), 2) + status(bench("--repeat", "0", "ham.eml"), 2) + status(bench("--help"), 0)
    os.makedirs("nothing", exist_ok=True)
    problems += status(bench("nothing"), 2) + status(bench("absent.eml"), 75) + status(bench("ham.eml", "absent.eml"), 75)
    problems += status(run("bench", "-c", "absent.yaml", "ham.eml"), 2)
    report("bench tells what it cannot measure", problems)
    done = run("bench", "-c", "cpu.yaml", "--repeat", "1", "--compare", "dear.eml")
    report("bench --compare vouches for no scan that was cut", status(done, 1) + differ(
        "differences", b"  dear.eml: a limit cut a scan short\n" in done.stdout, True))
    done = run("lint", "--cost", "-c", "time.yaml", "dear.eml")
    report("lint --cost tells of scans that were cut", status(done, 0) + differ(
        "text", b"\n1 scans were cut short by a limit\n" in done.stdout, True))
    done = bench("--repeat", "1", "--jobs", "256", "ham.eml")
    report("bench has no more workers than scans", status(done, 0) + differ("jobs", b"; 1 times, 256 at" in done.stdout, True))


# --- the progress bar ---

def test_progress():
    problems = differ("no terminal", check("many").stderr, b"")
    master, slave = pty.openpty()
    done = subprocess.run([STEELYARD, "check", "-c", "conf.yaml", "ham.eml"], stdout=subprocess.PIPE, stderr=slave,
                          timeout=60)
    os.close(slave)
    os.set_blocking(master, False)
    try:
        shown = os.read(master, 4096)
    except OSError:
        shown = b""
    os.close(master)
    problems += status(done, 0) + differ("one message", shown, b"")
    report("no progress bar without a terminal, nor for what is over at once", problems)


def main():
    top = tempfile.mkdtemp(prefix="steelyard-cli-")
    os.chdir(top)
    try:
        make_files()
        for test in (test_usage, test_json, test_json_all, test_slow, test_json_bytes, test_maxhits, test_unreadable, test_sources,
                     test_mbox_verdicts, test_jobs, test_exit_code, test_envelope, test_rules_flag, test_now,
                     test_bad_config, test_text, test_explain, test_pass, test_pass_bytes, test_pass_copies,
                     test_pass_faults, test_write_error, test_lint, test_cost, test_rules, test_config, test_no_daemon, test_control,
                     test_cpu_limit, test_bench, test_bench_faults, test_progress):
            try:
                test()
            except (KeyError, IndexError, ValueError, subprocess.TimeoutExpired) as error:
                report(test.__name__, [repr(error)])
    finally:
        os.chdir("/")
        shutil.rmtree(top)
    print("1..%d" % cases)
    return 1 if failures else 0


sys.exit(main())
