#!/usr/bin/python3
"""steelyardd and its DNS lists: one that lists the world, refuses or is dead does not score, and comes back

The server is tests/dns/responder.py; its table changes under the daemon.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dns"))
sys.dont_write_bytecode = True

import tap  # noqa: E402
from milter_client import MilterClient  # noqa: E402
from responder import Responder  # noqa: E402
from steelyardd import BUILD, Daemon, wait_for  # noqa: E402

CLIENT = "203.0.113.5"
GOOD = """2.0.0.127.bl.test. A 127.0.0.2
5.113.0.203.bl.test. A 127.0.0.2
"""
WORLD = "*.bl.test. A 127.0.0.2\n"
REFUSING = "*.bl.test. A 127.255.255.254\n"
RULES = """rules:
  LISTED: {dnsbl: bl, score: 3, describe: In the list}
  UNLISTED: {meta: '!LISTED', score: 1, describe: True when the list does not hit}
dns_lists:
  bl: {zone: bl.test%s}
"""


def settings(responder, tests="1s", folder="''", cache="0s"):
    return ("dns: {servers: ['%s'], deadline: 2s, cache_ttl: %s, cache_negative_ttl: %s, list_tests: %s}\n"
            "state_dir: %s\n" % (responder.address, cache, cache, tests, folder))


def send(daemon, address=CLIENT, queue_id="Q"):
    """Sends a message from there; its log line."""
    before = len(daemon.events("message"))
    client = MilterClient(daemon.address, timeout=60).begin(address=address)
    client.message(sender="<a@sender.test>", queue_id=queue_id)
    client.close()
    return daemon.messages(before + 1)[before]


def state(daemon):
    first, rest = daemon.control("dnsbl json")
    assert first == "ok", first
    return json.loads(rest)


def wait_state(daemon, wanted):
    wait_for("list that is %s" % wanted,
             lambda: [row["state"] for row in state(daemon)] == [wanted])


def hits(line):
    return sorted(name.split(":")[0] for name in line["hits"].split(",") if name)


def expect(what, got, want):
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def test_world():
    """a list that begins to list the world stops scoring, says so, and comes back"""
    with Responder(GOOD) as responder, Daemon(settings(responder), RULES % "") as daemon:
        wait_state(daemon, "well")
        expect("listed", hits(send(daemon)), ["LISTED"])
        responder.replace(WORLD + GOOD)
        wait_state(daemon, "sick")
        expect("nobody scores by it, nor by its silence", hits(send(daemon, "198.51.100.9")), [])
        status = daemon.status()
        expect("metrics", (status["dns_lists"], status["dns_lists_well"], status["dns_lists_sick"]), (1, 0, 1))
        reason = state(daemon)[0]["reason"]
        assert "lists the world" in reason, reason
        told = [event for event in daemon.events("dns-list") if event.get("state") == "sick"]
        assert told and told[-1]["list"] == "bl", daemon.lines()
        responder.replace(GOOD)
        wait_state(daemon, "well")
        expect("listed again", hits(send(daemon)), ["LISTED"])
        expect("not listed", hits(send(daemon, "198.51.100.9")), ["UNLISTED"])


def test_error_codes():
    """an error code never scores: the message that meets it stops the list at once"""
    with Responder(GOOD) as responder, Daemon(settings(responder, "1h"), RULES % "") as daemon:
        wait_state(daemon, "well")
        responder.replace(REFUSING)
        expect("hits of the message that met it", hits(send(daemon)), [])
        wait_state(daemon, "sick")
        assert "127.255.255.254" in state(daemon)[0]["reason"], state(daemon)


def test_first_test():
    """a list scores only after its first healthy test"""
    with Responder("5.113.0.203.bl.test. A 127.0.0.2\n") as responder, \
            Daemon(settings(responder), RULES % "") as daemon:
        wait_state(daemon, "sick")
        expect("hits", hits(send(daemon)), [])
        asked = [line for line in responder.questions() if "203.bl.test" in line]
        expect("questions about the client", asked, [])
        responder.replace(GOOD)
        wait_state(daemon, "well")
        expect("hits", hits(send(daemon)), ["LISTED"])


def test_twenty_clients():
    """twenty different clients listed in a row make a test due at once"""
    with Responder(GOOD) as responder, Daemon(settings(responder, "1h"), RULES % "") as daemon:
        wait_state(daemon, "well")
        responder.replace(WORLD + GOOD)
        for number in range(20):
            send(daemon, "198.51.100.%d" % (number + 1), "Q%d" % number)
        wait_state(daemon, "sick")
        expect("hits", hits(send(daemon, "198.51.100.77")), [])


def test_budget():
    """a day's budget holds over a restart"""
    with Responder(GOOD) as responder:
        with Daemon(settings(responder, "1h"), RULES % ", budget: {day: 2}", start=False) as daemon:
            daemon.write(settings(responder, "1h", daemon.folder, "1h"))
            daemon.start()
            wait_state(daemon, "well")
            expect("first", hits(send(daemon, CLIENT)), ["LISTED"])
            expect("second", hits(send(daemon, "198.51.100.1")), ["UNLISTED"])
            expect("third is not asked", hits(send(daemon, "198.51.100.2")), [])
            daemon.signal(15)
            daemon.process.wait(60)
            daemon.start()
            wait_for("second start", lambda: len(daemon.events("start")) >= 2)
            wait_state(daemon, "budget used up")
            expect("after the restart", hits(send(daemon, CLIENT)), [])


def test_secret():
    """a key in a zone goes to the server and nowhere else"""
    table = "2.0.0.127.verysecret.bl.test. A 127.0.0.2\n5.113.0.203.verysecret.bl.test. A 127.0.0.2\n"
    rules = RULES.replace("zone: bl.test%s", "zone: '{key}.bl.test', secret: bl.key")
    with Responder(table) as responder, Daemon(settings(responder), rules, start=False) as daemon:
        key = daemon.folder / "bl.key"
        key.write_text("VerySecret\n")
        key.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(key, daemon.folder.stat().st_uid, -1)
        daemon.start()
        wait_state(daemon, "well")
        expect("listed", hits(send(daemon)), ["LISTED"])
        assert any("verysecret.bl.test" in line.lower() for line in responder.questions())
        shown = "\n".join(daemon.lines()) + json.dumps(state(daemon)) + json.dumps(daemon.status())
        assert "verysecret" not in shown.lower(), shown


def steelyard(*arguments, text=None):
    return subprocess.run([str(BUILD / "steelyard"), *arguments], input=text, capture_output=True, text=True,
                          timeout=60)


def test_command():
    """steelyard dnsbl tells how lists stand, and what each says of an address"""
    with Responder(GOOD) as responder, Daemon(settings(responder), RULES % "") as daemon:
        wait_state(daemon, "well")
        status = steelyard("dnsbl", "status", "--socket", str(daemon.folder / "control.sock"))
        expect("exit", status.returncode, 0)
        assert status.stdout.startswith("bl ") and " well " in status.stdout, status.stdout
        listed = steelyard("dnsbl", "check", "-c", str(daemon.config), CLIENT)
        expect("exit of one that is listed", listed.returncode, 1)
        assert "listed" in listed.stdout and "127.0.0.2" in listed.stdout, listed.stdout
        other = steelyard("dnsbl", "check", "--json", "-c", str(daemon.config), "198.51.100.1")
        expect("exit of one that is not", other.returncode, 0)
        row = json.loads(other.stdout)[0]
        expect("what it says", (row["list"], row["says"], row["health"]), ("bl", "not listed", "well"))
        expect("neither", steelyard("dnsbl", "check", "-c", str(daemon.config), "a b").returncode, 2)


def test_check():
    """steelyard check tests lists before it asks them, and records no secret"""
    table = "2.0.0.127.verysecret.bl.test. A 127.0.0.2\n5.113.0.203.verysecret.bl.test. A 127.0.0.2\n"
    rules = RULES.replace("zone: bl.test%s", "zone: '{key}.bl.test', secret: bl.key")

    with Responder(table) as responder, Daemon(settings(responder), rules, start=False) as daemon:
        key, record = daemon.folder / "bl.key", daemon.folder / "record"
        key.write_text("VerySecret\n")
        key.chmod(0o600)

        def hits_now(*arguments):
            run = steelyard("check", "--json", "-c", str(daemon.config), "--client-ip", CLIENT, *arguments,
                            text="Subject: x\n\ny\n")
            expect("exit", run.returncode, 0)
            assert "verysecret" not in (run.stdout + run.stderr).lower(), run.stdout
            return [hit["rule"] for hit in json.loads(run.stdout)["hits"]]

        expect("hits", hits_now("--dns", "live", "--record", str(record)), ["LISTED"])
        recorded = record.read_text()
        assert "5.113.0.203.{key:bl}.bl.test. A 127.0.0.2" in recorded, recorded
        responder.replace("*.bl.test. A 127.0.0.2\n")
        expect("hits by a sick list", hits_now("--dns", "live"), [])


def test_key_in_zone():
    """a key that stands in the zones of SpamAssassin's rules goes to the server and nowhere else"""
    zones = "\n".join(line % "verysecret" for line in (
        "5.113.0.203.%s.zen.dq.spamhaus.net. A 127.0.0.2", "author.com.%s.dbl.dq.spamhaus.net. A 127.0.1.2",
        "link.com.%s.dblack.mail.abusix.zone. A 127.0.1.2", "author.com.%s.zrd.dq.spamhaus.net. A 127.0.2.2",
        hashlib.sha1(b"a@author.com").hexdigest() + "._email.%s.hbl.dq.spamhaus.net. A 127.0.3.10")) + "\n"
    rules = """
header IN_ZEN eval:check_rbl('zen-lastexternal', 'VerySecret.zen.dq.spamhaus.net.', '127.0.0.2')
header IN_DBL eval:check_rbl_from_host('dbl', 'VerySecret.dbl.dq.spamhaus.net.')
askdns IN_ZRD _AUTHORDOMAIN_.VerySecret.zrd.dq.spamhaus.net A /^127/
header IN_HBL eval:check_hashbl_emails('_email.VerySecret.hbl.dq.spamhaus.net', 'sha1', 'From:addr')
urirhssub IN_DBLACK VerySecret.dblack.mail.abusix.zone. A 127.0.1.2
body IN_DBLACK eval:check_uridnsbl('IN_DBLACK')
"""
    message = "From: a@author.com\nSubject: x\n\nsee http://www.link.com/\n"
    with Responder(zones) as responder, Daemon(settings(responder), start=False) as daemon:
        record, file = daemon.folder / "record", daemon.folder / "keys.cf"
        file.write_text(rules)

        def shown(*arguments, text=None):
            run = steelyard(*arguments, text=text)
            assert "verysecret" not in (run.stdout + run.stderr).lower(), run.stdout + run.stderr
            return run.stdout

        checked = shown("check", "--json", "--all", "-c", str(daemon.config), "--rules", str(file), "--client-ip",
                        CLIENT, "--dns", "live", "--record", str(record), text=message)
        expect("hits", sorted(hit["rule"] for hit in json.loads(checked)["hits"]),
               ["IN_DBL", "IN_DBLACK", "IN_HBL", "IN_ZEN", "IN_ZRD"])
        assert "verysecret" not in record.read_text().lower(), record.read_text()
        assert any("5.113.0.203.verysecret.zen" in line.lower() for line in responder.questions())
        again = shown("check", "--json", "--all", "-c", str(daemon.config), "--rules", str(file), "--client-ip",
                      CLIENT, "--dns", str(record), text=message)
        expect("hits by the record", json.loads(again)["hits"], json.loads(checked)["hits"])
        shown("check", "--report", "-c", str(daemon.config), "--rules", str(file), "--client-ip", CLIENT, "--dns",
              "live", text=message)
        assert "check_rbl" in shown("rules", "--rules", str(file), "-c", str(daemon.config), "IN_ZEN")
        assert "zen.dq.spamhaus.net" in shown("dnsbl", "check", "--rules", str(file), "-c", str(daemon.config), CLIENT)
        responder.replace("*. A 127.0.0.2\n")
        shown("check", "--json", "-c", str(daemon.config), "--rules", str(file), "--client-ip", CLIENT, "--dns",
              "live", text=message)


def test_moved():
    """a shipped list that a configuration moves elsewhere keeps its rules' examples: they name the list"""
    with tempfile.TemporaryDirectory() as folder:
        config, secret = os.path.join(folder, "c.yaml"), os.path.join(folder, "key")
        with open(secret, "w") as out:
            out.write("abcdefgh")
        os.chmod(secret, 0o600)
        with open(config, "w") as out:
            out.write("rules: [{yaml: '%s'}]\nscores: {RCVD_IN_ZEN_SBL: 3.0}\n"
                      "dns_lists: {zen: {zone: '{key}.zen.dq.test', secret: '%s'}}\n"
                      % (os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "rules")), secret))
        run = steelyard("lint", "-c", config)
        expect("lint", (run.returncode, run.stderr), (0, ""))


if __name__ == "__main__":
    sys.exit(tap.run(globals()))
