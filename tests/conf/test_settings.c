/*
 * test_settings.c - steelyard.yaml: defaults, every key, every kind of mistake with its place
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <cmocka.h>

#include "conf/file.h"
#include "conf/settings.h"

/* What was told of, a line each. */
static void
told(const struct diagnostics *found, struct buf *out)
{
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		if (i > 0)
			buf_add_byte(out, '\n');
		diagnostic_format(diagnostics_at(found, i), out);
	}
}

static struct settings *
load(const char *text)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct buf out = { 0 };

	if (!settings_read("f", slice_of(text), &settings, found)) {
		told(found, &out);
		print_message("%s\n", buf_text(&out));
	}
	buf_clear(&out);
	diagnostics_free(&found);
	assert_non_null(settings);
	return settings;
}

static const struct setting *
row(const struct settings *settings, const char *key)
{
	for (size_t i = 0; i < settings_count(); i++)
		if (strcmp(settings_at(settings, i)->key, key) == 0)
			return settings_at(settings, i);
	fail_msg("no setting %s", key);
	return NULL;
}

static void
test_defaults(void **state)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct policy policy;

	(void)state;
	assert_true(settings_load(NULL, &settings, found));
	assert_int_equal(diagnostics_kept(found), 0);
	settings_policy(settings, &policy);
	assert_int_equal(settings->thresholds_tag, 5 * SCORE_ONE);
	assert_true(policy.thresholds.at[ACTION_REJECT] == THRESHOLD_OFF);
	assert_int_equal(settings->size_limit, 20 << 20);
	assert_int_equal(settings->time_limit, 10000000);
	assert_int_equal(settings->cpu_limit, 1000000);
	assert_true(settings->dns_enabled);
	assert_int_equal(settings->dns_deadline, 8000000);
	assert_int_equal(settings->max_connections, 500);
	assert_int_equal(settings->memory_total, 512 << 20);
	assert_int_equal(settings->socket_mode, 0660);
	assert_int_equal(settings->log_facility, LOG_MAIL);
	assert_int_equal(settings->fail_action, FAIL_TEMPFAIL);
	assert_int_equal(settings->early, 0);
	assert_int_equal(settings->on_incomplete, INCOMPLETE_VERDICT);
	assert_int_equal(settings->listen.n, 1);
	assert_int_equal(settings->listen.v[0].kind, LISTEN_UNIX);
	assert_int_equal(settings->rules.n, 1);
	assert_true(settings->rules.v[0].shipped);
	assert_int_equal(policy.field_count, 4);
	assert_int_equal(policy.fields[0].when, FIELD_SPAM);
	assert_int_equal(policy.heap_limit, 16 * 1024);
	assert_int_equal(policy.match_limit, 100000);
	assert_true(policy.hostname.n > 0);
	assert_true(policy.authenticated == SENDER_SCAN && policy.local == SENDER_SCAN);
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		assert_false(setting->set);
		assert_string_equal(setting->value, setting->standard);
	}
	settings_free(&settings);
	assert_null(settings);
	diagnostics_free(&found);
}

/* One value for every key, and how `config --effective` shows it. */
static const struct {
	const char *key, *text, *value;
} values[] = {
	{ "listen", "[unix:/a/b, inet:8891@127.0.0.1, 'inet6:1@::1', fd:3]",
	    "['unix:/a/b', 'inet:8891@127.0.0.1', 'inet6:1@::1', 'fd:3']" },
	{ "socket_group", "postfix", "postfix" },
	{ "socket_mode", "0600", "0600" },
	{ "control_socket", "/x/control", "'/x/control'" },
	{ "pid_file", "''", "''" },
	{ "user", "steel", "steel" },
	{ "group", "steel", "steel" },
	{ "log.to", "stderr", "stderr" },
	{ "log.facility", "local7", "local7" },
	{ "log.recipients", "off", "off" },
	{ "rules", "[shipped, /x/y, {yaml: /z}]", "[shipped, '/x/y', {yaml: '/z'}]" },
	{ "scores", "{A: 1.5, NO: -0.000001}", "{A: 1.5, NO: '-0.000001'}" },
	{ "state_dir", "'/var/lib/s'", "'/var/lib/s'" },
	{ "lists", "{good: ['*@example.org']}", "{good: ['*@example.org']}" },
	{ "dns_lists", "{zen: {zone: zen.example}}", "{zen: {zone: zen.example}}" },
	{ "feeds",
	    "[{channel: a.b, root_keys: ['ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']}]",
	    "[{channel: a.b, root_keys: ['ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']}]" },
	{ "thresholds.tag", "4", "4" },
	{ "thresholds.subject", "5.25", "5.25" },
	{ "thresholds.tempfail", "6", "6" },
	{ "thresholds.quarantine", "7", "7" },
	{ "thresholds.reject", "15", "15" },
	{ "thresholds.discard", "30", "30" },
	{ "allow_discard", "true", "true" },
	{ "reject_text", "'554 5.7.1 No: _SCORE_'", "'554 5.7.1 No: _SCORE_'" },
	{ "tempfail_text", "450 4.7.1 Later", "450 4.7.1 Later" },
	{ "subject_tag", "'*** '", "'*** '" },
	{ "headers", "{X-Spam: {value: a, when: ham}, X-B: '_SCORE_'}",
	    "{X-Spam: {value: a, when: ham}, X-B: '_SCORE_'}" },
	{ "trusted_networks", "['!10.0.0.1', 10/8, '2001:db8::/32']",
	    "['!10.0.0.1', 10/8, '2001:db8::/32']" },
	{ "internal_networks", "[10.0.0.0/16]", "[10.0.0.0/16]" },
	{ "msa_networks", "[10.0.0.9]", "[10.0.0.9]" },
	{ "originating_ip_headers", "[X-A, X-B]", "[X-A, X-B]" },
	{ "envelope_sender_header", "X-Env", "X-Env" },
	{ "authenticated", "skip", "skip" },
	{ "local", "{thresholds: {tag: 9, reject: off}}", "{thresholds: {tag: 9, reject: off}}" },
	{ "auth.field", "false", "false" },
	{ "auth.authserv_id", "mail.example.org", "mail.example.org" },
	{ "auth.trusted_ids", "[mx1.example.org, B]", "[mx1.example.org, B]" },
	{ "welcome", "[{from: '*@a.example', require: spf}]",
	    "[{from: '*@a.example', require: spf}]" },
	{ "text.normalize_charset", "false", "false" },
	{ "text.body_part_scan_size", "1000", "1000" },
	{ "text.rawbody_part_scan_size", "0", "0" },
	{ "spamassassin.quirks", "false", "false" },
	{ "size_limit", "512 KB", "512 KB" },
	{ "time_limit", "1m30s", "1m30s" },
	{ "cpu_limit", "500ms", "500ms" },
	{ "dns.enabled", "false", "false" },
	{ "dns.deadline", "3s", "3s" },
	{ "dns.resolv_conf", "'/run/systemd/resolve/resolv.conf'",
	    "'/run/systemd/resolve/resolv.conf'" },
	{ "dns.servers", "['127.0.0.1:5353']", "['127.0.0.1:5353']" },
	{ "dns.timeout", "2s", "2s" },
	{ "dns.list_tests", "5m", "5m" },
	{ "dns.cache_entries", "10", "10" },
	{ "dns.cache_size", "1 MB", "1 MB" },
	{ "dns.cache_ttl", "5m", "5m" },
	{ "dns.cache_negative_ttl", "1m", "1m" },
	{ "on_incomplete", "tempfail", "tempfail" },
	{ "early", "[mail, rcpt]", "[mail, rcpt]" },
	{ "fail_action", "accept", "accept" },
	{ "max_connections", "7", "7" },
	{ "memory_total", "1 GB", "1 GB" },
	{ "scan_slots", "2", "2" },
	{ "drain_timeout", "250ms", "250ms" },
	{ "match_limit", "5000", "5000" },
	{ "heap_limit", "1MB", "1MB" },
	{ "hostname", "mx.example.org", "mx.example.org" },
};
#define VALUE_COUNT (sizeof(values) / sizeof(values[0]))

/* All of `values` as one file, nested where keys have dots. */
static const char *
whole_file(struct buf *out)
{
	const char *level = "";
	size_t level_n = 0;

	for (size_t i = 0; i < VALUE_COUNT; i++) {
		const char *dot = strchr(values[i].key, '.');
		size_t n = dot == NULL ? 0 : (size_t)(dot - values[i].key);

		if (n > 0 && (n != level_n || strncmp(level, values[i].key, n) != 0))
			buf_printf(out, "%.*s:\n", (int)n, values[i].key);
		level = values[i].key;
		level_n = n;
		buf_printf(out, "%s%s: %s\n", n > 0 ? "  " : "", n > 0 ? dot + 1 : values[i].key,
		    values[i].text);
	}
	return buf_text(out);
}

static void
test_every_key(void **state)
{
	struct buf text = { 0 };
	struct settings *settings = load(whole_file(&text));
	struct policy policy;

	(void)state;
	assert_int_equal(VALUE_COUNT, settings_count());
	for (size_t i = 0; i < VALUE_COUNT; i++) {
		const struct setting *setting = row(settings, values[i].key);

		assert_string_equal(setting->value, values[i].value);
		assert_true(setting->set);
		assert_string_equal(setting->origin.file, "f");
		assert_true(setting->origin.line > 0);
		assert_true(strlen(setting->doc) > 10);
	}
	settings_policy(settings, &policy);
	assert_int_equal(settings->listen.v[1].port, 8891);
	assert_string_equal(settings->listen.v[1].host, "127.0.0.1");
	assert_true(settings->listen.v[2].loopback);
	assert_int_equal(settings->listen.v[3].fd, 3);
	assert_string_equal(settings->listen.v[0].path, "/a/b");
	assert_int_equal(settings->scores.v[1].score, -1);
	assert_int_equal(settings->lists.v[0].entry_count, 1);
	assert_string_equal(settings->rules.v[2].path, "/z");
	assert_int_equal(settings->feeds.n, 1);
	assert_true(slice_eq(settings->feeds.v[0].policy.prefix, SLICE("A_B_")));
	assert_int_equal(settings->log_recipients, LOG_RECIPIENTS_OFF);
	assert_int_equal(settings->log_facility, LOG_LOCAL7);
	assert_int_equal(settings->time_limit, 90000000);
	assert_false(settings->dns_enabled);
	assert_int_equal(settings->drain_timeout, 250000);
	assert_int_equal(settings->fail_action, FAIL_ACCEPT);
	assert_int_equal(settings->early, ENVELOPE_SENDER | ENVELOPE_RCPT);
	assert_int_equal(settings->on_incomplete, INCOMPLETE_TEMPFAIL);
	assert_int_equal(policy.thresholds.at[ACTION_SUBJECT], 5250000);
	assert_int_equal(policy.local, SENDER_THRESHOLDS);
	assert_int_equal(policy.local_thresholds.at[ACTION_TAG], 9 * SCORE_ONE);
	assert_true(policy.local_thresholds.at[ACTION_REJECT] == THRESHOLD_OFF);
	assert_int_equal(policy.local_thresholds.at[ACTION_DISCARD], 30 * SCORE_ONE);
	assert_int_equal(policy.authenticated, SENDER_SKIP);
	assert_int_equal(policy.trusted_networks.n, 3);
	assert_true(policy.trusted_networks.v[0].negated);
	assert_int_equal(policy.internal_networks.n, 1);
	assert_int_equal(policy.originating_ip_header_count, 2);
	assert_true(slice_eq(policy.originating_ip_headers[1], SLICE("X-B")));
	assert_true(slice_eq(policy.envelope_sender_header, SLICE("X-Env")));
	assert_false(policy.auth_field);
	assert_true(slice_eq(policy.authserv_id, SLICE("mail.example.org")));
	assert_int_equal(policy.trusted_id_count, 2);
	assert_true(slice_eq(policy.trusted_ids[1], SLICE("B")));
	assert_int_equal(settings->welcome.entry_count, 1);
	assert_true(slice_eq(settings->welcome.entries[0], SLICE("spf *@a.example")));
	assert_true(policy.keep_charset);
	assert_int_equal(policy.body_part_scan_size, 1000);
	assert_true(policy.rawbody_part_scan_size == SIZE_MAX);
	assert_false(policy.spamassassin_quirks);
	assert_int_equal(policy.size_limit, 512 * 1024);
	assert_true(slice_eq(policy.hostname, SLICE("mx.example.org")));
	assert_int_equal(policy.fields[0].when, FIELD_HAM);
	settings_free(&settings);
	buf_clear(&text);
}

#define ROOT_KEY "'ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"

static void
test_feeds(void **state)
{
	struct settings *settings = load(
	    "feeds:\n"
	    "  - channel: community\n"
	    "    redis: ['redis://127.0.0.1:6379', 'unix:///run/redis.sock']\n"
	    "    user: reader\n"
	    "    password_file: /etc/secret\n"
	    "    ca_file: /etc/ca.pem\n"
	    "    root_keys: [" ROOT_KEY ", " ROOT_KEY "]\n"
	    "    policy: {kinds: [body, meta], max_score: 2.5, min_score: -1, max_total: 4,\n"
	    "             prefix: COMM_, max_rules: 10, max_steps: 1000}\n"
	    "    shadow: 24h\n"
	    "    guard: {domains: 7, share: 0.5%}\n"
	    "  - {channel: 9, root_keys: [" ROOT_KEY "], shadow: 0}\n");
	const struct feed_setting *first = &settings->feeds.v[0], *second = first + 1;

	(void)state;
	assert_int_equal(settings->feeds.n, 2);
	assert_true(slice_eq(first->channel, SLICE("community")));
	assert_int_equal(first->redis_count, 2);
	assert_string_equal(first->user, "reader");
	assert_string_equal(first->password_file, "/etc/secret");
	assert_string_equal(first->ca_file, "/etc/ca.pem");
	assert_int_equal(first->root_key_count, 2);
	assert_int_equal(first->policy.kinds, 1U << RULE_BODY | 1U << RULE_META);
	assert_int_equal(first->policy.max_score, 2500000);
	assert_int_equal(first->policy.min_score, -SCORE_ONE);
	assert_int_equal(first->policy.max_total, 4 * SCORE_ONE);
	assert_true(slice_eq(first->policy.prefix, SLICE("COMM_")));
	assert_int_equal(first->policy.max_rules, 10);
	assert_int_equal(first->policy.max_steps, 1000);
	assert_int_equal(first->shadow, INT64_C(86400000000));
	assert_int_equal(first->guard_domains, 7);
	assert_int_equal(first->guard_share, 5000);
	assert_true(slice_eq(second->policy.prefix, SLICE("F9_")));
	assert_int_equal(second->policy.max_score, 3 * SCORE_ONE);
	assert_int_equal(second->policy.max_total, 6 * SCORE_ONE);
	assert_int_equal(second->policy.min_score, 0);
	assert_int_equal(second->guard_domains, 3);
	assert_int_equal(second->guard_share, 10000);
	assert_string_equal(second->user, "");
	assert_true(feed_setting_equal(first, first));
	assert_false(feed_setting_equal(first, second));
	settings_free(&settings);
}

/* SpamAssassin's fields by its word alone, and with lines of its own form. */
static void
test_spamassassin(void **state)
{
	static const char *const texts[] = { "headers: spamassassin\n",
		"headers:\n  spamassassin:\n    - add_header all Ham _TESTS_\n"
		"    - rewrite_header Subject [SPAM]\n" };
	struct policy policy;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct settings *settings = load(texts[i]);

		settings_policy(settings, &policy);
		assert_true(policy.markup.on);
		assert_int_equal(policy.field_count, 0);
		assert_int_equal(policy.markup.spam.n, 5 + i);
		assert_int_equal(settings->headers.line_count, 2 * i);
		assert_int_equal(policy.markup.rewrite[MARKUP_SUBJECT].n, 6 * i);
		settings_free(&settings);
	}
}

/* Origins are places of keys; one set of networks serves for the other. */
static void
test_origin(void **state)
{
	struct settings *settings = load(
	    "# x\nthresholds:\n  reject: 10\ninternal_networks: [192.0.2.0/24]\n");
	struct policy policy;

	(void)state;
	assert_int_equal(row(settings, "thresholds.reject")->origin.line, 3);
	assert_int_equal(row(settings, "thresholds.reject")->origin.column, 3);
	assert_string_equal(row(settings, "thresholds.reject")->origin.layer, "configuration");
	assert_null(row(settings, "thresholds.tag")->origin.file);
	assert_string_equal(row(settings, "thresholds.tag")->origin.layer, "default");
	settings_policy(settings, &policy);
	assert_int_equal(policy.trusted_networks.n, 1);
	settings_free(&settings);
}

static const struct {
	const char *text, *want;
} mistakes[] = {
	{ "max_conections: 5\n",
	    "f:1:1: error: unknown key \"max_conections\": did you mean \"max_connections\"?" },
	{ "thresholds:\n  rejekt: 5\n",
	    "f:2:3: error: unknown key \"rejekt\": did you mean \"reject\"?" },
	{ "threshold: {tag: 5}\n",
	    "f:1:1: error: unknown key \"threshold\": did you mean \"thresholds\"?" },
	{ "reject: 5\n",
	    "f:1:1: error: unknown key \"reject\": did you mean \"thresholds:\" with \"reject:\" "
	    "below it?" },
	{ "log.to: stderr\n",
	    "f:1:1: error: unknown key \"log.to\": did you mean \"log:\" with \"to:\" below it?" },
	{ "quux: 1\n", "f:1:1: error: unknown key \"quux\"" },
	{ "log: stderr\n", "f:1:6: error: expected a mapping, found \"stderr\"" },
	{ "- a\n", "f:1:1: error: expected a mapping of settings, found a list" },
	{ "user: a\nuser: b\n",
	    "f:2:1: error: duplicate key \"user\": it stands in line 1 already" },
	{ "user:\n", "f:1:6: error: expected text, found nothing" },
	{ "user: #postfix\n",
	    "f:1:6: error: expected text, found nothing: ' #' begins a comment; put the text in "
	    "single quotes" },
	{ "user: [a]\n",
	    "f:1:7: error: expected text, found a list: put text that begins with [ or '- ' in "
	    "single quotes" },
	{ "user: {a: b}\n",
	    "f:1:7: error: expected text, found a mapping: put text that begins with { or holds "
	    "': ' in single quotes" },
	{ "user: \"a\\nb\"\n", "f:1:7: error: a line end or control character" },
	{ "allow_discard: yes\n", "f:1:16: error: expected true or false, found \"yes\"" },
	{ "max_connections: many\n", "f:1:18: error: expected a whole number, found \"many\"" },
	{ "max_connections: 1e3\n", "f:1:18: error: expected a whole number, found \"1e3\"" },
	{ "max_connections: 0\n", "f:1:18: error: out of range: expected 1 to 100000" },
	{ "max_connections: 99999999999999999999\n",
	    "f:1:18: error: expected a whole number, found \"99999999999999999999\"" },
	{ "size_limit: 5 XB\n",
	    "f:1:13: error: expected a unit: B, KB, MB, GB or TB (sizes are written 20 MB, 64 KB, "
	    "1048576)" },
	{ "size_limit: 2 GB\n", "f:1:13: error: out of range: expected 1 KB to 1 GB" },
	{ "time_limit: 10\n",
	    "f:1:13: error: expected a unit: d, h, m, s or ms (durations are written 10s, 1m30s, "
	    "250ms)" },
	{ "time_limit: 1h\n", "f:1:13: error: out of range: expected 10ms to 10m" },
	{ "socket_mode: 0888\n", "f:1:14: error: expected octal permission bits like 0660" },
	{ "socket_mode: 2770\n", "f:1:14: error: expected octal permission bits like 0660" },
	{ "thresholds: {tag: high}\n",
	    "f:1:19: error: expected a number from -1000 to 1000, or off" },
	{ "thresholds: {tag: 1001}\n",
	    "f:1:19: error: expected a number from -1000 to 1000, or off" },
	{ "log: {to: file}\n", "f:1:11: error: expected syslog or stderr, found \"file\"" },
	{ "log: {recipients: all}\n",
	    "f:1:19: error: expected full, domain or off, found \"all\"" },
	{ "log: {facility: kern}\n",
	    "f:1:17: error: expected mail, daemon, user, local0, local1, local2, local3, local4, "
	    "local5, local6 or local7, found \"kern\"" },
	{ "early: [connect, data]\n", "f:1:18: error: expected connect, helo, mail or rcpt" },
	{ "early: rcpt\n", "f:1:8: error: expected a list of connect, helo, mail and rcpt" },
	{ "fail_action: reject\n", "f:1:14: error: expected accept or tempfail, found \"reject\"" },
	{ "on_incomplete: drop\n",
	    "f:1:16: error: expected verdict, pass, tag or tempfail, found \"drop\"" },
	{ "reject_text: 450 4.7.1 x\n",
	    "f:1:14: error: expected an SMTP reply like '550 5.7.1 text'" },
	{ "reject_text: 550 4.7.1 x\n", "f:1:14: error: expected an SMTP reply" },
	{ "reject_text: no thanks, friend\n", "f:1:14: error: expected an SMTP reply" },
	{ "reject_text: 550 5.7. x\n", "f:1:14: error: expected an SMTP reply" },
	{ "listen: unix:/x\n", "f:1:9: error: expected a list of sockets, found \"unix:/x\"" },
	{ "listen: []\n", "f:1:9: error: an empty list: the MTA needs a socket" },
	{ "listen: [/x]\n",
	    "f:1:10: error: expected unix:PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N" },
	{ "listen: [unix:x]\n", "f:1:10: error: expected unix:/absolute/path" },
	{ "listen: [inet:8891]\n", "f:1:10: error: expected inet:PORT@HOST" },
	{ "listen: [inet:88910@x]\n", "f:1:10: error: expected inet:PORT@HOST" },
	{ "listen: [fd:1]\n", "f:1:10: error: expected fd:N with N from 3 on" },
	{ "rules: shipped\n", "f:1:8: error: expected a list of rule sets, found \"shipped\"" },
	{ "rules: [{yml: x}]\n", "f:1:10: error: unknown key \"yml\": did you mean \"yaml\"?" },
	{ "scores: {A: x}\n",
	    "f:1:13: error: expected a number from -1000 to 1000 with at most 6 decimals, found "
	    "\"x\"" },
	{ "scores: {__A: 1}\n",
	    "f:1:10: error: names that begin with __ are sub-rules: they have no score" },
	{ "scores: {A-B: 1}\n", "f:1:10: error: \"A-B\" is no name" },
	{ "lists: {a: b}\n", "f:1:12: error: expected a list of texts, found \"b\"" },
	{ "headers: {Subject: x}\n", "f:1:11: error: \"Subject\" cannot be added: expected X-" },
	{ "headers: spamasassin\n",
	    "f:1:10: error: expected spamassassin, or a mapping of field names to templates" },
	{ "headers: {spamassassin: x}\n", "f:1:25: error: expected a list of lines like" },
	{ "headers: {spamassassin: [], X-A: b}\n",
	    "f:1:10: error: spamassassin stands alone: add fields by its add_header lines" },
	{ "headers: {spamassassin: ['add_haeder all A x']}\n",
	    "f:1:26: error: \"add_haeder\" is none of SpamAssassin's directives" },
	{ "headers: {spamassassin: [fold_headers x]}\n", "f:1:26: error: expected 0 or 1" },
	{ "dns: {servers: [localhost]}\n",
	    "f:1:17: error: expected ADDRESS, ADDRESS:PORT or [IPV6]:PORT" },
	{ "dns: {servers: ['127.0.0.1:0']}\n",
	    "f:1:17: error: expected ADDRESS, ADDRESS:PORT or [IPV6]:PORT" },
	{ "headers: {X-A: ''}\n", "f:1:16: error: an empty template" },
	{ "headers: {X-A: {when: never, value: x}}\n",
	    "f:1:23: error: expected all, spam or ham, found \"never\"" },
	{ "headers: {X-A: {when: all}}\n",
	    "f:1:16: error: expected {when: all, spam or ham, value: template}" },
	{ "headers: {X-A: {wen: all, value: x}}\n",
	    "f:1:17: error: unknown key \"wen\": did you mean \"when\"?" },
	{ "originating_ip_headers: X-A\n",
	    "f:1:25: error: expected a list of header fields' names" },
	{ "originating_ip_headers: ['X A']\n", "f:1:26: error: expected a header field's name" },
	{ "trusted_networks: 10/8\n",
	    "f:1:19: error: expected a list of networks like [192.0.2.0/24], found \"10/8\"" },
	{ "trusted_networks: [10.0.0.0/8, 300.1.1.1]\n", "f:1:32: error: " },
	{ "auth: {authserv_id: 'a b'}\n", "f:1:21: error: expected an id like mx.example.org" },
	{ "auth: {trusted_ids: mx}\n", "f:1:21: error: expected a list of ids like" },
	{ "auth: {trusted_ids: [mx, 'a;b']}\n",
	    "f:1:26: error: expected an id like mx.example.org" },
	{ "welcome: '*@example.org'\n", "f:1:10: error: expected a list of entries like {from: " },
	{ "welcome: ['*@example.org']\n",
	    "f:1:11: error: expected an entry like {from: '*@example.org', require: dkim}" },
	{ "welcome: [{from: '*@example.org'}]\n",
	    "f:1:11: error: expected {from: '*@example.org', require: dkim, spf, either," },
	{ "welcome: [{form: a, require: spf}]\n",
	    "f:1:12: error: unknown key \"form\": did you mean \"from\"?" },
	{ "welcome: [{from: 'a@b.example', require: arc}]\n",
	    "f:1:42: error: expected dkim, spf, either, dmarc or nothing, found \"arc\"" },
	{ "welcome:\n  - {from: [a@b.example, c.example], require: spf}\n",
	    "f:2:26: error: expected an address or a pattern like '*@example.org'" },
	{ "welcome: [{from: a@b.example, require: spf, signer: c.example}]\n",
	    "f:1:53: error: a signer is looked at for dkim and either only" },
	{ "welcome: [{from: a@b.example, require: dkim, signer: d@c.example}]\n",
	    "f:1:54: error: expected a domain like example.org" },
	{ "feeds: {}\n", "f:1:8: error: expected a list of channels like" },
	{ "feeds: [{channel: a}]\n",
	    "f:1:9: error: a feed needs its channel: and the root_keys: that it trusts" },
	{ "feeds: [{channel: A, root_keys: [" ROOT_KEY "]}]\n",
	    "f:1:19: error: a channel's name has small letters" },
	{ "feeds: [{channel: a, root_keys: ['ed25519:AA']}]\n",
	    "f:1:34: error: expected a public key as" },
	{ "feeds: [{channel: a, root_keys: []}]\n",
	    "f:1:33: error: an empty list: a channel needs" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], redis: ['redis://u:p@h']}]\n",
	    "f:1:99: error: expected an address like redis://HOST:PORT, rediss://, sentinel:// or unix://, without a password" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], redis: [http://h]}]\n",
	    "f:1:99: error: expected an address like redis://" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], redis: ['redis://h:6379x']}]\n",
	    "f:1:99: error: the port must be a number from 1 to 65535" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], policy: {kinds: [dnsbl]}}]\n",
	    "f:1:108: error: expected header, body, rawbody, full, uri, mime or meta, found" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], policy: {min_score: 1}}]\n",
	    "f:1:111: error: expected 0 or less" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], policy: {max_skore: 1}}]\n",
	    "f:1:100: error: unknown key \"max_skore\": did you mean \"max_score\"?" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], policy: {prefix: __A}}]\n",
	    "f:1:108: error: a prefix without __" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], guard: {share: 1}}]\n",
	    "f:1:106: error: expected a share like 1%" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "], shadow: 7}]\n",
	    "f:1:99: error: expected a unit" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "]}, {channel: a, root_keys: [" ROOT_KEY
	  "]}]\n",
	    "f:1:92: error: channel a stands twice" },
	{ "feeds: [{channel: a, root_keys: [" ROOT_KEY "]}, {channel: b, root_keys: [" ROOT_KEY
	  "], policy: {prefix: A_B}}]\n",
	    "f:1:92: error: the prefix A_B does not keep its rules apart" },
	{ "local: never\n",
	    "f:1:8: error: expected scan, skip or {thresholds: {...}}, found \"never\"" },
	{ "local: {thresholds: {tags: 1}}\n",
	    "f:1:22: error: unknown key \"tags\": did you mean \"tag\"?" },
	{ "local: {threshold: {tag: 1}}\n",
	    "f:1:9: error: unknown key \"threshold\": did you mean \"thresholds\"?" },
	/* One run tells of all. */
	{ "user:\nlog: {to: x}\nquux: 1\n",
	    "f:3:1: error: unknown key \"quux\"\n"
	    "f:1:6: error: expected text, found nothing\n"
	    "f:2:11: error: expected syslog or stderr, found \"x\"" },
};

static void
test_mistakes(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct diagnostics *found = diagnostics_new();
		struct settings *settings;
		struct buf got = { 0 };
		bool good = settings_read("f", slice_of(mistakes[i].text), &settings, found);

		told(found, &got);
		if (good || settings != NULL ||
		    strncmp(buf_text(&got), mistakes[i].want, strlen(mistakes[i].want)) != 0) {
			print_message("%sgot \"%s\", want \"%s\"\n", mistakes[i].text,
			    buf_text(&got), mistakes[i].want);
			bad++;
		}
		settings_free(&settings);
		buf_clear(&got);
		diagnostics_free(&found);
	}
	assert_int_equal(bad, 0);
}

static const struct {
	const char *text, *want;
} warnings[] = {
	{ "listen: [inet:8891@0.0.0.0]\n",
	    "f:1:10: warning: a milter socket has no authentication" },
	{ "listen: [inet:8891@127.1.2.3]\n", "" },
	{ "thresholds: {discard: 20}\n",
	    "f:1:14: warning: without allow_discard: true such mail goes to quarantine" },
	{ "thresholds: {discard: 20}\nallow_discard: true\n", "" },
	{ "headers: {X-A: 'a _SCOER_'}\n", "f:1:16: warning: _SCOER_ is no tag" },
	{ "headers: {X-A: '_STARS(*)_ _SCORE_'}\n", "" },
	{ "dns: {servers: ['127.0.0.1:53', '::1', '[::1]:5353', 192.0.2.1]}\n", "" },
	{ "headers: {spamassassin: [report_safe 1]}\n",
	    "f:1:26: warning: a milter cannot put the message into a report" },
	{ "headers: {spamassassin: [add_header all A _SCOER_]}\n",
	    "f:1:26: warning: _SCOER_ is no tag" },
	{ "headers: {spamassassin: [add_header all A _SUBVERSION_]}\n", "" },
	{ "msa_networks: [10.0.0.1]\n",
	    "f:1:1: warning: works only for relays inside trusted_networks, which is empty" },
	{ "early: [rcpt]\n", "f:1:1: warning: refuses nothing while thresholds.reject is off" },
	{ "early: [rcpt]\nthresholds: {reject: 20}\n", "" },
};

static void
test_warnings(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct diagnostics *found = diagnostics_new();
		struct settings *settings;
		struct buf got = { 0 };
		bool good = settings_read("f", slice_of(warnings[i].text), &settings, found);

		told(found, &got);
		if (!good || (got.n == 0) != (warnings[i].want[0] == '\0') ||
		    strncmp(buf_text(&got), warnings[i].want, strlen(warnings[i].want)) != 0) {
			print_message("%sgot \"%s\", want \"%s\"\n", warnings[i].text,
			    buf_text(&got), warnings[i].want);
			bad++;
		}
		settings_free(&settings);
		buf_clear(&got);
		diagnostics_free(&found);
	}
	assert_int_equal(bad, 0);
}

/* A name in a file is relative to the file's folder, wherever the daemon goes later. */
static void
test_relative_paths(void **state)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;

	(void)state;
	assert_true(settings_read(
	    "/usr/f.yaml", SLICE("rules: [x.yaml]\npid_file: p\n"), &settings, found));
	assert_string_equal(settings->rules.v[0].path, "/usr/x.yaml");
	assert_string_equal(settings->pid_file, "/usr/p");
	settings_free(&settings);
	assert_false(settings_load("/nonexistent/steelyard.yaml", &settings, found));
	assert_null(settings);
	assert_string_equal(diagnostics_at(found, 0)->text, "No such file or directory");
	diagnostics_free(&found);
}

/* Whether two texts are the same but for quotes, which YAML may or may not need. */
static bool
same_yaml(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		if (*a == '\'')
			a++;
		else if (*b == '\'')
			b++;
		else if (*a++ != *b++)
			return false;
	}
	return true;
}

/* Takes the # off the settings (not off the comments) of the shipped file. */
static void
uncomment(struct slice text, struct buf *out)
{
	struct slice line;

	while (slice_next_line(&text, &line)) {
		bool setting = slice_starts(line, SLICE("#")) && line.n > 1 &&
			       (line.p[1] != ' ' || slice_starts(line, SLICE("#  ")));

		buf_add(out, slice_from(line, setting ? 1 : 0));
		buf_add_byte(out, '\n');
	}
}

/* The shipped steelyard.yaml loads as it is, and says the defaults with nothing commented out. */
static void
test_shipped_file(void **state)
{
	const char *folder = getenv("TOP_BUILDDIR");
	struct arena *arena = arena_new((size_t)1 << 20);
	struct buf path = { .arena = arena }, text = { .arena = arena };
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct slice bytes;
	struct err err;

	(void)state;
	buf_printf(&path, "%s/conf/steelyard.yaml", folder == NULL ? "." : folder);
	assert_true(settings_load(buf_text(&path), &settings, found));
	for (size_t i = 0; i < settings_count(); i++)
		assert_false(settings_at(settings, i)->set);
	settings_free(&settings);
	assert_int_equal(file_read(arena, buf_text(&path), 1 << 20, &bytes, &err), 1);
	uncomment(bytes, &text);
	assert_true(settings_read("f", buf_slice(&text), &settings, found));
	assert_int_equal(diagnostics_kept(found), 0);
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		if (!setting->set || !same_yaml(setting->value, setting->standard))
			fail_msg(
			    "%s: got %s, want %s", setting->key, setting->value, setting->standard);
	}
	settings_free(&settings);
	diagnostics_free(&found);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_feeds),
		cmocka_unit_test(test_spamassassin),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_relative_paths),
		cmocka_unit_test(test_shipped_file),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
