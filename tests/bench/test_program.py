#!/usr/bin/python3
"""bench/program.py and the benches' command lines: what is not there is told of, and mail is what it is"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.environ.get("TOP_SRCDIR", "."))
sys.path.insert(0, os.path.join(TOP, "bench"))
sys.dont_write_bytecode = True
import program  # noqa: E402

# Words of a command line -> what is complained of.
COMPLAINTS = [
    ("growth.py --steelyard /nowhere sizes", "/nowhere: no program"),
    ("growth.py rules", "which mail?"),
    ("load.py --slow 50", "--slow MS goes with messages"),
    ("worst.py --only climbing", "--only: ways are shapes, patterns, climb"),
    ("worst.py --show 0", "--show: at least one message"),
    ("hits.py --work . --steelyard /nowhere", "/nowhere: no program"),
    ("corpus.py --work . --public /nowhere", "/nowhere: no such folder"),
]


def mail_files():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "a").mkdir()
        for path in ("b.eml", "a/one", "a/one.json"):
            (folder / path).write_text("Subject: x\n\n")
        parser = argparse.ArgumentParser()
        found = program.mail_files(parser, [folder, folder / "b.eml"])
        want = [str(folder / path) for path in ("a/one", "b.eml", "b.eml")]
        return [] if found == want else ["got %r, want %r" % (found, want)]


def complaints():
    wrong = []
    for words, want in COMPLAINTS:
        command, *arguments = words.split()
        done = subprocess.run([sys.executable, "-B", os.path.join(TOP, "bench", command), *arguments],
                              capture_output=True, text=True, check=False)
        if done.returncode != 2 or want not in done.stderr:
            wrong.append("%s: %d, %s" % (words, done.returncode, done.stderr))
    return wrong


def main():
    cases = [("files of folders, without JSON", mail_files()), ("mistakes in the command line", complaints())]
    for number, (name, wrong) in enumerate(cases, 1):
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        for text in wrong:
            print("# " + text.replace("\n", "\n# "))
    print("1..%d" % len(cases))
    sys.exit(any(wrong for _, wrong in cases))


if __name__ == "__main__":
    main()
