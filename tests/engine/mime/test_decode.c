/* test_decode.c - decode.c: transfer encodings, whole and broken */
#include "engine/mime/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define S(literal)                           \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

struct decoding {
	struct slice text, want;
};

static const struct decoding base64[] = {
	{ S(""), S("") },
	{ S("aGVsbG8="), S("hello") },
	{ S("aGVsbG8"), S("hello") },
	{ S("aGVsbG8=="), S("hello") },
	{ S("aGVs\r\nbG8=\r\n"), S("hello") },
	{ S("aGVs bG8="), S("hello") },
	{ S("a"), S("") },
	{ S("aG"), S("h") },
	{ S("aGV"), S("he") },
	{ S("aGVsb"), S("hel") },
	{ S("===="), S("") },
	{ S("aG*Vs"), S("hel") },
	{ S("-_aG"), S("h") },
	/* "=" inside whole quanta is zero bits, in others one bits. */
	{ S("aGVsbG8=aGVs"), S("hello\0hel") },
	{ S("aGVsbA==bG8="), S("hell\0\0lo") },
	{ S("aGVsbA==\n\nbG8="), S("hell\0\0lo") },
	{ S("aGVs=bG8="), S("hel\xfd\xb1\xbc") },
	{ S("aGVsbG8=b"), S("hello?") },
	{ S("Cg==-EnmA"), S("\n\x0f\xff\x12y\x80") },
	{ S("\xff\x80+/+/"), S("\xfb\xff\xbf") },
	{ S("AAECAwQFBgcICQ=="), S("\0\1\2\3\4\5\6\7\10\11") },
};

static const struct decoding quoted[] = {
	{ S(""), S("") },
	{ S("a=20b"), S("a b") },
	{ S("a=\nb"), S("ab") },
	{ S("a= \t\nb"), S("ab") },
	{ S("a=\r\nb"), S("ab") },
	{ S("a  \nb"), S("a\nb") },
	{ S("a =\nb"), S("a b") },
	{ S("=3d=3D=3"), S("===3") },
	{ S("="), S("=") },
	{ S("=\n"), S("") },
	{ S("a=XXb"), S("a=XXb") },
	{ S("a \t"), S("a \t") },
	{ S("a=2\n0b"), S("a=2\n0b") },
	{ S("a \r\nb"), S("a \r\nb") },
	{ S("a=0D=0Ab"), S("a\r\nb") },
	{ S("a==20"), S("a= ") },
	{ S("a=\n\nb"), S("a\nb") },
	{ S("=e9=C3=A9"), S("\xe9\xc3\xa9") },
	{ S("a\t \n \nb"), S("a\n\nb") },
	{ S("a=20 \nb"), S("a \nb") },
	{ S("a=00b"), S("a\0b") },
	{ S("=\n=\n="), S("=") },
	/* An escape may be cut by a soft break. */
	{ S("a==\n3D5"), S("a=5") },
	{ S("=3= \nD"), S("=") },
	{ S("=C=\n3x"), S("\xc3x") },
	{ S("=3\nD"), S("=3\nD") },
};

static const struct decoding uuencoded[] = {
	{ S(""), S("") },
	{ S("no beginning\n#0V%T\n"), S("") },
	{ S("begin 644 cat.txt\n#0V%T\n`\nend\n"), S("Cat") },
	{ S("text before\r\nbegin 644 x\r\n#0V%T\r\n`\r\nend\r\nafter\r\n"), S("Cat") },
	{ S("begin 644 x\n#0V%T\n#0V%T"), S("CatCat") },
	{ S("begin 644 x\n%:&5L;&\\\n`\nend\n"), S("hello") },
	/* A line shorter than it says. */
	{ S("begin 644 x\nM0V%T\nend\n"), S("Cat") },
	{ S("begin abc x\n#0V%T\nend\n"), S("") },
};

static void
check(const char *name, struct slice (*decode)(struct arena *, struct slice),
    const struct decoding *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *arena = arena_new(1 << 20);
		struct slice got = decode(arena, table[i].text);

		if (got.p == NULL || !slice_eq(got, table[i].want))
			fail_msg("%s \"%.*s\": got \"%.*s\", want \"%.*s\"", name,
			    SLICE_ARG(table[i].text), SLICE_ARG(got), SLICE_ARG(table[i].want));
		arena_free(&arena);
	}
}

static void
test_base64(void **state)
{
	(void)state;
	check("base64", decode_base64, base64, COUNT(base64));
}

static void
test_quoted_printable(void **state)
{
	(void)state;
	check("quoted-printable", decode_quoted_printable, quoted, COUNT(quoted));
}

static void
test_uuencode(void **state)
{
	(void)state;
	check("uuencode", decode_uuencode, uuencoded, COUNT(uuencoded));
}

static void
test_names(void **state)
{
	static const struct {
		struct slice value;
		enum transfer_encoding want;
	} names[] = {
		{ S("base64"), ENCODING_BASE64 },
		{ S(" BASE64\t"), ENCODING_BASE64 },
		{ S("base64 (x)"), ENCODING_IDENTITY },
		{ S("base64;"), ENCODING_IDENTITY },
		{ S("\"base64\""), ENCODING_IDENTITY },
		{ S("Quoted-Printable"), ENCODING_QUOTED_PRINTABLE },
		{ S("quoted printable"), ENCODING_IDENTITY },
		{ S("x-uuencode"), ENCODING_UUENCODE },
		{ S("7bit"), ENCODING_IDENTITY },
		{ S(""), ENCODING_IDENTITY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (transfer_encoding_of(names[i].value) != names[i].want)
			fail_msg("\"%.*s\": got %d, want %d", SLICE_ARG(names[i].value),
			    transfer_encoding_of(names[i].value), names[i].want);
}

/* Long inputs of the worst kinds come back, and at a small cap nothing does. */
static void
test_long(void **state)
{
	struct buf text = { .arena = NULL };
	struct arena *small = arena_new(1 << 16), *large = arena_new((size_t)64 << 20);

	(void)state;
	for (int i = 0; i < 4 << 20; i++)
		buf_add_byte(&text, "= =\r"[i % 4]);
	assert_non_null(decode_base64(large, buf_slice(&text)).p);
	assert_non_null(decode_quoted_printable(large, buf_slice(&text)).p);
	assert_non_null(decode_uuencode(large, buf_slice(&text)).p);
	assert_null(decode_quoted_printable(small, buf_slice(&text)).p);
	assert_null(decode_uuencode(small, buf_slice(&text)).p);
	text.n = 0;
	for (int i = 0; i < 1 << 20; i++)
		buf_add_byte(&text, 'A');
	assert_int_equal(decode_base64(large, buf_slice(&text)).n, (1 << 20) / 4 * 3);
	assert_null(decode_base64(small, buf_slice(&text)).p);
	buf_clear(&text);
	arena_free(&small);
	arena_free(&large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_quoted_printable),
		cmocka_unit_test(test_uuencode),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
