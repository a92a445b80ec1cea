#!/usr/bin/python3
"""How the house looks: .clang-format agrees, lines are short, nothing is left unsaid.

Fails on a C file that clang-format would change (skipped where it is not
installed), a line over 100 columns, a blank at a line's end, a .c or .h
without its opening comment, a function over 100 lines, and the word for work
left undone.
"""
import os
import re
import shutil
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
ROOMS = ("engine", "conf", "shared-sync", "milter", "tests", "bench")
UNDONE = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
LINE_MAX = 100
FUNCTION_MAX = 100

cases = 0
failures = 0


def report(name, problems, skip=None):
    global cases, failures
    cases += 1
    if problems:
        failures += 1
        print("not ok %d - %s" % (cases, name))
        for problem in problems:
            print("# " + problem)
    else:
        print("ok %d - %s%s" % (cases, name, " # SKIP " + skip if skip else ""))


def sources(endings):
    for room in ROOMS:
        for folder, _, names in os.walk(os.path.join(TOP, room)):
            for name in sorted(names):
                if name.endswith(endings):
                    yield os.path.join(folder, name)


def check_clang_format():
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if tool is None:
        report("clang-format agrees", [], "clang-format is not installed")
        return
    files = list(sources((".c", ".h")))
    run = subprocess.run([tool, "--style=file", "--dry-run", "--Werror"] + files, capture_output=True, text=True)
    places = [line for line in run.stderr.splitlines() if "error:" in line]
    report("clang-format agrees with %d files" % len(files), places[:20])


def too_long(line):
    """Strings don't count: they are not broken, so that who greps for one finds it whole."""
    return len(re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).expandtabs(8)) > LINE_MAX


def check_lines():
    problems = []
    for path in sources((".c", ".h", ".def", ".py", ".sh", ".mk")):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                place = "%s:%d" % (os.path.relpath(path, TOP), number)
                if too_long(line) and path.endswith((".c", ".h")):
                    problems.append(place + ": over %d columns" % LINE_MAX)
                if line != line.rstrip():
                    problems.append(place + ": blank at the end of the line")
                if UNDONE.search(line):
                    problems.append(place + ": work left undone")
    report("lines are short, clean and finished", problems)


def check_opening_comments():
    problems = []
    for path in sources((".c", ".h")):
        with open(path, encoding="utf-8") as file:
            if not file.read(2).startswith("/*"):
                problems.append(os.path.relpath(path, TOP) + ": no opening comment")
    report("each C file says what it is", problems)


def check_functions():
    problems = []
    for path in sources((".c",)):
        start = None
        name = ""
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if re.match(r"[A-Za-z_].*\(", line):
                    name = line.split("(")[0]
                if line.startswith("{"):
                    start = number
                elif line.startswith("}") and start is not None:
                    if number - start > FUNCTION_MAX:
                        problems.append("%s:%d: %s has %d lines" %
                                        (os.path.relpath(path, TOP), start, name, number - start))
                    start = None
    report("no function is over %d lines" % FUNCTION_MAX, problems)


check_clang_format()
check_lines()
check_opening_comments()
check_functions()
print("1..%d" % cases)
sys.exit(1 if failures else 0)
