"""rspamd.py - rspamd in a folder of its own: as shipped, or with SpamAssassin's rules

Its own configuration, with local.d files for what a closed network forbids. It is ready when each worker has loaded
the Hyperscan database that a helper compiles after the start: before that it would match by PCRE2. `cache` keeps the
databases for the next time. Those that it loads at its start may be but a part of all.
"""
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess

import peers
import process_tree
from harness import wait_for

# They do nothing but ask the network, or are nothing without what it said.
NETWORK_MODULES = ["antivirus", "arc", "asn", "bimi", "dcc", "dkim", "dkim_signing", "dmarc", "fuzzy_check", "hfilter",
                   "mx_check", "neural", "p0f", "rbl", "spf", "surbl", "url_redirector"]
# It marks and does no more, as the others do.
MARK_ONLY = "reject = 10000;\ngreylist = null;\nadd_header = 6;\n"
LOADED = re.compile(r"#(\d+)\((\w+)\).* (full|partial) hyperscan database of (\d+) regexps has been loaded")
COMPILED = re.compile(r"\(hs_helper\).* compiled \d+ regular expressions to the hyperscan tree")
STARTED = re.compile(r"#(\d+)\(\w+\).* starting \w+ process")
COMPILE_LONGEST = 1800


def loaded_databases(log):
    """{pid: expressions in its database}.

    A worker begins with what the main process has loaded by then. A part of all counts only when no more is to come.
    """
    found, inherited, compiled = {}, 0, False
    for line in log.splitlines():
        compiled = compiled or COMPILED.search(line) is not None
        if loaded := LOADED.search(line):
            count = int(loaded[4]) if compiled or loaded[3] == "full" else 0
            found[int(loaded[1])] = count
            if loaded[2] == "main":
                inherited = count
        elif started := STARTED.search(line):
            found[int(started[1])] = inherited
    return found


class Rspamd(process_tree.Server):
    """One worker that scans over HTTP, or (`milter`) workers that scan as milters themselves.

    `stock`: SpamAssassin's .cf files as a pattern of the shell's; its own regular expressions are off then.
    """

    def __init__(self, cache, folder, stock=None, milter=False, workers=1):
        self.name = "rspamd"
        self.rules = "SpamAssassin's" if stock else "its own"
        self.worker = "rspamd_proxy" if milter else "normal"
        self.workers = workers
        self.folder = folder
        self.socket = folder / "rspamd.sock"
        self.database = pathlib.Path(cache) / ("rspamd-db-stock" if stock else "rspamd-db-own")
        self.write(stock, milter)
        self.start(cache)

    def write(self, stock, milter):
        local = self.folder / "local" / "local.d"
        local.mkdir(parents=True)
        for name in NETWORK_MODULES:
            (local / (name + ".conf")).write_text("enabled = false;\n")
        (local / "actions.conf").write_text(MARK_ONLY)
        (local / "worker-controller.inc").write_text("enabled = false;\n")
        bind = 'bind_socket = "%s mode=0666";\ncount = %d;\n' % (self.socket, self.workers)
        (local / "worker-normal.inc").write_text("enabled = false;\n" if milter else bind)
        proxy = bind + 'milter = yes;\nupstream "local" { default = yes; self_scan = yes; }\n'
        (local / "worker-proxy.inc").write_text(proxy if milter else "enabled = false;\n")
        if stock:
            (local / "spamassassin.conf").write_text('ruleset = "%s";\n' % stock)
            (local / "regexp.conf").write_text("enabled = false;\n")
        for name in ("run", "log"):
            (self.folder / name).mkdir()
        self.database.mkdir(exist_ok=True)
        for folder in (self.folder, self.folder / "run", self.folder / "log", self.database):
            shutil.chown(folder, "nobody", "nogroup")
        for path in self.database.iterdir():
            shutil.chown(path, "nobody", "nogroup")

    def start(self, cache):
        root = pathlib.Path(cache) / "rspamd"
        share = root / "usr/share/rspamd"
        places = {"CONFDIR": root / "etc/rspamd", "LOCAL_CONFDIR": self.folder / "local", "SHAREDIR": share,
                  "PLUGINSDIR": share / "plugins", "RULESDIR": share / "rules", "LUALIBDIR": share / "lualib",
                  "WWWDIR": share / "www", "DBDIR": self.database, "RUNDIR": self.folder / "run",
                  "LOGDIR": self.folder / "log"}
        command = [str(peers.program(cache, "rspamd")), "-f", "-c", str(root / "etc/rspamd/rspamd.conf"),
                   "-u", "nobody", "-g", "nogroup"] + ["--var=%s=%s" % place for place in places.items()]
        environment = dict(os.environ, LD_LIBRARY_PATH=peers.rspamd_libraries(cache))
        with open(self.folder / "out", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self.regexps = wait_for("rspamd's databases", self.ready, COMPILE_LONGEST)

    def ready(self):
        """How many expressions are in the database, once all workers have it."""
        if self.process.poll() is not None:
            raise AssertionError("rspamd ended: " + (self.folder / "out").read_text()[-2000:])
        log = self.folder / "log" / "rspamd.log"
        loaded = loaded_databases(log.read_text(errors="replace")) if log.exists() else {}
        pids = self.worker_pids()
        if len(pids) < self.workers or not all(loaded.get(pid) for pid in pids):
            return 0
        return loaded[pids[0]]

    def worker_pids(self):
        """Its workers; its main process and the helper that compiles have no part in a scan."""
        found = []
        for pid in process_tree.descendants(process_tree.all_processes(), [self.process.pid]):
            try:
                title = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
            except OSError:
                continue
            if title.startswith(b"rspamd: %s process" % self.worker.encode()):
                found.append(pid)
        return found

    def scan(self, message):
        """The names of the symbols it found. It closes the connection after each message."""
        connection = http.client.HTTPConnection("localhost", timeout=600)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.socket))
        try:
            connection.request("POST", "/checkv2", message)
            reply = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return set(reply["symbols"])

    def cpu_seconds(self):
        return process_tree.cpu_seconds(self.worker_pids())
