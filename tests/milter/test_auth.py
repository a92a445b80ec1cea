#!/usr/bin/python3
"""Authentication in the daemon and in check --pass: our field comes, forged ones go, the log and welcome tell.

The DNS is a table. Each test starts a daemon of its own and speaks the milter protocol to it.
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from steelyardd import Daemon  # noqa: E402
from tap import same  # noqa: E402

STEELYARD = os.path.join(os.environ.get("TOP_BUILDDIR", "build"), "steelyard")
TABLE = """example.org TXT "v=spf1 ip4:203.0.113.5 -all"
_dmarc.example.org TXT "v=DMARC1; p=reject"
"""
RULES = "rules:\n  FINE: {body: '/Hello/', score: 1, describe: A greeting}\n"
FIELDS = (("Authentication-Results", " mx.example.net; spf=pass smtp.mailfrom=bank.example"),
          ("Subject", " x"),
          ("authentication-results", " other.example; spf=pass"),
          ("Authentication-Results", " (x)\n\tMX.Example.NET 1; dkim=pass header.d=bank.example"),
          ("From", " a@example.org"))
GOOD = ("mx.example.net;\n\tspf=pass smtp.mailfrom=sender@example.org;\n\tspf=none smtp.helo=mail.example.org;\n"
        "\tdkim=none;\n\tarc=none;\n\tdmarc=pass (p=reject dis=none) header.from=example.org\n\tpolicy.dmarc=none")


class Authenticating(Daemon):
    """A daemon whose DNS is a table."""

    def __init__(self, settings=""):
        super().__init__(settings, rules=RULES, start=False, arguments=["--dns", "?"])
        table = self.folder / "dns"
        table.write_text(TABLE)
        self.arguments[1] = str(table)
        self.start()

    def message(self, address="203.0.113.5"):
        client = self.client().negotiate()
        client.macros("C", j="mx.example.net")
        client.connect(address=address)
        client.helo()
        reply = client.message(headers=FIELDS)
        client.close()
        return reply, self.messages(1)[0]


def authres(reply):
    return [value.strip() for _, name, value in reply.inserted() if name == "Authentication-Results"]


def removed(reply):
    """The places of the fields that went, in the order in which they did."""
    return [index for index, name, value in reply.changed()
            if name.lower() == "authentication-results" and value == ""]


def test_pass():
    """our field comes, those under our name go from the highest index down, the log tells"""
    with Authenticating() as daemon:
        reply, line = daemon.message()
        same("field", authres(reply), [GOOD])
        same("removed", removed(reply), [3, 1])
        same("log", [line[key] for key in ("spf", "spf_helo", "dkim", "arc", "dmarc")],
             ["pass", "none", "none", "none", "pass"])


def test_fail():
    """what fails is told, with what the domain wants done"""
    with Authenticating("auth: {authserv_id: other.example}") as daemon:
        reply, line = daemon.message("203.0.113.6")
        field = authres(reply)[0]
        same("name", field.split(";")[0], "other.example")
        same("removed", removed(reply), [2])
        assert "dmarc=fail (p=reject dis=reject) header.from=example.org" in field, field
        same("log", (line["spf"], line["dmarc"]), ("fail", "fail"))


def test_off():
    """without the setting no field comes, and none goes"""
    with Authenticating("auth: {field: false}") as daemon:
        reply, line = daemon.message()
        same("field", authres(reply), [])
        same("removed", removed(reply), [])
        same("log", "spf" in line, False)


def test_unjudged():
    """no Authentication-Results under our name passes with the fail action: not behind decoys, not without memory"""
    forged, other = ("Authentication-Results", " mx.test; dkim=pass"), ("Authentication-Results", " x.example; none")
    decoys = [("X-Spam-%d" % i, " NO") for i in range(499)] + [other] * 600
    config = "memory_total: 16 MB\nsize_limit: 40 MB\nfail_action: accept\nauth: {authserv_id: mx.test}"
    with Authenticating(config) as daemon:
        client = daemon.client().begin()
        big = client.message(decoys + [forged], b"x" * (20 << 20))
        same("no memory", big.final, "a")
        same("forged", [c for c in big.changed() if c[1] == forged[0]], [(601, forged[0], "")])
        same("decoys", len(big.changed()), 500)
        big = client.message([("Subject", "x" * 60000)] * 400 + [other, forged])
        same("no memory in the header", big.final, "a")
        same("forged behind it", big.changed(), [(2, forged[0], "")])
        same("behind decoys", client.message(decoys + [forged] * 2).final, "t")
        same("alone, too often", client.message([forged] * 501).final, "t")
        daemon.wait_status(memory_used=0, failed_memory=2, failed_fields=2)
        same("the next", client.message().final, "c")


def test_welcome():
    """who proves to be a welcome sender is"""
    welcome = "welcome: [{from: '*@example.org', require: spf}]"
    for address, hits in (("203.0.113.5", "WELCOME_SENDER:-100.000,FINE:1.000"), ("203.0.113.6", "FINE:1.000")):
        with Authenticating(welcome) as daemon:
            same(address, daemon.message(address)[1]["hits"], hits)


def test_filter():
    """check --pass does the same to the text, and tells it in both forms"""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("dns", "rules.yaml", "steelyard.yaml", "message")}
        text = "".join("%s:%s\n" % field for field in FIELDS) + "\nHello\n"
        for name, content in (("dns", TABLE), ("rules.yaml", RULES), ("message", text),
                              ("steelyard.yaml", "hostname: mx.example.net\nheaders: {}\n")):
            with open(paths[name], "w") as file:
                file.write(content)

        def check(*options):
            return subprocess.run(
                [STEELYARD, "check", "-c", paths["steelyard.yaml"], "--rules", paths["rules.yaml"], "--client-ip",
                 "203.0.113.5", "--helo", "mail.example.org", "--from", "sender@example.org"] + list(options)
                + [paths["message"]], stdout=subprocess.PIPE, check=True, text=True).stdout

        same("with the DNS", check("--dns", paths["dns"], "--pass"), "Authentication-Results: " + GOOD + "\n" +
             "".join("%s:%s\n" % FIELDS[i] for i in (1, 2, 4)) + "\nHello\n")
        same("without", check("--pass"), text)
        told = check("--dns", paths["dns"])
        assert "  auth: spf=pass spf_helo=none dkim=none arc=none dmarc=pass\n" in told, told
        told = check("--dns", paths["dns"], "--json")
        assert ('"auth":{"spf":"pass","spf_helo":"none","dkim":[],"arc":"none","dmarc":"pass"}' in
                told.replace('": ', '":').replace(", ", ",")), told


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
