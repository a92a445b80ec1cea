"""feed_mail.py - mail that flows while daemons are ill-treated, over the milter protocol and through a real Postfix"""
import collections
import os
import pathlib
import random
import re
import smtplib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mta"))

from harness import CACHE, HERE, Mta  # noqa: E402
from steelyardd import wait_for  # noqa: E402

PAUSE_S = 0.05


class Mail(threading.Thread):
    """Sends message after message to a follower; one that gets no answer is told of, unless it was killed then."""

    def __init__(self, follower, words, seed):
        super().__init__(daemon=True)
        self.follower, self.words = follower, words
        self.random = random.Random(seed)
        self.stop = threading.Event()
        self.sent = self.unanswered = 0
        self.down = threading.Event()  # set while the daemon is being killed

    def body(self):
        return b"please word%d now\r\n" % self.random.randrange(self.words)

    def run(self):
        while not self.stop.is_set():
            try:
                client = self.follower.client()
                try:
                    client.begin()
                    while not self.stop.is_set():
                        client.message(body=self.body())
                        self.sent += 1
                        time.sleep(PAUSE_S)
                finally:
                    self.follower.clients.remove(client)
                    client.close()
            except Exception:  # the daemon went: an MTA tries again
                if not self.down.is_set() and not self.stop.is_set():
                    self.unanswered += 1
                time.sleep(PAUSE_S)

    def finish(self):
        self.stop.set()
        self.join(60)


class PostfixMail(Mail):
    """The same through a Postfix that has the follower as its filter: what is turned away for now is sent again until
    it is taken, and each message must be delivered once, with the field that says that it was weighed."""

    def __init__(self, follower, words, seed):
        super().__init__(follower, words, seed)
        self.temporary = tempfile.TemporaryDirectory(prefix="postfix-", dir="/tmp")
        os.chmod(self.temporary.name, 0o755)
        self.mta = Mta("postfix", pathlib.Path(self.temporary.name) / "mta", follower.address)
        self.session = None
        self.again = 0  # so often was one turned away for now
        self.lost = self.doubled = self.unweighed = 0

    @staticmethod
    def why_not():
        """Nothing where Postfix is there and may be started; else why not."""
        if os.geteuid() != 0:
            return "it wants root"
        for words in (("unpack", CACHE), ("command", CACHE, "/nonexistent", "postconf", "-d", "mail_version")):
            done = subprocess.run([str(HERE / "postfix.sh"), *words], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return done.stderr.strip() or "postfix.sh %s fails" % words[0]
        return ""

    def run(self):
        while not self.stop.is_set():
            name = "m%d" % self.sent
            data = b"From: A <a@example.org>\r\nMessage-ID: <%s@example.org>\r\nSubject: x\r\n\r\n%s" % (
                name.encode(), self.body())
            while not self.sent_once(name, data):  # also when it is to stop: the message is on its way
                self.again += 1
                time.sleep(PAUSE_S)
            self.sent += 1
            time.sleep(PAUSE_S)
        self.hang_up()

    def sent_once(self, name, data):
        """False: it is to be sent again, on another connection."""
        try:
            if self.session is None:
                self.session = smtplib.SMTP("127.0.0.1", self.mta.port, local_hostname="client.example.org", timeout=60)
            self.session.sendmail("sender@example.org", "%s@steelyard.test" % name, data)
            return True
        except OSError as fault:  # smtplib's are of this kind
            self.hang_up()
            if getattr(fault, "smtp_code", 0) < 500:
                return False
            print("# %s: %s" % (name, fault))
            self.unanswered += 1  # for good: it will be missing
            return True

    def hang_up(self):
        if self.session is not None:
            self.session.close()
        self.session = None

    def count(self):
        """What came of it, by what lies in the mailbox."""
        try:
            wait_for("%d deliveries" % self.sent, lambda: self.mta.delivered_count() >= self.sent, 60)
        except AssertionError as error:
            print("# %s" % error)
        found = collections.Counter()
        for path in (self.mta.run / "mail" / "new").glob("*"):
            data = path.read_bytes()
            found[re.search(rb"^Message-ID: <(\w+)@", data, re.M).group(1).decode()] += 1
            if not re.search(rb"^X-Spam-Status: ", data, re.M):
                self.unweighed += 1
        wanted = {"m%d" % number for number in range(self.sent)}
        self.lost = len(wanted - set(found))
        self.doubled = sum(found.values()) - len(found)
        return self.lost + self.doubled + self.unweighed

    def finish(self):
        super().finish()
        if self.temporary is not None:
            self.count()
            self.mta.stop()
            self.temporary.cleanup()
            self.temporary = None
