#!/usr/bin/python3
"""test_evals.py - eval functions that carry SpamAssassin's names hit where SpamAssassin's hit

Each call below becomes a rule of one .cf file that both programs read, and both check the same messages: the public corpus
($STEELYARD_CORPUS, else corpus/package/data in the build folder) and the lists and bounces of the test
data beside the repository. A seeded sample in `make check`; everything with STEELYARD_LONG=1. Skips what is
not there, and all of it without SpamAssassin 4.0.1. Prints TAP, a case for each call. A call fails where
fewer than SAME of the messages have one answer, or where more differ than a tenth of SpamAssassin's hits
and SPARE.

    test_evals.py [CALL...]     with a part of their text: only those calls, and every difference told
"""
import json
import os
import random
import subprocess
import sys
import tempfile

SEED = 11
SAMPLE = 150
BATCH = 400			# messages a run: keeps the argument list short
SHOWN = 3			# differences that are told of a call
SAME = 0.995
SHARE = 0.10
SPARE = 2

PLUGINS = ["AntiVirus", "AuthRes", "BodyEval", "FreeMail", "FromNameSpoof", "HeaderEval", "HTMLEval",
           "HTTPSMismatch", "ImageInfo", "MIMEEval", "PDFInfo", "RelayEval", "URIEval", "VBounce",
           "WelcomeListSubject", "WLBLEval"]

# The same to both: SpamAssassin's stock files set the first, which is our default too, and tell it the
# top-level domains that there are.
SETTINGS = """originating_ip_headers X-Yahoo-Post-IP X-Originating-IP X-Apparently-From X-SenderIP X-AOL-IP
originating_ip_headers X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp
ok_locales en ru
include /usr/share/spamassassin/20_aux_tlds.cf
"""

# What the functions that look in lists find there: {directive: entries, one a line for SpamAssassin}.
ENTRIES = {
    "blocklist_from": ["*@yahoo.com", "*@hotmail.com", "*@*.net"],
    "blocklist_subject": ["money", "re:*spam"],
    "blocklist_to": ["*@*.ie"],
    "def_welcomelist_from_rcvd": ["*@*.org [64]", "*@*.net net"],
    "freemail_domains": ["yahoo.*", "yahoo.co*.*", "hotmail.com", "gmail.com", "aol.com", "msn.com", "mail?.com",
                         "sourceforge.net", "ibm.com", "redhat.com", "web.de"],
    "freemail_welcomelist": ["linuxppc.example", "exmh-workers@redhat.com"],
    "more_spam_to": ["?illmann@*", "*fork*"],
    "all_spam_to": ["*-users@*"],
    "welcomelist_allows_relays": ["*@sourceforge.net"],
    "welcomelist_bounce_relays": ["*.com", "mail.*"],
    "welcomelist_from": ["*-admin@*", "*@cnet.com"],
    "welcomelist_from_rcvd": ["*@*.com com", "*@linux.ie [193.120.0.0/16]", "*@* [127.0.0.1]", "*@*.edu edu"],
    "welcomelist_subject": ["[?lug]", "zzzzteana"],
    "welcomelist_to": ["*@*.org"],
}
NAMED_ADDRESSES = {"SENDERS": ["*@*.com", "*sourceforge*"]}
NAMED_HOSTS = {"BLOCK": ["net", "!sourceforge.net"], "HOSTS": ["com", "!yahoo.com", "groups.yahoo.com"],
               "WELCOME": ["org", "192.0.2.1"]}

HEADER = [
    "check_all_trusted()", "check_authres_result('dkim', 'missing')", "check_authres_result('dkim', 'pass')",
    "check_authres_result('spf', 'pass')", "check_equal_from_domains()", "check_for_fake_aol_relay_in_rcvd()",
    "check_for_faraway_charset_in_headers()", "check_for_forged_eudoramail_received_headers()",
    "check_for_forged_gmail_received_headers()", "check_for_forged_gw05_received_headers()",
    "check_for_forged_hotmail_received_headers()", "check_for_forged_juno_received_headers()",
    "check_for_forged_received_ip_helo()", "check_for_forged_received_trail()",
    "check_for_forged_yahoo_received_headers()", "check_for_from_domain_in_received_headers('aol.com', 'false')",
    "check_for_from_domain_in_received_headers('com', 'true')",
    "check_for_from_domain_in_received_headers('hotmail.com', 'true')",
    "check_for_from_domain_in_received_headers('yahoo.com', 'false')", "check_for_illegal_ip()",
    "check_for_matching_env_and_hdr_from()", "check_for_missing_to_header()", "check_for_msn_groups_headers()",
    "check_for_no_hotmail_received_headers()", "check_for_no_rdns_dotcom_helo()", "check_for_numeric_helo()",
    "check_for_sender_no_reverse()",
    "check_for_shifted_date('-12', '-6')", "check_for_shifted_date('-24', '-12')",
    "check_for_shifted_date('-48', '-24')", "check_for_shifted_date('-6', '-3')",
    "check_for_shifted_date('-96', '-48')", "check_for_shifted_date('12', '24')",
    "check_for_shifted_date('24', '48')", "check_for_shifted_date('3', '6')", "check_for_shifted_date('48', '96')",
    "check_for_shifted_date('6', '12')", "check_for_shifted_date('96', 'undef')",
    "check_for_shifted_date('undef', '-96')", "check_for_to_in_subject('address')",
    "check_for_to_in_subject('user')", "check_for_unique_subject_id()", "check_fromname_contains_email()",
    "check_fromname_different()", "check_fromname_domain_differ()", "check_fromname_owners_differ()",
    "check_fromname_equals_replyto()", "check_fromname_equals_to()",
    "check_fromname_spoof()", "check_header_count_range('Content-Type', '2', '999')",
    "check_header_count_range('Received', '2', '3')", "check_header_count_range('Subject', '2', '999')",
    "check_illegal_chars('ALL', '0.010', '2')", "check_illegal_chars('From', '0.20', '2')",
    "check_illegal_chars('Subject', '0.00', '2')", "check_mailfrom_matches_rcvd()",
    "check_forged_in_default_welcomelist()", "check_forged_in_welcomelist()", "check_from_in_blocklist()",
    "check_freemail_body()", "check_freemail_body('^[a-m]')", "check_freemail_from()",
    "check_freemail_header('Cc')", "check_freemail_header('Reply-To')",
    "check_freemail_replyto('reply')", "check_freemail_replyto('replyto')",
    "check_from_in_default_welcomelist()", "check_from_in_list('SENDERS')", "check_from_in_welcomelist()",
    "check_replyto_in_list('SENDERS')", "check_subject_in_blocklist()", "check_subject_in_welcomelist()",
    "check_to_in_all_spam()", "check_to_in_blocklist()", "check_to_in_list('SENDERS')", "check_to_in_more_spam()",
    "check_to_in_welcomelist()", "check_uri_host_listed('HOSTS')",
    "check_messageid_not_usable()", "check_no_relays()", "check_outlook_message_id()",
    "check_ratware_envelope_from()", "check_ratware_name_id()", "check_relays_unparseable()", "check_unresolved_template()",
    "gated_through_received_hdr_remover()", "helo_ip_mismatch()", "received_within_months('0', '60')",
    "received_within_months('200', '260')", "received_within_months('260', 'undef')", "similar_recipients('0.20', '0.65')",
    "similar_recipients('0.65', 'undef')", "sorted_recipients()", "subject_is_all_caps()",
]

BODY = [
    "check_abundant_unicode_ratio('0.02')", "check_base64_length('60', '77')", "check_base64_length('78', '79')",
    "check_base64_length('79')", "check_blank_line_ratio('0', '20', '4')", "check_blank_line_ratio('20', '50', '4')",
    "check_blank_line_ratio('50', '80', '4')", "check_blank_line_ratio('80', '90', '4')",
    "check_body_length('1024')", "check_body_length('256')", "check_for_ascii_text_illegal()",
    "check_for_mime('mime_attachment')", "check_for_mime('mime_bad_iso_charset')",
    "check_for_mime('mime_base64_blanks')", "check_for_mime('mime_base64_count')",
    "check_for_mime('mime_base64_encoded_text')", "check_for_mime('mime_base64_illegal')",
    "check_for_mime('mime_html_count')", "check_for_mime('mime_html_no_charset')",
    "check_for_mime('mime_missing_boundary')", "check_for_mime('mime_multipart_alternative')",
    "check_for_mime('mime_qp_count')", "check_for_mime('mime_qp_illegal')", "check_for_mime('mime_qp_long_line')",
    "check_for_mime_html()", "check_for_mime_html_only()", "check_for_uppercase('0', '25')",
    "check_for_uppercase('25', '50')", "check_for_uppercase('50', '75')", "check_for_uppercase('75', '100')",
    "check_https_http_mismatch('1', '10')", "check_https_ip_mismatch()", "check_iframe_src()",
    "check_ma_non_text()", "check_mime_multipart_ratio('0.00', '0.01')",
    "check_mime_multipart_ratio('0.01', '0.5')", "check_mime_multipart_ratio('0.5', '1')",
    "check_msg_parse_flags('missing_head_body_separator')", "check_msg_parse_flags('missing_mime_headers')",
    "check_msg_parse_flags('missing_mime_head_body_separator')", "check_msg_parse_flags('truncated_header')",
    "check_uri_host_in_blocklist()", "check_uri_host_in_welcomelist()",
    "check_uri_truncated()", "check_welcomelist_bounce_relays()", "html_eval('length', '< 384')", "html_eval('length', '>= 5000')",
    "html_image_only('0', '1600')", "html_image_only('1600', '2400')", "html_image_ratio('0.000', '0.004')",
    "html_image_ratio('0.004', '0.008')", "html_range('backhair_count', '0', '1000')",
    "html_range('bad_tag_ratio', '0.10', '0.50')", "html_range('closed_extra_ratio', '0', '1')",
    "html_range('max_size', '4', '1000')", "html_range('min_size', '0', '1')",
    "html_range('non_element_ratio', '0.10', '0.50')", "html_range('obfuscation_ratio', '0', '1')",
    "html_tag_balance('body', '!= 0')", "html_tag_balance('head', '!= 0')", "html_tag_exists('body')",
    "html_tag_exists('center')", "html_tag_exists('form')", "html_tag_exists('script')", "html_test('embeds')",
    "html_test('font_face_bad')", "html_test('font_invalid_color')", "html_test('font_low_contrast')",
    "html_test('form_action_mailto')", "html_test('html')", "html_text_match('anchor', '<img>')",
    "html_text_match('anchor', '(?i)click')", "html_text_match('comment', '<!.*?>')",
    "html_text_match('script', '.')", "html_text_match('title', '[a-z]{4}')",
    "html_title_subject_ratio('3.5')", "image_count('all', '1')", "image_count('gif', '1', '1')",
    "image_count('jpeg', '1')", "image_count('png', '2')", "image_name_regex('^image\\d+')",
    "image_size_range('all', '0', '0', '100', '100')", "image_size_range('gif', '200', '200')",
    "image_to_text_ratio('all', '0.000', '0.008')", "image_to_text_ratio('gif', '0.000', '0.1')",
    "multipart_alternative_difference('20', '99')",
    "multipart_alternative_difference('99', '100')", "pdf_count('1')", "pdf_image_count('1')",
    "pdf_image_size_range('100', '100')", "pdf_is_empty_body('200')", "pdf_is_encrypted()",
    "pdf_match_details('created', '/^20/')", "pdf_match_details('creator', '/./')",
    "pdf_match_details('producer', '/[Mm]icrosoft/')", "pdf_match_details('title', '/./')",
    "pdf_name_regex('/[0-9]/')", "pixel_coverage('all', '62500', '300000')",
    "pixel_coverage('gif', '180000', '475000')", "pixel_coverage('jpeg', '1')",
    "pixel_coverage('png', '1', '40000')", "tvd_vertical_words('0', '10')",
    "tvd_vertical_words('10', '20')", "tvd_vertical_words('20', '50')", "tvd_vertical_words('50', '100')",
]

# Of parts, HTML and text, too.
TEXT = [
    "check_blank_line_ratio('0', '10')", "check_for_faraway_charset()", "check_for_http_redirector()",
    "check_for_mime('mime_body_html_count')", "check_for_mime('mime_body_text_count')",
    "check_for_mime('mime_faraway_charset')", "check_for_mime('mime_html_charsets')",
    "check_for_mime('mime_qp_bytes')", "check_for_mime('mime_text_unicode_ratio')",
    "check_for_mime('mimepart_limit_exceeded')", "check_https_http_mismatch('1')",
    "check_https_http_mismatch('2', '5')", "check_microsoft_executable()",
    "check_msg_parse_flags('mime_epilogue_exists')", "check_qp_ratio('0.05')", "check_qp_ratio('0.2')",
    "check_stock_info('1')", "check_stock_info('2')", "check_suspect_name()", "html_charset_faraway()",
    "html_eval('image_area', '> 0')", "html_image_only('0', '400')", "html_image_only('2400', '2800')",
    "html_range('bad_tag_ratio', '0', '1')", "html_range('html_length', '0', '100')",
    "html_range('length', '5000', 'inf')", "html_range('non_element_ratio', '0', '1')",
    "html_text_not_match('title', '[a-z]{4}')", "html_title_subject_ratio('0.5')",
    "html_title_subject_ratio('1')", "multipart_alternative_difference('0', '20')",
    "multipart_alternative_difference('50', 'undef')", "multipart_alternative_difference_count('1', '10')",
    "multipart_alternative_difference_count('3', '1')", "plaintext_body_length('0', '300')",
    "plaintext_body_sig_ratio('0', '2')", "plaintext_body_sig_ratio('5')", "plaintext_sig_length('1')",
    "plaintext_sig_length('100', '400')",
]

top = os.environ.get("TOP_SRCDIR", ".")
build = os.environ.get("TOP_BUILDDIR", ".")
data = os.environ.get("STEELYARD_TESTDATA", os.path.join(top, "..", "shared"))
corpus = os.environ.get("STEELYARD_CORPUS", os.path.join(build, "corpus", "package", "data"))


def messages():
    """Paths of all messages that are here."""
    found = []
    for folder, ending in ((corpus, ".txt"), (os.path.join(data, "mail", "list-ham", "ham"), ""),
                           (os.path.join(data, "mail", "list-spam", "spam"), ""),
                           (os.path.join(data, "mail", "bounces"), "")):
        for root, _, names in os.walk(folder):
            found += [os.path.join(root, name) for name in names if name.endswith(ending)]
    return sorted(found)


def write_settings(out):
    """The lists in SpamAssassin's words."""
    for directive, entries in ENTRIES.items():
        for entry in entries:
            print(directive, entry, file=out)
    for directive, lists in (("enlist_addrlist", NAMED_ADDRESSES), ("enlist_uri_host", NAMED_HOSTS)):
        for name, entries in lists.items():
            print("%s (%s) %s" % (directive, name, " ".join(entries)), file=out)


def write_rules(folder, calls):
    """A file that both programs read, with a rule for each call; its path."""
    rules = os.path.join(folder, "evals.cf")
    named = {call.split("(")[0] for call in HEADER}
    with open(rules, "w", encoding="utf-8") as out:
        out.write(SETTINGS)
        for plugin in ["Check"] + PLUGINS:
            print("loadplugin Mail::SpamAssassin::Plugin::" + plugin, file=out)
        write_settings(out)
        for number, call in calls:
            print("%s E%d eval:%s" % ("header" if call.split("(")[0] in named else "body", number, call), file=out)
            print("score E%d 0.01" % number, file=out)
    return rules


def theirs(folder, calls, paths):
    """{path: the numbers of the calls that hit in SpamAssassin}; None in their place when it gave up."""
    script = os.path.join(top, "tests", "oracle", "sa_evals.pl")
    text = subprocess.run(["perl", script, write_rules(folder, calls)], input="".join(p + "\n" for p in paths),
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=True).stdout
    hits = {}
    for line in text.splitlines():
        path, names = line.split("\t")
        hits[path] = None if names == "died" else {int(name[1:]) for name in names.split()}
    return hits


def ours(folder, calls, paths):
    """The same of steelyard."""
    rules = write_rules(folder, calls)
    hits = {}
    for start in range(0, len(paths), BATCH):
        batch = paths[start:start + BATCH]
        text = subprocess.run([os.path.join(build, "steelyard"), "check", "--json", "--all", "--rules", rules] + batch,
                              stdout=subprocess.PIPE, encoding="utf-8", check=False).stdout
        for path, line in zip(batch, text.splitlines()):
            hits[path] = {int(h["rule"][1:]) for h in json.loads(line).get("hits", [])}
    return hits


def report(number, call, want, got, shown):
    """Prints the case of one call; whether it holds."""
    paths = [p for p in want if want[p] is not None]
    extra = [p for p in paths if number in got[p] and number not in want[p]]
    lost = [p for p in paths if number in want[p] and number not in got[p]]
    hits = sum(number in want[p] for p in paths)
    differ = len(extra) + len(lost)
    good = differ <= (1 - SAME) * len(paths) + SPARE and differ <= SHARE * hits + SPARE
    print("%s %d - %s: %d hits, %d extra, %d lost" %
          ("ok" if good else "not ok", number, call, hits, len(extra), len(lost)))
    if not good or shown > SHOWN:
        for kind, list_ in (("extra", extra), ("lost", lost)):
            for path in list_[:shown]:
                print("# %s: %s" % (kind, path))
    return good


def main():
    have = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", "exit($Mail::SpamAssassin::VERSION eq '4.000001' ? 0 : 1)"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paths = messages()
    if have.returncode != 0 or not paths:
        print("1..1\nok 1 # SKIP %s" % ("no messages here" if have.returncode == 0 else "no SpamAssassin 4.0.1"))
        return 0
    if "STEELYARD_LONG" not in os.environ and len(paths) > SAMPLE:
        paths = sorted(random.Random(SEED).sample(paths, SAMPLE))
    picked = sys.argv[1:]
    calls = [c for c in HEADER + BODY + TEXT if not picked or any(p in c for p in picked)]
    calls = list(enumerate(calls, 1))
    with tempfile.TemporaryDirectory() as folder:
        want, got = theirs(folder, calls, paths), ours(folder, calls, paths)
    print("1..%d" % len(calls))
    good = [report(number, call, want, got, len(paths) if picked else SHOWN) for number, call in calls]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
