#!/usr/bin/python3
"""accuracy.py - what the shipped rules catch, what they catch wrongly, and whether each earns its place

    accuracy.py --work DIR --rules rules [--table FILE] [--gate]

Prints recall and false positives at 5.0 for each set, by five-fold cross-validation: every message is
scored by a fit that saw neither it nor a near-duplicate of it. For list mail also recall at 0.1 % false
positives. Then, apart, the same for the sealed fifth, scored by a fit on all open messages. --table
writes a line for each rule; --gate exits 1 when a rule has fewer than three clusters of spam or S/O
below 0.9 without standing in rules/EXCEPTIONS, when that list is too long or names a rule that needs no
excuse, or when two rules hit the same messages. Only the open part is judged by the gate.
"""
import argparse
import os
import sys

import corpus
import fit_scores
import hits

CLUSTERS = 3			# spam clusters that a rule must hit
SPAM_SHARE = 0.9		# S/O that a rule must reach
EXCEPTIONS = 40			# most rules that may be excused
LIST_FP = 0.001			# false positives at which recall on list mail is told


def rates(rows, scores, wanted):
    """Lines about each set of rows for which wanted(row) holds."""
    lines, sets = [], {}
    for row, score in zip(rows, scores):
        if wanted(row) and score is not None:
            sets.setdefault(row["set"], []).append(score)
    for name in ("public-spam", "public-ham", "list-spam", "list-ham"):
        got = sets.get(name, [])
        over = sum(s >= fit_scores.REQUIRED for s in got)
        word = "recall" if name.endswith("spam") else "false positives"
        lines.append(f"  {name:12s} {word:15s} {100.0 * over / max(1, len(got)):6.2f} %  ({over} of {len(got)})")
    ham, spam = sorted(sets.get("list-ham", []), reverse=True), sets.get("list-spam", [])
    if ham and spam:
        at = ham[int(LIST_FP * len(ham))]
        over = sum(s > at for s in spam)
        lines.append(f"  list-spam at {100 * LIST_FP:.1f} % false positives: recall {100.0 * over / len(spam):.2f} %  "
                     f"(score above {at:.3f})")
    return lines


def judge_rules(rows, seen, rules):
    """{rule: {"clusters", "spam", "ham", "so", "messages"}} over rows."""
    total = {"spam": 0, "ham": 0}
    found = {n: {"spam": 0, "ham": 0, "clusters": set(), "messages": set()} for n in rules}
    for i, (row, hit) in enumerate(zip(rows, seen)):
        total[row["label"]] += 1
        for rule in hit:
            if rule in found:
                found[rule][row["label"]] += 1
                found[rule]["messages"].add(i)
                if row["label"] == "spam":
                    found[rule]["clusters"].add(row["cluster"])
    for entry in found.values():
        spam = entry["spam"] / max(1, total["spam"])
        ham = entry["ham"] / max(1, total["ham"])
        entry["so"] = spam / (spam + ham) if spam + ham else 0.0
    return found


def read_exceptions(folder):
    with open(os.path.join(folder, "EXCEPTIONS"), encoding="utf-8") as f:
        return dict(line.rstrip("\n").split(": ", 1) for line in f if ": " in line and not line.startswith("#"))


def gate(found, exceptions):
    """What is wrong with the rules as a whole: a list of sentences."""
    wrong, same = [], {}
    for name, entry in sorted(found.items()):
        good = len(entry["clusters"]) >= CLUSTERS and entry["so"] >= SPAM_SHARE
        if not good and name not in exceptions:
            wrong.append(f"{name}: {len(entry['clusters'])} clusters of spam, S/O {entry['so']:.3f}")
        if good and name in exceptions:
            wrong.append(f"{name}: needs no exception")
        if entry["messages"]:
            same.setdefault(frozenset(entry["messages"]), []).append(name)
    wrong += [f"equal hits: {', '.join(names)}" for names in same.values() if len(names) > 1]
    wrong += [f"{name}: an exception for a rule that is not there" for name in exceptions if name not in found]
    if len(exceptions) > EXCEPTIONS:
        wrong.append(f"{len(exceptions)} exceptions, at most {EXCEPTIONS}")
    return wrong


def write_table(path, found, scores):
    with open(path, "w", encoding="utf-8") as f:
        f.write("rule\tscore\tclusters\tspam\tham\tS/O\n")
        for name, entry in sorted(found.items()):
            f.write(f"{name}\t{scores.get(name, 0):.3f}\t{len(entry['clusters'])}\t{entry['spam']}\t{entry['ham']}\t"
                    f"{entry['so']:.3f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--rules", default="rules")
    parser.add_argument("--table", help="write a line for each rule to this file")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a rule does not earn its place")
    args = parser.parse_args()
    rules = fit_scores.read_rules(args.rules)
    rows, seen = corpus.read_index(args.work), hits.read_hits(args.work)
    open_rows, open_seen = fit_scores.open_part(rows, seen)
    print(f"{len(rules)} scoring rules, {len(rows)} messages, threshold {fit_scores.REQUIRED}")
    print("five-fold cross-validation, folds of whole near-duplicate clusters:")
    crossed = fit_scores.cross_validate(rows, seen, rules)
    print("\n".join(rates(rows, crossed, lambda r: r["fold"] != corpus.SEALED)))
    scores = fit_scores.fit(open_rows, open_seen, rules)
    final = [fit_scores.score_of(s, scores) for s in seen]
    print("sealed fifth, never fitted on nor read, by a fit on all the rest:")
    print("\n".join(rates(rows, final, lambda r: r["fold"] == corpus.SEALED)))
    found = judge_rules(open_rows, open_seen, rules)
    if args.table:
        write_table(args.table, found, scores)
    wrong = gate(found, read_exceptions(args.rules))
    print(f"rules that do not earn their place: {len(wrong)}")
    for sentence in wrong:
        print(f"  {sentence}")
    if args.gate and wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
