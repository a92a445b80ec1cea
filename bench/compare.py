#!/usr/bin/python3
"""compare.py - this program, spamd and rspamd over the same messages in one run

    bench/compare.py --unpack [--cache FOLDER]
    bench/compare.py --set NAME=FOLDER[,FOLDER...] ... [--build FOLDER] [--out FOLDER]
                     [--messages N] [--rounds N] [--part engine|postfix] [--connections N] [--workers N]
                     [--skip rspamd|rspamd-stock]

First the CPU of a message in each program alone; then of each as a milter behind a Postfix of its own, beside a milter
that does nothing. Programs take turns, so that what else the machine does hits all alike; told are medians of the
rounds. Writes compare.svg and compare.json to --out. README.md here tells what is fair about it. Wants root: all runs
in a network of its own, which has nothing but loopback.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
STOCK = pathlib.Path("/usr/share/spamassassin")
STOCK_FILES = str(STOCK / "*.cf")
SITE = pathlib.Path("/etc/spamassassin")
# Bayes is a matter of training, and rewritten bodies of taste: neither is in the comparison.
LOCAL_CF = "use_bayes 0\nreport_safe 0\n"
CHUNK = 100			# messages that one program has in a turn


def arguments():
    parser = argparse.ArgumentParser(description="Steelyard, spamd and rspamd over the same messages.")
    parser.add_argument("--unpack", action="store_true", help="download and unpack the others, then end")
    parser.add_argument("--build", default=str(TOP / "build"), help="where this source is built")
    parser.add_argument("--cache", help="where the others are unpacked (default: peers in the build folder)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=FOLDER[,FOLDER]")
    parser.add_argument("--messages", type=int, default=1000, help="of each set")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes of spamd and rspamd as milters")
    parser.add_argument("--part", choices=["engine", "postfix"], help="this half only")
    parser.add_argument("--skip", action="append", default=[], choices=["rspamd", "rspamd-stock"],
                        help="leave rspamd out, or it with SpamAssassin's rules, which it compiles for minutes")
    parser.add_argument("--out", default=".")
    options = parser.parse_args()
    options.cache = options.cache or os.path.join(options.build, "peers")
    options.out = pathlib.Path(options.out).resolve()
    return options


OPTIONS = arguments()
os.environ["TOP_BUILDDIR"] = OPTIONS.build
os.environ["STEELYARD_MTA_CACHE"] = OPTIONS.cache
sys.path[:0] = [str(TOP / "bench"), str(TOP / "tests" / "mta")]

import figures  # noqa: E402
import harness  # noqa: E402
import milters  # noqa: E402
import peers  # noqa: E402
import plot  # noqa: E402
import sample  # noqa: E402
from rspamd import Rspamd  # noqa: E402
from spamd import Spamd, SpamassMilter  # noqa: E402
from steelyard import Steelyard, Steelyardd  # noqa: E402


def say(*words):
    print("compare:", *words, file=sys.stderr, flush=True)


def make_site(folder):
    """SpamAssassin's .pre files, as Debian has them, and our local.cf: for spamd and for this program."""
    folder.mkdir(mode=0o755)
    for path in SITE.glob("*.pre"):
        shutil.copy(path, folder)
    (folder / "local.cf").write_text(LOCAL_CF)
    return folder


def label(program):
    return "%s, %s rules" % (program.name, program.rules) if program.rules != "none" else program.name


class Engines:
    """The programs by themselves: CPU of a message, and what they found."""

    def __init__(self, stack, work, site):
        self.ours = Steelyard([STOCK, site])
        self.servers = []
        for name, make in (
                ("spamd", lambda folder: Spamd(OPTIONS.cache, folder, site, 1)),
                ("rspamd", lambda folder: Rspamd(OPTIONS.cache, folder)),
                ("rspamd-stock", lambda folder: Rspamd(OPTIONS.cache, folder, stock=STOCK_FILES))):
            if name not in OPTIONS.skip:
                say("starting", name)
                self.servers.append(make(work / name))
                stack.callback(self.servers[-1].stop)

    def warm(self, messages):
        for server in self.servers:
            for message in messages:
                server.scan(message)

    def measure(self, messages, paths, rounds):
        """[(program, [CPU ms a message of each round], share of spamd's hits that it has)]"""
        ours, times = [], {server: [] for server in self.servers}
        hits = {}
        for number in range(rounds):
            sums = dict.fromkeys(self.servers, 0.0)
            ours.append(0.0)
            for at in range(0, len(messages), CHUNK):
                chunk, files = messages[at:at + CHUNK], paths[at:at + CHUNK]
                ours[-1] += self.ours.cpu_ms(files) * len(files) / len(messages)
                for server in self.servers:
                    before = server.cpu_seconds()
                    found = [server.scan(message) for message in chunk]
                    sums[server] += server.cpu_seconds() - before
                    if number == 0:
                        hits.setdefault(server, []).extend(found)
            for server, seconds in sums.items():
                times[server].append(seconds * 1000 / len(messages))
            say("round %d of %d: %s" % (number + 1, rounds, ", ".join(
                "%.2f" % times_[-1] for times_ in [ours, *times.values()])))
        wanted = hits[self.servers[0]]
        rows = [(self.ours, ours, share(wanted, self.ours.hits(paths)))]
        return rows + [(server, times[server], share(wanted, hits[server])) for server in self.servers]


def share(wanted, found):
    """Of the rules that hit in `wanted`, in percent, those that hit in `found`."""
    total = sum(len(rules) for rules in wanted)
    return 100.0 * sum(len(rules & has) for rules, has in zip(wanted, found)) / total if total else None


def engine_part(stack, work, site, sets):
    engines = Engines(stack, work, site)
    engines.warm(next(iter(sets.values()))[0][:20])
    rows, panels = [], []
    for name, (messages, paths) in sets.items():
        measured = engines.measure(messages, paths, OPTIONS.rounds)
        ours = measured[0][1]
        for program, times, has in measured:
            ratio = figures.median([theirs / own for theirs, own in zip(times, ours)])
            kept = has if program.rules == "SpamAssassin's" else None
            rows.append([label(program), name, figures.median(times), ratio, kept])
        panels.append(("CPU of a message, ms: %s (%d messages)" % (name, len(messages)),
                       [(row[0], row[2]) for row in rows if row[1] == name]))
    heads = ["program", "messages", "CPU ms", "of ours", "hits %"]
    print("\n".join(["", figures.table(heads, rows), ""]), flush=True)
    return {"heads": heads, "rows": rows}, panels


def postfix_part(stack, work, site, paths):
    ways = []
    for name, make in (
            ("none", lambda folder: milters.NoMilter()),
            ("idle", milters.IdleMilter),
            ("steelyardd", lambda folder: Steelyardd(folder, [STOCK, site])),
            ("rspamd", lambda folder: Rspamd(OPTIONS.cache, folder, milter=True, workers=OPTIONS.workers)),
            ("rspamd-stock", lambda folder: Rspamd(OPTIONS.cache, folder, stock=STOCK_FILES, milter=True,
                                                   workers=OPTIONS.workers)),
            ("spamass-milter", lambda folder: SpamassMilter(OPTIONS.cache, folder, site, OPTIONS.workers))):
        if name not in OPTIONS.skip:
            say("starting Postfix with", name)
            filter_ = make(work / ("milter-" + name))
            stack.callback(filter_.stop)
            ways.append(milters.Mailway(work / ("mta-" + name), filter_))
            stack.callback(ways[-1].stop)
    runs = {way: [] for way in ways}
    for way in ways:
        way.send(paths[:20], OPTIONS.connections)
    for number in range(OPTIONS.rounds):
        for way in ways:
            runs[way].append(way.send(paths, OPTIONS.connections))
            say("round %d, %s: %s" % (number + 1, way.filter.name, json.dumps(runs[way][-1])))
    keys = ["cpu_ms", "filter_ms", "a_second", "ms_p50", "ms_p99"]
    rows = []
    for way in ways:
        values = [figures.median([run[key] for run in runs[way]]) for key in keys]
        added = figures.median([run["cpu_ms"] - idle["cpu_ms"] for run, idle in zip(runs[way], runs[ways[1]])])
        memory = way.filter.memory_kb()
        rows.append([way.filter.name, way.filter.rules, *values[:2], "%+.2f" % added, *values[2:],
                     memory and memory / 1024])
    heads = ["behind Postfix", "rules", "CPU ms in all", "the filter's", "over idle", "a second", "p50 ms", "p99 ms",
             "memory MB"]
    print("\n".join(["", figures.table(heads, rows), ""]), flush=True)
    panel = ("CPU of a message through Postfix, ms in all",
             [(row[0] if row[1] == "none" else "%s, %s rules" % (row[0], row[1]), row[2]) for row in rows])
    return {"heads": heads, "rows": rows}, [panel]


def draw_sets(work):
    """{name: (messages, paths of their files)}"""
    sets = {}
    for words in OPTIONS.set:
        name, equals, folders = words.partition("=")
        if not (name and equals and folders):
            sys.exit("compare: --set %s: NAME=FOLDER[,FOLDER...] was expected" % words)
        messages = sample.draw(folders.split(","), OPTIONS.messages)
        if not messages:
            sys.exit("compare: no messages in " + folders)
        sets[name] = (messages, sample.write(messages, work / "messages" / name))
        size = sum(map(len, messages)) / 1024 / len(messages)
        say("%s: %d messages, %.1f KB in the mean" % (name, len(messages), size))
    return sets


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "?")
    return "%d x %s, load %.1f" % (os.cpu_count(), model, os.getloadavg()[0])


def wanted_peers():
    """Those that are run."""
    wanted = {"spamd"}
    if OPTIONS.part != "engine":
        wanted |= {"spamass-milter", "postfix"}
    if not {"rspamd", "rspamd-stock"} <= set(OPTIONS.skip):
        wanted.add("rspamd")
    return wanted


def main():
    if OPTIONS.unpack:
        peers.unpack(OPTIONS.cache)
    lacking = peers.missing(OPTIONS.cache, sorted(wanted_peers()))
    for name in ("steelyard", "steelyardd", "bench/idle_milter", "bench/smtp_load"):
        if not (harness.BUILD / name).exists():
            lacking.append("not built in %s: make %s" % (harness.BUILD, name))
    for line in lacking:
        say(line)
    if lacking or OPTIONS.unpack:
        return 1 if lacking else 0
    if not OPTIONS.set:
        sys.exit("compare: no messages: --set NAME=FOLDER")
    harness.own_network()
    # Ended from outside, it ends what it started all the same.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    results, panels = {"machine": machine()}, []
    print(results["machine"], flush=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="compare-", dir="/dev/shm"))
        work = pathlib.Path(folder)
        work.chmod(0o755)
        site = make_site(work / "site")
        sets = draw_sets(work)
        if OPTIONS.part != "postfix":
            with contextlib.ExitStack() as engines:
                results["engine"], more = engine_part(engines, work, site, sets)
                panels += more
        if OPTIONS.part != "engine":
            results["postfix"], more = postfix_part(stack, work, site, next(iter(sets.values()))[1])
            panels += more
    OPTIONS.out.mkdir(parents=True, exist_ok=True)
    (OPTIONS.out / "compare.svg").write_text(plot.bars(panels))
    (OPTIONS.out / "compare.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
