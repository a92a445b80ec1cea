/* test_eval_image.c - eval_image.c: attached images by number, size, area and name */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define PART(type, disposition, base64)                                    \
	"--x\nContent-Type: " type "\nContent-Transfer-Encoding: base64\n" \
	"Content-Disposition: " disposition "\n\n" base64 "\n"
#define MIXED(parts)                                                                          \
	"Subject: abc\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n" \
	"Content-Type: text/html\n\n<b>hello there</b>\n" parts "--x--\n"
/* 500 x 400, 150 x 120, 320 x 200 */
#define GIF "R0lGODlh9AGQAYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PNG "iVBORw0KGgoAAAANSUhEUgAAAJYAAAB4CAIAAACfLZxH"
#define JPEG "/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCADIAUADASIAAhEBAxEB/9k="
#define THREE                                                                   \
	MIXED(PART("image/gif", "inline; filename=pic1.gif", GIF)               \
		PART("image/png; name=p", "inline; filename=\"logo.png\"", PNG) \
		    PART("image/jpg; name=\"x y.jpg\"", "inline", JPEG))
#define NAMED(type, disposition) MIXED(PART("image/gif" type, disposition, GIF))

static const struct eval_row rows[] = {
	{ "image_count('gif', 1, 1)", THREE, true, false },
	{ "image_count('png', '1', '1')", THREE, true, false },
	{ "image_count('jpeg', 1)", THREE, true, false },
	{ "image_count('jpg', 1)", THREE, false, false },
	{ "image_count('all', 3)", THREE, true, false },
	{ "image_count('all', 4)", THREE, false, false },
	{ "image_count('all', 0, 2)", THREE, false, false },
	{ "image_count('all')", THREE, false, false },
	{ "image_count('all', 0, 0)", "Subject: x\n\nx", true, false },
	{ "image_count('all', 1)", MIXED(PART("image/tiff", "inline", GIF)), false, false },
	/* what is no PNG counts as one that has no size */
	{ "image_count('png', 1)", MIXED(PART("image/png", "inline", GIF)), true, false },
	{ "pixel_coverage('all', 1)", MIXED(PART("image/png", "inline", GIF)), false, false },
	{ "image_count('all', 1)",
	    MIXED("--x\nContent-Type: image/gif\n\nGIF89a\x01\x01\x01\x01\n"), false, false },
	{ "pixel_coverage('gif', 200000, 200000)", THREE, true, false },
	{ "pixel_coverage('all', 282000, 282000)", THREE, true, false },
	{ "pixel_coverage('all', 282001)", THREE, false, false },
	{ "pixel_coverage('png', 18001)", THREE, false, false },
	{ "pixel_coverage('bmp', 0)", THREE, false, false },
	{ "image_size_exact('gif', 400, 500)", THREE, true, false },
	{ "image_size_exact('all', 400, 500)", THREE, true, false },
	{ "image_size_exact('gif', 500, 400)", THREE, false, false },
	{ "image_size_exact('gif', 0400, 500)", THREE, false, false },
	{ "image_size_exact('png', 400, 500)", THREE, false, false },
	{ "image_size_range('png', 100, 100, 200, 200)", THREE, true, false },
	{ "image_size_range('png', 100, 100)", THREE, true, false },
	{ "image_size_range('png', 121, 100)", THREE, false, false },
	{ "image_size_range('png', 100, 100, 119)", THREE, false, false },
	{ "image_size_range('all', 200, 320, 200, 320)", THREE, true, false },
	{ "image_named('logo.png')", THREE, true, false },
	{ "image_named('x y.jpg')", THREE, true, false },
	{ "image_named('p')", THREE, false, false },
	{ "image_named('a.gif')", NAMED("; NAME = 'a.gif'", "inline"), true, false },
	{ "image_named('a.gif')", NAMED("; filename=a.gif; name=b.gif", "inline"), true, false },
	{ "image_named('a.gif')", NAMED("; xname=a.gif", "inline"), false, false },
	{ "image_named('a.gif')", NAMED("; name=a.gif", "inline; name=\"\""), true, false },
	{ "image_named(' ')", NAMED("; name=a.gif", "inline; name= \"\""), true, false },
	{ "image_named('0')", NAMED("", "inline; name=0"), false, false },
	{ "image_name_regex('^pic\\d\\.gif$')", THREE, true, false },
	{ "image_name_regex('/^pic\\d\\.gif$/')", THREE, false, false },
	/* "abc\n" and "hello there" */
	{ "image_to_text_ratio('png', 0, 0.001)", THREE, true, false },
	{ "image_to_text_ratio('png', 0, 0.0005)", THREE, false, false },
	{ "image_to_text_ratio('png', 0, 0.001)", THREE, false, true },
	{ "image_to_text_ratio('png', 0, 0.0012)", THREE, true, true },
	{ "image_to_text_ratio('png', 0)", THREE, false, false },
	{ "image_to_text_ratio('gif', 0, 1)", MIXED(PART("image/png", "inline", PNG)), false,
	    false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("eval_image", tests, NULL, NULL);
}
