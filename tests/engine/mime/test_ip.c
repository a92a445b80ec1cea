/* test_ip.c - ip.c against tables: addresses both ways, networks, and which addresses they have */
#include "config.h"

#include "engine/mime/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static const struct {
	const char *text;
	const char *want; /* NULL: no address */
	const char *want_reversed; /* NULL: not looked at */
	bool want_private;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1", "1.2.0.192", false },
	{ "010.010.10.10", "10.10.10.10", NULL, true },
	{ "255.255.255.255", "255.255.255.255", NULL, false },
	{ "256.1.1.1", NULL, NULL, false },
	{ "1.2.3", NULL, NULL, false },
	{ "1.2.3.4.", NULL, NULL, false },
	{ "1.2.3.4.5", NULL, NULL, false },
	{ "1.2.3.0004", NULL, NULL, false },
	{ "", NULL, NULL, false },
	{ "::", "::", NULL, false },
	{ "::1", "::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", true },
	{ "0:0:0::0:1", "::1", NULL, true },
	{ "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1", NULL, false },
	{ "2001:db8::", "2001:db8::", NULL, false },
	{ "1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8", NULL, false },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", NULL, false },
	{ "::ffff:192.0.2.1", "192.0.2.1", "1.2.0.192", false },
	{ "::ffff:c000:201", "192.0.2.1", NULL, false },
	{ "::192.0.2.1", "::c000:201", NULL, false },
	{ "64:ff9b::192.0.2.1", "64:ff9b::c000:201", NULL, false },
	{ "fe80::1%eth0", "fe80::1", NULL, true },
	{ "febf::1", "febf::1", NULL, true },
	{ "fec0::1", "fec0::1", NULL, false },
	{ "1:2:3:4:5:6:7", NULL, NULL, false },
	{ "1:2:3:4:5:6:7:8:9", NULL, NULL, false },
	{ "1:2:3:4:5:6:7:8::", NULL, NULL, false },
	{ "1::2::3", NULL, NULL, false },
	{ ":1:2:3:4:5:6:7", NULL, NULL, false },
	{ "1:2:3:4:5:6:7:", NULL, NULL, false },
	{ "12345::", NULL, NULL, false },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL, NULL, false },
	{ ":::", NULL, NULL, false },
	{ "g::", NULL, NULL, false },
	{ "100.64.0.1", "100.64.0.1", NULL, true },
	{ "100.128.0.1", "100.128.0.1", NULL, false },
	{ "127.3.4.5", "127.3.4.5", NULL, true },
	{ "169.254.1.1", "169.254.1.1", NULL, true },
	{ "172.31.255.255", "172.31.255.255", NULL, true },
	{ "172.32.0.1", "172.32.0.1", NULL, false },
	{ "192.168.1.1", "192.168.1.1", NULL, true },
};

static const struct {
	const char *network; /* several: separated by blanks */
	const char *ip;
	bool want;
} networks[] = {
	{ "127.", "127.0.0.254", true },
	{ "127", "127.0.0.254", true },
	{ "127.0", "127.1.0.1", false },
	{ "127/8", "128.0.0.1", false },
	{ "127.0.0.1/31", "127.0.0.0", true },
	{ "127.0.0.1/31", "127.0.0.2", false },
	{ "127.0.0.2/31", "127.0.0.3", true },
	{ "10.0.0.0/255.255.254.0", "10.0.1.7", true },
	{ "10.0.0.0/255.255.254.0", "10.0.2.7", false },
	{ "0/0", "192.0.2.1", true },
	{ "0/0", "2001:db8::1", false },
	{ "::/0", "192.0.2.1", true },
	{ "::/96", "::1", true },
	{ "::ffff:7f00:0/112", "127.0.0.1", true },
	{ "::7f00:0/112", "127.0.0.1", false },
	{ "DEAD:BEEF:0:102:304:506::/96", "DEAD:BEEF:0000:0102:0304:0506:0708:0a0b", true },
	{ "[2001:db8::]/33", "2001:db8:7fff::1", true },
	{ "[2001:db8::]/33", "2001:db8:8000::1", false },
	{ "[192.0.2.1]", "192.0.2.1", true },
	{ "!10.0.0.1 10/8", "10.0.0.1", false },
	{ "!10.0.0.1 10/8", "10.0.0.2", true },
	{ "10/8 !10.0.0.1", "10.0.0.1", true },
	{ "! 10.0.0.1", "10.0.0.1", false },
	{ "010.010.10.10", "8.8.10.10", false },
};

static const struct {
	const char *text;
	const char *want; /* a part of the error's text */
} bad_networks[] = {
	{ "", "no network" },
	{ "foo", "no network" },
	{ "1.2.3.256", "no network" },
	{ "1.2.3.4.5", "no network" },
	{ "10..", "no network" },
	{ "2001:db8:", "no network" },
	{ "10.0.0.1-10.0.0.9", "no network" },
	{ "10.0.0.0/", "/0 to /32 or a mask" },
	{ "10.0.0.1/33", "/0 to /32 or a mask" },
	{ "10.0.0.0/0.0.0.255", "/0 to /32 or a mask" },
	{ "10.0.0.0/255.0.255.0", "/0 to /32 or a mask" },
	{ "::1/129", "/0 to /128" },
	{ "::1/255.0.0.0", "/0 to /128" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
test_addresses(void **state)
{
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct slice want = slice_of(addresses[i].want), got = SLICE_ABSENT;
		struct slice reversed = slice_of(addresses[i].want_reversed);
		struct ip ip;

		if (ip_parse(slice_of(addresses[i].text), &ip))
			got = ip_text(arena, &ip);
		if ((got.p == NULL) != (want.p == NULL) || !slice_eq(got, want))
			fail_msg("\"%s\": got \"%.*s\", want \"%.*s\"", addresses[i].text,
			    SLICE_ARG(got), SLICE_ARG(want));
		if (got.p == NULL)
			continue;
		assert_true(got.n <= IP_TEXT_MAX);
		if (ip_is_private(&ip) != addresses[i].want_private)
			fail_msg("\"%s\": private is wrong", addresses[i].text);
		got = ip_reversed(arena, &ip);
		if (reversed.p != NULL && !slice_eq(got, reversed))
			fail_msg("\"%s\": reversed: got %.*s, want %s", addresses[i].text,
			    SLICE_ARG(got), addresses[i].want_reversed);
	}
	arena_free(&arena);
}

/* Reads blank-separated networks into v and returns how many. */
static size_t
read_networks(const char *text, struct network v[4])
{
	size_t n = 0;

	for (struct slice rest = slice_of(text); rest.n > 0 && n < 4;) {
		size_t end = slice_find_byte(rest, rest.p[0] == '!' ? 2 : 0, ' ');
		struct err err = { .text = "" };

		if (!network_parse(slice_cut(rest, 0, end), &v[n++], &err))
			fail_msg("%s: %s", text, err.text);
		rest = slice_from(rest, end + 1);
	}
	return n;
}

static void
test_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(networks); i++) {
		struct network v[4];
		struct network_list list = { v, read_networks(networks[i].network, v) };
		struct ip ip;

		assert_true(ip_parse(slice_of(networks[i].ip), &ip));
		if (network_list_has(&list, &ip) != networks[i].want)
			fail_msg("%s in %s: got %d, want %d", networks[i].ip, networks[i].network,
			    !networks[i].want, networks[i].want);
	}
}

static void
test_bad_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_networks); i++) {
		struct network network;
		struct err err = { .text = "" };

		if (network_parse(slice_of(bad_networks[i].text), &network, &err))
			fail_msg("\"%s\": read, want an error", bad_networks[i].text);
		if (strstr(err.text, bad_networks[i].want) == NULL)
			fail_msg("\"%s\": got \"%s\", want \"%s\"", bad_networks[i].text, err.text,
			    bad_networks[i].want);
	}
}

/* A slice ends where it says, whatever stands behind. */
static void
test_slice_end(void **state)
{
	struct ip ip;

	(void)state;
	assert_true(ip_parse((struct slice){ "1.2.3.45", 7 }, &ip));
	assert_int_equal(ip.v[15], 4);
	assert_true(ip_parse((struct slice){ "::12", 3 }, &ip));
	assert_int_equal(ip.v[15], 1);
}

static const struct {
	const char *text;
	const char *want; /* "first bits, ..."; "": an error */
} ranges[] = {
	{ "192.0.2.1-192.0.2.1", "192.0.2.1/128" },
	{ "192.0.2.0-192.0.2.255", "192.0.2.0/120" },
	{ "192.0.2.1-192.0.2.6", "192.0.2.1/128 192.0.2.2/127 192.0.2.4/127 192.0.2.6/128" },
	{ "! 192.0.2.0 - 192.0.2.1", "!192.0.2.0/127" },
	{ "0.0.0.0-255.255.255.255", "0.0.0.0/96" },
	{ "2001:db8::-2001:db8::1:ffff", "2001:db8::/111" },
	{ "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0" },
	{ "10/8", "10.0.0.0/104" },
	{ "192.0.2.2-192.0.2.1", "" },
	{ "192.0.2.2-2001:db8::1", "" },
	{ "192.0.2.2-", "" },
	{ "-", "" },
};

static void
test_ranges(void **state)
{
	struct network v[NETWORK_RANGE_MAX];
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(ranges); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct buf got = { .arena = arena };
		size_t n = networks_parse(slice_of(ranges[i].text), v, &err);

		for (size_t k = 0; k < n; k++) {
			struct ip ip;

			memcpy(ip.v, v[k].address, sizeof(ip.v));
			buf_printf(&got, "%s%s%.*s/%u", k > 0 ? " " : "", v[k].negated ? "!" : "",
			    SLICE_ARG(ip_text(arena, &ip)), v[k].bits);
		}
		if (!slice_eq(buf_slice(&got), slice_of(ranges[i].want)))
			fail_msg("%s: got %.*s, want %s", ranges[i].text,
			    SLICE_ARG(buf_slice(&got)), ranges[i].want);
		arena_free(&arena);
	}
	/* The most there can be. */
	assert_int_equal(
	    networks_parse(SLICE("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), v, &err),
	    NETWORK_RANGE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_bad_networks),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_slice_end),
	};

	return cmocka_run_group_tests_name("ip", tests, NULL, NULL);
}
