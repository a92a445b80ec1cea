#!/usr/bin/python3
"""The publisher's side of a feed, by the command line and against real Redis servers.

Each test has a Redis and folders of its own. Where a publisher must die at one instruction, a proxy stands before
Redis and holds that command back.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading

for folder in ("milter", "shared-sync"):
    sys.path.insert(0, os.path.join(os.environ.get("TOP_SRCDIR", "."), "tests", folder))
from redis_server import Cluster, Listener, Redis, free_port, hang_up, wait_for  # noqa: E402
import tap  # noqa: E402
from tap import same  # noqa: E402

STEELYARD = os.path.join(os.path.abspath(os.environ.get("TOP_BUILDDIR", ".")), "steelyard")
LOG, KEYS, SNAPSHOT, HEAD = ("steelyard:{community}:" + name for name in ("log", "keys", "snapshot", "head"))

RULE = """\
rules:
  COMM_%(name)s:
    body: '/buy %(name)s now/i'
    score: %(score)s
    describe: Sells %(name)s
    examples:
      hit: ['Buy %(name)s now!']
      miss: ['buy %(name)s later']
"""


def has(what, text, part):
    if part not in text:
        raise AssertionError("%s: %r is not in %r" % (what, part, text))


class Bench:
    """A folder with keys and rule files, a Redis, and a signed keyset in it."""

    def __init__(self, keyset=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="feed-"))
        self.redis = Redis("appendonly yes", "appendfsync always")
        self.url = self.redis.url
        self.public = {}
        try:
            self.make_keys(keyset)
        except Exception:
            self.__exit__()
            raise

    def make_keys(self, keyset):
        for name, option in (("root", ["--root"]), ("entry", []), ("head", ["--head"])):
            self.public[name] = self.run("keygen", *option, self.key(name)).strip()
        if keyset:
            self.feed("keyset", "add", self.key("entry"), redis=False)
            self.feed("keyset", "add", self.key("head"), redis=False)
            self.feed("keyset", "sign", "--key", self.key("root"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.redis.stop()
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)

    def key(self, name):
        return str(self.folder / (name + ".key"))

    def run(self, *args, want=0, err=False):
        done = subprocess.run([STEELYARD, "feed", *args], capture_output=True, text=True, timeout=60)
        if done.returncode != want:
            raise AssertionError("feed %s: exit %d, wanted %d\n%s%s" %
                                 (" ".join(args), done.returncode, want, done.stdout, done.stderr))
        return done.stderr if err else done.stdout

    def where(self, state="state", redis=True):
        place = ["--channel", "community", "--state", str(self.folder / state)]
        return place + (["--redis", redis if isinstance(redis, str) else self.url] if redis else [])

    def feed(self, *args, state="state", redis=True, want=0, err=False):
        return self.run(*args, *self.where(state, redis), want=want, err=err)

    def stranger(self, *args, state="other", redis=True, want=0, err=False):
        """A machine that knows the root key and nothing else."""
        return self.feed(*args, "--root-key", self.public["root"], state=state, redis=redis, want=want, err=err)

    def rule(self, name, score="1.0"):
        path = self.folder / (name + ".yaml")
        path.write_text(RULE % {"name": name, "score": score})
        return str(path)

    def publish(self, *args, **how):
        return self.feed("publish", "--key", self.key("entry"), *args, **how)

    def log(self, **how):
        return [json.loads(line) for line in self.stranger("log", "--json", **how).splitlines()]

    def entries(self):
        """What Redis has: number -> bytes."""
        return {int(id.split(b"-")[0]): fields[1] for id, fields in self.redis.command("XRANGE", LOG, "-", "+")}


class Holding(Listener):
    """Stands before a Redis; a command that has `word` in it is held back, and `held` says so."""

    def __init__(self, redis, word):
        self.redis, self.word, self.held = redis, word, threading.Event()
        super().__init__()

    def serve(self, connection):
        upstream = socket.create_connection(("127.0.0.1", self.redis.port))
        self.connections.append(upstream)
        threading.Thread(target=self.carry_down, args=(upstream, connection), daemon=True).start()
        while data := connection.recv(65536):
            if self.word not in data:
                upstream.sendall(data)
            elif self.hold():
                hang_up(upstream)
                return

    def hold(self):
        """True: it hangs up."""
        self.held.set()
        return False

    @staticmethod
    def carry_down(upstream, connection):
        try:
            while data := upstream.recv(65536):
                connection.sendall(data)
        except OSError:
            pass
        hang_up(connection)


class FailingOver(Holding):
    """Hangs up at the first such command, and leads to another Redis from then on."""

    def __init__(self, redis, word, other):
        self.other = other
        super().__init__(redis, word)

    def hold(self):
        self.held.set()
        self.redis, self.word = self.other, b"no such word"
        return True


def kill_before_adding(bench, name):
    """A publisher of a rule that is killed when its XADD is on its way."""
    with Holding(bench.redis, b"XADD") as proxy:
        publisher = subprocess.Popen([STEELYARD, "feed", "publish", "--key", bench.key("entry"), bench.rule(name),
                                      *bench.where(redis=proxy.url)], stdout=subprocess.DEVNULL)
        try:
            if not proxy.held.wait(30):
                raise AssertionError("no XADD came")
        finally:
            publisher.kill()
            publisher.wait()


def test_keygen():
    """a key's file is 0600, never written over, and its public half is printed"""
    with Bench(keyset=False) as bench:
        for name, role in (("root", "root"), ("entry", "entry"), ("head", "head")):
            path = pathlib.Path(bench.key(name))
            same("mode", path.stat().st_mode & 0o777, 0o600)
            same("form", path.read_text().split(" ")[:2], ["steelyard-key-1", role])
            same("public", (bench.public[name][:8], len(bench.public[name])), ("ed25519:", 52))
            before = path.read_text()
            has("told", bench.run("keygen", str(path), want=1, err=True), "exists")
            same("key", path.read_text(), before)
        got = json.loads(bench.run("keygen", "--json", bench.key("json")))
        same("json", sorted(got), ["id", "public", "role"])
        os.chmod(bench.key("root"), 0o644)
        bench.feed("keyset", "add", bench.key("entry"), redis=False)
        has("open to others", bench.feed("keyset", "sign", "--key", bench.key("root"), want=2, err=True), "0600")


def test_keyset():
    """drafts, root keys only, versions, retirement, signing without Redis and putting from a file"""
    with Bench(keyset=False) as bench:
        out = str(bench.folder / "signed")
        bench.feed("keyset", "add", bench.key("entry"), redis=False)
        bench.feed("keyset", "add", bench.key("entry"), redis=False, want=1)
        bench.feed("keyset", "add", bench.key("root"), redis=False, want=2)
        bench.feed("keyset", "add", bench.public["head"], redis=False, want=2)
        bench.feed("keyset", "add", bench.public["head"], "--roles", "entry,head", redis=False)
        has("not by an entry key",
            bench.feed("keyset", "sign", "--key", bench.key("entry"), want=1, err=True), "root")
        bench.feed("keyset", "sign", "--key", bench.key("root"), "--out", out, redis=False)
        same("nothing there yet", bench.redis.command("EXISTS", KEYS), 0)
        has("a stranger's", bench.feed("keyset", "put", out, state="other", want=2, err=True), "root key")
        bench.stranger("keyset", "put", out)
        same("as signed", bench.redis.command("GET", KEYS), pathlib.Path(out).read_bytes())
        shown = json.loads(bench.stranger("keyset", "show", "--json"))
        same("version", shown["version"], 1)
        same("roles", [key["roles"] for key in shown["keys"]], ["entry", "entry,head"])
        bench.feed("keyset", "retire", bench.key("entry"), redis=False, want=2)
        bench.feed("keyset", "retire", bench.key("entry"), "--last-seq", "0", redis=False)
        bench.feed("keyset", "sign", "--key", bench.key("root"))
        same("version", json.loads(bench.stranger("keyset", "show", "--json"))["version"], 2)
        has("retired", bench.publish(bench.rule("pills"), want=1, err=True), "retired")
        same("nothing signed", bench.entries(), {})
        nobody = "redis://127.0.0.1:%d" % free_port()
        has("signed", bench.feed("keyset", "sign", "--key", bench.key("root"), redis=nobody, want=75, err=True),
            "unreachable")
        has("what was known", bench.stranger("keyset", "show", redis=nobody, want=75), "version 2")
        os.unlink(bench.folder / "state" / "community.keyset")
        bench.feed("keyset", "add", bench.key("head"), redis=False)
        has("an old draft", bench.feed("keyset", "sign", "--key", bench.key("root"), want=1, err=True), "in force")


def test_publish():
    """what changed goes out as one entry, what did not does not"""
    with Bench() as bench:
        pills, watches = bench.rule("pills"), bench.rule("watches")
        dry = bench.publish("--dry-run", pills)
        has("dry run", dry, "COMM_pills: {body: '/buy pills now/i'")
        same("nothing put", bench.entries(), {})
        has("entry", bench.publish("--note", "a first one", pills, watches), "entry 1: +COMM_pills +COMM_watches")
        same("one entry", sorted(bench.entries()), [1])
        has("again", bench.publish(pills, watches), "nothing has changed")
        has("one of two", bench.publish(pills, bench.rule("watches", "2.0")), "entry 2: +COMM_watches\n")
        has("score", bench.publish("--score", "COMM_pills=0.5"), "entry 3: COMM_pills=0.5")
        has("the score stays", bench.publish(pills), "nothing has changed")
        has("remove", bench.publish("--remove", "COMM_pills"), "entry 4: -COMM_pills")
        has("not there", bench.publish("--remove", "COMM_pills", want=1, err=True), "no rule COMM_pills")
        has("not there", bench.publish("--score", "COMM_pills=1", want=1, err=True), "no rule COMM_pills")
        log = bench.log()
        same("numbers", [entry["seq"] for entry in log], [1, 2, 3, 4])
        same("note", log[0]["note"], "a first one")
        same("put", log[1]["put"], ["COMM_watches"])
        same("scores", log[2]["scores"], {"COMM_pills": 0.5})
        same("removed", log[3]["remove"], ["COMM_pills"])
        has("a subscriber's policy", bench.publish("--dry-run", bench.rule("cars"), err=True), "begin with COMMUNITY_")
        has("show", bench.stranger("show", "COMM_watches"), "# put by entry 2")
        has("show entry", bench.stranger("show", "3"), "scores:")
        same("json", json.loads(bench.stranger("show", "COMM_watches", "--json"))["put_seq"], 2)
        has("diff", bench.stranger("diff", "1", "4"), "remove:")
        has("head", bench.publish("--head-key", bench.key("head"), pills), "entry 5")
        has("head", bench.redis.command("GET", HEAD).decode("latin-1"), "seq 5\n")


def test_refusals():
    """what does not lint is not published, nor by whom the keyset does not name"""
    with Bench() as bench:
        bad = bench.folder / "bad.yaml"
        for text, why in (("rules: {COMM_A: {body: '/(/'}}\n", "bad.yaml:1:"),
                          ("rules: {COMM_A: {body: '/a/', describe: x, score: 1, examples: {hit: [b]}}}\n", "hit"),
                          ("rules: {COMM_A: {bdy: '/a/'}}\n", "bdy"),
                          ("lists: {friends: [a@example.org]}\n", "rules and scores"),
                          ("rules: [\n", "bad.yaml")):
            bad.write_text(text)
            has("refused", bench.publish(str(bad), want=1, err=True), why)
        cf = bench.folder / "bad.cf"
        cf.write_text("body COMM_B /(/\n")
        bench.publish(str(cf), want=1)
        has("no file", bench.publish(str(bench.folder / "none.yaml"), want=1, err=True), "none.yaml")
        pills = bench.rule("pills")
        has("a head key", bench.feed("publish", "--key", bench.key("head"), pills, want=1, err=True), "role")
        has("a root key", bench.feed("publish", "--key", bench.key("root"), pills, want=1, err=True), "unknown-key")
        bench.run("keygen", bench.key("foreign"))
        has("a foreign key", bench.feed("publish", "--key", bench.key("foreign"), pills, want=1, err=True),
            "unknown-key")
        has("not a head key", bench.feed("head", "--head-key", bench.key("entry"), want=1, err=True), "role")
        has("no key", bench.feed("publish", pills, want=2, err=True), "--key")
        same("nothing was put", (bench.entries(), bench.redis.command("EXISTS", HEAD)), ({}, 0))
        same("nothing was signed", sorted(p.name for p in (bench.folder / "state" / "community").iterdir()
                                          if p.name[0].isdigit()), [])
        bench.publish(pills)
        text = bench.entries()[1]
        has("then it goes", text.decode("latin-1"), "COMM_pills")


def test_spamassassin():
    """rules of a .cf are published as YAML"""
    with Bench() as bench:
        cf = bench.folder / "mine.cf"
        cf.write_text("header __COMM_S Subject =~ /offer/i\nbody __COMM_B /cheap/i\n"
                      "meta COMM_OFFER __COMM_S && __COMM_B\nscore COMM_OFFER 2.0\ndescribe COMM_OFFER An offer\n")
        has("entry", bench.publish(str(cf)), "entry 1: ")
        shown = bench.stranger("show", "COMM_OFFER")
        has("as YAML", shown, "meta: '__COMM_S && __COMM_B'")
        has("again", bench.publish(str(cf)), "nothing has changed")


def test_rollback():
    """a rollback is a new entry that makes the rules as they were"""
    with Bench() as bench:
        bench.publish(bench.rule("pills"))
        bench.publish(bench.rule("watches"), "--score", "COMM_pills=3")
        bench.publish("--remove", "COMM_watches", bench.rule("pills", "4.0"))
        has("dry", bench.feed("rollback", "--key", bench.key("entry"), "--to", "2", "--dry-run"), "COMM_watches")
        has("back", bench.feed("rollback", "--key", bench.key("entry"), "--to", "2"), "entry 4: ")
        same("as at 2", bench.stranger("diff", "2", "4"), "")
        has("to nothing", bench.feed("rollback", "--key", bench.key("entry"), "--to", "0"), "entry 5: ")
        bench.stranger("show", "COMM_pills", want=1)
        bench.feed("rollback", "--key", bench.key("entry"), "--to", "9", want=1)
        same("history stands", [entry["seq"] for entry in bench.log()], [1, 2, 3, 4, 5])


def test_concurrent():
    """publishers at once: every entry lands, and the chain holds"""
    with Bench() as bench:
        each = 4
        names = ["%s%d" % (who, i) for who in "abc" for i in range(each)]
        paths = {name: bench.rule(name) for name in names}
        failures = []

        def work(who):
            for i in range(each):
                try:
                    bench.publish(paths["%s%d" % (who, i)], "--root-key", bench.public["root"], state="by-" + who)
                except AssertionError as error:
                    failures.append(str(error))

        threads = [threading.Thread(target=work, args=(who,)) for who in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        same("failures", failures, [])
        log = bench.log()
        same("numbers", [entry["seq"] for entry in log], list(range(1, 3 * each + 1)))
        same("rules", sorted(name for entry in log for name in entry["put"]),
             sorted("COMM_" + name for name in names))
        lost = [p for p in bench.folder.glob("by-*/community/*.pending")]
        same("nothing is pending", lost, [])


def test_killed():
    """killed between keeping and XADD: the entry goes out byte for byte before anything new"""
    with Bench() as bench:
        bench.publish(bench.rule("pills"))
        kill_before_adding(bench, "watches")
        pending = bench.folder / "state" / "community" / "0000000000000002.pending"
        kept = pending.read_bytes()
        same("not sent", sorted(bench.entries()), [1])
        has("told", bench.publish(bench.rule("cars"), err=True), "has been sent as it was")
        same("byte for byte", bench.entries()[2], kept)
        same("then the new one", [entry["put"] for entry in bench.log()],
             [["COMM_pills"], ["COMM_watches"], ["COMM_cars"]])
        same("settled", pending.exists(), False)


def test_overtaken():
    """killed, and another publisher took the number: the entry is put aside and its number never signed again"""
    with Bench() as bench:
        kill_before_adding(bench, "pills")
        bench.publish(bench.rule("watches"), "--root-key", bench.public["root"], state="faster")
        has("told", bench.publish(bench.rule("pills"), err=True), "was faster with entry 1")
        same("log", [entry["put"] for entry in bench.log()], [["COMM_watches"], ["COMM_pills"]])
        folder = bench.folder / "state" / "community"
        same("put aside", (folder / "0000000000000001.lost").exists(), True)
        # Redis forgets the winner, and its publisher's copy here is gone as well: nothing may be signed as 1 again.
        bench.redis.command("FLUSHALL")
        for name in ("0000000000000001.entry", "0000000000000002.entry"):
            os.unlink(folder / name)
        has("refused", bench.publish(bench.rule("cars"), want=1, err=True), "signed here before")


def test_failover():
    """what a failover took from Redis is put back byte for byte; a fork is refused"""
    with Bench() as bench:
        for name in ("a", "b", "c"):
            bench.publish(bench.rule(name))
        before = bench.entries()
        bench.redis.command("DEL", LOG)
        bench.redis.command("XADD", LOG, "1-0", "e", before[1])
        has("told", bench.publish(bench.rule("d"), err=True), "entry 3 has been put back")
        after = bench.entries()
        same("the same bytes", {seq: after[seq] for seq in before}, before)
        same("and the new one", sorted(after), [1, 2, 3, 4])
        bench.redis.command("FLUSHALL")
        bench.publish(bench.rule("e"))
        same("all of it", [entry["seq"] for entry in bench.log()], [1, 2, 3, 4, 5])
        # Another publisher, who never saw 4 and 5, writes others in their place.
        bench.redis.command("DEL", LOG, SNAPSHOT)
        for seq in (1, 2, 3):
            bench.redis.command("XADD", LOG, "%d-0" % seq, "e", after[seq])
        bench.publish(bench.rule("f"), "--root-key", bench.public["root"], state="unaware")
        has("fork", bench.publish(bench.rule("g"), want=1, err=True), "fork")
        # The head tells of entries that nobody has: nobody signs in their place.
        bench.redis.command("FLUSHALL")


def test_failover_before_adding():
    """a server that changes between the look and XADD gets what it lacks first: no hole is left in the log"""
    with Bench() as bench, Redis() as other:
        bench.publish(bench.rule("pills"))
        for key in bench.redis.command("KEYS", "*"):
            other.command("RESTORE", key, 0, bench.redis.command("DUMP", key))
        bench.publish(bench.rule("watches"))
        with FailingOver(bench.redis, b"XADD", other) as proxy:
            told = bench.publish(bench.rule("degrees"), redis=proxy.url, err=True)
            same("held", proxy.held.is_set(), True)
        has("told", told, "entry 2 has been put back into Redis")
        ids = [int(id.split(b"-")[0]) for id, _ in other.command("XRANGE", LOG, "-", "+")]
        same("the other's log", ids, [1, 2, 3])


def test_cluster():
    """a publisher finds the node that has the channel, whichever it asks"""
    with Bench() as bench, Cluster() as cluster:
        owner, other, _ = cluster.owner_of(LOG)
        for number, name in enumerate(("pills", "watches"), 1):
            has("put", bench.publish(bench.rule(name), redis=other.url), "entry %d: +COMM_%s" % (number, name))
        same("there", owner.command("XLEN", LOG), 2)


def test_withheld():
    """a head above the log keeps a publisher from signing the numbers between"""
    with Bench() as bench:
        bench.publish(bench.rule("a"))
        bench.publish("--head-key", bench.key("head"), bench.rule("b"))
        first = bench.entries()[1]
        bench.redis.command("DEL", LOG, SNAPSHOT)
        bench.redis.command("XADD", LOG, "1-0", "e", first)
        has("refused", bench.publish(bench.rule("c"), "--root-key", bench.public["root"], state="unaware", want=75,
                                     err=True), "withheld")
        bench.publish(bench.rule("c"))
        same("log", sorted(bench.entries()), [1, 2, 3])


def test_trimmed():
    """a trimmed log is entered by the snapshot, and a gap is told of"""
    with Bench() as bench:
        has("nothing", bench.feed("snapshot", "--key", bench.key("entry"), want=1, err=True), "no entry yet")
        same("no snapshot", bench.redis.command("GET", SNAPSHOT), None)
        for name in ("a", "b"):
            bench.publish(bench.rule(name))
        bench.feed("snapshot", "--key", bench.key("entry"))
        bench.publish(bench.rule("c"))
        bench.redis.command("XTRIM", LOG, "MINID", "3-0")
        same("log", [entry["seq"] for entry in bench.log()], [3])
        has("rules", bench.stranger("show", "COMM_a"), "COMM_a: ")
        has("on top of it", bench.publish(bench.rule("d"), "--root-key", bench.public["root"], state="new"), "entry 4")
        bench.redis.command("XTRIM", LOG, "MINID", "4-0")
        has("gap", bench.stranger("log", state="late", want=75, err=True), "gap")
        bench.feed("snapshot", "--key", bench.key("entry"))
        same("mended", [entry["seq"] for entry in bench.log(state="late")], [])
        has("before it", bench.stranger("diff", "1", "4", state="late", want=1, err=True), "not known here")


def test_head():
    """head --every signs again and again, through an outage"""
    with Bench() as bench:
        bench.publish(bench.rule("a"))
        errors = open(bench.folder / "errors", "w+b")
        keeper = subprocess.Popen([STEELYARD, "feed", "head", "--head-key", bench.key("head"), "--every", "1s",
                                   *bench.where()], stderr=errors)
        try:
            first = wait_for("head", lambda: bench.redis.command("GET", HEAD))
            wait_for("another head", lambda: bench.redis.command("GET", HEAD) not in (None, first))
            bench.publish(bench.rule("b"))
            wait_for("head of 2", lambda: b"seq 2\n" in bench.redis.command("GET", HEAD))
            bench.redis.kill()
            wait_for("word of the outage", lambda: b"unreachable" in (bench.folder / "errors").read_bytes())
            bench.redis.start()
            bench.publish(bench.rule("c"))
            wait_for("head of 3", lambda: b"seq 3\n" in (bench.redis.command("GET", HEAD) or b""), 40)
            keeper.send_signal(signal.SIGTERM)
            same("exit", keeper.wait(20), 0)
        finally:
            keeper.kill()
            keeper.wait()
            errors.close()


def test_export_import():
    """a channel goes by file into the journal of a machine without Redis"""
    with Bench() as bench:
        for name in ("a", "b"):
            bench.publish(bench.rule(name))
        path, config = str(bench.folder / "export"), bench.folder / "steelyard.yaml"
        bench.stranger("export", path)
        state = bench.folder / "daemon"
        state.mkdir(mode=0o700)
        config.write_text("state_dir: %s\nfeeds:\n  - {channel: community, root_keys: ['%s']}\n" %
                          (state, bench.public["root"]))
        has("import", bench.run("import", "-c", str(config), path), "stands at entry 2, 2 rules")
        has("again", bench.run("import", "-c", str(config), path), "stands at entry 2, 2 rules")
        bench.publish(bench.rule("c"))
        bench.stranger("export", path)
        has("later entries", bench.run("import", "-c", str(config), path), "stands at entry 3, 3 rules")
        bytes_ = bytearray(pathlib.Path(path).read_bytes())
        at = bytes_.rindex(b"COMM_c")
        bytes_[at] ^= 1
        forged = bench.folder / "forged"
        forged.write_bytes(bytes_)
        other = bench.folder / "other.yaml"
        (bench.folder / "daemon2").mkdir(mode=0o700)
        other.write_text("state_dir: %s\nfeeds:\n  - {channel: community, root_keys: ['%s']}\n" %
                         (bench.folder / "daemon2", bench.public["root"]))
        has("forged", bench.run("import", "-c", str(other), str(forged), want=1, err=True), "body-hash")
        forged.write_bytes(bytes_[:200])
        bench.run("import", "-c", str(other), str(forged), want=1)
        other.write_text("state_dir: %s\nfeeds:\n  - {channel: community, root_keys: ['%s']}\n" %
                         (bench.folder / "daemon2", bench.public["entry"]))
        bench.run("import", "-c", str(other), path, want=1)


def test_mirror():
    """a mirror carries everything as it is, follows, resumes, and passes on nothing that is false"""
    with Bench() as bench:
        copy = Redis()
        where = ["--channel", "community", "--state", str(bench.folder / "mirror"),
                 "--root-key", bench.public["root"], bench.url, copy.url]

        def copied():
            return {int(id.split(b"-")[0]): fields[1] for id, fields in copy.command("XRANGE", LOG, "-", "+")}

        mirror = None
        try:
            bench.publish("--head-key", bench.key("head"), bench.rule("a"))
            bench.run("mirror", "--once", *where)
            same("entries", copied(), bench.entries())
            for key in (KEYS, SNAPSHOT, HEAD):
                same(key, copy.command("GET", key), bench.redis.command("GET", key))
            mirror = subprocess.Popen([STEELYARD, "feed", "mirror", *where], stderr=subprocess.DEVNULL)
            bench.publish("--head-key", bench.key("head"), bench.rule("b"))
            wait_for("entry 2", lambda: copied() == bench.entries())
            wait_for("head", lambda: copy.command("GET", HEAD) == bench.redis.command("GET", HEAD))
            mirror.kill()
            mirror.wait()
            for name in ("c", "d"):
                bench.publish(bench.rule(name))
            mirror = subprocess.Popen([STEELYARD, "feed", "mirror", *where], stderr=subprocess.DEVNULL)
            wait_for("all after a pause", lambda: copied() == bench.entries())
            same("subscribers of the copy", [entry["seq"] for entry in bench.log(redis=copy.url, state="third")],
                 [1, 2, 3, 4])
            mirror.send_signal(signal.SIGTERM)
            same("exit", mirror.wait(20), 0)
            false = bytearray(bench.entries()[4])
            false[-1] ^= 1
            bench.redis.command("XADD", LOG, "5-0", "e", bytes(false))
            bench.run("mirror", "--once", *where, want=1)
            same("nothing false", sorted(copied()), [1, 2, 3, 4])
        finally:
            if mirror is not None:
                mirror.kill()
                mirror.wait()
            copy.stop()


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
