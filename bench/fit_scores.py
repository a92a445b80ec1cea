#!/usr/bin/python3
"""fit_scores.py - give every rule a score

Logistic regression of "is spam" on score - 5.0, where the score of a message is the sum of its rules'
scores: no intercept, so that a message without hits weighs nothing. A projected accelerated gradient
keeps each score inside its bounds: rules tagged nice below zero, all others above, none beyond CAP, so
that no rule alone makes spam. A squared penalty shares the weight among rules that hit together. Ham
costs more than spam, each set counts by its own share, and a near-duplicate counts less the larger its
cluster is. A rule with too few clusters to judge keeps the score that its file gives it.

    fit_scores.py --work DIR --rules rules [--write]     --write replaces rules/90-scores.yaml

Sealed messages are never fitted on. Only the standard library is used.
"""
import argparse
import math
import os
import re

import corpus
import hits

REQUIRED = 5.0
CAP = 2.5			# most that one rule may add
LEAST = 0.05			# least that a live rule adds: a score of 0 would switch it off
NICE_CAP = -1.0			# most that a nice rule may take away
HAM_COST = 6.0			# a false positive costs as much as this many misses
PENALTY = 0.6			# weight of the squared scores
STEPS = 350
LANGUAGE = re.compile(
    r"^(?:OFFERS_IN_|TEXT_|FOREIGN_|EASTERN_EUROPE_|SELLS_IN_|NOTICE_TO_CLIENT_|CHINESE_|JAPANESE_|CYRILLIC_|"
    r"ARABIC_|CZECH_|SUBJ_ITALIAN|SUBJ_GERMAN)")
LANGUAGE_CAP = 1.5		# most for rules that speak of a language: elsewhere it is everybody's
# What the DNS said of old mail is gone: these are scored by hand.
NETWORK = re.compile(r"(?m)^    (?:dnsbl|uribl|dns): |\btags: .*\bnet\b")
SPARSE = 3			# clusters of spam below which a rule is not fitted
SET_WEIGHT = {"public-spam": 1.0, "list-spam": 1.4, "public-ham": 1.0, "list-ham": 2.2}


def read_rules(folder):
    """{name: {"score": written score or None, "nice": bool, "maxhits": int}} of the scoring rules."""
    found = {}
    for path in hits.rule_files(folder):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        section = re.search(r"(?ms)^rules:\n(.*?)(?=^\w|\Z)", text)
        for block in re.split(r"(?m)^(?=  \w+:)", section.group(1) if section else ""):
            name = re.match(r"  (\w+):", block)
            if not name or name.group(1).startswith("__"):
                continue
            if NETWORK.search(block):
                continue
            score = re.search(r"(?m)^    score: *(-?[\d.]+)", block)
            many = re.search(r"(?m)^    maxhits: *(\d+)", block)
            found[name.group(1)] = {"score": float(score.group(1)) if score else None,
                                    "nice": bool(re.search(r"(?m)^    tags: .*\bnice\b", block)),
                                    "maxhits": int(many.group(1)) if many else 1, "file": os.path.basename(path)}
    return found


def spam_clusters(rows, seen):
    """{rule: number of spam clusters that it hits}."""
    where = {}
    for row, rules in zip(rows, seen):
        if row["label"] == "spam":
            for rule in rules:
                where.setdefault(rule, set()).add(row["cluster"])
    return {rule: len(clusters) for rule, clusters in where.items()}


def bounds_of(rules, clusters):
    """{rule: (least, most)}; equal where the score is fixed."""
    out = {}
    for name, rule in rules.items():
        if rule["nice"]:
            out[name] = (NICE_CAP, -LEAST)
        elif rule["score"] is not None and clusters.get(name, 0) < SPARSE:
            out[name] = (rule["score"], rule["score"])
        elif clusters.get(name, 0) < SPARSE:
            out[name] = (0.5, 0.5)
        else:
            cap = LANGUAGE_CAP if LANGUAGE.match(name) else CAP
            out[name] = (LEAST, max(LEAST, cap / rule["maxhits"]))
    return out


def problem(rows, seen, names):
    """Distinct (rule, count) rows as (indexes, counts, sign) with their summed weights."""
    index = {n: i for i, n in enumerate(names)}
    size = {}
    for row in rows:
        size[row["cluster"]] = size.get(row["cluster"], 0) + 1
    merged = {}
    for row, rules in zip(rows, seen):
        sign = 1 if row["label"] == "spam" else -1
        weight = SET_WEIGHT[row["set"]] * (HAM_COST if sign < 0 else 1.0) / math.sqrt(size[row["cluster"]])
        key = (sign, tuple(sorted((index[r], c) for r, c in rules.items() if r in index)))
        merged[key] = merged.get(key, 0.0) + weight
    return [(sign, key, weight) for (sign, key), weight in merged.items()]


def gradient(cases, scores):
    """Gradient of the weighted logistic loss at scores."""
    slope = [PENALTY * s for s in scores]
    for sign, key, weight in cases:
        margin = sign * (sum(scores[i] * c for i, c in key) - REQUIRED)
        pull = weight * sign / (1.0 + math.exp(min(50.0, margin)))
        if pull > 1e-5 or pull < -1e-5:
            for i, c in key:
                slope[i] -= pull * c
    return slope


def fit(rows, seen, rules):
    """{rule: score} fitted to rows."""
    names = sorted(rules)
    limits = bounds_of(rules, spam_clusters(rows, seen))
    low = [limits[n][0] for n in names]
    high = [limits[n][1] for n in names]
    cases = problem(rows, seen, names)
    # A bound on the curvature of each coordinate: the sum over cases of w c (row total) / 4.
    curve = [PENALTY] * len(names)
    for _, key, weight in cases:
        total = sum(c for _, c in key)
        for i, c in key:
            curve[i] += weight * c * total / 4.0
    scores = [min(h, max(l, 0.5)) for l, h in zip(low, high)]
    ahead, momentum = scores[:], 1.0
    for _ in range(STEPS):
        slope = gradient(cases, ahead)
        new = [min(h, max(l, a - g / c)) for a, g, c, l, h in zip(ahead, slope, curve, low, high)]
        if sum((a - n) * (n - s) for a, n, s in zip(ahead, new, scores)) > 0:
            momentum = 1.0
        following = (1.0 + math.sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0
        push = (momentum - 1.0) / following
        ahead = [n + push * (n - s) for n, s in zip(new, scores)]
        scores, momentum = new, following
    return {n: round(s, 3) for n, s in zip(names, scores)}


def score_of(rules, scores):
    return sum(scores.get(r, 0.0) * c for r, c in rules.items())


def cross_validate(rows, seen, rules):
    """Each open message's score by a fit that saw none of its fold; None for sealed ones."""
    out = [None] * len(rows)
    for fold in sorted({r["fold"] for r in rows} - {corpus.SEALED}):
        train = [i for i, r in enumerate(rows) if r["fold"] not in (fold, corpus.SEALED)]
        scores = fit([rows[i] for i in train], [seen[i] for i in train], rules)
        for i, row in enumerate(rows):
            if row["fold"] == fold:
                out[i] = score_of(seen[i], scores)
    return out


def open_part(rows, seen):
    keep = [i for i, r in enumerate(rows) if r["fold"] != corpus.SEALED]
    return [rows[i] for i in keep], [seen[i] for i in keep]


def write_scores(folder, scores):
    path = os.path.join(folder, hits.SCORES)
    with open(path, "w", encoding="utf-8") as f:
        f.write("# 90-scores.yaml - written by bench/fit_scores.py; edit the bounds there, not the numbers here.\n")
        f.write("scores:\n")
        for name in sorted(scores):
            f.write(f"  {name}: {scores[name]:.3f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--work", required=True)
    parser.add_argument("--rules", default="rules")
    parser.add_argument("--write", action="store_true", help="replace 90-scores.yaml")
    args = parser.parse_args()
    rules = read_rules(args.rules)
    rows, seen = open_part(corpus.read_index(args.work), hits.read_hits(args.work))
    scores = fit(rows, seen, rules)
    if args.write:
        write_scores(args.rules, scores)
    for name in sorted(scores, key=scores.get, reverse=True):
        print(f"{scores[name]:8.3f} {name}")


if __name__ == "__main__":
    main()
