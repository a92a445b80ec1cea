/*
 * test_limits.c - the core: messages made to be dear are read as far as a limit that the verdict
 * names, inside the memory a scan is given
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/mime/text.h"
#include "tests/engine/scan_helper.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* What the shells give a scan (DESIGN 3). */
#define ARENA_BASE ((size_t)16 << 20)
#define ARENA_FACTOR 4

#define FIELDS "From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
#define PLAIN FIELDS "Content-Type: text/plain; charset=utf-8\n\n"
#define HTML FIELDS "Content-Type: text/html; charset=utf-8\n\n"
#define MIXED FIELDS "Content-Type: multipart/mixed; boundary=b\n\n"
#define PART_PLAIN "--b\nContent-Type: text/plain\n\n"
#define PART_HTML "--b\nContent-Type: text/html\n\n"

#define MIME(id)                                                                         \
	{                                                                                \
		.name = SLICE(id), .kind = RULE_MIME, .selector = SLICE("Content-Type"), \
		.pattern = SLICE("/no such words/")                                      \
	}

/* Reads every view; none of it hits but MARK. */
static const struct rule_def rules[] = {
	BODY("MARK", "/MARK/"),
	BODY("__BODY", "/no such words/"),
	{ .name = SLICE("__RAW"), .kind = RULE_RAWBODY, .pattern = SLICE("/no such words/") },
	{ .name = SLICE("__FULL"), .kind = RULE_FULL, .pattern = SLICE("/no such words/") },
	{ .name = SLICE("__URI"), .kind = RULE_URI, .pattern = SLICE("/no such words/") },
	HEADER("__ADDR", "From:addr", "/no such words/"),
	HEADER("__ALL", "ALL", "/no such words/"),
	HEADER("__RECEIVED", "X-Spam-Relays-Untrusted", "/no such words/"),
	MIME("MIME_1"),
	MIME("MIME_2"),
	MIME("MIME_3"),
	MIME("MIME_4"),
	MIME("MIME_5"),
	MIME("MIME_6"),
	META("__USE", "__BODY || __RAW || __FULL || __URI || __ADDR || __ALL || __RECEIVED"),
};

/* head, unit over and over, joined in parts of part_n bytes behind `part` (0: no parts). */
static const struct {
	const char *what;
	const char *head;
	struct slice unit;
	size_t n;
	const char *part;
	size_t part_n;
	const char *note; /* how one of the notes begins; NULL: there is none */
	const char *hits;
} cases[] = {
	{ "a short text", PLAIN "MARK\n", SLICE("a b\n"), 1000, NULL, 0, NULL, "MARK" },
	{ "one long line", PLAIN "MARK ", SLICE("a"), 4000000, NULL, 0, "text limit", "MARK" },
	{ "bytes of no charset", PLAIN "MARK ", SLICE("\xff"), 4000000, NULL, 0, "text limit",
	    "MARK" },
	{ "NULs", PLAIN "MARK ", SLICE("\0"), 4000000, NULL, 0, "text limit", "MARK" },
	{ "tags", HTML "MARK ", SLICE("<p>"), 4000000, NULL, 0, "text limit", "MARK" },
	{ "open tags", HTML "MARK ", SLICE("<font color=red>a"), 4000000, NULL, 0, "text limit",
	    "MARK" },
	{ "a tag that never ends", HTML "MARK<a href=\"", SLICE("x"), 4000000, NULL, 0,
	    "text limit", "MARK" },
	{ "links", HTML "MARK ", SLICE("<a href=x>"), 400000, NULL, 0, "more URIs", "MARK" },
	{ "comments", HTML "MARK ", SLICE("<!-->"), 4000000, NULL, 0, "text limit", "MARK" },
	{ "short paragraphs", MIXED PART_PLAIN "MARK\n", SLICE("a\n\n"), 3000000, PART_PLAIN, 49000,
	    "text limit", "MARK" },
	{ "long texts", MIXED PART_PLAIN "MARK\n", SLICE("many words\n"), 3000000, PART_PLAIN,
	    52000, "text limit", "MARK" },
	{ "HTML parts", MIXED PART_HTML "MARK\n",
	    SLICE("<p>a <a href=http://x.example/>b</a></p>\n"), 3000000, PART_HTML, 52000,
	    "text limit", "MARK" },
	{ "parts", MIXED PART_PLAIN "MARK\n", SLICE("--b\n\nx\n"), 3000000, NULL, 0, "part limit",
	    "MARK" },
	{ "a long field of a part", MIXED "--b\nContent-Type: text/plain;\n", SLICE(" a=b;\n"),
	    3000000, "--b\n\n", 2900000, NULL, "" },
	{ "fields", FIELDS, SLICE("a: b\n"), 3000000, NULL, 0, "field limit", "" },
	{ "From fields", FIELDS, SLICE("From: a <b@example.org>\n"), 2500000, NULL, 0,
	    "field limit", "" },
	{ "messages in messages", FIELDS, SLICE("Content-Type: message/rfc822\n\n"), 3000000, NULL,
	    0, "depth limit", "" },
	{ "multiparts of one boundary", FIELDS,
	    SLICE("Content-Type: multipart/mixed; boundary=b\n\n--b\n"), 3000000, NULL, 0,
	    "depth limit", "" },
};

static void
make(size_t i, struct buf *out)
{
	size_t part = 0;

	buf_add(out, slice_of(cases[i].head));
	while (out->n < cases[i].n) {
		if (cases[i].part != NULL && out->n - part > cases[i].part_n) {
			buf_add(out, slice_of("\n"));
			buf_add(out, slice_of(cases[i].part));
			part = out->n;
		}
		buf_add(out, cases[i].unit);
	}
}

static bool
has_note(const struct verdict *verdict, const char *note)
{
	for (size_t i = 0; i < verdict->note_count; i++)
		if (note == NULL || slice_starts(verdict->notes[i], slice_of(note)))
			return true;
	return false;
}

static void
test_dear(void **state)
{
	struct ruleset *ruleset = helper_build(rules, COUNT(rules), NULL, NULL);
	struct slot *slot = helper_slot();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf bytes = { 0 }, names = { 0 };
		struct arena *arena;
		const struct verdict *verdict;

		make(i, &bytes);
		arena = arena_new(ARENA_BASE + ARENA_FACTOR * bytes.n);
		verdict = helper_scan(arena, ruleset, slot, buf_slice(&bytes), &names);
		if (verdict->incomplete ||
		    has_note(verdict, cases[i].note) == (cases[i].note == NULL))
			fail_msg("%s: got %s, note %.*s, want complete, note %s", cases[i].what,
			    verdict->incomplete ? "incomplete" : "complete",
			    SLICE_ARG(verdict->note_count > 0 ? verdict->notes[0] : SLICE("-")),
			    cases[i].note == NULL ? "-" : cases[i].note);
		if (!slice_eq(buf_slice(&names), slice_of(cases[i].hits)))
			fail_msg(
			    "%s: got %s, want %s", cases[i].what, buf_text(&names), cases[i].hits);
		arena_free(&arena);
		buf_clear(&bytes);
		buf_clear(&names);
	}
	slot_free(&slot);
	ruleset_unref(&ruleset);
}

/* A text that is cut ends between characters, so that its charset is still believed. */
static void
test_cut_text(void **state)
{
	const struct budget endless = { NULL, NULL };
	const struct policy policy = { .keep_charset = false };
	struct buf bytes = { 0 };
	struct arena *arena = arena_new((size_t)64 << 20);
	const struct message *message;
	const struct text_part *part;
	struct texts *texts;
	size_t n;

	(void)state;
	buf_add(&bytes, SLICE(PLAIN));
	while (bytes.n < 2 * TEXT_READ_MAX)
		buf_add(&bytes, SLICE("caf\xc3\xa9 \xe2\x82\xac\xe2\x82\xac\n"));
	message = message_parse(arena, buf_slice(&bytes), 0, &endless);
	texts = texts_new(arena, message, NULL, &policy, &endless);
	part = texts_parts(texts, &n);
	assert_int_equal(n, 1);
	assert_true(part->unicode.n <= TEXT_READ_MAX && part->unicode.n > TEXT_READ_MAX - 2048);
	assert_true(slice_ends(part->unicode, SLICE("\xe2\x82\xac\n")));
	assert_true(texts_limit(texts).p != NULL);
	arena_free(&arena);
	buf_clear(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dear),
		cmocka_unit_test(test_cut_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
