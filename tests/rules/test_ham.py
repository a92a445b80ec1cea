#!/usr/bin/python3
"""The shipped rules against mail of our own writing: ordinary mail of today, and spam of today.

Each message stands in ham/ or spam/ beside this script; the table gives the connection it came by.
Ham must stay below 5.0 and spam must reach it, with rules/ as it ships. Prints TAP.
"""
import email
import email.utils
import json
import os
import subprocess
import sys

LIMIT = 5.0

# folder, message: client address, HELO, name of the host, envelope sender, recipient
TABLE = {
    ("ham", "password-reset"):
        ("198.51.100.20", "o14.ptr2201.mail.toolbox.example", "o14.ptr2201.mail.toolbox.example",
         "bounces+1234567-ab12-anna.keller=example.org@em.toolbox.example", "anna.keller@example.org"),
    ("ham", "order-confirmation-de"):
        ("203.0.113.40", "mail.teehaus.example", "mail.teehaus.example",
         "bestellung@teehaus.example", "anna.keller@example.org"),
    ("ham", "newsletter-shop"):
        ("198.51.100.77", "mta-77.news.shop.example", "mta-77.news.shop.example",
         "b-AQ3fL0pZx7qk2m@bounce.news.shop.example", "anna.keller@example.org"),
    ("ham", "receipt-card"):
        ("203.0.113.66", "a9-41.smtp-out.tillpay.example", "a9-41.smtp-out.tillpay.example",
         "010001992a7c1@bounces.tillpay.example", "anna.keller@example.org"),
    ("ham", "ticket-support"):
        ("203.0.113.80", "otrs.hosting.example", "otrs.hosting.example",
         "support@hosting.example", "anna.keller@example.org"),
    ("ham", "invoice-fr"):
        ("192.0.2.130", "smtp.atelier-dubois.example", "smtp.atelier-dubois.example",
         "facturation@atelier-dubois.example", "anna.keller@example.org"),
    ("ham", "offer-pl"):
        ("192.0.2.140", "poczta.hurtownia.example.pl", "poczta.hurtownia.example.pl",
         "m.wisniewski@hurtownia.example.pl", "zakupy@sklep.example.pl"),
    ("ham", "order-ja"):
        ("192.0.2.150", "mail.bungu.example.jp", "mail.bungu.example.jp",
         "order@bungu.example.jp", "suzuki@kaisha.example.jp"),
    ("ham", "business-zh"):
        ("192.0.2.160", "mail.kehu.example.cn", "mail.kehu.example.cn",
         "wangfang@kehu.example.cn", "li@gongsi.example.cn"),
    ("ham", "list-technical"):
        ("192.0.2.170", "lists.project.example", "lists.project.example",
         "dev-bounces+anna=example.org@lists.project.example", "anna.keller@example.org"),
    ("ham", "bounce"):
        ("192.0.2.180", "mx.partner.example", "mx.partner.example",
         "", "anna.keller@example.org"),
    ("ham", "calendar-invite"):
        ("192.0.2.190", "mail-ed1-f48.google.com", "mail-ed1-f48.google.com",
         "3AbCdEfG-calendar@calendar-server.bounces.google.com", "anna.keller@example.org"),
    ("ham", "monitoring"):
        ("192.0.2.201", "mon.example.org", "mon.example.org",
         "nagios@mon.example.org", "ops@example.org"),
    ("ham", "cron-root"):
        ("192.0.2.203", "web3.example.org", "web3.example.org",
         "root@web3.example.org", "root@web3.example.org"),
    ("ham", "iphone-short"):
        ("192.0.2.210", "outbound.qs.icloud.com", "outbound.qs.icloud.com",
         "tom.berger73@icloud.com", "anna.keller@example.org"),
    ("ham", "gmail-person"):
        ("192.0.2.215", "mail-lf1-f52.google.com", "mail-lf1-f52.google.com",
         "julia.brandt88@gmail.com", "anna.keller@example.org"),
    ("ham", "outlook-html-mail"):
        ("192.0.2.220", "EUR05-DB8-obe.outbound.protection.outlook.com", "EUR05-DB8-obe.outbound.protection.outlook.com",
         "hans.mueller@outlook.com", "anna.keller@example.org"),
    ("ham", "forwarded-alias"):
        ("198.51.100.90", "mx2.verein.example.net", "mx2.verein.example.net",
         "SRS0=Xy7k=4Z=apotheke.example=info@verein.example.net", "anna.keller@example.org"),
    ("ham", "parcel-tracking"):
        ("192.0.2.230", "mout4.dhl.de", "mout4.dhl.de",
         "bounce-771@dhl.de", "anna.keller@example.org"),
    ("ham", "bank-statement"):
        ("192.0.2.235", "mx4.sparkasse-musterstadt.example", "mx4.sparkasse-musterstadt.example",
         "service@sparkasse-musterstadt.example", "anna.keller@example.org"),
    ("ham", "verify-address"):
        ("192.0.2.240", "vps2.imkerforum.example", "vps2.imkerforum.example",
         "noreply@imkerforum.example", "anna.keller@example.org"),
    ("ham", "subscription-renewal"):
        ("192.0.2.245", "mail12.streamio.example", "mail12.streamio.example",
         "billing@streamio.example", "anna.keller@example.org"),
    ("ham", "document-sign"):
        ("192.0.2.247", "mail31.signwell.example", "mail31.signwell.example",
         "dse@signwell.example", "anna.keller@example.org"),
    ("ham", "school-newsletter"):
        ("192.0.2.249", "smtp.gs-park.example", "smtp.gs-park.example",
         "sekretariat@gs-park.example", "anna.keller@example.org"),
    ("ham", "job-application"):
        ("192.0.2.251", "mout.gmx.net", "mout.gmx.net",
         "lena.fuchs97@gmx.de", "bewerbung@firma.example.org"),
    ("ham", "code-review"):
        ("192.0.2.252", "out-27.smtp.forge.example", "out-27.smtp.forge.example",
         "noreply@forge.example", "anna.keller@example.org"),
    ("ham", "supplier-quote"):
        ("192.0.2.253", "mail.bearings.example", "mail.bearings.example",
         "sarah.chen@bearings.example", "einkauf@example.org"),
    ("ham", "no-rdns-small-firm"):
        ("203.0.113.77", "mail.maler-krause.example", "",
         "info@maler-krause.example", "anna.keller@example.org"),
    ("ham", "invoice-es"):
        ("192.0.2.31", "out3.talleres-ruiz.example.es", "out3.talleres-ruiz.example.es",
         "facturacion@talleres-ruiz.example.es", "compras@empresa.example.es"),
    ("ham", "security-alert"):
        ("192.0.2.42", "out3.accounts.google.com", "out3.accounts.google.com",
         "no-reply@accounts.google.com", "anna.keller@example.org"),
    ("spam", "phish-invoice"):
        ("203.0.113.141", "win-k2j3h4", "",
         "mike@plumbing-usa.example", "info@example.org"),
    ("spam", "parcel"):
        ("203.0.113.142", "vps-22.cleaning-team.shop", "vps-22.cleaning-team.shop",
         "support@cleaning-team.shop", "info@example.org"),
    ("spam", "crypto"):
        ("203.0.113.143", "mail-qt1-f12.google.com", "mail-qt1-f12.google.com",
         "daniel.trade4471@gmail.com", "info@example.org"),
    ("spam", "seo-pitch"):
        ("203.0.113.144", "mail-pl1-f19.google.com", "mail-pl1-f19.google.com",
         "priya.seoexpert22@gmail.com", "info@example.org"),
    ("spam", "sextortion"):
        ("203.0.113.145", "host-145.pool.isp.example", "host-145.pool.isp.example",
         "x7291@mail.fishing-club.example", "info@example.org"),
    ("spam", "job-scam"):
        ("203.0.113.146", "NAM12-obe.outbound.protection.outlook.com", "NAM12-obe.outbound.protection.outlook.com",
         "recruit.office88@outlook.com", "info@example.org"),
    ("spam", "pills"):
        ("203.0.113.147", "static-147.healthmeds.club", "static-147.healthmeds.club",
         "deals@healthmeds.club", "info@example.org"),
    ("spam", "dating"):
        ("203.0.113.148", "sonic.gate.mail.ne1.yahoo.com", "sonic.gate.mail.ne1.yahoo.com",
         "kristina88x@yahoo.com", "info@example.org"),
    ("spam", "ceo-giftcards"):
        ("203.0.113.149", "mail-pf1-f21.google.com", "mail-pf1-f21.google.com",
         "office.ceo.mail12@gmail.com", "info@example.org"),
    ("spam", "qr-phish"):
        ("203.0.113.150", "vmi77123.contaboserver.example", "vmi77123.contaboserver.example",
         "service@baeckerei-nord.example", "info@example.org"),
    ("spam", "loan"):
        ("203.0.113.151", "mail-io1-f66.google.com", "mail-io1-f66.google.com",
         "loan.finance.desk@gmail.com", "info@example.org"),
    ("spam", "renewal-norton"):
        ("203.0.113.152", "mail-qk1-f77.google.com", "mail-qk1-f77.google.com",
         "jennifer.pay8812@gmail.com", "info@example.org"),
    ("spam", "casino"):
        ("203.0.113.153", "luckyspins.icu", "luckyspins.icu",
         "promo@luckyspins.icu", "info@example.org"),
    ("spam", "factory-pitch"):
        ("203.0.113.154", "smtp-sunny-led.example.cn", "smtp-sunny-led.example.cn",
         "sales07@sunny-led.example.cn", "info@example.org"),
    ("spam", "419"):
        ("203.0.113.155", "webmail.school-lycee.example", "webmail.school-lycee.example",
         "info@school-lycee.example", "info@example.org"),
}


def sent(path):
    """When the message says it was written, in seconds since 1970: it comes in a minute later."""
    with open(path, "rb") as file:
        date = email.message_from_binary_file(file)["Date"]
    return int(email.utils.parsedate_to_datetime(date).timestamp()) if date else 0


def score(steelyard, rules, path, flags):
    """One message's score and its hits."""
    ip, helo, rdns, sender, rcpt = flags
    command = [steelyard, "check", "--json", "--rules", rules, "--client-ip", ip, "--helo", helo,
               "--from", sender, "--rcpt", rcpt, "--now", str(sent(path) + 60)]
    if rdns:
        command += ["--rdns", rdns]
    done = subprocess.run(command + [path], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    verdict = json.loads(done.stdout)
    return verdict["score"], verdict["hits"]


def told(hits):
    """The hits as a line, the heaviest first."""
    weights = sorted(((h["score"], h["rule"]) for h in hits), reverse=True)
    return ", ".join("%s %.1f" % (name, weight) for weight, name in weights)


def main():
    top = os.environ.get("TOP_SRCDIR", ".")
    steelyard = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "steelyard")
    folder = os.path.join(top, "tests", "rules")
    failed = 0
    for (kind, name), flags in TABLE.items():
        path = os.path.join(folder, kind, name + ".eml")
        got, hits = score(steelyard, os.path.join(top, "rules"), path, flags)
        fine = got < LIMIT if kind == "ham" else got >= LIMIT
        failed += not fine
        want = "below" if kind == "ham" else "at least"
        print("%s - %s/%s: got %.1f, want %s %.1f"
              % ("ok" if fine else "not ok", kind, name, got, want, LIMIT))
        if not fine or "-v" in sys.argv[1:]:
            print("# " + told(hits))
    strays = {(kind, name[:-4]) for kind in ("ham", "spam")
              for name in os.listdir(os.path.join(folder, kind))} - set(TABLE)
    print("%s - every message stands in the table %s"
          % ("not ok" if strays else "ok", sorted(strays) or ""))
    return 1 if failed or strays else 0


if __name__ == "__main__":
    sys.exit(main())
