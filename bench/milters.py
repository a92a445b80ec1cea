"""milters.py - filters behind Postfix: what mail costs with each, and how long it takes

Each filter has a Postfix of its own, all alike: the queue lies in memory, and what is accepted is discarded, so that
no disk is measured. bench/smtp_load sends the messages over several connections.
"""
import json
import subprocess

import process_tree
from harness import BUILD, CLIENT, Mta, wait_for
from spamd import answers

POSTFIX_LINES = ["virtual_transport = discard:", "milter_protocol = 6", "milter_content_timeout = 600s",
                 "max_idle = 3600s"]


class NoMilter:
    """Postfix by itself."""

    name = "no milter"
    rules = "none"
    socket = None

    def cpu_seconds(self):
        return 0.0

    def memory_kb(self):
        return None

    def stop(self):
        """There is nothing to end."""


class IdleMilter(process_tree.Server):
    """bench/idle_milter: takes all, adds one field."""

    name = "idle milter"
    rules = "none"

    def __init__(self, folder):
        folder.mkdir(mode=0o755)
        self.socket = folder / "idle.sock"
        self.process = subprocess.Popen([str(BUILD / "bench" / "idle_milter"), "unix:%s" % self.socket],
                                        stdin=subprocess.DEVNULL)
        wait_for("the idle milter", lambda: answers(self.socket))


class Mailway:
    """A filter and a Postfix before it, which is ended here; the filter is not."""

    def __init__(self, folder, filter_):
        self.filter = filter_
        self.mta = Mta("postfix", folder, milter=filter_.socket and str(filter_.socket), more=POSTFIX_LINES)
        self.master = int((self.mta.run / "master.pid").read_text())

    def queue_is_empty(self):
        queues = [self.mta.run / "queue" / name for name in ("incoming", "active", "deferred", "hold")]
        return not any(path.is_file() for queue in queues for path in queue.rglob("*"))

    def send(self, paths, connections):
        """One run: {cpu_ms: all, filter_ms: the filter's, a_second, ms_p50, ms_p99}, CPU a message."""
        postfix, filters = process_tree.cpu_seconds([self.master]), self.filter.cpu_seconds()
        told = subprocess.run([str(BUILD / "bench" / "smtp_load"), str(self.mta.port), CLIENT, str(connections), "1",
                               *map(str, paths)], capture_output=True, text=True, check=True).stdout
        wait_for("an empty queue", self.queue_is_empty)
        postfix, filters = process_tree.cpu_seconds([self.master]) - postfix, self.filter.cpu_seconds() - filters
        load = json.loads(told)
        if load["refused"]:
            raise AssertionError("%s: %d messages were not taken" % (self.filter.name, load["refused"]))
        count = load["messages"]
        return {"cpu_ms": (postfix + filters) * 1000 / count, "filter_ms": filters * 1000 / count,
                "a_second": count / load["seconds"], "ms_p50": load["ms_p50"], "ms_p99": load["ms_p99"]}

    def stop(self):
        self.mta.stop()
