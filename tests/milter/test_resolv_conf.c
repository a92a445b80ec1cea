/*
 * test_resolv_conf.c - resolv_conf.c: the servers that a resolv.conf names
 */
#include "config.h"

#include "milter/resolv_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static const struct {
	const char *text, *want;
} rows[] = {
	{ "", "" },
	{ "search example.org\noptions edns0\n", "" },
	{ "nameserver 192.0.2.1\n", "192.0.2.1 " },
	{ "# nameserver 192.0.2.9\n;nameserver 192.0.2.9\n  nameserver\t192.0.2.1  # ours\r\n"
	  "nameserver 2001:db8::1",
	    "192.0.2.1 2001:db8::1 " },
	{ "nameserver 127.0.0.1:5353\nnameserver [::1]:5353\n", "127.0.0.1:5353 [::1]:5353 " },
	{ "nameserver\nnameserver \nnameservers 192.0.2.1\nnameserver x\nnameserver 192.0.2\n",
	    "" },
	{ "nameserver fe80::1%eth0\nnameserver 192.0.2.1\n", "192.0.2.1 " },
	{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n"
	  "nameserver 192.0.2.5\nnameserver 192.0.2.6\nnameserver 192.0.2.7\n"
	  "nameserver 192.0.2.8\nnameserver 192.0.2.9\n",
	    "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 192.0.2.6 192.0.2.7 192.0.2.8 " },
};

static void
test_servers(void **state)
{
	char path[] = "/tmp/resolv-conf-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct buf got = { .arena = NULL };
		FILE *file = fopen(path, "w");
		const char *const *servers;
		size_t count;

		fputs(rows[i].text, file);
		assert_int_equal(fclose(file), 0);
		servers = resolv_conf_servers(arena, path, &count);
		for (size_t k = 0; k < count; k++)
			buf_printf(&got, "%s ", servers[k]);
		assert_string_equal(buf_text(&got), rows[i].want);
		buf_clear(&got);
		arena_free(&arena);
	}
	unlink(path);
}

static void
test_no_file(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	size_t count = 1;

	(void)state;
	(void)resolv_conf_servers(arena, "/nonexistent/resolv.conf", &count);
	assert_int_equal(count, 0);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests_name("resolv_conf", tests, NULL, NULL);
}
