#!/usr/bin/python3
"""test_markup.py - with `headers: spamassassin` messages are marked as SpamAssassin marks them, byte for byte

Each set of lines below stands behind the same rules in one .cf file, which both programs read, and both mark the
same messages: some written for it, and a seeded sample of the test data and the public corpus (STEELYARD_LONG=1:
more of them). All of the header that comes out is compared. Skips without SpamAssassin 4.0.1. Prints TAP, a case for each set.

    test_markup.py [NAME...]    only those sets, and every difference told
"""
import difflib
import os
import random
import subprocess
import sys
import tempfile

SEED = 5
SAMPLE = 10
SHOWN = 1			# differences that are told of a set

top = os.environ.get("TOP_SRCDIR", ".")
build = os.environ.get("TOP_BUILDDIR", ".")
data = os.environ.get("STEELYARD_TESTDATA", os.path.join(top, "..", "shared"))
corpus = os.environ.get("STEELYARD_CORPUS", os.path.join(build, "corpus", "package", "data"))

# name, kind, what is matched, score, describe; each has a priority of its own, so that the order is known.
LONG = "A description of such a length that it has to be wrapped, and wrapped again, because nobody could read it " \
       "on one line of a terminal"
RULES = [
    ("HAS_FROM", "header", "From =~ /@/", "0.25", "There is a sender"),
    ("HAS_SUBJECT_WITH_A_VERY_LONG_NAME_INDEED", "header", "Subject =~ /./", "0.1", LONG),
    ("BODY_E", "body", "/e/", "1.35", LONG),
    ("BODY_THE", "body", "/the/i", "-0.3", ""),
    ("RAW_LT", "rawbody", "/</", "0.05", "Überlänge: ein Text mit Umlauten und ß am Ende"),
    ("FULL_MIME", "full", "/mime/i", "0.0001", "short"),
    ("URI_ANY", "uri", r"/^https?:\/\/example\.com/", "12", "There is a link"),
    ("META_BOTH", "meta", "BODY_E && HAS_FROM", "1", "Two of them"),
    ("SOME_RULE_THAT_NOBODY_NEEDS_BUT_FOLDS", "body", "/a/", "0.001", "x"),
    ("ANOTHER_RULE_THAT_FOLDS_THE_LIST_OF_TESTS", "body", "/o/", "0.01", "y"),
    ("__SUB_A", "body", "/a/", None, None),
    ("__SUB_O", "body", "/o/", None, None),
]
PREFIX = {"BODY_E": "[E]", "BODY_THE": "[THE]"}

STATUS = 'add_header all Status "_YESNO_, score=_SCORE_ required=_REQD_ tests=_TESTS_ autolearn=_AUTOLEARN_ ' \
         'version=_VERSION_"'
# name -> (required, lines); "clear_headers" and report_safe 0 stand before them.
SETS = {
    "default": (5, None),
    "spam of all": (0.1, None),
    "edge": (1.4, [STATUS]),
    "layout": (1, ["add_header all Folds _TESTS(, )_", "add_header all Scores _TESTSSCORES( )_",
                   "add_header all Semis _TESTS(;)_", "add_header all Subs _SUBTESTS_ _SUBTESTSCOLLAPSED_",
                   "add_header all Lines a\\nb\\n\\n  c\\td\\\\e\\x", "add_header ham Ham _YESNO(a,b)_ _YESNOCAPS(x,y)_",
                   "add_header spam Spam _YESNO(a,b)_ _YESNO(,c)_ _YESNO_", 'add_header all Quoted "a b  c "',
                   "add_header all Long " + "word " * 40, "add_header all Longer " + "w" * 120 + " " + "v" * 90,
                   "add_header all Commas " + "a,b," * 40, "remove_header ham Quoted"]),
    "tags": (3, ["add_header all Score _SCORE_ _SCORE(0)_ _SCORE(00)_ _SCORE(  )_ _SCORE(x)_ _HITS_",
                 "add_header all Stars _STARS_ _STARS(+)_ _STARS(ab)_",
                 "add_header all Unknown _NOSUCH_ _NO_SUCH(a)_ _TESTS_SCORE_ __SCORE__ _score_ _SCORE _REQD",
                 "add_header all Nested _YESNO__REQD_ (_REQD_) _REQD__REQD_",
                 "add_header all Empty [_RBL_] [_DCCB_] [_AWL_] [_PYZOR_] [_BAYESTC_] [_LANGUAGES_] [_SUBJPREFIX_]",
                 "add_header all Bayes _BAYES_", "add_header all Remote _REMOTEHOSTNAME_ _REMOTEHOSTADDR_",
                 "add_header all Contact _CONTACTADDRESS_", "add_header all Added _ADDEDHEADER_ _ADDEDHEADERHAM_",
                 "add_header all Points _AUTOLEARNSCORE_"]),
    "relays": (3, ["add_header all Trusted _RELAYSTRUSTED_", "add_header all Untrusted _RELAYSUNTRUSTED_",
                   "add_header all Internal _RELAYSINTERNAL_", "add_header all External _RELAYSEXTERNAL_",
                   "add_header all First _FIRSTTRUSTEDIP_ _FIRSTTRUSTEDREVIP_",
                   "add_header all Last _LASTEXTERNALIP_ _LASTEXTERNALREVIP_ _LASTEXTERNALRDNS_ _LASTEXTERNALHELO_",
                   "add_header all Domains _SENDERDOMAIN_ _AUTHORDOMAIN_"]),
    "fields": (3, ["add_header all From _HEADER(From)_", "add_header all Addr [_HEADER(From:addr)_]",
                   "add_header all Subject <_HEADER(Subject)_>", "add_header all None _HEADER(X-No-Such)_.",
                   "add_header all To _HEADER(ToCc:name)_ _HEADER()_"]),
    "report": (0.1, ["add_header all Report _REPORT_", "add_header all Summary _SUMMARY_"]),
    "narrow report": (0.1, ["report_wrap_width 40", "add_header all Report _REPORT_", "add_header all Sum _SUMMARY_"]),
    "preview": (0.1, ["add_header all Preview _PREVIEW_"]),
    "not folded": (0.1, ["fold_headers 0", STATUS, "add_header all Report _REPORT_"]),
    "rewrite": (0.1, ["rewrite_header Subject [SPAM _SCORE_]", "rewrite_header From (a) _STARS_",
                      "rewrite_header to to you"]),
    "multiple": (1, ["tflags BODY_E multiple maxhits=3", "tflags __SUB_A multiple maxhits=4", STATUS,
                     "add_header all Scores _TESTSSCORES(,)_ _SUBTESTS(,)_ _SUBTESTSCOLLAPSED_"]),
    "shortcircuit spam": (5, ["shortcircuit BODY_E spam", STATUS, "add_header all Sc _SC_ _SCRULE_ _SCTYPE_",
                              "add_header all Points _AUTOLEARNSCORE_"]),
    "shortcircuit ham": (5, ["shortcircuit BODY_E ham", "shortcircuit_ham_score -30", STATUS,
                             "add_header all Sc _SC_ _SCRULE_ _SCTYPE_", "add_header all Report _REPORT_",
                             "header SHORTCIRCUIT eval:check_shortcircuit()", "describe SHORTCIRCUIT Not all were run"]),
    "shortcircuit on": (1, ["shortcircuit META_BOTH on", "add_header all Sc _SC_ _SCRULE_ _SCTYPE_ _TESTSSCORES(,)_"]),
    "shortcircuit off": (1, ["shortcircuit BODY_E spam", "shortcircuit BODY_E off", "add_header all Sc _SC_"]),
    "shortcircuit by sum": (1, ["shortcircuit_max_spam_score 1.2", "add_header all Sc _SC_ _SCRULE_ _SCTYPE_ _TESTS_"]),
    "shortcircuit by sum of ham": (1, ["shortcircuit_min_ham_score 0.2", "add_header all Sc _SC_ _SCTYPE_ _TESTS_"]),
    "rewrite nothing": (0.1, ["rewrite_header Subject x", "rewrite_header Subject"]),
    "rewrite ham": (999, ["rewrite_header Subject [SPAM]"]),
}

WRITTEN = [
    b"From: a@example.com\nTo: b@example.com\nSubject: the test\n\nbody text, one line\n",
    b"From: a@example.com\r\nTo: b@example.com\r\nSubject: the\r\n\ttest\r\nX-Spam-Status: No\r\n\r\nthe text\r\n",
    b"From: =?utf-8?q?J=C3=B6rg?= <a@example.com>\nSubject: =?utf-8?q?=C3=9Cber?= den Test\nTo: x@example.net, y@a.org"
    b"\n\nGr\xc3\xbc\xc3\x9fe und ein Link http://example.com/\n",
    b"Return-Path: <a@b.example>\nReceived: from c.example (c.example [192.0.2.4]) by mx.example.net (Postfix) with "
    b"ESMTP id ABC\n\tfor <x@example.net>; Mon, 01 Jan 2024 10:00:05 +0000 (UTC)\nSubject: [SPAM 1.1] x\nFrom: a@b.c"
    b"\nSubject: second\n\n" + b"aaaa bbbb ********************* cccc\n" * 12,
    b"From: \xfc@example.com\nSubject: raw \xfcmlaut and \x01 control\nTo: x\n\n\xfc\n",
    b"From: a@example.com\nSubject:    many blanks\nTo: x@y.example\nX-Spam-Flag: YES\n yes\n\n" + b"word " * 400,
]


def messages(folder):
    paths = []
    for number, text in enumerate(WRITTEN):
        paths.append(os.path.join(folder, "written%d.eml" % number))
        with open(paths[-1], "wb") as out:
            out.write(text)
    found = []
    for where, ending in ((corpus, ".txt"), (os.path.join(data, "mail", "list-ham", "ham"), ""),
                          (os.path.join(data, "mail", "list-spam", "spam"), ""),
                          (os.path.join(data, "mail", "bounces"), "")):
        for root, _, names in os.walk(where):
            found += [(os.path.relpath(os.path.join(root, name), where), os.path.join(root, name))
                      for name in names if name.endswith(ending) and os.path.getsize(os.path.join(root, name)) > 0]
    # In an order that is the same wherever the mail lies: so is the sample.
    found.sort()
    random.Random(SEED).shuffle(found)
    return paths + [path for _, path in found][:SAMPLE * 20 if os.environ.get("STEELYARD_LONG") else SAMPLE]


def write_rules(path, name):
    """The rules and the set's lines, as both programs read them."""
    required, lines = SETS[name]
    with open(path, "w", encoding="utf-8") as out:
        for plugin in ("Check", "Shortcircuit"):
            print("loadplugin Mail::SpamAssassin::Plugin::" + plugin, file=out)
        print("use_bayes 0\nrequired_score %s\nreport_hostname mx.example.org" % required, file=out)
        print("util_rb_tld com net org example\noriginating_ip_headers X-Yahoo-Post-IP X-Originating-IP "
              "X-Apparently-From X-SenderIP X-AOL-IP\noriginating_ip_headers "
              "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp", file=out)
        print("clear_headers\nadd_header all Checker-Version SpamAssassin _VERSION_ (_SUBVERSION_) on _HOSTNAME_\n"
              "add_header spam Flag _YESNOCAPS_\nadd_header all Level _STARS(*)_\n%s\nreport_safe 0" % STATUS, file=out)
        for number, (rule, kind, test, score, describe) in enumerate(RULES):
            print("%s %s %s\npriority %s %d" % (kind, rule, test, rule, number + 1), file=out)
            if score is not None:
                print("score %s %s" % (rule, score), file=out)
            if describe:
                print("describe %s %s" % (rule, describe), file=out)
            if rule in PREFIX:
                print("subjprefix %s %s" % (rule, PREFIX[rule]), file=out)
        for line in [] if lines is None else ["clear_headers"] + lines + ["report_safe 0"]:
            print(line, file=out)


def theirs(rules, version, paths):
    """{(rules, path): the message as SpamAssassin marks it}"""
    text = subprocess.run(["perl", os.path.join(top, "tests", "oracle", "sa_markup.pl"), version, *rules],
                          input="".join(p + "\n" for p in paths).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout
    marked = {}
    while text:
        head, _, text = text.partition(b"\n")
        name, path, length = head.decode().split("\t")
        marked[name, path], text = text[:int(length)], text[int(length):]
    return marked


def ours(rules, config, paths):
    with open(config, "w", encoding="utf-8") as out:
        print("headers: spamassassin", file=out)
    command = [os.path.join(build, "steelyard"), "check", "-c", config, "--rules", rules, "--pass"]
    return {path: subprocess.run(command + [path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 check=False).stdout for path in paths}


def header_of(text):
    """The header and nothing of the body, which no one changes."""
    for end in (b"\n\n", b"\r\n\r\n"):
        if end in text:
            return text[:text.index(end)]
    return text


def main():
    names = sys.argv[1:] or list(SETS)
    probe = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "print Mail::SpamAssassin::Version()"],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=False).stdout
    if probe != "4.0.1":
        print("1..0 # SKIP no SpamAssassin 4.0.1")
        return 0
    version = subprocess.run([os.path.join(build, "steelyard"), "--version"], stdout=subprocess.PIPE,
                             encoding="utf-8", check=True).stdout.split()[-1]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = messages(folder)
        files = [os.path.join(folder, "%d.cf" % number) for number in range(len(names))]
        for rules, name in zip(files, names):
            write_rules(rules, name)
        marked = theirs(files, "steelyard-" + version, paths)
        for number, (rules, name) in enumerate(zip(files, names)):
            want = {path: marked[rules, path] for path in paths}
            got = ours(rules, os.path.join(folder, "steelyard.yaml"), paths)
            differ = [path for path in paths if header_of(want[path]) != header_of(got[path])]
            failures += bool(differ)
            print("%sok %d - %s: %d of %d messages are marked alike" % ("not " if differ else "", number + 1, name,
                                                                     len(paths) - len(differ), len(paths)))
            for path in differ if sys.argv[1:] else differ[:SHOWN]:
                print("# " + path)
                for line in difflib.unified_diff(header_of(want[path]).decode("latin-1").split("\n"),
                                                 header_of(got[path]).decode("latin-1").split("\n"), "SpamAssassin",
                                                 "steelyard", n=0, lineterm=""):
                    print("#   " + repr(line))
    print("1..%d" % len(names))
    return 1 if failures else 0


sys.exit(main())
