"""feed_oracle.py - a reader of a channel's log of its own: what the publisher signed, and what that comes to

It reads the entries in a publisher's archive, has each signature verified by openssl, follows the chain of hashes and
folds the rules' scores, all by steelyard-feed(5) and with no code of the program's.
"""
import base64
import hashlib
import os
import pathlib
import subprocess
import tempfile

import yaml

SIGNED = b"steelyard signature of an entry\n"
# What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")


class Oracle:
    """`folder`: of the channel's archive; `public`: the key of the entries, as keygen prints it.

    .rules: {name: score} as mail would show it; .changed: {(name, sequence)} and .scored: {(name, score)} ever."""

    def __init__(self, folder, public):
        self.folder = pathlib.Path(folder)
        self.public = base64.b64decode(public.split(":")[1])
        self.next, self.hash = 1, "0" * 64
        self.rules, self.changed, self.scored = {}, set(), set()

    def read(self):
        """Takes in what is new. An entry that waits for Redis to confirm it counts: subscribers may have it."""
        while True:
            name = str(self.folder / ("%016d." % self.next))
            data = None
            for ending in ("pending", "entry"):  # in this order, as the one becomes the other
                try:
                    data = pathlib.Path(name + ending).read_bytes()
                    break
                except FileNotFoundError:
                    pass
            if data is None:
                return
            self.take(data)
            self.next += 1

    def take(self, data):
        header, _, rest = data.partition(b"\n\n")
        header += b"\n"
        body, signature = rest[:-64], rest[-64:]
        fields = dict(line.split(" ", 1) for line in header.decode().splitlines()[1:])
        self.verify(SIGNED + header, signature)
        assert (int(fields["seq"]), fields["prev"]) == (self.next, self.hash), "the chain is broken: %r" % fields
        assert fields["sha256"] == hashlib.sha256(body).hexdigest(), "another body: %r" % fields
        self.hash = hashlib.sha256(header).hexdigest()
        self.fold(yaml.safe_load(body))

    def verify(self, signed, signature):
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            paths = [os.path.join(folder, name) for name in ("key", "signed", "signature")]
            for path, data in zip(paths, (KEY_PREFIX + self.public, signed, signature)):
                pathlib.Path(path).write_bytes(data)
            subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0], "-rawin",
                            "-in", paths[1], "-sigfile", paths[2]], check=True, stdout=subprocess.DEVNULL)

    def fold(self, entry):
        for name in entry.get("remove") or ():
            self.rules.pop(name, None)
        scores = {name: rule["score"] for name, rule in (entry.get("rules") or {}).items()}
        scores.update({name: score for name, score in (entry.get("scores") or {}).items()
                       if name in self.rules or name in scores})
        for name, score in scores.items():
            self.rules[name] = "%.3f" % float(score)
            self.changed.add((name, self.next))
            self.scored.add((name, self.rules[name]))
