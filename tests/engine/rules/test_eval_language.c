/* test_eval_language.c - eval_language.c and language.c: guesses by small models */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/rules/eval_rows.h"

#define LANGUAGE "check_language()"
#define HIGH "check_body_8bits()"
#define S(text)                          \
	{                                \
		(text), sizeof(text) - 1 \
	}
#define PLAIN(text) "MIME-Version: 1.0\nContent-Type: text/plain\n\n" text "\n"
#define TEN(word) word word word word word word word word word word
#define SIXTY(word) TEN(word) TEN(word) TEN(word) TEN(word) TEN(word) TEN(word)
#define ENGLISH PLAIN(SIXTY("tete "))
#define GERMAN PLAIN(SIXTY("\xc3\xbcnn "))

/* Their names but for "sco" mean nothing: the n-grams are no language's. */
static const struct slice models[] = { S("\0"), S("e"), S("t"), S("te"), S("tete\0"), S("0 en"),
	S("\0"), S("n"), S("\xc3\xbc"), S("0 de.utf8"), S("s"), S("\0s"), S("0 sco"), S("b"),
	S("bo"), S("0 la"), S("b"), S("bo"), S("0 it.x"), S("") };
static const struct slice english[] = { S("xx en") };
static const struct slice german[] = { S("de") };
static const struct slice other[] = { S("xx"), S("yy zz") };
static const struct slice everything[] = { S("en all") };
static const struct slice inactive[] = { S("de en") };
static const struct slice two[] = { S("2") };
static const struct slice loose[] = { S("100") };
static const struct slice exact[] = { S("1") };

#define LIST(name, entries)                      \
	{                                        \
		S(name), entries, ROWS(entries), \
		{                                \
			0                        \
		}                                \
	}
#define MODELS LIST("textcat_languages", models)
#define BEST LIST("textcat_acceptable_score", exact)

static const struct rule_list accept_english[] = { MODELS, BEST, LIST("ok_languages", english) };
static const struct rule_list accept_german[] = { MODELS, BEST, LIST("ok_languages", german) };
static const struct rule_list accept_all[] = { MODELS, BEST, LIST("ok_languages", everything) };
static const struct rule_list accept_other[] = { MODELS, BEST, LIST("ok_languages", other) };
static const struct rule_list skip_both[] = { MODELS, BEST, LIST("ok_languages", german),
	LIST("inactive_languages", inactive) };
static const struct rule_list know_scots[] = { MODELS, BEST, LIST("ok_languages", english),
	LIST("inactive_languages", german) };
static const struct rule_list find_many[] = { MODELS, LIST("ok_languages", other),
	LIST("textcat_acceptable_score", loose), LIST("textcat_max_languages", two) };

static const struct eval_row english_rows[] = {
	{ LANGUAGE, ENGLISH, false, false },
	{ LANGUAGE, GERMAN, true, false },
	/* fewer than 256 bytes, at once or when addresses are left out */
	{ LANGUAGE, PLAIN(TEN("\xc3\xbcn ") TEN("\xc3\xbcn ")), false, false },
	{ LANGUAGE, PLAIN(TEN("\xc3\xbcn ") SIXTY("http://\xc3\xbcn.de ")), false, false },
	{ LANGUAGE, PLAIN(TEN("\xc3\xbcn ") SIXTY("\xc3\xbcn@\xc3\xbcn.de ")), true, false },
	{ LANGUAGE, PLAIN(TEN("\xc3\xbcn ") SIXTY("n@de.\xc3\xbcn ")), false, false },
	{ LANGUAGE, PLAIN(TEN("\xc3\xbcn ") SIXTY("www.\xc3\xbcn ")), false, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), true, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc \xc3\xbc\xc3\xbc"), false, false },
	{ HIGH, PLAIN("x"), false, false },
};

static const struct eval_row scots_rows[] = {
	/* Scots is hard to tell from English in a short text */
	{ LANGUAGE, PLAIN(SIXTY("ssss ")), false, false },
	{ LANGUAGE, PLAIN(SIXTY("ssss ") SIXTY("ssss ") SIXTY("ssss ") SIXTY("ssss ")), true,
	    false },
};

static const struct eval_row german_rows[] = {
	{ LANGUAGE, ENGLISH, true, false },
	{ LANGUAGE, GERMAN, false, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), true, false },
};

static const struct eval_row all_rows[] = {
	{ LANGUAGE, ENGLISH, false, false },
	{ LANGUAGE, GERMAN, false, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), false, false },
};

static const struct eval_row other_rows[] = {
	{ LANGUAGE, ENGLISH, true, false },
	{ LANGUAGE, GERMAN, true, false },
	/* it, since la is inactive */
	{ LANGUAGE, PLAIN(SIXTY("bobo ")), true, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), true, false },
};

static const struct eval_row skip_rows[] = {
	/* de is accepted, so it is looked for; en is not */
	{ LANGUAGE, GERMAN, false, false },
	{ LANGUAGE, ENGLISH, false, false },
};

static const struct eval_row many_rows[] = {
	{ LANGUAGE, ENGLISH, false, false },
};

static const struct eval_row bare_rows[] = {
	{ LANGUAGE, GERMAN, false, false },
	{ HIGH, PLAIN("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), true, false },
};

static void
test_accepted(void **state)
{
	(void)state;
	eval_rows_check(english_rows, ROWS(english_rows), accept_english, 3);
	eval_rows_check(german_rows, ROWS(german_rows), accept_german, 3);
	eval_rows_check(all_rows, ROWS(all_rows), accept_all, 3);
	eval_rows_check(all_rows, ROWS(all_rows), NULL, 0);
	eval_rows_check(other_rows, ROWS(other_rows), accept_other, 3);
}

static void
test_settings(void **state)
{
	(void)state;
	eval_rows_check(scots_rows, ROWS(scots_rows), know_scots, 4);
	eval_rows_check(skip_rows, ROWS(skip_rows), skip_both, 4);
	eval_rows_check(many_rows, ROWS(many_rows), find_many, 4);
}

/* Without models no language is guessed. */
static void
test_no_models(void **state)
{
	(void)state;
	eval_rows_check(bare_rows, ROWS(bare_rows), accept_english + 2, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_no_models),
	};

	return cmocka_run_group_tests_name("eval_language", tests, NULL, NULL);
}
