"""zone.py - a DNS that is made up: every name has an answer, always the same

usage: zone.py [--keys FILE] SEED

Serves on a free port of loopback, which it prints as its first line. Nearly a third of what DNS lists are asked is
listed, under the codes that the list is known for, those that say "you may not ask" too; other names have addresses,
name servers, mail servers and policies of each kind, or none. Which, a hash of seed, type and name decides: whoever
asks, in whatever order, is told the same. FILE: lines of a name and its TXT record, with a tab between, that hold besides (keys of signatures).
"""
import argparse
import hashlib
import os
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.environ.get("TOP_SRCDIR", os.path.join(os.path.dirname(__file__), "..", "..")), "tests", "dns"))
import responder

LISTED = 0.3
# zone: codes; a text: the list answers by TXT records.
LISTS = {
    "zen.spamhaus.org": ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.10", "127.0.0.11", "127.255.255.254",
                         "127.255.255.255"],
    "bl.spamcop.net": "Blocked - see https://www.spamcop.net/bl.shtml",
    "sa-trusted.bondedsender.org": "listed",
    "sa-accredit.habeas.com": "listed",
    "bl.score.senderscore.com": ["127.0.0.2"],
    "bl.mailspike.net": ["127.0.0.2"] + ["127.0.0.%d" % code for code in range(10, 14)],
    "wl.mailspike.net": ["127.0.0.%d" % code for code in range(17, 21)],
    "iadb.isipp.com": [
        "127.0.1.255", "127.3.200.130", "127.2.255.3", "127.3.100.10", "127.3.100.9", "127.3.100.8", "127.0.2.1",
        "127.0.2.2", "127.2.255.103", "127.3.200.120", "127.0.0.1", "127.3.100.4", "127.101.1.10", "127.101.101.10",
        "127.101.201.10", "127.3.100.100", "127.3.100.0", "127.3.100.200", "127.3.100.7", "127.3.100.6",
        "127.3.100.5", "127.3.100.1", "127.2.255.4", "127.2.255.2", "127.2.255.1", "127.3.100.2", "127.3.100.3",
        "127.101.2.10", "127.101.102.10", "127.101.202.10"],
    "psbl.surriel.com": ["127.0.0.2"],
    "list.dnswl.org": ["127.0.5.0", "127.0.5.1", "127.0.5.2", "127.0.5.3", "127.0.0.255"],
    "dbl.spamhaus.org": ["127.0.1.%d" % code for code in (2, 4, 5, 6, 102, 103, 104, 105, 106, 255)] +
                        ["127.255.255.254", "127.255.255.255"],
    "multi.surbl.org": ["127.0.0.%d" % code for code in (1, 8, 16, 64, 128, 216)],
    "multi.uribl.com": ["127.0.0.%d" % code for code in (1, 2, 4, 8, 14)],
    "dob.sibl.support-intelligence.net": ["127.0.0.2"],
    "fresh.fmb.la": ["127.2.0.2", "127.2.0.14", "127.2.0.28", "127.255.255.255"],
    "lookup.dkimwl.org": ["127.0.3.1", "127.0.2.1", "127.0.1.5", "127.0.1.4", "127.0.1.3", "127.0.1.0",
                          "127.255.255.255"],
    "bl.btcblack.it": ["127.0.0.2"],
}
# A list with many codes gives up to so many of them at once.
CODES = {"iadb.isipp.com": 12}
SPF = ["v=spf1 +all", "v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1 ip4:0.0.0.0/1 -all", "v=spf1 a mx ~all",
       "v=spf1 include:", "v=spf1 ip4:192.0.2.0/24 -all", "some other text", "v=spf1 +all"]
DMARC = ["v=DMARC1; p=none", "v=DMARC1; p=quarantine", "v=DMARC1; p=reject", "v=DMARC1; p=reject; adkim=s; aspf=s"]


class Zone:
    """In the place of responder.Table."""

    def __init__(self, seed, keys):
        self.seed = seed
        self.keys = keys  # (name, type) -> [data]

    def number(self, *about):
        """From 0 to under 1."""
        digest = hashlib.sha256(repr((self.seed,) + about).encode()).digest()
        return struct.unpack(">Q", digest[:8])[0] / 2.0 ** 64

    def pick(self, choices, *about):
        return choices[int(self.number(*about) * len(choices))]

    def listed(self, zone, name, kind):
        codes = LISTS[zone]
        if name == "gmail.com.lookup.dkimwl.org" and kind == "A":
            # The one signer whose keys are known has all codes; a refusal stands alone.
            return "FOUND", [socket.inet_aton(code) for code in codes if not code.startswith("127.255.")]
        if self.number("listed", name) >= LISTED:
            return "NXDOMAIN", []
        if isinstance(codes, str):
            if kind != "TXT":
                return "NODATA", []
            return "FOUND", [codes.encode()]
        if kind != "A":
            return "NODATA", []
        found = {self.pick(codes, "code", name, i) for i in range(CODES.get(zone, 1))}
        return "FOUND", [socket.inet_aton(code) for code in sorted(found)]

    def policy(self, name):
        """TXT records of a name that is no list's."""
        if "._domainkey." in name or name.startswith("_adsp."):
            return []
        if name.startswith("_dmarc."):
            return [self.pick(DMARC, "dmarc", name).encode()] if self.number("has dmarc", name) < 0.7 else []
        return [self.pick(SPF, "spf", name).encode()] if self.number("has spf", name) < 0.8 else []

    def host(self, name, kind):
        if kind == "A" and self.number("has a", name) < 0.7:
            return [bytes([5, int(self.number("a", name) * 4), int(self.number("b", name) * 8), 1])]
        if kind == "NS" and self.number("has ns", name) < 0.7:
            return ["ns%d.dns%d.example.net" % (i, int(self.number("ns", name) * 30)) for i in (1, 2)]
        if kind == "MX" and self.number("has mx", name) < 0.7:
            return [struct.pack(">H", 10) + responder.pack_name("mail." + name)]
        return self.policy(name) if kind == "TXT" else []

    def answer(self, name, number):
        """(outcome, [(owner, type, data)])"""
        kind = responder.NAMES.get(number, "")
        zone = next((zone for zone in LISTS if name.endswith("." + zone)), None)
        if (name, kind) in self.keys:
            outcome, found = "FOUND", self.keys[name, kind]
        elif zone is not None:
            outcome, found = self.listed(zone, name, kind)
        elif self.number("exists", name) < 0.1:
            outcome, found = "NXDOMAIN", []
        else:
            found = self.host(name, kind)
            outcome = "FOUND" if found else "NODATA"
        return outcome, [(name, number, data) for data in found]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", metavar="FILE")
    parser.add_argument("seed")
    arguments = parser.parse_args()
    keys = {}
    if arguments.keys:
        with open(arguments.keys, encoding="latin-1") as lines:
            for line in lines:
                name, data = line.rstrip("\n").split("\t")[:2]
                keys[name.lower().rstrip("."), "TXT"] = [data.encode("latin-1")]
    server = responder.Server(Zone(arguments.seed, keys), 0, None)
    print(server.port, flush=True)
    # Whoever started us holds our standard input: its end is ours.
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    while True:
        server.step()


if __name__ == "__main__":
    main()
