/*
 * test_redis_guard.c - redis_guard.c: replies told from what no Redis would send
 *
 * Each row is fed whole and byte by byte; both must say the same.
 */
#include "shared-sync/redis_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static const char *const verdicts[] = { "more", "whole", "oversized", "broken" };

/* Feeds it in pieces of `step` bytes; *used_r is the sum. */
static enum redis_guard_verdict
feed(struct redis_guard *guard, struct slice bytes, size_t step, size_t *used_r)
{
	enum redis_guard_verdict verdict = REDIS_GUARD_MORE;

	*used_r = 0;
	for (size_t at = 0; at < bytes.n && verdict == REDIS_GUARD_MORE; at += step) {
		size_t used;

		verdict = redis_guard_scan(guard, slice_cut(bytes, at, at + step), &used);
		*used_r += used;
	}
	return verdict;
}

struct row {
	struct slice bytes;
	enum redis_guard_verdict want;
	size_t used; /* bytes that a parser may see */
};

static void
check(const struct row *row)
{
	const size_t steps[] = { SIZE_MAX / 2, 1, 2, 3, 7 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct redis_guard guard = { .values = 0 };
		size_t used, again;
		enum redis_guard_verdict got = feed(&guard, row->bytes, steps[i], &used);

		if (got != row->want || used != row->used)
			fail_msg("%.*s by %zu: got %s (%s) after %zu, want %s after %zu",
			    row->bytes.n < 60 ? (int)row->bytes.n : 60, row->bytes.p, steps[i],
			    verdicts[got], guard.why != NULL ? guard.why : "", used,
			    verdicts[row->want], row->used);
		if (got != REDIS_GUARD_OVERSIZED && got != REDIS_GUARD_BROKEN)
			continue;
		assert_non_null(guard.why);
		assert_int_equal(redis_guard_scan(&guard, SLICE("+OK\r\n"), &again), got);
		assert_int_equal(again, 0);
	}
}

static void
test_replies(void **state)
{
	const struct row rows[] = {
		{ SLICE("+OK\r\n"), REDIS_GUARD_WHOLE, 5 },
		{ SLICE("+\r\n"), REDIS_GUARD_WHOLE, 3 },
		{ SLICE("-ERR no\r\n"), REDIS_GUARD_WHOLE, 9 },
		{ SLICE(":0\r\n"), REDIS_GUARD_WHOLE, 4 },
		{ SLICE(":-12\r\n"), REDIS_GUARD_WHOLE, 6 },
		{ SLICE(":100\r\n"), REDIS_GUARD_WHOLE, 6 },
		{ SLICE(":9223372036854775807\r\n"), REDIS_GUARD_WHOLE, 22 },
		{ SLICE("$3\r\nabc\r\n"), REDIS_GUARD_WHOLE, 9 },
		{ SLICE("$0\r\n\r\n"), REDIS_GUARD_WHOLE, 6 },
		{ SLICE("$2\r\n\r\n\r\n"), REDIS_GUARD_WHOLE, 8 },
		{ SLICE("$-1\r\n"), REDIS_GUARD_WHOLE, 5 },
		{ SLICE("*-1\r\n"), REDIS_GUARD_WHOLE, 5 },
		{ SLICE("*0\r\n"), REDIS_GUARD_WHOLE, 4 },
		{ SLICE("*2\r\n:1\r\n$1\r\n*\r\n"), REDIS_GUARD_WHOLE, 15 },
		{ SLICE("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"), REDIS_GUARD_WHOLE, 24 },
		{ SLICE("*3\r\n*0\r\n*-1\r\n*1\r\n*0\r\n"), REDIS_GUARD_WHOLE, 21 },
		/* What follows a reply is left. */
		{ SLICE("+OK\r\n+OK\r\n"), REDIS_GUARD_WHOLE, 5 },
		{ SLICE("*1\r\n:1\r\n:2\r\n"), REDIS_GUARD_WHOLE, 8 },
		/* Not yet the end. */
		{ SLICE(""), REDIS_GUARD_MORE, 0 },
		{ SLICE("+O"), REDIS_GUARD_MORE, 2 },
		{ SLICE("+OK\r"), REDIS_GUARD_MORE, 4 },
		{ SLICE("$3\r\nabc"), REDIS_GUARD_MORE, 7 },
		{ SLICE("$3\r\nabc\r"), REDIS_GUARD_MORE, 8 },
		{ SLICE("*2\r\n:1\r\n"), REDIS_GUARD_MORE, 8 },
		{ SLICE("$41943040\r\n"), REDIS_GUARD_MORE, 11 },
		{ SLICE("*4096\r\n"), REDIS_GUARD_MORE, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

/* A parser sees no more of them than what cannot hurt it: the LF of the header stays behind. */
static void
test_hostile(void **state)
{
	const struct row rows[] = {
		{ SLICE("$41943041\r\n"), REDIS_GUARD_OVERSIZED, 10 },
		{ SLICE("$4294967296\r\n"), REDIS_GUARD_OVERSIZED, 12 },
		{ SLICE("$9223372036854775807\r\n"), REDIS_GUARD_OVERSIZED, 21 },
		{ SLICE("$18446744073709551616\r\n"), REDIS_GUARD_OVERSIZED, 20 },
		{ SLICE("*4097\r\n"), REDIS_GUARD_OVERSIZED, 6 },
		{ SLICE("*2147483648\r\n"), REDIS_GUARD_OVERSIZED, 12 },
		{ SLICE("*4294967297\r\n"), REDIS_GUARD_OVERSIZED, 12 },
		{ SLICE("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"), REDIS_GUARD_OVERSIZED, 23 },
		{ SLICE("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*0\r\n"), REDIS_GUARD_OVERSIZED, 23 },
		{ SLICE("$-2\r\n"), REDIS_GUARD_BROKEN, 4 },
		{ SLICE("*-9223372036854775808\r\n"), REDIS_GUARD_BROKEN, 22 },
		{ SLICE("$\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("*\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("$-\r\n"), REDIS_GUARD_BROKEN, 3 },
		{ SLICE("$1x\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("$ 1\r\n"), REDIS_GUARD_BROKEN, 1 },
		{ SLICE("$+1\r\n"), REDIS_GUARD_BROKEN, 1 },
		{ SLICE("$1-\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":--1\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":01\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":00\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":-0\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":-01\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("$01\r\nx\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("$-01\r\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE(":9223372036854775808\r\n"), REDIS_GUARD_BROKEN, 21 },
		{ SLICE(":99999999999999999999\r\n"), REDIS_GUARD_BROKEN, 20 },
		{ SLICE("$3\r\nabcd\r\n"), REDIS_GUARD_BROKEN, 7 },
		{ SLICE("$3\r\nabc\n\r"), REDIS_GUARD_BROKEN, 7 },
		{ SLICE("$3\r\nabc\rx"), REDIS_GUARD_BROKEN, 8 },
		{ SLICE("+OK\n"), REDIS_GUARD_BROKEN, 3 },
		{ SLICE("+a\rb\r\n"), REDIS_GUARD_BROKEN, 3 },
		{ SLICE("$3\n"), REDIS_GUARD_BROKEN, 2 },
		{ SLICE("\r\n"), REDIS_GUARD_BROKEN, 0 },
		{ SLICE("HTTP/1.1 400\r\n"), REDIS_GUARD_BROKEN, 0 },
		{ SLICE("\0\0\0\0"), REDIS_GUARD_BROKEN, 0 },
		/* RESP3, which we never ask for. */
		{ SLICE("%1\r\n+a\r\n+b\r\n"), REDIS_GUARD_BROKEN, 0 },
		{ SLICE("_\r\n"), REDIS_GUARD_BROKEN, 0 },
		{ SLICE(">1\r\n+a\r\n"), REDIS_GUARD_BROKEN, 0 },
		{ SLICE("$?\r\n;0\r\n"), REDIS_GUARD_BROKEN, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}

static void
test_long_lines(void **state)
{
	struct buf line = { 0 };

	(void)state;
	buf_add_byte(&line, '-');
	for (size_t i = 0; i < REDIS_LINE_MAX; i++)
		buf_add_byte(&line, 'x');
	check(&(struct row){ buf_slice(&line), REDIS_GUARD_MORE, REDIS_LINE_MAX + 1 });
	buf_add_byte(&line, 'x');
	check(&(struct row){ buf_slice(&line), REDIS_GUARD_OVERSIZED, REDIS_LINE_MAX + 1 });
	buf_clear(&line);
}

/* Arrays of arrays that each keep to the limits and together promise millions of values. */
static void
test_many_values(void **state)
{
	struct redis_guard guard = { .values = 0 };
	enum redis_guard_verdict verdict;
	struct buf bytes = { 0 };
	size_t used;

	(void)state;
	buf_add(&bytes, SLICE("*4096\r\n"));
	for (size_t i = 0; i < 4096; i++) {
		buf_add(&bytes, SLICE("*4096\r\n"));
		for (size_t j = 0; j < 4096; j++)
			buf_add(&bytes, SLICE(":1\r\n"));
		if (bytes.n > ((size_t)1 << 20))
			break;
	}
	verdict = redis_guard_scan(&guard, buf_slice(&bytes), &used);
	assert_int_equal(verdict, REDIS_GUARD_OVERSIZED);
	assert_true(guard.values <= REDIS_VALUES_MAX + REDIS_ARRAY_MAX);
	buf_clear(&bytes);
}

/* Bulk strings that are each allowed, and one reply that is not. */
static void
test_large_reply(void **state)
{
	enum { BULK = 1 << 20 };
	struct redis_guard guard = { .values = 0 };
	enum redis_guard_verdict verdict = REDIS_GUARD_MORE;
	struct buf bulk = { 0 };
	size_t used, sum;

	(void)state;
	buf_printf(&bulk, "$%d\r\n", BULK);
	memset(buf_reserve(&bulk, BULK), 'x', BULK);
	bulk.n += BULK;
	buf_add(&bulk, SLICE("\r\n"));
	verdict = redis_guard_scan(&guard, SLICE("*4096\r\n"), &sum);
	while (verdict == REDIS_GUARD_MORE) {
		verdict = redis_guard_scan(&guard, buf_slice(&bulk), &used);
		sum += used;
	}
	assert_int_equal(verdict, REDIS_GUARD_OVERSIZED);
	assert_true(sum <= REDIS_REPLY_MAX);
	assert_true(sum > REDIS_REPLY_MAX - 2 * BULK);
	buf_clear(&bulk);
}

/* One guard, reply after reply. */
static void
test_sequence(void **state)
{
	struct slice rest = SLICE("+OK\r\n*1\r\n$1\r\na\r\n:5\r\n*-1\r\n-E\r\n");
	struct redis_guard guard = { .values = 0 };
	unsigned count = 0;

	(void)state;
	while (rest.n > 0) {
		size_t used;

		assert_int_equal(redis_guard_scan(&guard, rest, &used), REDIS_GUARD_WHOLE);
		rest = slice_from(rest, used);
		count++;
	}
	assert_int_equal(count, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_many_values),
		cmocka_unit_test(test_large_reply),
		cmocka_unit_test(test_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
