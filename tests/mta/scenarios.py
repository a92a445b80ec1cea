"""scenarios.py - what must hold behind any MTA; test_postfix.py and test_sendmail.py run it

Each scenario starts its own MTA and steelyardd. In the sample (make
check-mta) a few hundred messages pass; STEELYARD_LONG=1 takes the full
figures.
"""
import concurrent.futures
import os
import signal
import sys
import threading
import time

import harness
from harness import wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "dns"))
from nsd import Nsd, program as nsd_program  # noqa: E402
from responder import Responder  # noqa: E402

NOW = 1795000000
MESSAGES = 1000 if harness.LONG else 150
RELOAD_MESSAGES = 2000 if harness.LONG else 300
RELOADS = 20
HALF_SENT = 20


def plain(subject, text="hello\r\n", more=""):
    return ("From: A <a@example.org>\r\nTo: b@steelyard.test\r\nSubject: %s\r\n"
            "Date: Fri, 20 Nov 2026 09:12:40 +0000\r\nMessage-ID: <x.1@example.org>\r\n%s\r\n%s"
            % (subject, more, text)).encode()


GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"

# Rules of the test's own, so that what is asserted does not move with the shipped scores.
RULES = """rules:
  T_WORD_TAG: {header: 'Subject =~ /tagme/', score: 6, describe: a test}
  T_WORD_QUARANTINE: {header: 'Subject =~ /quarantineme/', score: 20, describe: a test}
  T_WORD_REJECT: {header: 'Subject =~ /rejectme/', score: 50, describe: a test}
"""
ACTIONS = ("thresholds: {tag: 5, quarantine: 15, reject: 30}\nlocal: scan\n"
           "reject_text: '550 5.7.1 Refused, 100% spam'\n")


def own_rules(scene, text=RULES):
    path = scene.folder / "rules.yaml"
    temporary = path.with_suffix(".new")
    temporary.write_text(text)
    temporary.rename(path)
    return "rules: [{yaml: '%s'}]\n" % path


def actions(kind):
    """tag, quarantine and reject each do to a message what the configuration says."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene) + ACTIONS)
        mta = scene.mta(milter=daemon.socket)
        session = harness.connect(mta.port)
        forged = "X-Spam-Flag: NO\r\nx-spam-status: No, forged\r\nX-SPAM-STATUS: No, again\r\n"
        assert harness.send(session, "pass", plain("fine", more=forged))[0] == 250
        assert harness.send(session, "tag", plain("tagme", more=forged))[0] == 250
        assert harness.send(session, "quarantine", plain("quarantineme"))[0] == 250
        code, text = harness.send(session, "reject", plain("rejectme"))
        assert (code, text) == (550, "5.7.1 Refused, 100% spam"), (code, text)
        wait_for("two deliveries", lambda: mta.delivered_count() == 2)
        wait_for("one held", lambda: mta.held_count() == 1)
        found = mta.delivered()
        status = harness.field(found["tag"][0], "x-spam-status")
        assert status.startswith("Yes, score=6.0"), status
        assert harness.field(found["tag"][0], "x-spam-flag") == "YES"
        status = harness.field(found["pass"][0], "x-spam-status")
        assert status.startswith("No, score=0.0"), status
        for name in ("pass", "tag"):
            assert b"forged" not in found[name][0] and b"again" not in found[name][0]
        assert harness.field(found["pass"][0], "x-spam-flag") is None


EARLY_RULES = """rules:
  T_NAMELESS: {function: 'check_fcrdns_none()', score: 20, describe: a test}
  T_SENDER: {header: 'EnvelopeFrom =~ /^bad@/', score: 20, describe: a test}
"""
EARLY = "thresholds: {tag: 5, reject: 15}\nreject_text: '550 5.7.1 Not from you'\nearly: [%s]\n"
NAMED = "%s PTR client.example.org.\nclient.example.org A %s\n" % (
    ".".join(reversed(harness.CLIENT.split("."))) + ".in-addr.arpa", harness.CLIENT)


def is_refused(reply):
    """With reject_text, which Sendmail has behind the address."""
    code, text = reply
    assert code == 550 and text.startswith(b"5.7.1 ") and text.endswith(b"Not from you"), reply


def early(kind):
    """what is certain before the message comes is refused at once, and no more than that"""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene, EARLY_RULES) + EARLY % "rcpt", dns="")
        mta = scene.mta(milter=daemon.socket)
        session = harness.connect(mta.port)
        assert session.mail(harness.SENDER)[0] == 250
        is_refused(session.rcpt("user@" + harness.DOMAIN))
        assert session.rcpt("postmaster@" + harness.DOMAIN)[0] == 250
        is_refused(session.rcpt("other@" + harness.DOMAIN))
        assert session.data(plain("x"))[0] == 550  # the whole message is rejected as ever
        session.quit()
        lines = wait_for("three log lines", lambda: daemon.log_lines("event=message")[2:] and
                         daemon.log_lines("event=message"))
        assert [" early=rcpt " in line for line in lines] == [True, True, False], lines
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene, EARLY_RULES) + EARLY % "connect, mail", dns=NAMED)
        mta = scene.mta(milter=daemon.socket)
        session = harness.connect(mta.port)
        is_refused(session.mail("bad@example.org"))
        assert harness.send(session, "good", plain("x"))[0] == 250
        session.quit()
        wait_for("the delivery", lambda: mta.delivered_count() == 1)
        assert len(daemon.log_lines(" early=mail ")) == 1
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene, EARLY_RULES) + EARLY % "connect", dns="")
        mta = scene.mta(milter=daemon.socket)
        code, text = harness.refused(mta.port)
        assert 500 <= code <= 599, (code, text)
        assert daemon.log_lines(" early=connect ")


# What each of these answers, or does not: tests/dns/responder.py tells how.
ILL = ("servfail", "refused", "wrong-name", "wrong-id", "garbage", "cut", "dead")
WELL = ("slow", "truncated", "no-edns")
DEADLINE_S = 4


def list_rules(zones):
    """A rule ON_NAME for each {name: (zone, answer)}."""
    return "".join("  ON_%s: {function: 'check_rbl(\"%s\", \"%s.\", \"%s\")', tags: [net], score: 1, "
                   "describe: Listed}\n" % (name, name.lower(), zone, answer)
                   for name, (zone, answer) in zones.items())


def hits_of(kind, zones, rules, servers):
    """The log line of one message, and how long its sender waited."""
    # The field of authentication would ask more than the rules do.
    settings = ("dns: {servers: ['%s'], list_tests: 0s, deadline: %ds, timeout: 1500ms}\n"
                "auth: {field: false}\n" % (servers, DEADLINE_S))
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene, "rules:\n" + list_rules(zones) + rules) + settings)
        mta = scene.mta(milter=daemon.socket)
        session = harness.connect(mta.port)
        start = time.monotonic()
        assert harness.send(session, "x", plain("fine"), "a@n1.endless.test")[0] == 250
        took = time.monotonic() - start
        session.quit()
        wait_for("the delivery", lambda: mta.delivered_count() == 1)
        line = wait_for("the log", lambda: daemon.log_lines("event=message"))[0]
    assert took < DEADLINE_S + 1, took
    return line, took


def ill_dns(kind):
    """name servers that err, lie or stay silent cost a message its lists, and no more than the deadline"""
    zones = {word.upper().replace("-", "_"): (word + ".test", "127.0.0.2") for word in ILL + WELL}
    rules = ("  SPF_ENDLESS: {function: check_for_spf_permerror(), tags: [net], score: 1, describe: No end}\n"
             "  NOT_DEAD: {meta: '!ON_DEAD', score: 1, describe: A guess}\n")
    with Responder() as responder:
        line, took = hits_of(kind, zones, rules, responder.address)
        texts = len([question for question in responder.questions() if ".endless.test" in question])
    print("# %s: %.2f s, deadline %d s; SPF's endless chain was followed %d steps: %s" %
          (kind, took, DEADLINE_S, texts, line[line.find(" score="):]))
    for word in WELL:
        assert "ON_" + word.upper().replace("-", "_") in line.split(" hits=")[1].split(" ")[0], line
    for word in ILL:
        assert "ON_" + word.upper().replace("-", "_") not in line.split(" hits=")[1].split(" ")[0], line
    assert "SPF_ENDLESS" in line and "NOT_DEAD" not in line.split(" hits=")[1].split(" ")[0], line
    assert texts <= 11, texts


def real_dns(kind):
    """a real name server: listed, not listed, a wildcard, an operator's error code"""
    reverse = ".".join(reversed(harness.CLIENT.split(".")))
    zones = {"listed.example": reverse + " A 127.0.0.2\n", "clean.example": "2.0.0.127 A 127.0.0.2\n",
             "world.example": "* A 127.0.0.2\n", "error.example": reverse + " A 127.255.255.254\n"}
    rules = {zone.split(".")[0].upper(): (zone, "127.0.0.2") for zone in zones}
    with Nsd(zones) as nsd:
        line, took = hits_of(kind, rules, "", nsd.address)
    print("# %s: %.2f s:%s" % (kind, took, line[line.find(" score="):]))
    hits = line.split(" hits=")[1].split(" ")[0]
    assert "ON_LISTED" in hits and "ON_WORLD" in hits, line
    assert "ON_CLEAN" not in hits and "ON_ERROR" not in hits, line
    assert "error code 127.255.255.254" in line and "no answer for ON_ERROR" in line, line


def equality(kind):
    """Delivered once, equal byte for byte to a control run, verdict equal to `check`."""
    messages = harness.corpus_messages(MESSAGES)
    with harness.Scene(kind) as scene:
        daemon = scene.daemon("headers: {X-Spam-Status: 'tests=_TESTSSCORES(,)_'}\n", now=NOW)
        control = scene.mta("control")
        weighed = scene.mta("weighed", milter=daemon.socket)
        taken = []
        for mta in (control, weighed):
            replies = harness.send_all(mta.port, messages)
            taken.append({name for name, reply in replies.items() if reply[-1][0] == 250})
            wait_for("all to be delivered",
                     lambda mta=mta: mta.delivered_count() >= len(taken[-1]), 300)
        # Sendmail hangs up on a bare CR; with the filter it must refuse the same and no more.
        assert taken[0] == taken[1], "refused: %s" % sorted(taken[0] ^ taken[1])[:5]
        assert len(taken[0]) > 0.95 * len(messages), "only %d were taken" % len(taken[0])
        messages = [message for message in messages if message[0] in taken[0]]
        expected, found = control.delivered(), weighed.delivered()
        twice = [name for name, copies in found.items() if len(copies) != 1]
        assert not twice and len(found) == len(messages), "delivered twice: %s" % twice[:5]
        changed = [name for name in found if harness.without_ours(found[name][0]) !=
                   harness.without_ours(expected[name][0])]
        assert not changed, "%d changed: %s" % (len(changed), changed[:5])
        different = compare_verdicts(scene, daemon, messages, found)
        assert not different, "%d verdicts differ: %s" % (len(different), different[:3])
        return "%d messages" % len(messages)


def parsed(tests):
    """{rule: score} of "A=1,B=2.5"."""
    pairs = [test.split("=") for test in tests.split(",") if "=" in test]
    return {name: round(float(score), 3) for name, score in pairs}


def compare_verdicts(scene, daemon, messages, found):
    def one(message):
        name, data = message
        path = scene.folder / (name + ".eml")
        path.write_bytes(data)
        verdict = harness.check_json(path, name, daemon.config, NOW)
        path.unlink()
        got = harness.field(found[name][0], "x-spam-status").replace(" ", "")
        want = ",".join("%s=%g" % (hit["rule"], hit["score"]) for hit in verdict["hits"])
        if parsed(got.partition("=")[2]) != parsed(want):
            return (name, got, want)
        return None

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [difference for difference in pool.map(one, messages) if difference]


def killed(kind):
    """kill -9 in the middle: the MTA answers as configured, nothing is lost or doubled."""
    messages = [("k%d" % i, plain("number %d" % i)) for i in range(60)]
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene) + ACTIONS)
        mta = scene.mta(milter=daemon.socket, default_action="tempfail")
        some = threading.Event()
        seen = []

        def on_reply(name, reply):
            seen.append(name)
            if len(seen) == 20:
                daemon.signal(signal.SIGKILL)
                some.set()

        replies = harness.send_all(mta.port, messages, 5, on_reply)
        assert some.is_set()
        daemon.wait()
        codes = {name: reply[-1][0] for name, reply in replies.items()}
        assert set(codes.values()) <= {250, 421, 451}, set(codes.values())
        assert any(code != 250 for code in codes.values()), "nothing was tempfailed"
        daemon.start()
        again = [message for message in messages if codes[message[0]] != 250]
        wait_for("service to be back", lambda: harness.send_all(
            mta.port, [("probe", plain("probe"))], 1)["probe"][-1][0] == 250)
        for name, reply in harness.send_all(mta.port, again, 5).items():
            assert reply[-1][0] == 250, (name, reply)
        names = {message[0] for message in messages}
        wait_for("all to be delivered", lambda: names <= set(mta.delivered()))
        twice = [name for name, copies in mta.delivered().items()
                 if len(copies) > 1 and name != "probe"]
        assert not twice, twice
        return "%d were tempfailed and sent again" % len(again)


def drained(kind):
    """SIGTERM with messages half sent: each gets its verdict, a new one the fail action."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene) + ACTIONS + "fail_action: tempfail\n")
        mta = scene.mta(milter=daemon.socket)
        sessions = [harness.connect(mta.port) for _ in range(HALF_SENT)]
        for i, session in enumerate(sessions):
            assert session.mail(harness.SENDER)[0] == 250
            assert session.rcpt("d%d@%s" % (i, harness.DOMAIN))[0] == 250
            session.putcmd("data")
            assert session.getreply()[0] == 354
            session.send(plain("tagme")[:60])
        daemon.signal(signal.SIGTERM)
        wait_for("the drain to begin", lambda: daemon.log_lines("event=drain"))
        late = harness.connect(mta.port)
        code, _ = harness.send(late, "late", plain("late"))
        assert code in (451, 421), code
        for session in sessions:
            session.send(plain("tagme")[60:] + b".\r\n")
            reply = session.getreply()
            assert reply[0] == 250, reply
            session.quit()
        late.close()
        assert daemon.wait() == 0, daemon.process.returncode
        wait_for("all to be delivered", lambda: mta.delivered_count() == HALF_SENT)
        for name, copies in mta.delivered().items():
            status = harness.field(copies[0], "x-spam-status")
            assert len(copies) == 1 and status and status.startswith("Yes"), (name, status)


def reloaded(kind):
    """SIGHUPs under load: none fails, and each is scored by one ruleset or the other."""
    one = "rules:\n  T_A: {header: 'Subject =~ /number/', score: 1, describe: one}\n" \
          "  T_B: {body: '/hello/', score: 1, describe: one}\n"
    other = one.replace("score: 1", "score: 3").replace("T_", "U_")
    messages = [("r%d" % i, plain("number %d" % i)) for i in range(RELOAD_MESSAGES)]
    with harness.Scene(kind) as scene:
        rules = own_rules(scene, one)
        headers = "headers: {X-Spam-Status: '_YESNO_, score=_SCORE_ tests=_TESTS(,)_ " \
                  "ruleset=_RULESETID_'}\n"
        daemon = scene.daemon(rules + "local: scan\n" + headers)
        mta = scene.mta(milter=daemon.socket)
        done = []
        reloads = []

        def on_reply(name, reply):
            done.append(name)
            if len(done) % (RELOAD_MESSAGES // RELOADS) == 0:
                reloads.append(name)
                own_rules(scene, other if len(reloads) % 2 else one)
                daemon.signal(signal.SIGHUP)

        replies = harness.send_all(mta.port, messages, 10, on_reply)
        failed = {name: reply for name, reply in replies.items() if reply[-1][0] != 250}
        assert not failed, dict(list(failed.items())[:3])
        assert len(reloads) == RELOADS
        wait_for("all to be delivered", lambda: mta.delivered_count() == len(messages), 300)
        seen = {}
        for copies in mta.delivered().values():
            status = harness.field(copies[0], "x-spam-status")
            _, _, ruleset = status.partition("ruleset=")
            seen.setdefault(ruleset, set()).add(status.partition(" ruleset=")[0])
        assert len(seen) == 2, seen
        assert all(len(verdicts) == 1 for verdicts in seen.values()), seen
        assert {frozenset(v) for v in seen.values()} == {
            frozenset(["No, score=2.0 tests=T_A,T_B"]),
            frozenset(["Yes, score=6.0 tests=U_A,U_B"])}, seen
        return "%d messages, %d reloads" % (len(messages), RELOADS)


def bad_reload(kind):
    """A bad file is refused with its place, and the old ruleset stays live."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene) + ACTIONS)
        mta = scene.mta(milter=daemon.socket)
        own_rules(scene, "rules:\n  T_BAD: {header: 'Subject =~ /(/', score: 1}\n")
        daemon.signal(signal.SIGHUP)
        wait_for("the refusal", lambda: daemon.log_lines("rules.yaml:2:"))
        session = harness.connect(mta.port)
        assert harness.send(session, "still", plain("rejectme"))[0] == 550
        session.quit()


def fail_open(kind):
    """With default_action accept, mail passes while the daemon is away."""
    with harness.Scene(kind) as scene:
        daemon = scene.daemon(own_rules(scene) + ACTIONS)
        mta = scene.mta(milter=daemon.socket, default_action="accept")
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        session = harness.connect(mta.port)
        assert harness.send(session, "open", plain("tagme"))[0] == 250
        wait_for("the delivery", lambda: mta.delivered_count() == 1)
        session.quit()


def run(kind):
    harness.own_network()
    cases = harness.Cases()
    for scenario in (actions, early, ill_dns, bad_reload, fail_open, killed, drained, reloaded):
        cases.run("%s: %s" % (kind, scenario.__doc__), scenario, kind)
    missing = None if nsd_program() else "nsd is not installed"
    cases.run("%s: %s" % (kind, real_dns.__doc__), real_dns, kind, skip=missing)
    missing = None if harness.corpus_messages(1) else "STEELYARD_CORPUS is not set"
    cases.run("%s: %s" % (kind, equality.__doc__), equality, kind, skip=missing)
    return cases
