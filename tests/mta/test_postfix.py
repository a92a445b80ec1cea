#!/usr/bin/python3
"""steelyardd behind a real Postfix: the scenarios of any MTA, and XCLIENT's clients."""
import harness
import scenarios
from harness import wait_for

CLIENTS = (
    # XCLIENT's ADDR, what the log must say
    ("198.51.100.7", "198.51.100.7"),
    ("IPV6:2001:db8::25", "2001:db8::25"),
    ("IPV6:::ffff:203.0.113.9", "203.0.113.9"),
)


def clients(kind):
    """IPv4, IPv6 and mapped clients are logged by their own address."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(scenarios.own_rules(scene) + scenarios.ACTIONS)
        mta = scene.mta(milter=daemon.socket)
        for address, logged in CLIENTS:
            session = harness.connect(mta.port)
            code, text = session.docmd("XCLIENT", "NAME=client.example.net ADDR=" + address)
            assert code == 220, text
            session.ehlo()
            code, text = harness.send(session, "x", scenarios.plain("tagme"))
            assert code == 250, text
            session.quit()
            wait_for("the log line of " + logged,
                     lambda logged=logged: daemon.log_lines("client=" + logged))


def international(kind):
    """SMTPUTF8: an address and a Subject in UTF-8 pass and are weighed."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(scenarios.own_rules(scene, "rules:\n  T_U: {header: 'Subject =~ "
                                                  "/Grüße/', score: 6, describe: a test}\n"))
        mta = scene.mta(milter=daemon.socket)
        session = harness.connect(mta.port)
        session.command_encoding = "utf-8"
        assert session.mail("jörg@example.org", ["SMTPUTF8"])[0] == 250
        assert session.rcpt("käthe@steelyard.test")[0] == 250
        assert session.data(scenarios.plain("Grüße"))[0] == 250
        session.quit()
        wait_for("the delivery", lambda: mta.delivered_count() == 1)
        data = next((mta.run / "mail" / "new").glob("*")).read_bytes()
        assert harness.field(data, "x-spam-status").startswith("Yes"), data


def each_setting_once(kind):
    """A setting of the test's own takes the place of postfix.sh's: where processes warn, the log may stand still."""
    with harness.Scene(kind) as scene:
        mta = scene.mta(more=["myhostname = other.steelyard.test"])
        session = harness.connect(mta.port)
        assert session.ehlo_resp.startswith(b"other.steelyard.test"), session.ehlo_resp
        assert harness.send(session, "x", scenarios.plain("fine"))[0] == 250
        session.quit()
        wait_for("the delivery", lambda: "delivered to maildir" in mta.log.read_text())
        assert "warning: " not in mta.log.read_text(), mta.log.read_text()


CASES = scenarios.run("postfix")
CASES.run("postfix: " + clients.__doc__, clients, "postfix")
CASES.run("postfix: " + international.__doc__, international, "postfix")
CASES.run("postfix: " + each_setting_once.__doc__, each_setting_once, "postfix")
CASES.finish()
