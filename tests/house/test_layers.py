#!/usr/bin/python3
"""The layers of the house, read from its #include lines: arrows point down only.

Fails on an include that runs up, on one that is not written from the root, on
a third-party header that two .c files include (or any .h), on an include cycle
between headers, and on a header that does not compile alone.
"""
import os
import re
import subprocess
import sys

TOP = os.environ.get("TOP_SRCDIR", ".")
CC = os.environ.get("CC", "cc").split()

# Plain data that every room may read: structs and enums, no behaviour.
PLAIN = {"engine/action.h", "engine/envelope.h", "engine/markup.h", "engine/policy.h", "engine/rules/rule_def.h",
         "engine/auth/auth.h", "engine/auth/authentication.h", "engine/auth/dmarc_record.h", "engine/net/dns.h"}

# Room -> rooms below it. A file belongs to the longest room that its path starts with.
MAY_USE = {
    "engine/util/": [],
    "engine/regex/": ["engine/util/"],
    "engine/mime/": ["engine/util/"],
    "engine/net/": ["engine/mime/", "engine/util/"],
    "engine/auth/": ["engine/net/", "engine/mime/", "engine/util/"],
    "engine/rules/": ["engine/auth/", "engine/net/", "engine/mime/", "engine/regex/", "engine/util/"],
    "engine/": ["engine/rules/", "engine/auth/", "engine/net/", "engine/mime/", "engine/regex/", "engine/util/"],
    "conf/": ["engine/", "engine/rules/", "engine/net/", "engine/mime/", "engine/util/"],
    "shared-sync/": ["conf/", "engine/", "engine/rules/", "engine/regex/", "engine/util/"],
    "milter/": ["shared-sync/", "conf/", "engine/", "engine/rules/", "engine/net/", "engine/mime/", "engine/util/"],
}

# Third-party header -> the one library it stands for; each library has one .c file.
LIBRARIES = {
    "libmilter/mfapi.h": "libmilter", "libmilter/mfdef.h": "libmilter", "pcre2.h": "PCRE2",
    "yaml.h": "libyaml", "libpsl.h": "libpsl", "idn2.h": "libidn2", "hs.h": "Vectorscan",
    "ares.h": "c-ares", "hiredis/hiredis.h": "hiredis", "hiredis/read.h": "hiredis",
    "openssl/ssl.h": "libssl", "zlib.h": "zlib", "openssl/evp.h": "OpenSSL",
    "openssl/bn.h": "OpenSSL", "openssl/crypto.h": "OpenSSL", "openssl/err.h": "OpenSSL", "openssl/md5.h": "OpenSSL",
    "openssl/sha.h": "OpenSSL",
}

cases = 0
failures = 0


def report(name, problems):
    global cases, failures
    cases += 1
    if problems:
        failures += 1
        print("not ok %d - %s" % (cases, name))
        for problem in problems:
            print("# " + problem)
    else:
        print("ok %d - %s" % (cases, name))


def sources():
    for room in ("engine", "conf", "shared-sync", "milter"):
        for folder, _, names in os.walk(os.path.join(TOP, room)):
            for name in names:
                if name.endswith((".c", ".h", ".def")):
                    yield os.path.relpath(os.path.join(folder, name), TOP)


def room_of(path):
    rooms = [room for room in MAY_USE if path.startswith(room)]
    return max(rooms, key=len) if rooms else None


def includes(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                yield number, match.group(1), match.group(2)


def check_arrows(files):
    problems = []
    for path in files:
        for number, mark, target in includes(path):
            if mark == "<" or target == "config.h":
                continue
            place = "%s:%d" % (path, number)
            room = room_of(target)
            if room is None:
                problems.append("%s: \"%s\" is not written from the root" % (place, target))
            elif path in PLAIN and room != "engine/util/" and target not in PLAIN:
                problems.append("%s: plain data includes %s" % (place, target))
            elif room != room_of(path) and target not in PLAIN and room not in MAY_USE[room_of(path)]:
                problems.append("%s: %s may not use %s" % (place, room_of(path), target))
    report("arrows between rooms point down", problems)


def check_libraries(files):
    users = {}
    for path in files:
        for _, mark, target in includes(path):
            if mark == "<" and target in LIBRARIES:
                users.setdefault(LIBRARIES[target], set()).add(path)
    problems = []
    for library, paths in sorted(users.items()):
        if len(paths) > 1 or any(path.endswith(".h") for path in paths):
            problems.append("%s is included by %s: one .c file may" % (library, ", ".join(sorted(paths))))
    report("each library has one door", problems)


def check_cycles(files):
    graph = {path: [target for _, mark, target in includes(path) if mark == '"'] for path in files}
    state = {}
    problems = []

    def visit(path, trail):
        if state.get(path) == "done":
            return
        if state.get(path) == "open":
            problems.append("cycle: " + " -> ".join(trail + [path]))
            return
        state[path] = "open"
        for target in graph.get(path, []):
            visit(target, trail + [path])
        state[path] = "done"

    for path in files:
        visit(path, [])
    report("headers include each other without a cycle", problems)


def first_of_its_own(path, files):
    """Whether the header's own .c file includes it before any other, so that the build has compiled it alone."""
    source = path[:-2] + ".c"
    return source in files and next((target for _, _, target in includes(source) if target != "config.h"), "") == path


def check_headers_alone(files):
    problems = []
    headers = [path for path in files if path.endswith(".h")]
    for path in headers:
        if first_of_its_own(path, files):
            continue
        run = subprocess.run(
            CC + ["-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", "-x", "c", "-I", TOP,
                  "-I", os.environ.get("TOP_BUILDDIR", "."), os.path.join(TOP, path)],
            capture_output=True, text=True)
        if run.returncode != 0:
            problems.append("%s: %s" % (path, run.stderr.strip().splitlines()[0]))
    report("each of %d headers compiles alone" % len(headers), problems)


def main():
    files = sorted(sources())
    check_arrows(files)
    check_libraries(files)
    check_cycles(files)
    check_headers_alone(files)
    print("1..%d" % cases)
    sys.exit(1 if failures else 0)


main()
