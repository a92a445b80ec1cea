/* test_eval_pdf.c - eval_pdf.c and pdf.c: PDFs by images, makers and fingerprints */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define PART(type, disposition, body) \
	"--x\nContent-Type: " type "\nContent-Disposition: " disposition "\n\n" body "\n"
#define MIXED(text, parts)                                                                    \
	"Subject: abc\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n" \
	"Content-Type: text/html\n\n" text "\n" parts "--x--\n"
#define PDF(lines) \
	MIXED("<b>hello</b>", PART("application/pdf", "inline; filename=a.pdf", "%PDF-1.4\n" lines))
#define TWO(a, b)                                                                        \
	MIXED("hello", PART("application/pdf", "inline; filename=a.pdf", "%PDF-1.4\n" a) \
			   PART("application/pdf", "inline; filename=b.pdf", "%PDF-1.4\n" b))
#define OCTETS(name) \
	MIXED("hello", PART("application/octet-stream", "inline; filename=" name, "%PDF-1.4\n"))
#define IMAGE "/Image\n630 0 0 149 0 0 cm\n"
#define DETAIL(name, pattern) "pdf_match_details('" name "', '" pattern "')"
#define HUNDRED                                                                              \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901" \
	"234567890123456789"
#define KILOBYTE HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED

static const struct eval_row count_rows[] = {
	{ "pdf_count(1)", PDF("x"), true, false },
	{ "pdf_count(1, 1)", PDF("x"), true, false },
	{ "pdf_count(2)", PDF("x"), false, false },
	{ "pdf_count(2)", TWO("x", "y"), true, false },
	{ "pdf_count()", PDF("x"), false, false },
	{ "pdf_count(0, 0)", "Subject: x\n\nx", true, false },
	{ "pdf_count(1)", OCTETS("a.PDF"), true, false },
	{ "pdf_count(1)", OCTETS("a.fdf"), true, false },
	{ "pdf_count(1)", OCTETS("a.dat"), false, false },
	/* what is no PDF counts, but has no name */
	{ "pdf_count(1)", MIXED("x", PART("image/pdf", "inline; filename=a.pdf", "x")), true,
	    false },
	{ "pdf_named('a.pdf')", MIXED("x", PART("image/pdf", "inline; filename=a.pdf", "x")), false,
	    false },
	{ "pdf_named('a.pdf')", PDF("x"), true, false },
	{ "pdf_named('b.pdf')", TWO("x", "y"), true, false },
	{ "pdf_named('A.pdf')", PDF("x"), false, false },
	{ "pdf_name_regex('/^A\\.pdf$/i')", PDF("x"), true, false },
	{ "pdf_name_regex('^a\\.pdf$')", PDF("x"), true, false },
	{ "pdf_name_regex('/^b/')", PDF("x"), false, false },
	{ "pdf_named('a.pdf')",
	    MIXED("x", PART("application/pdf", "inline; filename=a.pdf",
			   KILOBYTE "012345678901234567890123%PDF-1.4")),
	    true, false },
	{ "pdf_named('a.pdf')",
	    MIXED("x", PART("application/pdf", "inline; filename=a.pdf",
			   KILOBYTE "0123456789012345678901234%PDF-1.4")),
	    false, false },
	{ "pdf_named('a.pdf')",
	    MIXED("x", PART("application/pdf", "inline; filename=a.pdf", "%PDF-%PDF-1.x%PDF-1.")),
	    false, false },
	{ "pdf_is_encrypted()", PDF("/Encrypt 5 0 R"), true, false },
	{ "pdf_is_encrypted()", PDF("<</Encrypt 5 0 R>>"), false, false },
	{ "pdf_is_empty_body()", PDF("x"), false, false },
	{ "pdf_is_empty_body(6)", PDF("x"), true, false },
	{ "pdf_is_empty_body(5)", PDF("x"), false, false },
	{ "pdf_is_empty_body()", "Subject: x\n\n", false, false },
	{ "pdf_is_empty_body()", MIXED("", PART("application/pdf", "inline", "x")), true, false },
	{ "pdf_is_empty_body(5)", PDF("x"), true, true },
};

static const struct eval_row image_rows[] = {
	{ "pdf_image_count(1, 1)", PDF(IMAGE), true, false },
	{ "pdf_image_count(2, 2)", PDF(IMAGE IMAGE), true, false },
	{ "pdf_image_count(2, 2)", TWO(IMAGE, IMAGE), true, false },
	{ "pdf_image_count(1)", PDF("630 0 0 149 0 0 cm\n"), false, false },
	{ "pdf_image_count(2)", PDF(IMAGE "630 0 0 149 0 0 cm\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n630 0 0 149 0 0 cm x\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n630 0 0 149 0 cm\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n630 0 0 149 0 0cm\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n630  0\t0 149 0 0 cm  \n"), true, false },
	{ "pdf_image_count(1)", PDF("stream\n/Image\n630 0 0 149 0 0 cm \n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n0 0 0 149 0 0 cm\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Image\n00 0 0 149 0 0 cm\n"), true, false },
	{ "pdf_image_count(1)", PDF("/Image\n/Width 630\n/Height 149\n"), false, false },
	{ "pdf_image_count(1)", PDF("<</Image/Width 630/Height 149>>\n"), true, false },
	{ "pdf_image_count(1)", PDF("/Width 630/Height 149/Image\n"), false, false },
	{ "pdf_image_count(1)", PDF("/Height x/Width 630/Height 149/Image\n"), true, false },
	{ "pdf_image_count(1)", PDF("x/Image/Width /Width 1/Width 630/Height 149\n"), true, false },
	{ "pdf_pixel_coverage(93870, 93870)", PDF(IMAGE), true, false },
	{ "pdf_pixel_coverage(187740, 187740)", PDF(IMAGE IMAGE), true, false },
	{ "pdf_pixel_coverage(0)", PDF("x"), false, false },
	/* of several PDFs the last that has images */
	{ "pdf_pixel_coverage(6, 6)", TWO(IMAGE, "/Image\n2 0 0 3 0 0 cm"), true, false },
	{ "pdf_pixel_coverage(93870, 93870)", TWO(IMAGE, "x"), true, false },
	{ "pdf_image_to_text_ratio(0, 0.0002)", PDF(IMAGE), true, false },
	{ "pdf_image_to_text_ratio(0.0002, 1)", PDF(IMAGE), false, false },
	{ "pdf_image_to_text_ratio(0)", PDF(IMAGE), false, false },
	{ "pdf_image_to_text_ratio(0.0001, 1)", PDF(IMAGE), true, true },
	{ "pdf_image_size_exact(149, 630)", PDF(IMAGE), true, false },
	{ "pdf_image_size_exact(630, 149)", PDF(IMAGE), false, false },
	{ "pdf_image_size_exact(298, 1260)", PDF(IMAGE IMAGE), true, false },
	{ "pdf_image_size_exact(298, 1260)", TWO(IMAGE, IMAGE), false, false },
	{ "pdf_image_size_exact('0149', 630)", PDF("/Image\n630 0 0 0149 0 0 cm\n"), true, false },
	{ "pdf_image_size_exact(149)", PDF(IMAGE), false, false },
	{ "pdf_image_size_range(100, 600)", PDF(IMAGE), true, false },
	{ "pdf_image_size_range(150, 600)", PDF(IMAGE), false, false },
	{ "pdf_image_size_range(100, 600, 149, 630)", PDF(IMAGE), true, false },
	{ "pdf_image_size_range(100, 600, 149, 629)", PDF(IMAGE), false, false },
	{ "pdf_image_size_range(100, 600, 148)", PDF(IMAGE), false, false },
	{ "pdf_image_size_range(100)", PDF(IMAGE), false, false },
};

static const struct eval_row detail_rows[] = {
	{ DETAIL("author", "/^colet$/"), PDF("/Author(colet)>>endobj"), true, false },
	{ DETAIL("author", "/^colet$/"), PDF("<</Author  (colet)/Author(b)>>"), true, false },
	{ DETAIL("author", "/^b$/"), PDF("<</Author(colet)/Author(b)>>"), false, false },
	{ DETAIL("author", "/^b$/"), PDF("<</Author(colet)\n/Author(b)>>"), true, false },
	{ DETAIL("author", "/./"), PDF("/Author   (colet)"), false, false },
	{ DETAIL("author", "/./"), PDF("/Author(colet"), false, false },
	{ DETAIL("author", "/^$/"), PDF("/Author()"), true, false },
	{ DETAIL("author", "/^a \\(b\\) c$/"), PDF("/Author(a \\(b\\) c)"), true, false },
	{ DETAIL("author", "/^a\\\\$/"), PDF("/Author(a\\\\) b)"), false, false },
	{ DETAIL("author", "/^a\\) b$/"), PDF("/Author(a\\\\) b)"), false, false },
	{ DETAIL("author", "/^a\\\\\\) b$/"), PDF("/Author(a\\\\) b)"), true, false },
	{ DETAIL("author", "/^HPA$/"), PDF("/Author(\\376\\377\\000H\\000P\\000A)"), true, false },
	{ DETAIL("author", "/^\\\\101A$/"), PDF("/Author(\\\\101\\101)"), true, false },
	{ DETAIL("author", "/^A\\\\401\\\\08$/"), PDF("/Author(\\101\\401\\08)"), true, false },
	{ DETAIL("creator", "/^Writer$/"), PDF("/Creator<FEFF005700720069007400650072>"), true,
	    false },
	{ DETAIL("creator", "/^Wr$/"), PDF("/Creator < 57 7x72 >"), true, false },
	{ DETAIL("creator", "/^W$/"), PDF("/Creator<57"), false, false },
	{ DETAIL("created", "/^200702/"), PDF("/CreationDate(D:20070226165054-06'00')"), true,
	    false },
	{ DETAIL("created", "/-/"), PDF("/CreationDate(D:20070226165054-06'00')"), false, false },
	{ DETAIL("created", "/./"), PDF("/CreationDate(20070226165054)"), false, false },
	{ DETAIL("creator", "/./"), PDF("/CreationDate(D:20070226165054)"), false, false },
	{ DETAIL("modified", "/^2007/"), PDF("/ModDate (D:20070226)"), true, false },
	{ DETAIL("producer", "/^GPL/"), PDF("<</Producer(GPL Ghostscript 8.15)"), true, false },
	{ DETAIL("title", "(?i)word"), PDF("/Title(Microsoft Word)"), true, false },
	{ DETAIL("title", "/^0.{255}$/"), PDF("/Title(" KILOBYTE ")"), true, false },
	{ DETAIL("subject", "/./"), PDF("/Subject(x)"), false, false },
	{ DETAIL("title", "/^b$/"), TWO("/Title(a)", "/Title(b)"), true, false },
	{ "pdf_match_details('title')", PDF("/Title(a)"), false, false },
	/* printf '%%PDF-1.4\nabc\n/Type /Page\n/Font\nx' | md5sum */
	{ "pdf_match_md5('D408320D11C8561E8316E927975878E2')", PDF("abc\n/Type /Page\n/Font\nx"),
	    true, false },
	{ "pdf_match_md5('d408320d11c8561e8316e927975878e2')", PDF("abc\n/Type /Page\n/Font\nx"),
	    true, false },
	{ "pdf_match_fuzzy_md5('D408320D11C8561E8316E927975878E2')",
	    PDF("abc\n/Type /Page\n/Font\nx"), false, false },
	/* printf 'abc/Type /Page/Fontx' | md5sum */
	{ "pdf_match_fuzzy_md5('16158E105901CF34FB0230FD9837E5AB')",
	    PDF("abc\n/Type /Page\n/Font\nx"), true, false },
	{ "pdf_match_fuzzy_md5('B25908B5E6973EDC926371390F0009BE')",
	    PDF("abc  \n/Width 5\n/CropBox\n1 2 3 4 5 6 cm\n\n/Type /Page"
		"\n%x\n/Font\nxstream\nmore"),
	    true, false },
	/* printf 'TypeFont' | md5sum */
	{ "pdf_match_fuzzy_md5('B283A52BA653927C7E334354054CE943')",
	    PDF("abc\n/Type /Page\n/Font\nx"), true, false },
	{ "pdf_match_md5('')", PDF("x"), false, false },
	{ "pdf_match_fuzzy_md5('')", PDF("%"), false, false },
};

static void
test_counts(void **state)
{
	(void)state;
	eval_rows_check(count_rows, ROWS(count_rows), NULL, 0);
}

static void
test_images(void **state)
{
	(void)state;
	eval_rows_check(image_rows, ROWS(image_rows), NULL, 0);
}

static void
test_details(void **state)
{
	(void)state;
	eval_rows_check(detail_rows, ROWS(detail_rows), NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_details),
	};

	return cmocka_run_group_tests_name("eval_pdf", tests, NULL, NULL);
}
