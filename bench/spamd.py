"""spamd.py - SpamAssassin's daemon in a folder of its own, by itself or behind spamass-milter

Local tests only (-L), no users' preferences; its children live as long as it does, so that no start of one is
measured. It answers on a unix socket.
"""
import socket
import subprocess

import peers
import process_tree
from harness import wait_for

ANSWER_LONGEST = 600.0


def answers(path):
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(str(path))
            return True
        except OSError:
            return False


class Spamd(process_tree.Server):
    """`site`: the folder with its .pre files and local.cf."""

    name = "spamd"
    rules = "SpamAssassin's"

    def __init__(self, cache, folder, site, children):
        folder.mkdir(mode=0o755)
        self.socket = folder / "spamd.sock"
        command = ["perl", "-T", str(peers.program(cache, "spamd")), "-L", "-x", "-u", "nobody", "-s", "stderr",
                   "--siteconfigpath=%s" % site, "--socketpath=%s" % self.socket, "--socketmode=0666",
                   "--min-children=%d" % children, "--max-children=%d" % children, "--max-spare=%d" % children,
                   "--min-spare=1", "--max-conn-per-child=1000000"]
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("spamd", lambda: answers(self.socket), 300)

    def scan(self, message):
        """The names of the rules that hit, as spamd's protocol tells them (SYMBOLS)."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(ANSWER_LONGEST)
            sock.connect(str(self.socket))
            sock.sendall(b"SYMBOLS SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(message) + message)
            sock.shutdown(socket.SHUT_WR)
            text = b""
            while chunk := sock.recv(65536):
                text += chunk
        head, _, body = text.partition(b"\r\n\r\n")
        if b" EX_OK" not in head.split(b"\r\n")[0]:
            raise AssertionError("spamd said %r" % head)
        return set(body.decode("ascii", "replace").strip().split(",")) - {""}


class SpamassMilter(process_tree.Server):
    """spamass-milter before a spamd. -m: it adds fields and leaves the body as it is, as the others do."""

    name = "spamass-milter + spamd"
    rules = "SpamAssassin's"

    def __init__(self, cache, folder, site, children):
        self.spamd = Spamd(cache, folder, site, children)
        self.socket = folder / "milter.sock"
        command = [str(peers.program(cache, "spamass-milter")), "-p", str(self.socket), "-m", "--",
                   "-U", str(self.spamd.socket)]
        with open(folder / "milter.log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, umask=0)
        wait_for("spamass-milter", lambda: answers(self.socket))

    def pids(self):
        return [self.process.pid, self.spamd.process.pid]

    def stop(self):
        super().stop()
        self.spamd.stop()
