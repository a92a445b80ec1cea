#!/usr/bin/python3
"""test_dmarc_suites.py - OpenDMARC's tables of records, alignment and From fields, and aggregate reports.

DIFFERENT lists what is answered otherwise on purpose, with the reason in RFC 7489. A row of a report says what its
reporter did in 2012, before there was an RFC: rows that the RFC decides otherwise are wanted as the RFC has them, and counted.
"""
import glob
import json
import os
import subprocess
import sys
from xml.etree import ElementTree

TOP = os.environ.get("TOP_SRCDIR", ".")
BUILD = os.environ.get("TOP_BUILDDIR", "build")
DATA = os.environ.get("STEELYARD_TESTDATA", os.path.join(TOP, "..", "shared"))
TABLES = os.path.join(DATA, "conformance", "derived-tables", "opendmarc-tables.json")
REPORTS = os.path.join(DATA, "conformance", "dmarc-opendmarc")
DUMP = os.path.join(BUILD, "tests", "engine", "auth", "dump_dmarc")

DIFFERENT = {
    "record v=DMARC1; p=n;": "6.4: dmarc-request is one of three words, which are not cut short",
}
TEMPORARY = ("6.6.2: where only a temporary error kept an aligned identity from passing, the policy cannot be applied; "
             "their reporters applied it")

# What OpenDMARC says of a record, in our words.
RESULTS = {"none", "pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror"}
RECORD = {"OKAY": "good", "ERROR_EMPTY": "other", "ERROR_BAD_VERSION": "other", "ERROR_NO_REQUIRED_P": "broken"}


def ask(questions):
    lines = ["\t".join(words).replace("\n", " ") for words in questions]
    out = subprocess.run([DUMP], input="\n".join(lines) + "\n", stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    return out.split("\n")[:-1]


def table_cases():
    """(name, question, set of good answers)"""
    with open(TABLES) as file:
        tables = json.load(file)
    for row in tables["alignment"]:
        yield (f"align {row['a']} {row['b']} {row['mode']}", ["align", row["mode"], row["a"], row["b"]],
               {"aligned" if row["aligned"] else "apart"})
    for row in tables["record_parse"]:
        # A bad value spoils their record; for us it spoils the tag, and for p and sp the record (6.6.3, 6).
        good = {"faulty", "broken"} if row["result"] == "ERROR_BAD_VALUE" else {RECORD[row["result"]]}
        yield f"record {row['record']}", ["record", row["record"]], good
    for row in tables["from_domain"]:
        yield f"from {row['from']}", ["from", row["from"]], {row["domain"]}


def results(kind, row):
    found = []
    for one in row.findall(f"auth_results/{kind}"):
        domain, result = one.findtext("domain"), one.findtext("result")
        if domain and result in RESULTS:
            found.append(f"{domain}={result}")
    return " ".join(found)


def is_temporary(row):
    """Whether no identity below the author's domain passed, and one of them met a temporary error."""
    authors = [domain.strip() for domain in row.findtext("identifiers/header_from").split(",")]
    aligned = {one.findtext("result") for kind in ("spf", "dkim") for one in row.findall(f"auth_results/{kind}")
               if any(("." + (one.findtext("domain") or "")).endswith("." + author) for author in authors)}
    return "temperror" in aligned and "pass" not in aligned


def report_cases():
    """(name, question, disposition, whether the RFC decides); the columns of spf and dkim are those of 2012, without
    alignment"""
    for path in sorted(glob.glob(os.path.join(glob.escape(REPORTS), "*.xml"))):
        try:
            report = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            print(f"# {os.path.basename(path)} is no XML, as its authors want it: {error}")
            continue
        policy = report.find("policy_published")
        record = "v=DMARC1" + "".join(f"; {tag}={policy.findtext(tag)}" for tag in ("p", "sp", "adkim", "aspf", "pct")
                                      if policy.findtext(tag))
        for i, row in enumerate(report.findall("record")):
            want = row.findtext("row/policy_evaluated/disposition")
            if not want:
                continue
            author = ", ".join("x@" + domain.strip() for domain in row.findtext("identifiers/header_from").split(","))
            yield (f"{os.path.basename(path)} {i + 1}",
                   ["check", author, policy.findtext("domain"), record, results("spf", row), results("dkim", row)],
                   want, is_temporary(row))


def compare_tables():
    cases = list(table_cases())
    wrong = []
    for (name, _, good), got in zip(cases, ask(question for _, question, _ in cases)):
        got = got.split(" ")[0]
        if (got in good) == (name in DIFFERENT):
            wrong.append(f"{name}: got {got}, want {good}" if name not in DIFFERENT else f"{name}: no longer different")
    return len(cases), wrong


def compare_reports():
    cases = list(report_cases())
    wrong, otherwise = [], 0
    for (name, question, told, temporary), got in zip(cases, ask(question for _, question, _, _ in cases)):
        result, found = got.split(" ")[:2]
        good = (result, found) == ("temperror", "none") if temporary else found == told and result != "temperror"
        otherwise += temporary and found != told
        if not good:
            wrong.append(f"{name}: {question}: got {got}, want {'temperror none' if temporary else told}")
    return len(cases), wrong, otherwise


def main():
    if not os.path.exists(TABLES):
        if os.path.exists(DATA):
            print("1..1\nnot ok 1 - the tables are missing")
            return 1
        print("ok 1 - the suites # SKIP no test data: 42 cases of tables and the reports")
        return 0
    print("1..2")
    count, wrong = compare_tables()
    for line in wrong:
        print("# " + line)
    for name, reason in DIFFERENT.items():
        print(f"# different on purpose: {name}: {reason}")
    print(f"{'not ok' if wrong else 'ok'} 1 - OpenDMARC's tables: {count} cases, {len(wrong)} wrong, {len(DIFFERENT)} different")
    count, bad, otherwise = compare_reports()
    for line in bad[:20]:
        print("# " + line)
    print(f"# {otherwise} rows are the RFC's, not the reporter's: {TEMPORARY}")
    print(f"{'not ok' if bad else 'ok'} 2 - rows of aggregate reports: {count} cases, {len(bad)} wrong")
    return 1 if wrong or bad else 0


if __name__ == "__main__":
    sys.exit(main())
