/* test_digest.c - digest.c against the examples of RFC 1321, A.5 */
#include "engine/util/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *pieces[3];
	const char *want;
} rows[] = {
	{ { "", "", "" }, "d41d8cd98f00b204e9800998ecf8427e" },
	{ { "a", "", "" }, "0cc175b9c0f1b6a831c399e269772661" },
	{ { "", "ab", "c" }, "900150983cd24fb0d6963f7d28e17f72" },
	{ { "message ", "dig", "est" }, "f96b697d7cb7938d525a2f31aaf161d0" },
	{ { "1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890",
	      "" },
	    "57edf4a22be3c955ac49da2e2107b67a" },
};

static void
test_md5(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct slice pieces[3];
		char hex[DIGEST_MD5_HEX];

		for (size_t k = 0; k < 3; k++)
			pieces[k] = slice_of(rows[i].pieces[k]);
		digest_md5(pieces, 3, hex);
		if (!slice_eq((struct slice){ hex, sizeof(hex) }, slice_of(rows[i].want)))
			fail_msg("%zu: got %.*s, want %s", i, DIGEST_MD5_HEX, hex, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_md5) };

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
