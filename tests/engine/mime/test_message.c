/* test_message.c - message.c and part.c: structure whole and broken, limits, caps, budgets */
#include "engine/mime/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(...)                                       \
	{                                            \
		__VA_ARGS__, sizeof(__VA_ARGS__) - 1 \
	}
#define ARENA ((size_t)64 << 20)

static const struct budget no_budget = { .spent = NULL };

static const struct {
	const char *what;
	struct slice text, want;
	unsigned oddities;
} cases[] = {
#define MESSAGE_CASE(what, text, want, oddities) { what, text, want, oddities },
#include "tests/engine/mime/message_cases.def"
#undef MESSAGE_CASE
};

/* The oddities that the table tells of. */
#define TOLD                                                                                   \
	(MESSAGE_MISSING_SEPARATOR | MESSAGE_TRUNCATED_HEADER | MESSAGE_MISSING_MIME_HEADERS | \
	    MESSAGE_MISSING_MIME_SEPARATOR | MESSAGE_PART_LIMIT)

static void
outline(struct arena *arena, struct buf *out, const struct part *part)
{
	bool leaf = part->child == NULL && !slice_eq(part->type.type, SLICE("multipart"));

	buf_add(out, part->type.full);
	buf_add(out, leaf ? SLICE("<") : SLICE("("));
	if (leaf)
		buf_add(out, part_decode(arena, part));
	for (const struct part *child = part->child; child != NULL; child = child->next) {
		buf_add(out, child == part->child ? SLICE("") : SLICE(" "));
		outline(arena, out, child);
	}
	buf_add(out, leaf ? SLICE(">") : SLICE(")"));
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(ARENA);
		const struct message *message = message_parse(arena, cases[i].text, 0, &no_budget);
		struct buf got = { .arena = arena };

		outline(arena, &got, message->root);
		if (!slice_eq(buf_slice(&got), cases[i].want) ||
		    (message->oddities & TOLD) != cases[i].oddities || message->incomplete)
			fail_msg("%s: got %.*s %x, want %.*s %x", cases[i].what,
			    SLICE_ARG(buf_slice(&got)), message->oddities & TOLD,
			    SLICE_ARG(cases[i].want), cases[i].oddities);
		arena_free(&arena);
	}
}

/* Which bytes are the header's and the body's, as they came. */
static void
test_bytes(void **state)
{
	static const struct {
		const char *what;
		struct slice bytes, header, body, mbox;
		unsigned oddities;
	} table[] = {
		{ "LF", S("A: b\nC: d\n\nx\n"), S("A: b\nC: d\n"), S("x\n"), SLICE_ABSENT, 0 },
		{ "CRLF", S("A: b\r\nC: d\r\n\r\nx\r\n"), S("A: b\r\nC: d\r\n"), S("x\r\n"),
		    SLICE_ABSENT, 0 },
		{ "mixed", S("A: b\r\nC: d\n\nx"), S("A: b\r\nC: d\n"), S("x"), SLICE_ABSENT,
		    MESSAGE_MIXED_LINE_ENDS },
		{ "mbox", S("From x\r\nA: b\r\n\r\nx"), S("A: b\r\n"), S("x"), S("From x\r\n"), 0 },
		{ "no body", S("A: b\r\n"), S("A: b\r\n"), S(""), SLICE_ABSENT,
		    MESSAGE_MISSING_SEPARATOR },
		{ "no line end", S("A: b\r\nC: d"), S("A: b\r\nC: d"), S(""), SLICE_ABSENT,
		    MESSAGE_MISSING_SEPARATOR },
		{ "no separator", S("A: b\r\n--x\r\n"), S("A: b\r\n"), S("--x\r\n"), SLICE_ABSENT,
		    MESSAGE_MISSING_SEPARATOR },
		{ "no header", S("\r\nx\r\n"), S(""), S("x\r\n"), SLICE_ABSENT, 0 },
		{ "empty", S(""), S(""), S(""), SLICE_ABSENT, 0 },
		{ "NUL, CR", S("A: \0\n\n\rx"), S("A: \0\n"), S("\rx"), SLICE_ABSENT,
		    MESSAGE_NUL | MESSAGE_BARE_CR },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena *arena = arena_new(ARENA);
		const struct message *got = message_parse(arena, table[i].bytes, 0, &no_budget);

		if (!slice_eq(got->header_bytes, table[i].header) ||
		    !slice_eq(got->body_bytes, table[i].body) ||
		    !slice_eq(got->mbox_line, table[i].mbox) || got->oddities != table[i].oddities)
			fail_msg("%s: got \"%.*s\" \"%.*s\" \"%.*s\" %x", table[i].what,
			    SLICE_ARG(got->header_bytes), SLICE_ARG(got->body_bytes),
			    SLICE_ARG(got->mbox_line), got->oddities);
		arena_free(&arena);
	}
}

static void
test_fields(void **state)
{
	struct slice text = SLICE(
	    "Subject: s\n"
	    "Content-Type: multipart/mixed; boundary=b\n\n"
	    "--b\n"
	    "Content-Type: Application/PDF; name=\"=?utf-8?Q?=C3=A9?=.pdf\"\n"
	    "Content-Transfer-Encoding: BASE64\n"
	    "Content-Disposition: Attachment; filename*=utf-8''%C3%A9%2epdf\n\n"
	    "AAAA\n"
	    "--b\n"
	    "Content-Type: text/html; charset=\"KOI8-R\"; name=x.htm\n\n"
	    "--b--\n");
	struct arena *arena = arena_new(ARENA);
	const struct message *message = message_parse(arena, text, 0, &no_budget);
	const struct part *part = message->root->child;

	(void)state;
	assert_int_equal(message->part_count, 3);
	assert_ptr_equal(message->parts[0], message->root);
	assert_ptr_equal(message->parts[1], part);
	assert_ptr_equal(message->parts[2], part->next);
	assert_ptr_equal(part->parent, message->root);
	assert_int_equal(part->depth, 1);
	assert_ptr_equal(message->text.p, text.p);
	assert_true(slice_eq(part->type.subtype, SLICE("pdf")));
	assert_true(slice_eq(part->type.name, SLICE("\xc3\xa9.pdf")));
	assert_true(slice_eq(part->disposition, SLICE("Attachment")));
	assert_true(slice_eq(part->filename, SLICE("\xc3\xa9.pdf")));
	assert_true(slice_eq(part->transfer_encoding, SLICE("BASE64")));
	assert_int_equal(part->encoding, ENCODING_BASE64);
	assert_int_equal(part_decode(arena, part).n, 3);
	assert_true(slice_eq(part->next->type.charset, SLICE("koi8-r")));
	assert_true(slice_eq(part->next->filename, SLICE("x.htm")));
	assert_null(part->next->disposition.p);
	assert_false(message->root->type.boundary.p == NULL);
	arena_free(&arena);
}

static void
test_part_limits(void **state)
{
	struct buf text = { .arena = NULL };
	struct arena *arena = arena_new(ARENA);
	const struct message *message;

	(void)state;
	buf_add(&text, SLICE("Content-Type: multipart/mixed; boundary=b\n\n"));
	for (int i = 0; i < MESSAGE_PARTS_MAX + 5; i++)
		buf_add(&text, SLICE("--b\n\nx\n"));
	message = message_parse(arena, buf_slice(&text), 0, &no_budget);
	assert_int_equal(message->part_count, MESSAGE_PARTS_MAX + 1);
	assert_true(message->oddities & MESSAGE_PART_LIMIT);
	assert_false(message->incomplete);
	text.n = 0;
	buf_add(&text, SLICE("Content-Type: multipart/mixed; boundary=a\n\n"));
	for (int i = 0; i < 100; i++) {
		buf_printf(&text, "--a\nContent-Type: multipart/mixed; boundary=b%d\n\n", i);
		for (int k = 0; k < 500; k++)
			buf_printf(&text, "--b%d\n\nx\n", i);
	}
	message = message_parse(arena, buf_slice(&text), 0, &no_budget);
	assert_int_equal(message->part_count, MESSAGE_PARTS_TOTAL_MAX);
	assert_true(message->oddities & MESSAGE_PART_LIMIT);
	buf_clear(&text);
	arena_free(&arena);
}

static void
test_depth(void **state)
{
	struct buf multiparts = { .arena = NULL }, messages = { .arena = NULL };
	struct arena *arena = arena_new(ARENA);
	const struct message *message;

	(void)state;
	buf_add(&multiparts, SLICE("Content-Type: multipart/mixed; boundary=b0\n\n"));
	for (int i = 1; i < 5000; i++) {
		buf_printf(&multiparts, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n",
		    i - 1, i);
		buf_add(&messages, SLICE("Content-Type: message/rfc822\n\n"));
	}
	message = message_parse(arena, buf_slice(&multiparts), 0, &no_budget);
	assert_int_equal(message->part_count, MESSAGE_DEPTH_MAX + 1);
	assert_true(message->oddities & MESSAGE_DEPTH_LIMIT);
	assert_null(message->parts[MESSAGE_DEPTH_MAX]->child);
	message = message_parse(arena, buf_slice(&messages), 0, &no_budget);
	assert_int_equal(message->part_count, MESSAGE_DEPTH_MAX + 1);
	assert_true(message->oddities & MESSAGE_DEPTH_LIMIT);
	buf_clear(&multiparts);
	buf_clear(&messages);
	arena_free(&arena);
}

/* Messages made to be slow; each is read through within the arena that a scan would have. */
static void
test_bombs(void **state)
{
	static const struct {
		const char *what, *head, *piece;
		size_t bytes;
	} bombs[] = {
		{ "one line", "Subject: x\n\n", "aaaaaaaaaaaaaaa=", (size_t)10 << 20 },
		{ "one line in a part", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n", "a",
		    (size_t)10 << 20 },
		{ "100,000 fields", "", "X-A: b\n", 700000 },
		{ "one field", "Subject: ", "a\n ", (size_t)10 << 20 },
		{ "junk before a field", "", " \n", (size_t)4 << 20 },
		{ "blank lines", "A: b\n\n", "\n", (size_t)10 << 20 },
		{ "blank lines of blanks", "A: b\n\n", "     \n", (size_t)10 << 20 },
		{ "dashes", "Content-Type: multipart/mixed; boundary=-\n\n", "-", (size_t)4 << 20 },
		{ "lines of dashes", "Content-Type: multipart/mixed; boundary=b\n\n", "--\n",
		    (size_t)4 << 20 },
		{ "near boundaries", "Content-Type: multipart/mixed; boundary=b\n\n", "--b x\n",
		    (size_t)4 << 20 },
		{ "boundaries", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n",
		    (size_t)4 << 20 },
		{ "messages", "", "Content-Type: message/rfc822\n\n", (size_t)4 << 20 },
		{ "multiparts", "Content-Type: multipart/mixed; boundary=b\n\n",
		    "--b\nContent-Type: "
		    "multipart/mixed; boundary=b\n\n",
		    (size_t)4 << 20 },
		{ "digest", "Content-Type: multipart/digest; boundary=b\n\n",
		    "--b\n\nContent-Type: multipart/digest; boundary=b\n\n", (size_t)4 << 20 },
		{ "parameters", "Content-Type: a/b", "; name*1*=a", 8000 },
		{ "bare CR", "A: b\r\n\r\n", "\r", (size_t)4 << 20 },
		{ "NUL", "", "\0", (size_t)4 << 20 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bombs); i++) {
		struct buf text = { .arena = NULL };
		struct slice piece = slice_of(bombs[i].piece);
		struct arena *arena;
		const struct message *message;

		buf_add(&text, slice_of(bombs[i].head));
		if (piece.n == 0)
			piece.n = 1;
		while (text.n < bombs[i].bytes)
			buf_add(&text, piece);
		arena = arena_new(((size_t)16 << 20) + 4 * text.n);
		message = message_parse(arena, buf_slice(&text), 0, &no_budget);
		if (message == NULL || message->incomplete)
			fail_msg("%s: incomplete after %zu of %zu bytes", bombs[i].what,
			    arena_used(arena), arena_cap(arena));
		for (size_t k = 0; k < message->part_count; k++)
			part_decode(arena, message->parts[k]);
		arena_free(&arena);
		buf_clear(&text);
	}
}

/* At every cap there is a message or none, never a crash; it is incomplete when it should be. */
static void
test_caps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t cap = 1024; cap < 40000; cap += cap / 8) {
			struct arena *arena = arena_new(cap);
			const struct message *message = message_parse(
			    arena, cases[i].text, 0, &no_budget);

			if (message != NULL) {
				assert_non_null(message->root);
				assert_true(message->part_count > 0);
				assert_true(message->incomplete || !arena_overflowed(arena));
				for (size_t k = 0; k < message->part_count; k++)
					part_decode(arena, message->parts[k]);
			}
			arena_free(&arena);
		}
}

/* A message of everything at once, at every kilobyte of cap up to what it needs. */
static void
test_caps_large(void **state)
{
	struct buf text = { .arena = NULL };
	size_t cap = 1024;
	bool complete = false;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_printf(&text, "X-%d: =?koi8-r?B?0NLJ18XU?=\r\n \xff folded\r\n", i);
	buf_add(&text, SLICE("Content-Type: multipart/mixed; boundary=b\r\n\r\n"));
	for (int i = 0; i < 60; i++)
		buf_add(&text, SLICE("--b\r\nContent-Type: message/rfc822; name*0*=utf-8''%41; "
				     "name*1=b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
				     "U3ViamVjdDogaW4KCmhlbGxvCg==\r\n"));
	for (int i = 0; i < 3000; i++)
		buf_add(&text, SLICE("y"));
	buf_add(&text, SLICE("\r\n--b\r\n\r\n"));
	for (int i = 0; i < 3000; i++)
		buf_add(&text, SLICE("z\r\n\r\n"));
	for (; !complete; cap += 1024) {
		struct arena *arena = arena_new(cap);
		const struct message *message = message_parse(
		    arena, buf_slice(&text), 0, &no_budget);

		complete = message != NULL && !message->incomplete;
		if (complete)
			assert_int_equal(message->part_count, 122);
		arena_free(&arena);
	}
	buf_clear(&text);
}

static const char *
spent_after(void *p)
{
	size_t *left = p;

	return *left == 0 || --*left == 0 ? BUDGET_TIME : NULL;
}

static void
test_budget(void **state)
{
	struct buf text = { .arena = NULL };

	(void)state;
	buf_add(&text, SLICE("Content-Type: multipart/mixed; boundary=b\n\n"));
	while (text.n < (size_t)1 << 20)
		buf_add(&text, SLICE("--c\nthis is no boundary\n"));
	for (size_t asks = 0; asks < 20; asks++) {
		size_t left = asks;
		struct budget budget = { spent_after, &left };
		struct arena *arena = arena_new(ARENA);
		const struct message *message = message_parse(arena, buf_slice(&text), 0, &budget);

		assert_true(message->incomplete);
		arena_free(&arena);
	}
	buf_clear(&text);
}

static void
test_limit(void **state)
{
	struct slice text = SLICE("From x\nSubject: y\n\nbody and more\n");
	struct arena *arena = arena_new(ARENA);
	const struct message *message;

	(void)state;
	for (size_t limit = 1; limit <= text.n + 1; limit++) {
		message = message_parse(arena, text, limit, &no_budget);
		assert_int_equal(message->cut, limit < text.n);
		assert_true(message->bytes.n <= limit);
		assert_false(message->incomplete);
	}
	message = message_parse(arena, text, 23, &no_budget);
	assert_true(slice_eq(message->body_bytes, SLICE("body")));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_part_limits),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_caps),
		cmocka_unit_test(test_caps_large),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
