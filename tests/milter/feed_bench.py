"""feed_bench.py - a channel with its publisher and a real Redis, and daemons that follow it

Everything lives in a folder of its own and ends by process ids.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared-sync"))

from redis_server import Redis  # noqa: E402
from steelyardd import BUILD, Daemon, wait_for  # noqa: E402

STEELYARD = str(BUILD / "steelyard")
CHANNEL = "community"
LOG, KEYS, SNAPSHOT, HEAD = ("steelyard:{%s}:%s" % (CHANNEL, name) for name in ("log", "keys", "snapshot", "head"))


def rule(name, words, score="1.0", more=""):
    """A body rule as a file has it."""
    return "  %s: {body: '/%s/', score: %s, describe: 'Says %s'%s}\n" % (name, words, score, words, more)


class Publisher:
    """Keys, a keyset in Redis, and the command line."""

    def __init__(self, redis):
        self.redis = redis
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="feed-"))
        self.public = {}
        for name, options in (("root", ["--root"]), ("entry", []), ("head", ["--head"]), ("other", [])):
            self.public[name] = self.run("keygen", *options, self.key(name)).strip()
        for name in ("entry", "head"):
            self.feed("keyset", "add", self.key(name))
        self.feed("keyset", "sign", "--key", self.key("root"))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def key(self, name):
        return str(self.folder / (name + ".key"))

    def run(self, *arguments, want=0):
        done = subprocess.run([STEELYARD, "feed", *arguments], capture_output=True, text=True, timeout=120)
        if done.returncode != want:
            raise AssertionError("feed %s: exit %d, wanted %d\n%s%s"
                                 % (" ".join(arguments), done.returncode, want, done.stdout, done.stderr))
        return done.stdout

    def feed(self, *arguments, want=0):
        return self.run(*arguments, "--channel", CHANNEL, "--state", str(self.folder / "state"), "--redis",
                        self.redis.url, want=want)

    def publish(self, rules="", *arguments, want=0):
        """`rules`: what stands below rules: in a file."""
        files = []
        if rules:
            path = self.folder / "rules.yaml"
            path.write_text("rules:\n" + rules)
            files = [str(path)]
        return self.feed("publish", "--key", self.key("entry"), *arguments, *files, want=want)

    def head(self):
        self.feed("head", "--head-key", self.key("head"))


def feeds(publisher, redis, more=""):
    """The setting."""
    return ("feeds:\n  - {channel: %s, redis: ['%s'], root_keys: ['%s']%s}\n"
            % (CHANNEL, redis if isinstance(redis, str) else redis.url, publisher.public["root"], more))


POLICY = ", policy: {prefix: COMM_}"


class Follower(Daemon):
    """A daemon that follows the channel; its journal is in its own folder."""

    def __init__(self, publisher, redis, more=POLICY, settings="", dns=None, **how):
        """`dns`: a table of answers."""
        self.feed_settings = lambda: feeds(publisher, redis, more) + settings
        super().__init__("", start=False, **how)
        if dns is not None:
            (self.folder / "dns").write_text(dns)
            self.arguments += ["--dns", str(self.folder / "dns")]
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.state, "nobody")
        self.configure()
        self.start()

    def configure(self, text=None):
        self.write((self.feed_settings() if text is None else text) + "\nstate_dir: %s\n" % self.state)

    def feed(self):
        """What `feed status --json` says of the first channel."""
        first, rest = self.control("feed status json")
        assert first == "ok", first
        return json.loads(rest)[0]

    def rule(self, name):
        return {rule["rule"]: rule for rule in self.feed()["rules"]}.get(name)

    def wait_feed(self, seconds=30, **wanted):
        def as_wanted():
            status = self.feed()
            return all(status[key] == value for key, value in wanted.items())
        try:
            wait_for("feed %r" % wanted, as_wanted, seconds)
        except AssertionError as error:
            raise AssertionError("%s; it is %r" % (error, self.feed())) from None

    def hits(self, body, **envelope):
        """The rules that hit a message of that body, by the daemon's log."""
        before = len(self.events("message"))
        self.send(body, **envelope)
        line = self.messages(before + 1)[before]
        return dict(hit.split(":") for hit in line["hits"].split(",") if hit)

    def send(self, body, queue_id="Q1", user=None, sender="a@example.com", **connection):
        client = self.client().begin(**connection)
        client.macros("M", i=queue_id, **({"auth_authen": user} if user else {}))
        client.mail("<%s>" % sender)
        client.rcpt()
        client.content((("From", " <%s>" % sender), ("Subject", " x")), body.encode() + b"\r\n")
        client.eom()
        client.close()
        self.clients.remove(client)


def with_redis(test):
    """Runs test(redis, publisher)."""
    with Redis() as redis:
        publisher = Publisher(redis)
        try:
            test(redis, publisher)
        finally:
            publisher.close()
