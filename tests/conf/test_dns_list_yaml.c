/*
 * test_dns_list_yaml.c - dns_lists: keys, mistakes with their places, secrets that stay secret
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/ruleset_load.h"
#include "conf/rules_yaml.h"
#include "conf/settings.h"

#define SECRET "k3y-of-Ours"

/* ::FFFF:7F00:n as a key (RFC 5782, 5). */
#define ZEROS_10 "0.0.0.0.0.0.0.0.0.0."
#define IPV6_POINT(n) n ".0.0.0.0.0.f.7.f.f.f.f." ZEROS_10 "0.0.0.0.0.0.0.0.0.0"

static char folder[] = "/tmp/dns-list-XXXXXX";

/* "name zone takes listed unlisted qps day codes errors ..." of each list, a line each. */
static void
print_lists(const struct rule_source *source, struct buf *out)
{
	for (size_t i = 0; i < source->dns_lists.n; i++) {
		const struct dns_list *list = vec_at(&source->dns_lists, i);

		buf_printf(out, "%.*s %.*s %u %.*s %.*s ", SLICE_ARG(list->name),
		    SLICE_ARG(list->zone), list->takes, SLICE_ARG(list->listed),
		    SLICE_ARG(list->unlisted));
		if (list->listed_ipv6.p != NULL)
			buf_printf(out, "%.*s %.*s ", SLICE_ARG(list->listed_ipv6),
			    SLICE_ARG(list->unlisted_ipv6));
		buf_printf(out, "%u %llu %zu %zu\n", list->qps, (unsigned long long)list->day,
		    list->codes.n, list->errors.n);
	}
}

static void
read_text(struct rule_source *source, const char *text, struct buf *told)
{
	struct diagnostics *found = diagnostics_new();
	char name[64];

	snprintf(name, sizeof(name), "%s/r.yaml", folder);
	rules_yaml_read(source, name, "local", slice_of(text), found);
	for (size_t i = 0; i < diagnostics_kept(found); i++) {
		const struct diagnostic *one = diagnostics_at(found, i);

		buf_printf(told, "%u:%u: %s\n", one->line, one->column, one->text);
	}
	diagnostics_free(&found);
}

static void
test_good(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "dns_lists: {zen: {zone: Zen.Spamhaus.ORG.}}",
		    "zen zen.spamhaus.org 1 2.0.0.127 1.0.0.127 0 0 1 1\n" },
		{ "dns_lists: {d: {zone: d.example, takes: domain}}",
		    "d d.example 2 test invalid 0 0 1 1\n" },
		{ "dns_lists: {d: {zone: d.example, takes: [domain, ip], test: none}}",
		    "d d.example 3   0 0 1 1\n" },
		{ "dns_lists: {v: {zone: v.example, takes: ipv6}}",
		    "v v.example 9 2.0.0.127 1.0.0.127 " IPV6_POINT("2") " " IPV6_POINT(
			"1") " 0 0 1 1\n" },
		{ "dns_lists: {v: {zone: v.example, takes: [ipv6, ip], test: none}}",
		    "v v.example 9   0 0 1 1\n" },
		{ "dns_lists: {v: {zone: v.example, test: {listed: '::FFFF:7F00:2', unlisted: '::1'}}}",
		    "v v.example 1 " IPV6_POINT(
			"2") " 1." ZEROS_10 "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 0 0 1 1\n" },
		{ "dns_lists: {h: {zone: h.example, takes: hash}}", "h h.example 4   0 0 1 1\n" },
		{ "dns_lists: {d: {zone: d.example, takes: domain, test: {listed: Dbltest.COM, unlisted: "
		  "example.com}, codes: [127.0.1.2, 127.0.1.4-127.0.1.6], errors: [127.0.1.255], "
		  "budget: {qps: 50, day: 250000}}}",
		    "d d.example 2 dbltest.com example.com 50 250000 2 2\n" },
		{ "dns_lists: {a: {zone: one.example}, a2: {zone: two.example}}",
		    "a one.example 1 2.0.0.127 1.0.0.127 0 0 1 1\n"
		    "a2 two.example 1 2.0.0.127 1.0.0.127 0 0 1 1\n" },
		{ "dns_lists: {u: {zone: multi.uribl.com, takes: domain, test: none}}",
		    "u multi.uribl.com 2   0 0 1 2\n" },
		{ "dns_lists: {k: {zone: '{key}.k.example', secret: good.key}}",
		    "k {key:k}.k.example 1 2.0.0.127 1.0.0.127 0 0 1 1\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule_source source = RULE_SOURCE_INIT;
		struct buf told = { 0 }, got = { 0 };

		read_text(&source, rows[i].text, &told);
		print_lists(&source, &got);
		assert_string_equal(buf_text(&told), "");
		assert_string_equal(buf_text(&got), rows[i].want);
		buf_clear(&told);
		buf_clear(&got);
		rule_source_clear(&source);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "dns_lists: []",
		    "1:12: expected a mapping of names to DNS lists, found a list\n" },
		{ "dns_lists: {1a: {zone: a.b}}", "1:13: \"1a\" is no name" },
		{ "dns_lists: {a: {}}", "1:13: a DNS list needs its zone:\n" },
		{ "dns_lists: {a: {zone: nothing}}", "1:23: nothing: expected a zone" },
		{ "dns_lists: {a: {zone: a.b, zones: c}}", "unknown key \"zones\"" },
		{ "dns_lists: {a: {zone: a.b, takes: mail}}",
		    "1:35: expected ip, domain, hash or ipv6" },
		{ "dns_lists: {a: {zone: a.b, takes: []}}",
		    "1:35: expected ip, domain, hash or ipv6" },
		{ "dns_lists: {a: {zone: a.b, test: often}}",
		    "1:34: expected {listed: ..., unlisted: ...} or none" },
		{ "dns_lists: {a: {zone: a.b, test: {list: c}}}", "1:35: unknown key \"list\"" },
		{ "dns_lists: {a: {zone: a.b, codes: [10.0.0.1]}}",
		    "1:36: 10.0.0.1: a DNS list answers inside 127.0.0.0/8" },
		{ "dns_lists: {a: {zone: a.b, errors: 127.0.0.1}}", "1:36: expected a list" },
		{ "dns_lists: {a: {zone: a.b, budget: {qps: 0}}}", "1:42: out of range" },
		{ "dns_lists: {a: {zone: a.b, budget: {hour: 1}}}", "unknown key \"hour\"" },
		{ "dns_lists: {a: {zone: '{key}.a.b'}}", "1:23: the zone has {key}: secret:" },
		{ "dns_lists: {a: {zone: a.b, secret: good.key}}",
		    "1:36: the zone says by {key} where" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: no.key}}", "no.key: No such file" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: wide.key}}",
		    "wide.key: others than its owner can read it" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: empty.key}}", "holds no secret" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: odd.key}}",
		    "expected a key of letters, digits" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: long.key}}",
		    "too long for a secret" },
		{ "dns_lists: {a: {zone: '{key}.a.b', secret: .}}", "it is no regular file" },
	};
	unsigned failures = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule_source source = RULE_SOURCE_INIT;
		struct buf told = { 0 };

		read_text(&source, rows[i].text, &told);
		if (strstr(buf_text(&told), rows[i].want) == NULL || source.dns_lists.n != 0 ||
		    strstr(buf_text(&told), SECRET) != NULL) {
			failures++;
			print_error("%s: got \"%s\", want \"%s\"\n", rows[i].text, buf_text(&told),
			    rows[i].want);
		}
		buf_clear(&told);
		rule_source_clear(&source);
	}
	assert_int_equal(failures, 0);
}

/* The description in the configuration takes the place of the rule file's, and its number. */
static void
test_replace(void **state)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	struct buf told = { 0 }, got = { 0 };

	(void)state;
	read_text(&source, "dns_lists: {a: {zone: one.example}, b: {zone: b.example}}", &told);
	assert_true(settings_read(
	    "s.yaml", SLICE("dns_lists: {A: {zone: new.example, test: none}}"), &settings, found));
	rule_source_add_dns_lists(&source, settings->dns_lists.v, settings->dns_lists.n);
	print_lists(&source, &got);
	assert_string_equal(buf_text(&got), "A new.example 1   0 0 1 1\n"
					    "b b.example 1 2.0.0.127 1.0.0.127 0 0 1 1\n");
	buf_clear(&told);
	buf_clear(&got);
	settings_free(&settings);
	rule_source_clear(&source);
	diagnostics_free(&found);
}

/* The setting as people see it ("dns_lists") has the file's name, never what is in it. */
static void
test_secret_shown(void **state)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	char name[64];
	bool seen = false;

	(void)state;
	snprintf(name, sizeof(name), "%s/s.yaml", folder);
	assert_true(settings_read(name,
	    SLICE("dns_lists: {a: {zone: '{key}.a.example', secret: good.key}}"), &settings,
	    found));
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		assert_null(strstr(setting->value, SECRET));
		seen = seen || strcmp(setting->key, "dns_lists") == 0;
	}
	assert_true(seen);
	assert_true(slice_eq(settings->dns_lists.v[0].secret, SLICE(SECRET)));
	settings_free(&settings);
	diagnostics_free(&found);
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static int
make_files(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	write_file("good.key", "  " SECRET " \nmore\n", 0600);
	write_file("wide.key", SECRET "\n", 0640);
	write_file("empty.key", "\n", 0600);
	write_file("odd.key", SECRET ".x y\n", 0600);
	write_file("long.key",
	    SECRET "0123456789012345678901234567890123456789012345678901234567890123\n", 0600);
	return 0;
}

static int
remove_files(void **state)
{
	static const char *const names[] = { "good.key", "wide.key", "empty.key", "odd.key",
		"long.key" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_secret_shown),
	};

	return cmocka_run_group_tests_name("dns_list_yaml", tests, make_files, remove_files);
}
