/* test_dmarc.c - author.c, dmarc_record.c and dmarc.c: tables of RFC 7489's cases */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "tests/engine/auth/dmarc_answer.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define REJECT "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n"

static const struct {
	struct dmarc_case asked;
	const char *want;
} cases[] = {
	{ { "", "a@example.org", "example.org=pass", "", 0, 0 }, "none none spf=0 dkim=0 of -" },
	{ { REJECT, "a@example.org", "example.org=pass", "", 0, 0 },
	    "pass none spf=1 dkim=0 of example.org" },
	{ { REJECT, "a@example.org", "example.org=softfail", "example.org=fail", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { REJECT, "a@example.org", "other.example=pass", "x.example=pass mail.example.org=pass",
	      0, 0 },
	    "pass none spf=0 dkim=1 of example.org" },
	/* below the organisational domain: sp, or p */
	{ { REJECT, "a@b.c.example.org", "", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=quarantine\"\n", "a@b.example.org", "",
	      "", 0, 0 },
	    "fail quarantine spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=none\"\n", "a@example.org", "", "", 0,
	      0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.b.example.org TXT \"v=DMARC1; p=none\"\n" REJECT, "a@b.example.org", "", "", 0,
	      0 },
	    "fail none spf=0 dkim=0 of b.example.org" },
	{ { "_dmarc.b.example.org TXT \"v=spf1 -all\"\n" REJECT, "a@b.example.org", "", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.co.uk TXT \"v=DMARC1; p=reject\"\n", "a@b.co.uk", "", "", 0, 0 },
	    "none none spf=0 dkim=0 of -" },
	{ { "_dmarc.co.uk TXT \"v=DMARC1; p=reject\"\n", "a@co.uk", "b.co.uk=pass", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of co.uk" },
	/* alignment */
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; aspf=s\"\n", "a@example.org",
	      "m.example.org=pass", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=s\"\n", "a@example.org",
	      "m.example.org=pass", "m.example.org=pass", 0, 0 },
	    "pass none spf=1 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=S; aspf=x\"\n", "a@example.org",
	      "m.example.org=pass", "EXAMPLE.org.=pass", 0, 0 },
	    "pass none spf=1 dkim=1 of example.org" },
	{ { "_dmarc.xn--bcher-kva.de TXT \"v=DMARC1; p=reject\"\n",
	      "a@b\xc3\xbc"
	      "cher.de",
	      "m.xn--bcher-kva.de=pass",
	      "B\xc3\x9c"
	      "CHER.de=pass",
	      0, 0 },
	    "pass none spf=1 dkim=1 of xn--bcher-kva.de" },
	/* pct */
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=30\"\n", "a@example.org", "", "", 129,
	      0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=30\"\n", "a@example.org", "", "", 130,
	      0 },
	    "fail quarantine spf=0 dkim=0 of example.org: spared by pct" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=quarantine; pct=0\"\n", "a@example.org", "", "",
	      0, 0 },
	    "fail none spf=0 dkim=0 of example.org: spared by pct" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=none; pct=0\"\n", "a@example.org", "", "", 0, 0 },
	    "fail none spf=0 dkim=0 of example.org" },
	/* records that are none, or several, or broken */
	{ { REJECT "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n", "a@example.org", "", "", 0, 0 },
	    "none none spf=0 dkim=0 of -: several records" },
	{ { REJECT "_dmarc.example.org TXT \"hello\"\n", "a@example.org", "", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=often\"\n", "a@example.org", "", "", 0, 0 },
	    "permerror none spf=0 dkim=0 of example.org: the record cannot be read" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=often; rua=mailto:d@example.org\"\n",
	      "a@example.org", "", "", 0, 0 },
	    "fail none spf=0 dkim=0 of example.org" },
	{ { "_dmarc.example.org TXT \"v=DMARC1; p=reject; p=none\"\n", "a@example.org", "", "", 0,
	      0 },
	    "permerror none spf=0 dkim=0 of example.org: the record cannot be read" },
	{ { "_dmarc.example.org TXT \"v=DMA\" \"RC1; p=rej\" \"ect\"\n", "a@example.org", "", "", 0,
	      0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	/* temporary errors: of the DNS, and of what could have passed */
	{ { "_dmarc.example.org TXT !SERVFAIL\n", "a@example.org", "example.org=pass", "", 0, 0 },
	    "temperror none spf=0 dkim=0 of -: the policy could not be looked up" },
	{ { "_dmarc.b.example.org TXT !TIMEOUT\n" REJECT, "a@b.example.org", "", "", 0, 0 },
	    "temperror none spf=0 dkim=0 of -: the policy could not be looked up" },
	{ { "_dmarc.b.example.org TXT \"v=DMARC1; p=none\"\n_dmarc.example.org TXT !TIMEOUT\n",
	      "a@b.example.org", "", "", 0, 0 },
	    "fail none spf=0 dkim=0 of b.example.org" },
	{ { REJECT, "a@example.org", "example.org=temperror", "", 0, 0 },
	    "temperror none spf=0 dkim=0 of example.org: SPF met a temporary error" },
	{ { REJECT, "a@example.org", "example.org=temperror", "example.org=pass", 0, 0 },
	    "pass none spf=0 dkim=1 of example.org" },
	{ { REJECT, "a@example.org", "", "m.example.org=temperror x.example=pass", 0, 0 },
	    "temperror none spf=0 dkim=0 of example.org: DKIM met a temporary error" },
	{ { REJECT, "a@example.org", "other.example=temperror", "other.example=temperror", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	/* what is still open */
	{ { REJECT, "a@example.org", "", "", 0, 1 }, "open none spf=0 dkim=0 of -" },
	{ { REJECT, "a@example.org", "example.org=open", "example.org=pass", 0, 0 },
	    "open none spf=0 dkim=1 of example.org" },
	{ { REJECT, "a@example.org", "other.example=open", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	/* authors: none, several, many */
	{ { REJECT, "", "example.org=pass", "", 0, 0 },
	    "none none spf=0 dkim=0 of -: no author domain" },
	{ { REJECT, "undisclosed:;", "example.org=pass", "", 0, 0 },
	    "none none spf=0 dkim=0 of -: no author domain" },
	{ { REJECT, "a@[192.0.2.1]", "", "", 0, 0 },
	    "none none spf=0 dkim=0 of -: no author domain" },
	{ { "_dmarc.org TXT \"v=DMARC1; p=reject\"\n", "a@org", "", "", 0, 0 },
	    "none none spf=0 dkim=0 of -" },
	{ { REJECT, "a@.example.org.", "", "", 0, 0 }, "fail reject spf=0 dkim=0 of example.org" },
	{ { REJECT, "a@b.example, c@example.org", "b.example=pass", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { REJECT "_dmarc.b.example TXT \"v=DMARC1; p=none\"\n", "c@example.org, a@b.example", "",
	      "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { REJECT, "a@example.org, c@other.example", "example.org=pass", "", 0, 0 },
	    "none none spf=0 dkim=0 of -" },
	{ { REJECT, "a@example.org\nb@example.org", "example.org=pass", "", 0, 0 },
	    "none none spf=1 dkim=0 of example.org: several From fields" },
	{ { REJECT, "a@other.example\nb@example.org", "", "", 0, 0 },
	    "fail reject spf=0 dkim=0 of example.org" },
	{ { REJECT,
	      "a@example.org, a@a.example.org, a@b.example.org, a@c.example.org, "
	      "a@d.example.org, a@e.example.org, a@f.example.org, a@g.example.org, "
	      "a@h.example.org",
	      "example.org=pass", "", 0, 0 },
	    "permerror none spf=1 dkim=0 of example.org: too many author domains" },
};

static void
test_check(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct dmarc dmarc;
		struct slice got;

		dmarc_answer(arena, &cases[i].asked, &dmarc);
		got = dmarc_print(arena, &dmarc);
		if (!slice_eq(got, slice_of(cases[i].want))) {
			print_error("%s%s: got %.*s, want %s\n", cases[i].asked.zone,
			    cases[i].asked.from, SLICE_ARG(got), cases[i].want);
			wrong++;
		}
		arena_free(&arena);
	}
	assert_int_equal(wrong, 0);
}

/* DNS is off: nothing is known. */
static void
test_unasked(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *facts = facts_new(arena, false, 1);
	struct author author = { 0 };
	struct dmarc_request request = { .author = &author };
	struct dmarc dmarc;

	(void)state;
	author_add(arena, SLICE("a@example.org"), &author);
	dmarc_check(arena, facts, &request, &dmarc);
	assert_int_equal(dmarc.result, AUTH_TEMPERROR);
	arena_free(&arena);
}

/* "state p sp adkim aspf pct ri" */
static const struct {
	const char *text;
	const char *want;
} records[] = {
	{ "v=DMARC1;p=none", "good none none r r 100 86400" },
	{ "v = DMARC1 ; p = Reject ; SP=none; adkim=s;aspf=s;pct=7;ri=3600;",
	    "good reject none s s 7 3600" },
	{ "v=DMARC1; sp=none; x=y; nonsense; p=quarantine;;",
	    "good quarantine none r r 100 86400" },
	{ "v=DMARC1; p=none; pct=101; ri=99999999999; fo=x; rf=y; aspf=relaxed",
	    "good none none r r 100 86400 faults aspf pct fo ri rf" },
	{ "v=DMARC1; p=none; pct=-1", "good none none r r 100 86400 faults pct" },
	{ "v=DMARC1; p=none; pct=", "good none none r r 100 86400 faults pct" },
	{ "v=DMARC1; p=none; fo=1:d:s; rf=afrf; ri=4294967295; pct=0",
	    "good none none r r 0 4294967295" },
	{ "v=DMARC1; p=none; rua=mailto:a@b.example!10m , https://c.example/",
	    "good none none r r 100 86400" },
	{ "v=DMARC1; p=none; rua=a@b.example; ruf=:x",
	    "good none none r r 100 86400 faults rua ruf" },
	{ "v=DMARC1; rua=mailto:a@b.example", "reports none none r r 100 86400" },
	{ "v=DMARC1; p=none; sp=bob; rua=mailto:a@b.example",
	    "reports none none r r 100 86400 faults sp" },
	{ "v=DMARC1; p=none; sp=bob", "broken none none r r 100 86400 faults sp" },
	{ "v=DMARC1; p=none; rua=mailto:a@b.example!big; sp=bob",
	    "broken none none r r 100 86400 faults sp rua" },
	{ "v=DMARC1", "broken none none r r 100 86400" },
	{ "v=DMARC1; p=none; v=DMARC1", "broken none none r r 100 86400 faults v" },
	{ "v=DMARC1; p=none; pct=5; pct=5", "broken none none r r 5 86400" },
	{ "", "other" },
	{ "v=dmarc1; p=none", "other" },
	{ " v=DMARC1; p=none", "other" },
	{ "v=DMARC12; p=none", "other" },
	{ "v=DMARC1 p=none", "other" },
	{ "p=none; v=DMARC1", "other" },
	{ "v=spf1 -all", "other" },
};

static struct slice
print_record(struct arena *arena, struct slice text)
{
	static const char *const states[] = { "good", "reports", "broken", "other" };
	static const char *const tags[] = { "v", "p", "sp", "adkim", "aspf", "pct", "rua", "ruf",
		"fo", "ri", "rf" };
	struct buf out = { .arena = arena };
	struct dmarc_record record;

	dmarc_record_parse(text, &record);
	if (record.state == DMARC_RECORD_OTHER)
		return SLICE("other");
	buf_printf(&out, "%s %s %s %s %s %u %lu", states[record.state],
	    dmarc_policy_word(record.policy), dmarc_policy_word(record.subdomain_policy),
	    record.strict_dkim ? "s" : "r", record.strict_spf ? "s" : "r", record.percent,
	    record.report_interval);
	if (record.faults != 0)
		buf_add(&out, SLICE(" faults"));
	for (size_t i = 0; i < COUNT(tags); i++)
		if ((record.faults & 1U << i) != 0)
			buf_printf(&out, " %s", tags[i]);
	return buf_slice(&out);
}

static void
test_record(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		struct slice got = print_record(arena, slice_of(records[i].text));

		if (slice_eq(got, slice_of(records[i].want)))
			continue;
		print_error(
		    "%s: got %.*s, want %s\n", records[i].text, SLICE_ARG(got), records[i].want);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	arena_free(&arena);
}

/* 64 KB of semicolons, and of one tag: nothing grows with it. */
static void
test_long_record(void **state)
{
	static char text[65536] = "v=DMARC1;p=reject";
	struct dmarc_record record;

	(void)state;
	memset(text + 17, ';', sizeof(text) - 17);
	dmarc_record_parse((struct slice){ text, sizeof(text) }, &record);
	assert_int_equal(record.state, DMARC_RECORD_GOOD);
	memset(text + 18, 'x', sizeof(text) - 18);
	dmarc_record_parse((struct slice){ text, sizeof(text) }, &record);
	assert_int_equal(record.policy, DMARC_POLICY_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_long_record),
	};

	return cmocka_run_group_tests_name("dmarc", tests, NULL, NULL);
}
