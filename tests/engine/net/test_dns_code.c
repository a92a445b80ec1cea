/* test_dns_code.c - dns_code.c: which texts are codes, and which addresses lie in them */
#include "engine/net/dns_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static uint32_t
address(unsigned a, unsigned b, unsigned c, unsigned d)
{
	return a << 24 | b << 16 | c << 8 | d;
}

static void
test_has(void **state)
{
	const struct {
		const char *code;
		uint32_t address;
		bool in;
	} rows[] = {
		{ "127.0.0.2", address(127, 0, 0, 2), true },
		{ "127.0.0.2", address(127, 0, 0, 3), false },
		{ "127.0.0.2", address(192, 0, 0, 2), false },
		{ "127.0.0.4-127.0.0.7", address(127, 0, 0, 4), true },
		{ "127.0.0.4-127.0.0.7", address(127, 0, 0, 7), true },
		{ "127.0.0.4-127.0.0.7", address(127, 0, 0, 8), false },
		{ "127.0.1.0/24", address(127, 0, 1, 255), true },
		{ "127.0.1.0/24", address(127, 0, 2, 0), false },
		{ "127.0.1.9/24", address(127, 0, 1, 0), true },
		{ "127.0.0.2/32", address(127, 0, 0, 2), true },
		{ "127.0.0.2/32", address(127, 0, 0, 1), false },
		{ "127.0.0.0/8", address(127, 255, 255, 254), true },
		{ "127.0.*.3", address(127, 0, 10, 3), true },
		{ "127.0.*.3", address(127, 0, 10, 2), false },
		{ "127.0.*.3", address(127, 1, 10, 3), false },
		{ "127.*.*.2", address(127, 9, 8, 2), true },
		{ "&8", address(127, 0, 0, 8), true },
		{ "&8", address(127, 0, 0, 12), true },
		{ "&8", address(127, 0, 0, 4), false },
		{ "&8", address(10, 0, 0, 8), false },
		{ "&12", address(127, 0, 0, 4), true },
		{ "&256", address(127, 0, 1, 0), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_code code;
		struct err err;

		if (!dns_code_parse(slice_of(rows[i].code), &code, &err))
			fail_msg("%s: %s", rows[i].code, err.text);
		if (dns_code_has(&code, rows[i].address) != rows[i].in)
			fail_msg("%s and %08x: got %d, want %d", rows[i].code, rows[i].address,
			    !rows[i].in, rows[i].in);
	}
}

static void
test_refused(void **state)
{
	static const char *const rows[] = { "", "2", "127.0.0", "127.0.0.256", "127.0.0.2.3",
		"192.0.2.1", "126.255.255.255-127.0.0.2", "127.0.0.2-128.0.0.1",
		"127.0.0.7-127.0.0.4", "127.0.0.0/7", "127.0.0.0/33", "127.0.0.*-127.0.0.9",
		"*.0.0.2", "&", "&0", "&x", "&-8", "&16777216", "127.0.0.2 ", "127.0.0.2/",
		"99999999999.0.0.1" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_code code;
		struct err err;

		if (dns_code_parse(slice_of(rows[i]), &code, &err))
			fail_msg("\"%s\": got a code, want an error", rows[i]);
	}
}

static void
test_within(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool within;
	} rows[] = {
		{ "127.255.255.0/24", "127.255.255.254", true },
		{ "127.255.255.0/24", "127.255.255.10-127.255.255.20", true },
		{ "127.255.255.0/24", "127.0.0.0/8", false },
		{ "127.255.255.0/24", "127.255.255.*", true },
		{ "127.255.255.0/24", "127.255.*.1", false },
		{ "&1", "127.0.0.1", true },
		{ "127.0.0.1", "&1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_code outer, inner;
		struct err err;

		assert_true(dns_code_parse(slice_of(rows[i].outer), &outer, &err));
		assert_true(dns_code_parse(slice_of(rows[i].inner), &inner, &err));
		if (dns_code_within(&outer, &inner) != rows[i].within)
			fail_msg("%s in %s: got %d", rows[i].inner, rows[i].outer, !rows[i].within);
	}
}

static void
test_record(void **state)
{
	char text[DNS_CODE_TEXT_MAX];
	const struct dns_record a = { .data = SLICE("\x7f\0\0\xff") };
	const struct dns_record none = { .data = SLICE("127") };

	(void)state;
	assert_string_equal(dns_code_text(dns_code_of(&a), text), "127.0.0.255");
	assert_int_equal(dns_code_of(&none), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests_name("dns_code", tests, NULL, NULL);
}
