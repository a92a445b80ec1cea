/* test_eval_phishing.c - eval_phishing.c: URIs of feeds */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define CALL "check_phishing()"
#define TEXT(text) "MIME-Version: 1.0\nContent-Type: text/plain\n\n" text "\n"
#define LINK(href) "MIME-Version: 1.0\nContent-Type: text/html\n\n<a href=\"" href "\">x</a>\n"
#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}

static const struct slice openphish[] = { S("# comment http://comment.example.com/a"),
	S("http://evil.example.com/login"), S("https://evil.example.net/a/b?id=1"),
	S("http://nowhere.notatld/x") };
static const struct slice phishtank[] = { S("id,http://heading.example.com/x,rest"),
	S("17,\"http://tank.example.com/x\",http://www.phishtank.com/,2024"), S("18") };
static const struct slice phishstats[] = { S("date,10.0,http://heading.example.com/x,ip"),
	S("\"2024\",\"6.1\",\"http://stats.example.com/x\",\"192.0.2.1\""),
	S("\"2024\",\"6\",\"http://unsure.example.com/x\",\"192.0.2.1\""), S("2024,9") };
static const struct slice one[] = { S("1") };
static const struct rule_list lists[] = {
	{ S("phishing_openphish_feed"), openphish, 4, { 0 } },
	{ S("phishing_phishtank_feed"), phishtank, 3, { 0 } },
	{ S("phishing_phishstats_feed"), phishstats, 4, { 0 } },
	{ S("phishing_uri_noparam"), one, 1, { 0 } },
};

static const struct eval_row rows[] = {
	{ CALL, TEXT("http://evil.example.com/login"), true, false },
	{ CALL, LINK("http://evil.example.com/login"), true, false },
	{ CALL, LINK("http://evil.example.com:80/%6Cogin"), true, false },
	{ CALL, LINK("http://evil.example.com/Login"), false, false },
	{ CALL, LINK("http://evil.example.com/login?x"), false, false },
	{ CALL,
	    "MIME-Version: 1.0\nContent-Type: text/html\n\n"
	    "<img src=\"http://evil.example.com/login\">\n",
	    false, false },
	{ CALL, TEXT("https://evil.example.net/a/b?id=1"), true, false },
	{ CALL, TEXT("https://evil.example.net/a/b"), false, false },
	{ CALL, TEXT("http://comment.example.com/a"), false, false },
	{ CALL, TEXT("http://tank.example.com/x"), true, false },
	{ CALL, TEXT("http://www.phishtank.com/"), false, false },
	{ CALL, TEXT("http://heading.example.com/x"), false, false },
	{ CALL, TEXT("http://stats.example.com/x"), true, false },
	{ CALL, TEXT("http://unsure.example.com/x"), false, false },
	{ CALL, TEXT("no link"), false, false },
};

static const struct eval_row bare_rows[] = {
	{ CALL, TEXT("https://evil.example.net/a/b?id=2"), true, false },
	{ CALL, TEXT("https://evil.example.net/a/b"), true, false },
	/* too short to say anything without parameters */
	{ CALL, TEXT("http://evil.example.com/login"), false, false },
};

static void
test_rows(void **state)
{
	(void)state;
	eval_rows_check(rows, ROWS(rows), lists, 3);
}

static void
test_bare(void **state)
{
	(void)state;
	eval_rows_check(bare_rows, ROWS(bare_rows), lists, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bare),
	};

	return cmocka_run_group_tests_name("eval_phishing", tests, NULL, NULL);
}
