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
		uint32_t code;

		if (dns_operator_known(name) != rows[i].known ||
		    dns_operator_refuses(name, &answer, &code) != rows[i].refuses ||
		    (code != 0) != rows[i].refuses)
			fail_msg("row %zu, %s: got code %08x", i, rows[i].name, code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests_name("dns_operator", tests, NULL, NULL);
}
