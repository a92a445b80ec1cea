/* test_pass.c - pass.c against a table: the message, what is added, the message wanted */
#include "milter/pass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ADDED "X-Spam-Flag: YES\nX-Score: 7.3\n\ttests=A\n"
#define ADDED_CRLF "X-Spam-Flag: YES\r\nX-Score: 7.3\r\n\ttests=A\r\n"

static const struct {
	const char *name;
	const char *in;
	const char *subject; /* the verdict's; NULL: none */
	const char *want;
} cases[] = {
	{ "plain", "From: a\nTo: b\n\nbody\n", NULL, ADDED "From: a\nTo: b\n\nbody\n" },
	{ "CRLF", "From: a\r\n\r\nbody\r\n", NULL, ADDED_CRLF "From: a\r\n\r\nbody\r\n" },
	{ "body untouched", "A: b\n\nX-Spam-Flag: NO\r\n\0\xff", NULL,
	    ADDED "A: b\n\nX-Spam-Flag: NO\r\n\0\xff" },
	{ "mbox line", "From a@b  Mon Jan  1 00:00:00 2026\nA: b\n\n", NULL,
	    "From a@b  Mon Jan  1 00:00:00 2026\n" ADDED "A: b\n\n" },
	{ "Return-Path", "Return-Path: <a@b>\nReceived: x\n\n", NULL,
	    "Return-Path: <a@b>\n" ADDED "Received: x\n\n" },
	{ "both, folded", "From a 1:00\nreturn-path:\n <a@b>\nA: b\n\n", NULL,
	    "From a 1:00\nreturn-path:\n <a@b>\n" ADDED "A: b\n\n" },
	{ "copies removed",
	    "x-spam-flag: NO\nA: b\nX-Score: 1\n\tfold\n  fold\nX-SCORE : 2\nB: c\n\n", NULL,
	    ADDED "A: b\nB: c\n\n" },
	{ "any X-Spam", "X-Spam-Checker-Version: 3\nX-Spa: 1\n\n", NULL, ADDED "X-Spa: 1\n\n" },
	{ "blank continuation", "X-Score: 1\n \n x\nA: b\n\n", NULL, ADDED "A: b\n\n" },
	{ "empty", "", NULL, ADDED },
	{ "no header", "\nbody\n", NULL, ADDED "\nbody\n" },
	{ "no header, CRLF", "\r\nbody\r\n", NULL, ADDED_CRLF "\r\nbody\r\n" },
	{ "no header nor empty line", "just text\n", NULL, ADDED "\njust text\n" },
	{ "begins with a blank", " odd: x\n", NULL, ADDED "\n odd: x\n" },
	{ "no separator", "A: b\ntext\nC: d\n", NULL, ADDED "A: b\ntext\nC: d\n" },
	{ "ends in the header", "A: b\nC: d", NULL, ADDED "A: b\nC: d" },
	{ "only a Return-Path", "Return-Path: <>", NULL, "Return-Path: <>\n" ADDED },
	{ "subject", "A: b\nSUBJECT: old\n fold\nC: d\n\n", "[SPAM] old",
	    ADDED "A: b\nSUBJECT: [SPAM] old\nC: d\n\n" },
	{ "second subject", "Subject: a\nSubject: b\n\n", " [S] a",
	    ADDED "Subject: [S] a\nSubject: b\n\n" },
	{ "no subject", "A: b\n\nSubject: x\n", "[SPAM]",
	    ADDED "A: b\nSubject: [SPAM]\n\nSubject: x\n" },
	{ "no subject, cut", "A: b", "[SPAM]", ADDED "A: b\nSubject: [SPAM]\n" },
	{ "no subject, no header", "text\n", "[SPAM]", ADDED "Subject: [SPAM]\n\ntext\n" },
};

/* The length of a row's text: one holds a NUL. */
static struct slice
row_text(const char *text, const char *name)
{
	struct slice s = slice_of(text);

	if (strcmp(name, "body untouched") == 0)
		s.n += 2;
	return s;
}

static void
pass(
    struct buf *out, struct slice bytes, const struct policy *policy, const struct verdict *verdict)
{
	const struct envelope envelope = { .known = false };

	pass_message(out, &(struct pass_source){ bytes, policy, &envelope, verdict });
}

static void
test_table(void **state)
{
	const struct field_template templates[] = { { .name = SLICE("X-Score") } };
	const struct policy policy = { .fields = templates, .field_count = 1 };
	const struct verdict_field fields[] = {
		{ SLICE("X-Spam-Flag"), SLICE("YES") },
		{ SLICE("X-Score"), SLICE("7.3\n\ttests=A") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict verdict = { .fields = fields, .field_count = 2 };
		struct slice want = row_text(cases[i].want, cases[i].name);
		struct buf out = { 0 };

		verdict.subject = slice_of(cases[i].subject);
		pass(&out, row_text(cases[i].in, cases[i].name), &policy, &verdict);
		if (!slice_eq(buf_slice(&out), want))
			fail_msg("%s: got \"%s\", want \"%s\"", cases[i].name, buf_text(&out),
			    cases[i].want);
		buf_clear(&out);
	}
}

/* Fields that are rewritten stand where they stood; what they were goes below. */
static void
test_rewrites(void **state)
{
	static const struct verdict_rewrite rewrites[] = {
		{ SLICE("From"), 1, SLICE("(x) a\n\tb") },
		{ SLICE("Subject"), 1, SLICE("[S] y") },
		{ SLICE("Subject"), 2, SLICE("[S] z") },
	};
	static const struct verdict_rewrite added = { SLICE("Subject"), 0, SLICE("[S] ") };
	static const struct verdict_field previous[] = { { SLICE("X-Spam-Prev-From"),
	    SLICE("a") } };
	static const struct policy policy = { .field_count = 0 };
	struct verdict verdict = {
		.rewrites = rewrites, .rewrite_count = 3, .previous = previous, .previous_count = 1
	};
	struct buf out = { 0 };

	(void)state;
	pass(&out,
	    SLICE("A: b\r\nfrom: a\r\n\tb\r\nSubject: y\r\nX-Spam-Prev-Subject: q\r\n"
		  "Subject: z\r\nC: d\r\n\r\nSubject: body\r\n"),
	    &policy, &verdict);
	assert_string_equal(buf_text(&out),
	    "A: b\r\nfrom: (x) a\r\n\tb\r\nSubject: [S] y\r\nSubject: [S] z\r\nC: d\r\n"
	    "X-Spam-Prev-From: a\r\n\r\nSubject: body\r\n");
	buf_clear(&out);
	verdict.rewrites = &added;
	verdict.rewrite_count = 1;
	pass(&out, SLICE("A: b"), &policy, &verdict);
	assert_string_equal(buf_text(&out), "A: b\nSubject: [S] \nX-Spam-Prev-From: a\n");
	buf_clear(&out);
}

/* Authentication-Results: those under our name go where ours comes, and no others. */
static void
test_authres(void **state)
{
	static const struct slice trusted[] = { { "mx2.example", 11 } };
	static const struct network inside[] = { { .address = { [10] = 0xff, [11] = 0xff, 10 },
	    .bits = 104 } };
	static const struct verdict_field fields[] = { { SLICE("Authentication-Results"),
	    SLICE("mx.example;\n\tspf=none") } };
	const struct policy policy = { .auth_field = true,
		.hostname = SLICE("mx.example"),
		.trusted_ids = trusted,
		.trusted_id_count = 1,
		.internal_networks = { inside, 1 } };
	const struct slice bytes = SLICE("A: b\n"
					 "authentication-results: MX.example 1; dkim=pass\n"
					 "Authentication-Results: (a)\n \"mx2.example\"; spf=pass\n"
					 "Authentication-Results: mx.example.net; spf=pass\n\nx");
	struct envelope envelope = { .known = true, .smtp = true, .client_ip = SLICE("192.0.2.1") };
	struct verdict verdict = { .fields = fields, .field_count = 1, .auth = { .known = true } };
	struct buf out = { 0 };

	(void)state;
	pass_message(&out, &(struct pass_source){ bytes, &policy, &envelope, &verdict });
	assert_string_equal(buf_text(&out),
	    "Authentication-Results: mx.example;\n\tspf=none\nA: b\n"
	    "Authentication-Results: mx.example.net; spf=pass\n\nx");
	buf_clear(&out);
	envelope.client_ip = SLICE("10.1.2.3");
	pass_message(&out, &(struct pass_source){ bytes, &policy, &envelope, &verdict });
	assert_string_equal(buf_text(&out),
	    "Authentication-Results: mx.example;\n\tspf=none\nA: b\n"
	    "Authentication-Results: (a)\n \"mx2.example\"; spf=pass\n"
	    "Authentication-Results: mx.example.net; spf=pass\n\nx");
	buf_clear(&out);
	verdict = (struct verdict){ .score = 0 };
	pass_message(&out, &(struct pass_source){ bytes, &policy, &envelope, &verdict });
	assert_true(slice_eq(buf_slice(&out), bytes));
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_rewrites),
		cmocka_unit_test(test_authres),
	};

	return cmocka_run_group_tests_name("pass", tests, NULL, NULL);
}
