/* test_freemail_text.c - freemail_text.c: the addresses a text shows, what is taken out of it */
#include "engine/rules/freemail_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

#define SIXTY "123456789012345678901234567890123456789012345678901234567890"

static const struct {
	const char *text;
	const char *want; /* addresses, a blank behind each */
} addresses[] = {
	{ "write to a@b.com now", "a@b.com " },
	{ "a@b.com,c.d@e.co.uk;f@g.net.", "a@b.com c.d@e.co.uk f@g.net " },
	{ "(a+b!#$%&'*/=?^_`{|}~-@x.com)", "a+b!#$%&'*/=?^_`{|}~-@x.com " },
	{ "a@b", "" },
	{ "a@com", "" },
	{ "@b.com", "" },
	{ "a@b.nonsense-tld", "" },
	{ "a@b.comx", "" },
	{ "a@b.com.", "a@b.com " },
	{ "a@b.com.x", "" },
	{ "a@b.com-", "" },
	{ "a@b.com_x", "a@b.com " },
	{ "a@b.com@c.net", "a@b.com " },
	{ "a@b.com_c@d.net", "a@b.com " },
	{ "a..b@c.com", "b@c.com " },
	{ ".a@c.com", "a@c.com " },
	{ "a.@c.com", "" },
	{ "\xc3\xa9"
	  "a@c.com",
	    "a@c.com " },
	{ "a@-b.com", "" },
	{ "a@b-.com", "" },
	{ "a@b..com", "" },
	{ "a@b_c.com", "" },
	{ "a@1.2.3.4.com", "a@1.2.3.4.com " },
	{ "a@1.2.3.4.5.com", "" },
	{ SIXTY "1234@b.com", SIXTY "1234@b.com " },
	{ SIXTY "12345@b.com", "" },
	{ "x." SIXTY "123@b.com", SIXTY "123@b.com " },
	{ "a@" SIXTY "1.com", "a@" SIXTY "1.com " },
	{ "a@" SIXTY "12.com", "" },
};

static void
test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct slice address;
		struct buf got = { 0 };
		size_t at = 0;

		while (freemail_text_next(NULL, slice_of(addresses[i].text), &at, &address))
			buf_printf(&got, "%.*s ", SLICE_ARG(address));
		if (strcmp(buf_text(&got), addresses[i].want) != 0)
			fail_msg("%s: got %s, want %s", addresses[i].text, buf_text(&got),
			    addresses[i].want);
		buf_clear(&got);
	}
}

static const struct {
	const char *text;
	const char *want;
} texts[] = {
	{ "nothing here", "nothing here" },
	{ "a@b.com stays", "a@b.com stays" },
	{ "see http://x.com/?u=a@b.com now", "see   now" },
	{ "see <HTTPS://x.com/a%40b.com> now", "see   now" },
	{ "see http://x.com/ or a@b.com", "see http://x.com/ or a@b.com" },
	{ "httpx://x/@y http:/x@y", "httpx://x/@y http:/x@y" },
	{ "Ann <a@b.com> wrote", "Ann   wrote" },
	{ "mail a@b.com>", "mail  " },
	{ "on Monday a@b.com wrote: hi", "on Monday   hi" },
	{ "a@b.com Fax: 12", "a@b.com Fax: 12" },
	{ "a@b.com telefon: 12", "a@b.com telefon: 12" },
	{ "a@b.com e-mail: x", "a@b.com e-mail: x" },
	{ "a@b.com x: y", "a@b.com x: y" },
	{ "a@b.com abcdefghijkl: y", "a@b.com abcdefghijkl: y" },
	{ "mailto:a@b.com> x", "mailto:a@b.com> x" },
	{ "mailto:a.c@b.com> x", "mailto:a.  x" },
	{ "x@y.com@z.com> w", "x@  w" },
	{ "<a@b.com><c@d.com>e@f.com", "  e@f.com" },
};

static void
test_strip(void **state)
{
	struct arena *arena = arena_new(SIZE_MAX);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice got = freemail_text_strip(arena, NULL, slice_of(texts[i].text));

		if (!slice_eq(got, slice_of(texts[i].want)))
			fail_msg(
			    "%s: got %.*s, want %s", texts[i].text, SLICE_ARG(got), texts[i].want);
	}
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_strip),
	};

	return cmocka_run_group_tests_name("freemail_text", tests, NULL, NULL);
}
