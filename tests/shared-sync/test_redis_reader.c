/* test_redis_reader.c - redis_reader.c: replies as trees, commands as bytes, in any pieces */
#include "shared-sync/redis_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void
show(const struct redis_value *value, struct buf *out)
{
	switch (value->kind) {
	case REDIS_KIND_NIL:
		buf_add(out, SLICE("nil"));
		break;
	case REDIS_KIND_TEXT:
		buf_printf(out, "'%.*s'", SLICE_ARG(value->text));
		break;
	case REDIS_KIND_ERROR:
		buf_printf(out, "!%.*s", SLICE_ARG(value->text));
		break;
	case REDIS_KIND_INTEGER:
		buf_printf(out, "%lld", (long long)value->integer);
		break;
	case REDIS_KIND_ARRAY:
		buf_add_byte(out, '[');
		for (size_t i = 0; i < value->count; i++) {
			if (i > 0)
				buf_add_byte(out, ' ');
			show(&value->items[i], out);
		}
		buf_add_byte(out, ']');
	}
}

/* The reply as text, "..." while it goes on, or the word for what is wrong. */
static void
read_reply(struct slice bytes, size_t step, struct buf *out)
{
	struct redis_reader *reader = redis_reader_new();
	struct redis_reply *reply = NULL;
	enum link_outcome outcome = LINK_OK;
	struct err err;

	for (size_t at = 0; at < bytes.n && outcome == LINK_OK && reply == NULL; at += step)
		outcome = redis_reader_feed(reader, slice_cut(bytes, at, at + step), &reply, &err);
	if (outcome != LINK_OK)
		buf_add(out, slice_of(link_outcome_word(outcome)));
	else if (reply == NULL)
		buf_add(out, SLICE("..."));
	else
		show(redis_reply_value(reply), out);
	redis_reply_free(&reply);
	redis_reader_free(&reader);
}

static void
test_replies(void **state)
{
	const struct {
		struct slice bytes;
		const char *want;
	} rows[] = {
		{ SLICE("+OK\r\n"), "'OK'" },
		{ SLICE("-ERR no\r\n"), "!ERR no" },
		{ SLICE(":-9223372036854775807\r\n"), "-9223372036854775807" },
		{ SLICE("$3\r\na\r\n\r\n"), "'a\r\n'" },
		{ SLICE("$0\r\n\r\n"), "''" },
		{ SLICE("$-1\r\n"), "nil" },
		{ SLICE("*-1\r\n"), "nil" },
		{ SLICE("*0\r\n"), "[]" },
		{ SLICE("*3\r\n:1\r\n*1\r\n-E\r\n$-1\r\n"), "[1 [!E] nil]" },
		{ SLICE(
		      "*1\r\n*2\r\n$1\r\nk\r\n*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\ne\r\n$1\r\na\r\n"
		      "*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\ne\r\n$1\r\nb\r\n"),
		    "[['k' [['1-0' ['e' 'a']] ['2-0' ['e' 'b']]]]]" },
		{ SLICE(""), "..." },
		{ SLICE("*2\r\n:1\r\n"), "..." },
		{ SLICE("$41943041\r\n"), "oversized" },
		{ SLICE("*4097\r\n"), "oversized" },
		{ SLICE("_\r\n"), "protocol" },
		{ SLICE("hello\r\n"), "protocol" },
	};
	const size_t steps[] = { SIZE_MAX / 2, 1, 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
			struct buf got = { 0 };

			read_reply(rows[i].bytes, steps[j], &got);
			if (!slice_eq(buf_slice(&got), slice_of(rows[i].want)))
				fail_msg("%.*s by %zu: got %s, want %s", SLICE_ARG(rows[i].bytes),
				    steps[j], buf_text(&got), rows[i].want);
			buf_clear(&got);
		}
	}
}

/* What nobody asked for. */
static void
test_too_many(void **state)
{
	struct buf got = { 0 };

	(void)state;
	read_reply(SLICE("+OK\r\n+OK\r\n"), SIZE_MAX / 2, &got);
	assert_string_equal(buf_text(&got), "protocol");
	buf_clear(&got);
}

static void
test_commands(void **state)
{
	const struct slice args[] = { SLICE("SET"), SLICE("a\0b"), SLICE_ABSENT, SLICE("\r\n") };
	const struct slice want = SLICE(
	    "*4\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n$2\r\n\r\n\r\n");
	struct buf got = { 0 };

	(void)state;
	redis_command_write(args, 4, &got);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	buf_clear(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
