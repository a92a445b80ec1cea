/* test_charset.c - charset.c against tables, and against encoding_rs's files where they are */
#include "engine/mime/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "engine/util/utf8.h"
#include "milter/converters.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct converters *converters;

static const struct {
	const char *label;
	enum charset want;
} labels[] = {
	{ "utf-8", CHARSET_UTF_8 },
	{ "UTF8", CHARSET_UTF_8 },
	{ " Latin1\t", CHARSET_WINDOWS_1252 },
	{ "ISO-8859-1", CHARSET_WINDOWS_1252 },
	{ "iso_8859-2:1987", CHARSET_ISO_8859_2 },
	{ "ISO-8859-15", CHARSET_ISO_8859_15 },
	{ "866", CHARSET_IBM866 },
	{ "x-x-big5", CHARSET_BIG5 },
	{ "US-ASCII", CHARSET_US_ASCII },
	{ "gb2312", CHARSET_EUC_CN },
	{ "gbk", CHARSET_GBK },
	{ "ks_c_5601-1987", CHARSET_WINDOWS_949 },
	{ "cp949", CHARSET_WINDOWS_949 },
	{ "", CHARSET_UNKNOWN },
	{ "x-unknown", CHARSET_UNKNOWN },
	{ "utf-8-and-a-name-that-is-far-too-long-to-stand-in-the-table", CHARSET_UNKNOWN },
	{ "/etc/passwd", CHARSET_UNKNOWN },
};

static void
test_labels(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(labels); i++) {
		enum charset got = charset_of_label(slice_of(labels[i].label));

		if (got != labels[i].want)
			fail_msg("\"%s\": got %d, want %d", labels[i].label, got, labels[i].want);
	}
}

static const struct {
	enum charset charset;
	struct slice in;
	const char *want;
	size_t want_bad;
} conversions[] = {
	{ CHARSET_UTF_8, SLICE("plain"), "plain", 0 },
	{ CHARSET_UTF_8, SLICE("z\xc3\xa4h"), "z\xc3\xa4h", 0 },
	{ CHARSET_UTF_8, SLICE("\xe2\x82\xac \xf0\x9f\x98\x80"), "\xe2\x82\xac \xf0\x9f\x98\x80",
	    0 },
	{ CHARSET_UTF_8, SLICE("a\xe2\x82x"), "a\xef\xbf\xbdx", 1 },
	{ CHARSET_UTF_8, SLICE("a\xe2\x82"), "a\xef\xbf\xbd", 1 },
	{ CHARSET_UTF_8, SLICE("\xc0\x80"), "\xef\xbf\xbd", 1 },
	{ CHARSET_UTF_8, SLICE("\xed\xa0\x80!"), "\xef\xbf\xbd!", 1 },
	{ CHARSET_UTF_8, SLICE("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd", 2 },
	{ CHARSET_UTF_8, SLICE("\xef\xbf\xbe"), "\xef\xbf\xbd", 1 },
	{ CHARSET_UTF_8, SLICE("\xf8\x88\x80\x80\x80"), "\xef\xbf\xbd", 1 },
	{ CHARSET_UTF_8, SLICE("\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd", 2 },
	{ CHARSET_US_ASCII, SLICE("a\xe9"), "a\xef\xbf\xbd", 1 },
	{ CHARSET_WINDOWS_1252, SLICE("\x93hi\x94 \x80\xe9"),
	    "\xe2\x80\x9chi\xe2\x80\x9d \xe2\x82\xac\xc3\xa9", 0 },
	{ CHARSET_WINDOWS_1252, SLICE("\x81\x9d"), "\xef\xbf\xbd\xef\xbf\xbd", 2 },
	{ CHARSET_UTF_16, SLICE("\xff\xfeh\0i\0"), "hi", 0 },
	{ CHARSET_UTF_16, SLICE("\xfe\xff\0h\0i"), "hi", 0 },
	{ CHARSET_UTF_16, SLICE("a\0 \0b\0"), "a b", 0 },
	{ CHARSET_UTF_16LE, SLICE("\0a\0 \0b"), "a b", 0 },
	{ CHARSET_UTF_16, SLICE("\xd8\x3d\xde\x00\0!\0 "), "\xf0\x9f\x98\x80! ", 0 },
	{ CHARSET_UTF_16BE, SLICE("\xff\xff\0 "), "\xef\xbf\xbd ", 1 },
	{ CHARSET_UTF_16, SLICE("\xfe\xff\xd8\x3d\0a\0"),
	    "\xef\xbf\xbd"
	    "a\xef\xbf\xbd",
	    2 },
	{ CHARSET_ISO_8859_2, SLICE("\xb1"), "\xc4\x85", 0 },
	{ CHARSET_KOI8_R, SLICE("\xf0\xd2"), "\xd0\x9f\xd1\x80", 0 },
	{ CHARSET_WINDOWS_1251, SLICE("\xcf\xf0"), "\xd0\x9f\xd1\x80", 0 },
	{ CHARSET_SHIFT_JIS, SLICE("\x83\x65"), "\xe3\x83\x86", 0 },
	{ CHARSET_EUC_KR, SLICE("\xb0\xa1"), "\xea\xb0\x80", 0 },
	{ CHARSET_ISO_2022_JP, SLICE("\x1b$B%F\x1b(B!"), "\xe3\x83\x86!", 0 },
	{ CHARSET_ISO_2022_JP, SLICE("\x1b$B%F"), "\xe3\x83\x86", 0 },
	{ CHARSET_ISO_2022_JP, SLICE("plain %F"), "plain %F",
	    0 }, /* the shift above is forgotten */
	{ CHARSET_EUC_CN, SLICE("\xb0\xa1\xb0"), "\xe5\x95\x8a", 0 }, /* cut at its end */
	{ CHARSET_EUC_CN, SLICE("\xee\x8a\xb0\xa1"), "\xef\xbf\xbd\xef\xbf\xbd\xe5\x95\x8a", 2 },
	{ CHARSET_EUC_KR,
	    SLICE("a\x85"
		  "b"),
	    "a\xef\xbf\xbd"
	    "b",
	    1 },
	{ CHARSET_ISO_2022_JP, SLICE("\x1b$B-b\x1b(B1"),
	    "\xe2\x84\x96"
	    "1",
	    0 }, /* a sign of NEC's */
	{ CHARSET_ISO_2022_JP, SLICE("\x1b$(D\"m\x1b(B"), "\xc2\xa9", 0 },
	{ CHARSET_ISO_2022_JP, SLICE("\x1b(I1"), "\xef\xbd\xb1", 0 },
	{ CHARSET_EUC_JP, SLICE("\xa4\xab\x8f\xa2\xed\xad\xe2"), "\xe3\x81\x8b\xc2\xa9\xe2\x84\x96",
	    0 },
	{ CHARSET_UTF_7, SLICE("Hi +AOk-"), "Hi \xc3\xa9", 0 },
	{ CHARSET_UNKNOWN, SLICE("a\xe9"), "a\xef\xbf\xbd", 1 },
};

static void
test_conversions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversions); i++) {
		struct arena *arena = arena_new(1 << 20);
		size_t bad = 99;
		struct slice got = charset_to_utf8(
		    arena, converters, conversions[i].charset, conversions[i].in, &bad);

		if (!slice_eq(got, slice_of(conversions[i].want)) || bad != conversions[i].want_bad)
			fail_msg("case %zu: got \"%.*s\", %zu bad; want \"%s\", %zu", i,
			    SLICE_ARG(got), bad, conversions[i].want, conversions[i].want_bad);
		arena_free(&arena);
	}
}

static const struct {
	const char *label; /* NULL: none */
	enum charset_trust trust;
	struct slice in;
	const char *want;
	bool want_decoded;
} readings[] = {
	{ NULL, CHARSET_GUESS, SLICE("plain"), "plain", false },
	{ NULL, CHARSET_GUESS, SLICE("\xc3\xa9"), "\xc3\xa9", true },
	{ NULL, CHARSET_GUESS, SLICE("caf\xe9"), "caf\xc3\xa9", true },
	{ "koi8-r", CHARSET_GUESS, SLICE("\xc3\xa9"), "\xc3\xa9",
	    true }, /* UTF-8, whatever is said */
	{ "koi8-r", CHARSET_INSIST, SLICE("\xc3\xa9"), "\xd1\x86\xe2\x95\x98", true },
	{ "koi8-r", CHARSET_GUESS, SLICE("\xf0\xd2"), "\xd0\x9f\xd1\x80", true },
	{ "koi8-r", CHARSET_GUESS, SLICE("plain"), "plain", false },
	{ "shift_jis", CHARSET_GUESS, SLICE("plain"), "plain", true },
	{ "iso-2022-jp", CHARSET_GUESS, SLICE("\x1b$B%F\x1b(B"), "\xe3\x83\x86", true },
	{ "euc-kr", CHARSET_GUESS, SLICE("\xff\xe9"), "\xc3\xbf\xc3\xa9",
	    true }, /* does not fit: windows-1252 */
	{ "us-ascii", CHARSET_GUESS, SLICE("\x93q\x94"), "\xe2\x80\x9cq\xe2\x80\x9d", true },
	{ "us-ascii", CHARSET_INSIST, SLICE("a\xe9"), "a\xef\xbf\xbd", true },
	{ "x-unknown", CHARSET_GUESS, SLICE("plain"), "plain", false },
	{ "x-unknown", CHARSET_GUESS, SLICE("\xe9\x81"), "\xc3\xa9\xef\xbf\xbd", true },
	{ "x-unknown", CHARSET_INSIST, SLICE("\xc3\xa9"), "\xc3\x83\xc2\xa9", true },
	{ "utf-8", CHARSET_INSIST, SLICE("a\xe9z"), "a\xef\xbf\xbdz", true },
	{ "utf-8", CHARSET_GUESS, SLICE("a\xe9z"), "a\xc3\xa9z", true },
};

static void
test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(readings); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct charset_text got = charset_read(arena, converters,
		    slice_of(readings[i].label), readings[i].in, readings[i].trust);

		if (!slice_eq(got.utf8, slice_of(readings[i].want)) ||
		    got.decoded != readings[i].want_decoded)
			fail_msg("case %zu: got \"%.*s\", decoded %d; want \"%s\", %d", i,
			    SLICE_ARG(got.utf8), got.decoded, readings[i].want,
			    readings[i].want_decoded);
		arena_free(&arena);
	}
}

/* At any cap: text, or absent; never a crash. */
static void
test_small_arenas(void **state)
{
	static char bytes[3000];

	(void)state;
	memset(bytes, 0xe9, sizeof(bytes));
	for (size_t cap = 0; cap < 20000; cap += 97) {
		struct arena *arena = arena_new(cap);

		for (int i = 0; i <= CHARSET_COUNT; i++) {
			struct slice got = charset_to_utf8(arena, converters, (enum charset)i,
			    (struct slice){ bytes, sizeof(bytes) }, NULL);

			if (got.p == NULL)
				assert_true(arena_overflowed(arena));
		}
		arena_free(&arena);
	}
}

static struct slice
read_file(struct arena *arena, const char *name)
{
	const char *data = getenv("STEELYARD_TESTDATA"), *top = getenv("TOP_SRCDIR");
	struct buf buf = { .arena = arena };
	char path[4096], piece[4096];
	FILE *file;
	size_t n;

	if (data != NULL)
		snprintf(path, sizeof(path), "%s/conformance/charset-encoding_rs/%s", data, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/conformance/charset-encoding_rs/%s",
		    top == NULL ? "." : top, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return SLICE_ABSENT;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&buf, (struct slice){ piece, n });
	fclose(file);
	return buf_slice(&buf);
}

/* Lines of bytes and their UTF-8; `least` of 100 must be equal: libc's tables differ. */
static const struct {
	const char *name;
	enum charset charset;
	unsigned least;
} conformance[] = {
	{ "gb18030", CHARSET_GB18030, 99 },
	{ "shift_jis", CHARSET_WINDOWS_31J, 100 },
	{ "euc_kr", CHARSET_WINDOWS_949, 100 },
	{ "big5", CHARSET_BIG5_HKSCS, 99 },
	{ "jis0208", CHARSET_EUC_JP, 94 },
	{ "iso_2022_jp", CHARSET_ISO_2022_JP, 94 },
};

static void
test_conformance(void **state)
{
	size_t skipped = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(conformance); i++) {
		struct arena *arena = arena_new(64 << 20);
		char name[64];
		struct slice in, want, a, b;
		unsigned lines = 0, equal = 0;

		snprintf(name, sizeof(name), "%s_in.txt", conformance[i].name);
		in = read_file(arena, name);
		snprintf(name, sizeof(name), "%s_in_ref.txt", conformance[i].name);
		want = read_file(arena, name);
		if (in.p == NULL || want.p == NULL) {
			skipped++;
			arena_free(&arena);
			continue;
		}
		while (slice_next_line(&want, &a) && slice_next_line(&in, &b)) {
			size_t bad;
			struct arena *small = arena_new(1 << 16);
			struct slice got = charset_to_utf8(
			    small, converters, conformance[i].charset, b, &bad);

			assert_true(utf8_valid(got));
			if (slice_find(a, 0, SLICE("\xef\xbf\xbd")) == a.n) {
				lines++;
				equal += slice_eq(a, got);
			}
			arena_free(&small);
		}
		print_message("# %s: %u of %u lines equal\n", conformance[i].name, equal, lines);
		if (equal * 100 < lines * conformance[i].least)
			fail_msg("%s: %u of %u lines equal, want %u %%", conformance[i].name, equal,
			    lines, conformance[i].least);
		arena_free(&arena);
	}
	if (skipped > 0) {
		print_message("# %zu conformance files are not here\n", skipped);
		skip();
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
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_conversions),
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_small_arenas),
		cmocka_unit_test(test_conformance),
	};

	return cmocka_run_group_tests_name("charset", tests, setup, teardown);
}
