/* test_dns_operator.c - dns_operator.c: error codes by the zone alone */
#include "engine/net/dns_operator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
test_refuses(void **state)
{
	static const struct {
		const char *name;
		unsigned char address[4];
		bool known, refuses;
	} rows[] = {
		{ "a.example", { 127, 255, 255, 254 }, false, true },
		{ "a.example", { 127, 255, 254, 254 }, false, false },
		{ "a.example", { 127, 0, 0, 1 }, false, false },
		{ "x.Multi.SURBL.org", { 127, 0, 0, 1 }, true, true },
		{ "x.multi.surbl.org", { 127, 0, 0, 2 }, true, false },
		{ "x.notsurbl.org", { 127, 0, 0, 1 }, false, false },
		{ "1.list.dnswl.org", { 127, 0, 9, 255 }, true, true },
		{ "1.list.dnswl.org", { 127, 0, 10, 1 }, true, true },
		{ "1.list.dnswl.org", { 127, 0, 9, 3 }, true, false },
		{ "x.secret.dbl.dq.spamhaus.net", { 127, 0, 1, 255 }, true, true },
		{ "x.secret.zrd.dq.spamhaus.net", { 127, 0, 2, 255 }, true, true },
		{ "x.secret.zen.dq.spamhaus.net", { 127, 0, 0, 4 }, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dns_record record = { .data = { (const char *)rows[i].address, 4 } };
		const struct dns_answer answer = { DNS_FOUND, &record, 1, 60 };
		struct slice name = slice_of(rows[i].name);
		uint32_t code = 0;

		if (dns_operator_known(name) != rows[i].known ||
		    dns_operator_refuses(name, &answer, &code) != rows[i].refuses ||
		    (code != 0) != rows[i].refuses)
			fail_msg("row %zu, %s: got code %08x", i, rows[i].name, code);
	}
}

static void
test_key(void **state)
{
	static const struct {
		const char *name;
		const char *key; /* NULL: none */
	} rows[] = {
		{ "KEY.zen.dq.spamhaus.net", "KEY" },
		{ "_email.a-b_c9.hbl.DQ.spamhaus.net", "a-b_c9" },
		{ "key.combined.mail.abusix.zone", "key" },
		{ "key.df.uribl.com", "key" },
		{ "zen.dq.spamhaus.net", NULL },
		{ "_email.hbl.dq.spamhaus.net", NULL },
		{ "dq.spamhaus.net", NULL },
		{ "{key:l}.zen.dq.spamhaus.net", NULL },
		{ "key.zen.xdq.spamhaus.net", NULL },
		{ "multi.uribl.com", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice name = slice_of(rows[i].name), want = slice_of("");
		size_t from = 0, to = 0;
		bool found = dns_operator_key(name, &from, &to);

		if (rows[i].key != NULL)
			want = slice_of(rows[i].key);
		if (found != (rows[i].key != NULL) ||
		    (found && !slice_eq(slice_cut(name, from, to), want)))
			fail_msg("%s: got %zu..%zu", rows[i].name, from, to);
	}
}

static void
test_mask(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "check_rbl('z', 'KEY.zen.dq.spamhaus.net.')",
		    "check_rbl('z', '{key}.zen.dq.spamhaus.net.')" },
		{ "a.K1.dbl.dq.spamhaus.net b.K2.white.mail.abusix.zone K3.zrd.dq.spamhaus.net",
		    "a.{key}.dbl.dq.spamhaus.net b.{key}.white.mail.abusix.zone "
		    "{key}.zrd.dq.spamhaus.net" },
		{ "'zen.dq.spamhaus.net' and dq.spamhaus.net",
		    "'zen.dq.spamhaus.net' and dq.spamhaus.net" },
		{ "", "" },
	};
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice got = dns_operator_mask(arena, slice_of(rows[i].text));

		if (!slice_eq(got, slice_of(rows[i].want)))
			fail_msg("%s: got %.*s", rows[i].text, SLICE_ARG(got));
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests_name("dns_operator", tests, NULL, NULL);
}
