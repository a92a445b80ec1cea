/* test_err.c - err.c: errors with and without a place */
#include "engine/util/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"

static void
check(const struct err *err, const char *want)
{
	struct buf out = { .arena = NULL };

	err_format(err, &out);
	assert_string_equal(buf_text(&out), want);
	buf_clear(&out);
}

static void
test_format(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, "no %s", "luck");
	check(&err, "no luck");
	err_at(&err, "a.yaml", 3, 7, "want %d", 5);
	check(&err, "a.yaml:3:7: want 5");
	err_at(&err, "a.yaml", 3, 0, "x");
	check(&err, "a.yaml:3: x");
	err_at(&err, "a.yaml", 0, 0, "x");
	check(&err, "a.yaml: x");
	err_at(&err, NULL, 0, 0, "x");
	check(&err, "x");
}

static void
test_long(void **state)
{
	struct err err;
	char name[ERR_FILE_SIZE * 2], text[ERR_TEXT_SIZE * 2];

	(void)state;
	memset(name, 'f', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(text, 't', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_at(&err, name, 1, 1, "%s", text);
	assert_int_equal(strlen(err.file), ERR_FILE_SIZE - 1);
	assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
