/* test_text.c - text.c against tables; wanted elements are SpamAssassin 4.0.1's */
#include "engine/mime/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "milter/converters.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define CAP ((size_t)64 << 20)

static struct converters *converters;
static const struct budget budget = { 0 };
static const struct policy usual = { .keep_charset = false };

/* Elements are parted by '|'. */
static const struct {
	const char *name;
	const char *message;
	const char *want_body;
	const char *want_rawbody;
} cases[] = {
	{ "plain", "Subject: s\n\na  b\nc\n", "s\n|a b c ", "a  b\nc\n" },
	{ "no subject", "From: a@b.example\n\nx\n", "\n|x ", "x\n" },
	{ "last subject", "Subject: one\nSubject: two\n\nx", "two\n|x", "x" },
	{ "paragraphs", "Subject: s\n\na\n\nb \n \n c\n\n\n", "s\n|a\n|b \n| c\n",
	    "a\n\nb \n \n c\n\n\n" },
	{ "no body", "Subject: s\n\n", "s\n", "" },
	{ "Unicode blanks",
	    "Subject: s\nContent-Type: text/plain; charset=utf-8\n\na\xc2\xa0\xe3\x80\x80"
	    "b\n",
	    "s\n|a b ",
	    "a\xc2\xa0\xe3\x80\x80"
	    "b\n" },
	{ "windows-1252", "Subject: s\nContent-Type: text/plain; charset=iso-8859-1\n\n\x93q\x94\n",
	    "s\n|\xe2\x80\x9cq\xe2\x80\x9d ", "\x93q\x94\n" },
	{ "HTML", "Subject: s\nContent-Type: text/html\n\n<p>a<b>b</b></p>c\n", "s\n|\n|ab\n|c ",
	    "<p>a<b>b</b></p>c\n" },
	{ "HTML in bytes", "Subject: s\nContent-Type: text/html\n\na&eacute;&#160;b\n",
	    "s\n|a\xe9\xa0"
	    "b ",
	    "a&eacute;&#160;b\n" },
	{ "HTML in characters", "Subject: s\nContent-Type: text/html\n\na&eacute;&#160;b&euro;\n",
	    "s\n|a\xc3\xa9 b\xe2\x82\xac ", "a&eacute;&#160;b&euro;\n" },
	{ "HTML by name",
	    "Subject: s\nContent-Type: application/octet-stream; name=a.HTM\n\n<b>x</b>\n",
	    "s\n|x ", "<b>x</b>\n" },
	{ "multipart without parts", "Subject: s\nContent-Type: multipart/mixed; boundary=x\n\n",
	    "", "" },
	{ "calendar", "Subject: s\nContent-Type: text/calendar\n\nBEGIN\n", "s\n", "" },
	{ "picture", "Subject: s\nContent-Type: image/png\n\nPNG\n", "s\n", "" },
	{ "other text", "Subject: s\nContent-Type: text/enriched\n\nx\n", "s\n|x ", "x\n" },
	{ "base64", "Subject: s\nContent-Transfer-Encoding: base64\n\neA0KeQ0K\n", "s\n|x y ",
	    "x\ny\n" },
	{ "parts",
	    "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n"
	    "--b\nContent-Type: image/gif\n\n"
	    "GIF\n--b\nContent-Type: text/html\n\n<i>two</i>\n--b--\n",
	    "s\n|one\n|two", "one|<i>two</i>" },
};

static struct slice
joined(struct arena *arena, struct slice_list list)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < list.n; i++) {
		if (i > 0)
			buf_add_byte(&out, '|');
		buf_add(&out, list.v[i]);
	}
	return buf_slice(&out);
}

static struct texts *
texts_of(struct arena *arena, const struct policy *policy, struct slice bytes)
{
	const struct message *message = message_parse(arena, bytes, 0, &budget);

	return message == NULL ? NULL : texts_new(arena, message, converters, policy, &budget);
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(CAP);
		struct texts *texts = texts_of(arena, &usual, slice_of(cases[i].message));
		struct slice body = joined(arena, texts_body(texts));
		struct slice rawbody = joined(arena, texts_rawbody(texts));

		if (cases[i].want_body != NULL && !slice_eq(body, slice_of(cases[i].want_body)))
			fail_msg("%s: body: got \"%.*s\", want \"%s\"", cases[i].name,
			    SLICE_ARG(body), cases[i].want_body);
		if (cases[i].want_rawbody != NULL &&
		    !slice_eq(rawbody, slice_of(cases[i].want_rawbody)))
			fail_msg("%s: rawbody: got \"%.*s\", want \"%s\"", cases[i].name,
			    SLICE_ARG(rawbody), cases[i].want_rawbody);
		arena_free(&arena);
	}
}

/* Bytes stay bytes under keep_charset; parts are cut where the policy says. */
static const struct {
	const char *name;
	struct policy policy;
	const char *message;
	const char *want_body;
	const char *want_rawbody;
} settings[] = {
	{ "Latin-1", { .keep_charset = true },
	    "Subject: s\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\xa0x\n",
	    "s\n|caf\xe9\xa0x ", "caf\xe9\xa0x\n" },
	{ "called UTF-8, and it is", { .keep_charset = true },
	    "Subject: s\nContent-Type: text/plain; charset=UTF-8\n\ncaf\xc3\xa9\xc2\xa0x\n",
	    "s\n|caf\xc3\xa9 x ", NULL },
	{ "called UTF-8, but it is not", { .keep_charset = true },
	    "Subject: s\nContent-Type: text/plain; charset=UTF-8\n\ncaf\xe9\xc3\xa9\n",
	    "s\n|caf\xe9\xc3\xa9 ", NULL },
	{ "UTF-8 called otherwise", { .keep_charset = true },
	    "Subject: s\nContent-Type: text/plain; charset=koi8-r\n\ncaf\xc3\xa9\xc2\xa0x\n",
	    "s\n|caf\xc3\xa9\xc2\xa0x ", NULL },
	{ "HTML in bytes", { .keep_charset = true },
	    "Subject: s\nContent-Type: text/html; charset=koi8-r\n\n<b>\xe9&eacute;</b>\n",
	    "s\n|\xe9\xe9 ", NULL },
	{ "bytes beside characters", { .keep_charset = true },
	    "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
	    "--b\nContent-Type: text/plain; charset=koi8-r\n\n\xe9\n"
	    "--b\nContent-Type: text/plain; charset=utf-8\n\n\xd0\x96\n--b--\n",
	    "s\n|\xc3\xa9 \xd0\x96", NULL },
	{ "cut", { .body_part_scan_size = 4, .rawbody_part_scan_size = 5 },
	    "Subject: s\n\nabc\nd f\ngh ij\n", "s\n|abc d f ", "abc\nd f\n" },
	{ "not cut", { .body_part_scan_size = SIZE_MAX, .rawbody_part_scan_size = SIZE_MAX },
	    "Subject: s\n\nabc\nd f\n", "s\n|abc d f ", "abc\nd f\n" },
};

static void
test_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(settings); i++) {
		struct arena *arena = arena_new(CAP);
		struct texts *texts = texts_of(
		    arena, &settings[i].policy, slice_of(settings[i].message));
		struct slice body = joined(arena, texts_body(texts));
		struct slice rawbody = joined(arena, texts_rawbody(texts));

		if (!slice_eq(body, slice_of(settings[i].want_body)))
			fail_msg("%s: body: got \"%.*s\", want \"%s\"", settings[i].name,
			    SLICE_ARG(body), settings[i].want_body);
		if (settings[i].want_rawbody != NULL &&
		    !slice_eq(rawbody, slice_of(settings[i].want_rawbody)))
			fail_msg("%s: rawbody: got \"%.*s\", want \"%s\"", settings[i].name,
			    SLICE_ARG(rawbody), settings[i].want_rawbody);
		arena_free(&arena);
	}
}

/* A message of `n` times `piece`, and the lengths of the elements that its body or rawbody has. */
static const struct {
	const char *piece;
	size_t n;
	bool raw;
	const char *want;
} lengths[] = {
	{ "x", 2048, false, "2 2048" },
	{ "x", 2049, false, "2 2048 1" },
	{ "abcd ", 500, false, "2 2045 455" },
	{ "abcdefg ", 512, false, "2 2048 2048" },
	{ "ab ", 683, false, "2 2049 0" },
	{ "\n", 10, false, "2 1" },
	{ "x", 2048, true, "2048" },
	{ "x", 4096, true, "4096" },
	{ "x", 4097, true, "2049 2048" },
	{ "abcd\n", 1000, true, "2050 2950" },
	{ "abcd>", 1000, true, "2050 2950" },
	{ "abcd ", 1000, true, "2050 2950" },
};

static void
test_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct arena *arena = arena_new(CAP);
		struct buf bytes = { .arena = arena }, got = { .arena = arena };
		struct texts *texts;
		struct slice_list list;

		buf_add(&bytes, SLICE("Subject: s\n\n"));
		for (size_t k = 0; k < lengths[i].n; k++)
			buf_add(&bytes, slice_of(lengths[i].piece));
		texts = texts_of(arena, &usual, buf_slice(&bytes));
		list = lengths[i].raw ? texts_rawbody(texts) : texts_body(texts);
		for (size_t k = 0; k < list.n; k++)
			buf_printf(&got, "%s%zu", k > 0 ? " " : "", list.v[k].n);
		if (!slice_eq(buf_slice(&got), slice_of(lengths[i].want)))
			fail_msg("%zu times \"%s\": got %s, want %s", lengths[i].n,
			    lengths[i].piece, buf_text(&got), lengths[i].want);
		arena_free(&arena);
	}
}

/* The sum of all elements' lengths for a part of 600,000 bytes made of `piece`. */
static const struct {
	const char *piece;
	size_t want_body, want_rawbody;
} limits[] = {
	{ "x", 50000, 500000 },
	{ "abcdefg\n", 50008, 500008 },
	{ "abcdefg ", 50008, 500008 },
	{ "abcdefg>", 50000, 500008 },
};

static size_t
total(struct slice_list list)
{
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		n += list.v[i].n;
	return n;
}

static void
test_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct arena *arena = arena_new(CAP);
		struct buf bytes = { .arena = arena };
		struct texts *texts;
		size_t body, rawbody;

		buf_add(&bytes, SLICE("Subject: s\n\n"));
		for (size_t n = 0; n < 600000; n += strlen(limits[i].piece))
			buf_add(&bytes, slice_of(limits[i].piece));
		texts = texts_of(arena, &usual, buf_slice(&bytes));
		body = total(texts_body(texts)) - 2;
		rawbody = total(texts_rawbody(texts));
		if (body != limits[i].want_body || rawbody != limits[i].want_rawbody)
			fail_msg("\"%s\": got %zu and %zu, want %zu and %zu", limits[i].piece, body,
			    rawbody, limits[i].want_body, limits[i].want_rawbody);
		arena_free(&arena);
	}
}

static void
test_small_arenas(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 60000; cap += 211) {
		struct arena *arena = arena_new(cap);
		struct texts *texts = texts_of(
		    arena, &usual, slice_of(cases[COUNT(cases) - 1].message));

		if (texts != NULL) {
			texts_rawbody(texts);
			texts_body(texts);
		}
		arena_free(&arena);
	}
}

static int
setup(void **state)
{
	(void)state;
	converters = converters_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	converters_close(&converters);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_small_arenas),
	};

	return cmocka_run_group_tests_name("text", tests, setup, teardown);
}
