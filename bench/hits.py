#!/usr/bin/python3
"""hits.py - which rules hit which message, by running `steelyard check`

    hits.py --work DIR --steelyard build/steelyard --rules rules     writes DIR/hits.jsonl

Scores play no part here: 90-scores.yaml is left out, so that no rule is switched off, and every rule
counts as often as it hits (`multiple` rules up to their maxhits). The messages are those of DIR/index.tsv.
"""
import argparse
import json
import os
import subprocess
import sys

import corpus
import program

BATCH = 400			# messages a run: keeps the argument list short
SCORES = "90-scores.yaml"


def rule_files(folder):
    """The rule files of a folder in their order, without the fitted scores."""
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith(".yaml") and n != SCORES]


def check(steelyard, rules, paths, jobs):
    """The JSON objects that `steelyard check` prints for paths, in their order."""
    options = [o for r in rules for o in ("--rules", r)]
    for start in range(0, len(paths), BATCH):
        run = subprocess.run([steelyard, "check", "--json", "--jobs", str(jobs)] + options +
                             paths[start:start + BATCH], stdout=subprocess.PIPE, check=False)
        if run.returncode:
            sys.exit(f"hits.py: steelyard ended with {run.returncode}")
        for line in run.stdout.splitlines():
            yield json.loads(line)


def read_hits(work):
    """For each row of the index: {rule: count}."""
    with open(os.path.join(work, "hits.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--work", required=True)
    program.add_option(parser)
    parser.add_argument("--rules", default="rules")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    program.check(parser, args)
    paths = [row["path"] for row in corpus.read_index(args.work)]
    failed = 0
    with open(os.path.join(args.work, "hits.jsonl"), "w", encoding="utf-8") as out:
        for answer in check(args.steelyard, rule_files(args.rules), paths, args.jobs):
            failed += bool("error" in answer or answer.get("incomplete"))
            out.write(json.dumps({h["rule"]: h["count"] for h in answer.get("hits", [])}) + "\n")
    print(f"{len(paths)} messages, {failed} unreadable or incomplete")


if __name__ == "__main__":
    main()
