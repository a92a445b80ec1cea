/* test_mail_source.c - a tree of files in a scratch directory, and what comes out of it */
#include "config.h"

#include "milter/mail_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FROM "From a@example.org Thu Jan  1 00:00:00 2026\n"

/* Made in this order; a path that ends in '/' is a directory. */
static const struct {
	const char *path, *text;
} tree[] = {
	{ "dir/", NULL },
	{ "dir/b", "two\n" },
	{ "dir/a", "one\n" },
	{ "dir/.hidden", "no\n" },
	{ "dir/sub/", NULL },
	{ "dir/sub/x", "three\n" },
	{ "dir/z", "four\n" },
	{ "empty/", NULL },
	{ "maildir/", NULL },
	{ "maildir/cur/", NULL },
	{ "maildir/new/", NULL },
	{ "maildir/tmp/", NULL },
	{ "maildir/cur/2:2,S", FROM "\nseen\n\n" FROM "\n" },
	{ "maildir/new/1", "new\n" },
	{ "maildir/tmp/0", "unfinished\n" },
	{ "maildir/subscriptions", "not mail\n" },
	{ "two.mbox",
	    FROM "A: 1\n\none\n\n" FROM "A: 2\n\nFrom here on\n\nFrom now on: no time\nx\n" FROM
		 "\n>From b\n\n" },
	{ "crlf.mbox", "From a 10:00:00\r\nA: 1\r\n\r\n\r\nFrom b 10:00:01\r\nB: 2\r\n\r\n" },
	{ "late.mbox", "no line\n\n" FROM "A: 1" },
	{ "empty.mbox", "" },
};

/* Arguments, and what comes of them: "NAME=BYTES|...", "!" for what is not readable. */
static const struct {
	const char *paths[3];
	bool mbox;
	const char *want;
} cases[] = {
	{ { "dir/b" }, false, "dir/b=two\n|" },
	{ { "dir/b", "dir/a" }, false, "dir/b=two\n|dir/a=one\n|" },
	{ { "dir" }, false, "dir/a=one\n|dir/b=two\n|dir/sub/x=three\n|dir/z=four\n|" },
	{ { "dir/", "dir/sub" }, false,
	    "dir/a=one\n|dir/b=two\n|dir/sub/x=three\n|dir/z=four\n|dir/sub/x=three\n|" },
	{ { "none", "dir/a" }, false, "none!|dir/a=one\n|" },
	{ { "empty", "dir/sub" }, false, "dir/sub/x=three\n|" },
	{ { "maildir" }, false,
	    "maildir/cur/2:2,S=" FROM "\nseen\n\n" FROM "\n|maildir/new/1=new\n|" },
	{ { "maildir" }, true,
	    "maildir/cur/2:2,S=" FROM "\nseen\n\n" FROM "\n|maildir/new/1=new\n|" },
	{ { "two.mbox" }, true,
	    "two.mbox#1=" FROM "A: 1\n\none\n|two.mbox#2=" FROM
	    "A: 2\n\nFrom here on\n\nFrom now on: no time\nx\n" FROM "\n>From b\n|" },
	{ { "crlf.mbox" }, true,
	    "crlf.mbox#1=From a 10:00:00\r\nA: 1\r\n\r\n"
	    "|crlf.mbox#2=From b 10:00:01\r\nB: 2\r\n|" },
	{ { "late.mbox", "empty.mbox", "dir/a" }, true,
	    "late.mbox#1=no line\n|late.mbox#2=" FROM "A: 1|dir/a#1=one\n|" },
	{ { "empty.mbox" }, false, "empty.mbox=|" },
	{ { "none" }, true, "none!|" },
};

static void
put_file(const char *path, struct slice text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

static int
make_tree(void **state)
{
	static char top[] = "steelyard-test-XXXXXX";

	if (mkdtemp(top) == NULL || chdir(top) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
		if (tree[i].text != NULL)
			put_file(tree[i].path, slice_of(tree[i].text));
		else if (mkdir(tree[i].path, 0700) != 0)
			return -1;
	}
	*state = top;
	return 0;
}

static int
remove_tree(void **state)
{
	for (size_t i = sizeof(tree) / sizeof(tree[0]); i-- > 0;)
		remove(tree[i].path);
	return chdir("..") != 0 || rmdir(*state) != 0 ? -1 : 0;
}

static void
collect(const char *const *paths, bool mbox, struct buf *got)
{
	struct mail_source *source;
	struct mail mail;
	size_t count = 0;
	double share = 0;

	while (count < 3 && paths[count] != NULL)
		count++;
	source = mail_source_new(paths, count, mbox);
	while (mail_source_next(source, &mail)) {
		double now = mail_source_share(source);

		if (now < share || now > 1)
			fail_msg("share: got %f behind %f", now, share);
		share = now;
		buf_add(got, buf_slice(&mail.name));
		buf_add_byte(got, mail.readable ? '=' : '!');
		buf_add(got, buf_slice(&mail.bytes));
		buf_add_byte(got, '|');
		if (!mail.readable && mail.error[0] == '\0')
			fail_msg("%s: no word on why", buf_text(&mail.name));
		mail_clear(&mail);
	}
	assert_true(mail_source_share(source) == 1);
	mail_source_free(&source);
}

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf got = { 0 };

		collect(cases[i].paths, cases[i].mbox, &got);
		if (strcmp(buf_text(&got), cases[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].paths[0], buf_text(&got),
			    cases[i].want);
		buf_clear(&got);
	}
}

/* Separators at every place relative to the blocks that are read. */
static void
test_long_mbox(void **state)
{
	const char *const paths[] = { "long.mbox" };
	struct buf text = { 0 };
	struct mail_source *source;
	struct mail mail;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		buf_printf(&text, FROM "N: %zu\n\n%0*d\n\n", i, (int)(i % 997) + 1, 7);
	put_file("long.mbox", buf_slice(&text));
	source = mail_source_new(paths, 1, true);
	while (mail_source_next(source, &mail)) {
		struct buf want = { 0 };

		buf_printf(&want, FROM "N: %zu\n\n%0*d\n", count, (int)(count % 997) + 1, 7);
		if (!slice_eq(buf_slice(&mail.bytes), buf_slice(&want)))
			fail_msg("message %zu: got \"%s\", want \"%s\"", count,
			    buf_text(&mail.bytes), buf_text(&want));
		buf_clear(&want);
		mail_clear(&mail);
		count++;
	}
	assert_int_equal(count, 3000);
	mail_source_free(&source);
	buf_clear(&text);
	remove("long.mbox");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_long_mbox),
	};

	return cmocka_run_group_tests_name("mail_source", tests, make_tree, remove_tree);
}
