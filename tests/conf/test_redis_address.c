/* test_redis_address.c - redis_address.c: addresses taken apart, written again, and refused */
#include "config.h"

#include "conf/redis_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME_63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define NAME_253                            \
	NAME_63 "." NAME_63 "." NAME_63 "." \
		"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"

/* Each is written again as `again`. */
static void
test_accepted(void **state)
{
	const struct {
		const char *text, *again;
	} rows[] = {
		{ "redis://127.0.0.1:6379", "redis://127.0.0.1:6379" },
		{ "redis://localhost", "redis://localhost:6379" },
		{ "redis://localhost/", "redis://localhost:6379" },
		{ "redis://redis.example.org:6380/2", "redis://redis.example.org:6380/2" },
		{ "redis://feed@redis_1:6379/0", "redis://feed@redis_1:6379" },
		{ "redis://[::1]", "redis://[::1]:6379" },
		{ "redis://[2001:db8::7]:6390/15", "redis://[2001:db8::7]:6390/15" },
		{ "redis://[fe80::1%eth0]:1", "redis://[fe80::1%eth0]:1" },
		{ "redis://" NAME_253 ":65535", "redis://" NAME_253 ":65535" },
		{ "unix:///run/redis/redis.sock", "unix:///run/redis/redis.sock" },
		{ "unix://feed@/run/redis.sock", "unix://feed@/run/redis.sock" },
		{ "unix:///run/a@b.sock", "unix:///run/a@b.sock" },
		{ "sentinel://a,b:26380,[::1]/feed",
		    "sentinel://a:26379,b:26380,[::1]:26379/feed" },
		{ "sentinel://me@10.0.0.1/my-master.1",
		    "sentinel://me@10.0.0.1:26379/my-master.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct redis_address address;
		struct buf again = { 0 };
		struct err err;

		if (!redis_address_parse(slice_of(rows[i].text), &address, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		redis_address_format(&address, &again);
		if (!slice_eq(buf_slice(&again), slice_of(rows[i].again)))
			fail_msg(
			    "%s: got %s, want %s", rows[i].text, buf_text(&again), rows[i].again);
		buf_clear(&again);
	}
}

static void
test_fields(void **state)
{
	struct redis_address address;
	struct err err;

	(void)state;
	assert_true(redis_address_parse(SLICE("redis://me@[::1]:7000/3"), &address, &err));
	assert_int_equal(address.scheme, REDIS_SCHEME_TCP);
	assert_string_equal(address.user, "me");
	assert_int_equal(address.host_count, 1);
	assert_string_equal(address.hosts[0].name, "::1");
	assert_int_equal(address.hosts[0].port, 7000);
	assert_int_equal(address.db, 3);
	assert_true(redis_address_parse(SLICE("sentinel://a:1,b/m"), &address, &err));
	assert_int_equal(address.scheme, REDIS_SCHEME_SENTINEL);
	assert_int_equal(address.host_count, 2);
	assert_string_equal(address.hosts[1].name, "b");
	assert_int_equal(address.hosts[1].port, REDIS_SENTINEL_PORT);
	assert_string_equal(address.master, "m");
	assert_true(redis_address_parse(SLICE("unix:///s"), &address, &err));
	assert_int_equal(address.host_count, 0);
	assert_string_equal(address.path, "/s");
}

static void
test_refused(void **state)
{
	static const char many[] = "sentinel://a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a/m";
	const struct {
		struct slice text;
		const char *why; /* is in what it says */
	} rows[] = {
		{ SLICE(""), "begins with redis://" },
		{ SLICE("127.0.0.1:6379"), "begins with redis://" },
		{ SLICE("REDIS://a"), "begins with redis://" },
		{ SLICE("http://a"), "begins with redis://" },
		{ SLICE("redis://"), "no host" },
		{ SLICE("redis://:6379"), "no host" },
		{ SLICE("redis://a:"), "port" },
		{ SLICE("redis://a:0"), "port" },
		{ SLICE("redis://a:65536"), "port" },
		{ SLICE("redis://a:6379x"), "port" },
		{ SLICE("redis://a:999999"), "port" },
		{ SLICE("redis://a/x"), "database" },
		{ SLICE("redis://a/1/2"), "database" },
		{ SLICE("redis://a/10000"), "database" },
		{ SLICE("redis://::1:6379"), "brackets" },
		{ SLICE("redis://[::1"), "not closed" },
		{ SLICE("redis://[::1]6379"), "port" },
		{ SLICE("redis://[]"), "no host" },
		{ SLICE("redis://a b"), "not a host" },
		{ SLICE("redis://a\n"), "not a host" },
		{ SLICE("redis://a\0b"), "not a host" },
		{ SLICE("redis://a;b"), "not a host" },
		{ SLICE("redis://" NAME_253 "z"), "not a host" },
		{ SLICE("redis://me:sesame@a"), "password" },
		{ SLICE("redis://:sesame@a"), "password" },
		{ SLICE("redis://@a"), "user" },
		{ SLICE("redis://a b@c"), "user" },
		{ SLICE("unix://run/redis.sock"), "absolute path" },
		{ SLICE("unix://"), "absolute path" },
		{ SLICE("unix:///a b"), "blanks" },
		{ SLICE("unix:///" NAME_63 NAME_63), "at most" },
		{ SLICE("sentinel://a"), "master's name" },
		{ SLICE("sentinel://a/"), "master's name" },
		{ SLICE("sentinel:///m"), "no host" },
		{ SLICE("sentinel://a,/m"), "no host" },
		{ SLICE("sentinel://a,b:x/m"), "port" },
		{ SLICE(many), "more than 16" },
#ifndef HAVE_TLS
		{ SLICE("rediss://a"), "built without" },
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct redis_address address;
		struct err err;

		if (redis_address_parse(rows[i].text, &address, &err))
			fail_msg("%.*s: taken", SLICE_ARG(rows[i].text));
		if (strstr(err.text, rows[i].why) == NULL)
			fail_msg("%.*s: got \"%s\", want \"%s\"", SLICE_ARG(rows[i].text), err.text,
			    rows[i].why);
		assert_null(strstr(err.text, "sesame"));
	}
}

static void
test_tls(void **state)
{
	struct redis_address address;
	struct err err;

	(void)state;
#ifdef HAVE_TLS
	assert_true(redis_address_parse(SLICE("rediss://a"), &address, &err));
	assert_int_equal(address.scheme, REDIS_SCHEME_TLS);
#else
	assert_false(redis_address_parse(SLICE("rediss://a"), &address, &err));
#endif
}

/* As Redis names nodes in MOVED and Sentinel names masters. */
static void
test_hosts(void **state)
{
	const struct {
		const char *text, *name; /* NULL: refused */
		unsigned port;
	} rows[] = {
		{ "127.0.0.1:6379", "127.0.0.1", 6379 },
		{ "::1:7000", "::1", 7000 },
		{ "[::1]:7000", "::1", 7000 },
		{ "node-1.example:1", "node-1.example", 1 },
		{ "", NULL, 0 },
		{ ":", NULL, 0 },
		{ ":6379", NULL, 0 },
		{ "?:6379", NULL, 0 },
		{ "a", NULL, 0 },
		{ "a:", NULL, 0 },
		{ "a:0", NULL, 0 },
		{ "a:70000", NULL, 0 },
		{ "a/b:1", NULL, 0 },
		{ "[]:1", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct redis_host host;
		bool taken = redis_host_parse(slice_of(rows[i].text), &host);

		if (taken != (rows[i].name != NULL))
			fail_msg("%s: got %d, want %d", rows[i].text, taken, !taken);
		if (taken && (strcmp(host.name, rows[i].name) != 0 || host.port != rows[i].port))
			fail_msg("%s: got %s and %u", rows[i].text, host.name, host.port);
	}
}

static void
test_login(void **state)
{
	const struct {
		const char *line;
		mode_t mode;
		int result;
		const char *user, *password;
	} rows[] = {
		{ "sesame\n", 0600, 1, "", "sesame" },
		{ "me sesame\n", 0600, 1, "me", "sesame" },
		{ "me \t open sesame \nmore", 0400, 1, "me", "open sesame" },
		{ "a:b@c", 0600, 1, "", "a:b@c" },
		{ "sesame\n", 0644, -1, "", "" },
		{ "sesame\n", 0640, -1, "", "" },
		{ "\n", 0600, -1, "", "" },
		{ "", 0600, -1, "", "" },
	};
	char path[] = "/tmp/test_redis_address.XXXXXX";
	struct arena *arena = arena_new((size_t)1 << 20);
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct redis_login login;
		struct err err = { .text = "" };
		int result;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(
		    pwrite(fd, rows[i].line, strlen(rows[i].line), 0), strlen(rows[i].line));
		assert_int_equal(fchmod(fd, rows[i].mode), 0);
		result = redis_login_read(arena, path, &login, &err);
		if (result != rows[i].result)
			fail_msg("%zu: got %d (%s), want %d", i, result, err.text, rows[i].result);
		if (!slice_eq(login.user, slice_of(rows[i].user)) ||
		    !slice_eq(login.password, slice_of(rows[i].password)))
			fail_msg("%zu: got \"%.*s\" and \"%.*s\"", i, SLICE_ARG(login.user),
			    SLICE_ARG(login.password));
		assert_null(strstr(err.text, "sesame"));
	}
	close(fd);
	unlink(path);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
