"""steelyard.py - this program with SpamAssassin's rules, as `steelyard bench` and as the daemon"""
import json
import subprocess

import process_tree
from harness import BUILD, Daemon

NAME = "steelyard"
RULES = "SpamAssassin's"


class Steelyard:
    """`steelyard bench`, which reads the messages into memory and scans each REPEAT times."""

    name = NAME
    rules = RULES
    repeat = 5

    def __init__(self, places):
        self.words = [word for place in places for word in ("--rules", str(place))]

    def run(self, command, paths):
        return subprocess.run([str(BUILD / "steelyard"), command, "--json", *self.words, *map(str, paths)],
                              capture_output=True, text=True, check=True).stdout

    def cpu_ms(self, paths):
        """CPU of a message in the mean, in milliseconds."""
        return json.loads(self.run("bench", ["--repeat", self.repeat, *paths]))["us_cpu_a_message"] / 1000

    def memory_kb(self, paths):
        return json.loads(self.run("bench", ["--repeat", 1, *paths]))["peak_kb"]

    def hits(self, paths):
        """For each message the names of the rules that hit."""
        return [{hit["rule"] for hit in json.loads(line)["hits"]}
                for line in self.run("check", paths).splitlines()]


class Steelyardd(process_tree.Server):
    """The daemon as shipped, but for the rules. It marks all mail and does no more with it."""

    name = "steelyardd"
    rules = RULES

    def __init__(self, folder, places):
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        self.daemon = Daemon(folder, "rules: [%s]\nthresholds: {tag: 5.0}\n" %
                             ", ".join("{spamassassin: '%s'}" % place for place in places))
        self.socket, self.process = self.daemon.socket, self.daemon.process

    def stop(self):
        self.daemon.stop()
