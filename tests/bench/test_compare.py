#!/usr/bin/python3
"""The pieces of bench/compare.py that need no other filter: milter, load, sample, table and plot."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import xml.dom.minidom

TOP = pathlib.Path(os.environ.get("TOP_SRCDIR", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("TOP_BUILDDIR", ".")).resolve()
sys.dont_write_bytecode = True
sys.path[:0] = [str(TOP / "bench"), str(TOP / "tests" / "milter"), str(TOP / "tests" / "mta")]

import figures  # noqa: E402
import plot  # noqa: E402
import process_tree  # noqa: E402
import rspamd  # noqa: E402
import sample  # noqa: E402
import tap  # noqa: E402
from milter_client import MilterClient  # noqa: E402
from steelyardd import wait_for  # noqa: E402

HAM = "tests/mail/ham.eml"


def test_idle_milter():
    """bench/idle_milter takes messages whole and adds one field."""
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        path = folder + "/idle.sock"
        with subprocess.Popen([str(BUILD / "bench" / "idle_milter"), "unix:" + path]) as process:
            try:
                wait_for("the socket", lambda: os.path.exists(path))
                client = MilterClient(path).begin()
                for queue_id in ("Q1", "Q2"):
                    reply = client.message(queue_id=queue_id, body=b"x" * 100000)
                    tap.same("its answer", (reply.final, reply.edits), ("c", [("h", b"X-Idle-Milter\0seen\0")]))
                client.close()
            finally:
                process.kill()


class MailServer(threading.Thread):
    """An SMTP server that keeps what it is sent, and refuses each message that holds "refuse me"."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.messages = []

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client.makefile("rwb"),), daemon=True).start()

    def serve(self, session):
        def say(line):
            session.write(line + b"\r\n")
            session.flush()

        say(b"220 ready")
        for line in session:
            word = line.split(b":")[0].strip()
            if word.startswith(b"EHLO"):
                say(b"250-here\r\n250 SIZE")
            elif word == b"DATA":
                say(b"354 go on")
                data = b"".join(iter(session.readline, b".\r\n"))
                self.messages.append(data)
                say(b"554 no" if b"refuse me" in data else b"250 taken")
            elif word == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


def test_smtp_load():
    """bench/smtp_load sends each message so often, dots doubled, and counts what was refused."""
    server = MailServer()
    server.start()
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        paths = []
        for i, text in enumerate((b"Subject: a\n\n.dot\n", b"Subject: b\n\nno end", b"Subject: c\n\nrefuse me\n")):
            paths.append(os.path.join(folder, "%d.eml" % i))
            pathlib.Path(paths[-1]).write_bytes(text)
        run = subprocess.run([str(BUILD / "bench" / "smtp_load"), str(server.port), "127.0.0.1", "2", "3", *paths],
                             capture_output=True, text=True, check=True, timeout=60)
    server.socket.close()
    told = json.loads(run.stdout)
    tap.same("messages and refused", (told["messages"], told["refused"]), (9, 3))
    tap.same("what came", sorted(server.messages),
             sorted(3 * [b"Subject: a\r\n\r\n..dot\r\n", b"Subject: b\r\n\r\nno end\r\n",
                         b"Subject: c\r\n\r\nrefuse me\r\n"]))


def test_sample():
    """A sample is the same each time, and has nothing but messages."""
    first, second = sample.draw([TOP / "tests/mail", TOP / "tests/bench"], 2), sample.draw([TOP / "tests/mail"], 9)
    tap.same("messages", (len(first), len(second)), (2, len(list((TOP / "tests/mail").glob("*.eml")))))
    tap.same("again", sample.draw([TOP / "tests/mail", TOP / "tests/bench"], 2), first)
    tap.same("bytes", (TOP / HAM).read_bytes() in second, True)
    tap.same("a message as JSON", bool(sample.FIELD.match(b'{"id":"01380","text":"From: a@example.org"}')), False)


def test_process_tree():
    """A process's CPU has that of its children in it, ended ones too."""
    work = "sum(i * i for i in range(3000000))"
    with subprocess.Popen([sys.executable, "-c", "import subprocess, sys\n"
                           "subprocess.run([sys.executable, '-c', %r])\nprint(flush=True)\nsys.stdin.read()" % work],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        took = process_tree.cpu_seconds([process.pid])
        process.stdin.close()
    tap.same("over 50 ms", took > 0.05, True)


def test_loaded_databases():
    """rspamd's log tells which worker matches by Hyperscan: told anew, or from its start."""
    loaded = " <1a>; re_cache; rspamd_re_cache_load_hyperscan: full hyperscan database of 172 regexps has been loaded"
    started = " <1a>; main; rspamd_handle_child_fork: starting normal process 7 (0); listen on: x"
    cold = "a #7(normal)" + started + "\na #1(main)" + loaded
    tap.same("before it is told", rspamd.loaded_databases(cold).get(7), 0)
    tap.same("told", rspamd.loaded_databases(cold + "\na #7(normal)" + loaded).get(7), 172)
    part = loaded.replace("full", "partial")
    done = "\na #8(hs_helper) rspamd_rs_compile_cb: compiled 99 regular expressions to the hyperscan tree, postpone"
    tap.same("a part", rspamd.loaded_databases("a #1(main)" + part + "\na #7(normal)" + started).get(7), 0)
    tap.same("all that there is", rspamd.loaded_databases(cold + done + "\na #7(normal)" + part).get(7), 172)
    tap.same("inherited", rspamd.loaded_databases("a #1(main)" + loaded + "\na #7(normal)" + started).get(7), 172)


def test_table():
    """A table of three digits that count."""
    tap.same("table", figures.table(["a", "b", "c"], [["x", "long", 123.4], ["y", "z", 0.1234], ["", "", None]]),
             "| a | b    |    c |\n| - | ---- | ---: |\n| x | long |  123 |\n| y | z    | 0.12 |\n|   |      |      |")


def test_plot():
    """The plot is XML with a bar for each value, in their order of length."""
    document = xml.dom.minidom.parseString(plot.bars([("CPU < all", [("steelyard", 0.9), ("a & b", 70)]),
                                                      ("more", [("c", 7)])]))
    bars = [float(bar.getAttribute("width")) for bar in document.getElementsByTagName("rect")[1:]]
    tap.same("bars", (len(bars), bars[0] < bars[2] < bars[1]), (3, True))


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
