/*
 * test_spf.c - spf.c, spf_record.c and spf_macro.c: what the published suites leave out
 *
 * Identities, the counting of limits, asking ahead, and records that mean
 * harm. The suites themselves run in test_spf_suites.py.
 */
#include "engine/auth/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/auth/spf_macro.h"
#include "engine/auth/spf_record.h"
#include "engine/net/dns_table.h"
#include "engine/util/buf.h"

#define CLIENT "192.0.2.1"
#define LOCAL_64 "1234567890123456789012345678901234567890123456789012345678901234"

static const char zone[] =
    "a.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "helo.example. TXT \"v=spf1 a ~all\"\n"
    "helo.example. A 192.0.2.1\n"
    "xn--bcher-kva.example. TXT \"v=spf1 exists:%{l}.%{o}.x.example -all\"\n"
    "joe.xn--bcher-kva.example.x.example. A 127.0.0.2\n"
    "both.example. TXT \"v=spf1 a/24//64 -all\"\n"
    "both.example. A 192.0.2.77\n"
    "both.example. AAAA 2001:db8:0:1::77\n"
    "mapped.example. TXT \"v=spf1 ip6:::ffff:192.0.2.1 ?all\"\n"
    /* Limits. */
    "voids.example. TXT \"v=spf1 a:v1.example mx:v2.example ptr ptr:x.example ip4:192.0.2.1\"\n"
    "voids3.example. TXT \"v=spf1 a:v1.example exists:v2.example mx:v3.example all\"\n"
    "mxvoid.example. TXT \"v=spf1 mx -all\"\n"
    "mxvoid.example. MX 10 v1.example.\n"
    "mxvoid.example. MX 20 v2.example.\n"
    "mxvoid.example. MX 30 v3.example.\n"
    "mxvoid.example. MX 40 helo.example.\n"
    "nullmx.example. TXT \"v=spf1 mx ?all\"\n"
    "nullmx.example. MX 0 .\n"
    /* By preference, the first host that decides. */
    "slow.example. ANY !TIMEOUT\n"
    "mxfirst.example. TXT \"v=spf1 mx -all\"\n"
    "mxfirst.example. MX 20 slow.example.\n"
    "mxfirst.example. MX 10 helo.example.\n"
    "mxlast.example. TXT \"v=spf1 mx -all\"\n"
    "mxlast.example. MX 10 slow.example.\n"
    "mxlast.example. MX 20 helo.example.\n"
    "ill.example. ANY !SERVFAIL\n"
    "after.example. TXT \"v=spf1 ip4:192.0.2.1 a:slow.example -all\"\n"
    "before.example. TXT \"v=spf1 a:slow.example ip4:192.0.2.1 -all\"\n"
    "syntax.example. TXT \"v=spf1 ip4:192.0.2.1 nonsense -all\"\n"
    "loop.example. TXT \"v=spf1 include:loop.example -all\"\n"
    "redirected.example. TXT \"v=spf1 redirect=a.example\"\n"
    "to-address.example. TXT \"v=spf1 redirect=%{c}\"\n"
    "to-literal.example. TXT \"v=spf1 include:%{h} -all\"\n"
    /* Explanations. */
    "no.example. TXT \"v=spf1 -all exp=why.%{d}\"\n"
    "why.no.example. TXT \"%{c} is not %{d}'s, says %{r} to %{S} (%{p})%_%%%-\"\n"
    "slow-why.example. TXT \"v=spf1 -all exp=slow.example\"\n"
    "two-why.example. TXT \"v=spf1 -all exp=two.example\"\n"
    "two.example. TXT \"one\"\n"
    "two.example. TXT \"two\"\n"
    /* Three rounds, however many terms there are. */
    "wide.example. TXT \"v=spf1 include:w1.example include:w2.example include:w3.example mx -all\"\n"
    "w1.example. TXT \"v=spf1 a:both.example -all\"\n"
    "w2.example. TXT \"v=spf1 a:a.example exists:%{i}.x.example -all\"\n"
    "w3.example. TXT \"v=spf1 include:a.example -all\"\n"
    "wide.example. MX 10 helo.example.\n";

static const struct {
	const char *client, *helo, *sender; /* sender NULL: the HELO name is checked */
	enum auth_result want;
	const char *domain, *mechanism, *explanation, *problem; /* NULL: absent */
	unsigned terms, voids;
} rows[] = {
	/* Identities. */
	{ CLIENT, "h", "joe@a.example", AUTH_PASS, "a.example", "ip4:192.0.2.1", NULL, NULL, 0, 0 },
	{ CLIENT, "h", "joe@A.Example.", AUTH_PASS, "A.Example", "ip4:192.0.2.1", NULL, NULL, 0,
	    0 },
	{ CLIENT, "h", "@a.example", AUTH_PASS, "a.example", "ip4:192.0.2.1", NULL, NULL, 0, 0 },
	{ CLIENT, "h", "\"a@b\"@a.example", AUTH_PASS, "a.example", "ip4:192.0.2.1", NULL, NULL, 0,
	    0 },
	{ CLIENT, "helo.example", "", AUTH_PASS, "helo.example", "a", NULL, NULL, 1, 0 },
	{ CLIENT, "helo.example", NULL, AUTH_PASS, "helo.example", "a", NULL, NULL, 1, 0 },
	{ "192.0.2.2", "helo.example.", NULL, AUTH_SOFTFAIL, "helo.example", "~all", NULL, NULL, 1,
	    0 },
	{ CLIENT, "localhost", NULL, AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "[192.0.2.1]", NULL, AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "192.0.2.1", NULL, AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "", "", AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "h", "joe", AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "h", "joe@", AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "h", "joe@a example.org", AUTH_NONE, NULL, NULL, NULL, NULL, 0, 0 },
	{ CLIENT, "h", "joe@nowhere.example", AUTH_NONE, "nowhere.example", NULL, NULL, NULL, 0,
	    0 },
	{ CLIENT, "h",
	    "joe@b\xc3\xbc"
	    "cher.example",
	    AUTH_PASS, "xn--bcher-kva.example", "exists:%{l}.%{o}.x.example", NULL, NULL, 1, 0 },
	{ CLIENT, "h",
	    "jim@b\xc3\xbc"
	    "cher.example",
	    AUTH_FAIL, "xn--bcher-kva.example", "-all", NULL, NULL, 1, 1 },
	/* Families. */
	{ CLIENT, "h", "joe@both.example", AUTH_PASS, "both.example", "a/24//64", NULL, NULL, 1,
	    0 },
	{ "::ffff:192.0.2.200", "h", "joe@both.example", AUTH_PASS, "both.example", "a/24//64",
	    NULL, NULL, 1, 0 },
	{ "2001:db8:0:1::1", "h", "joe@both.example", AUTH_PASS, "both.example", "a/24//64", NULL,
	    NULL, 1, 0 },
	{ "2001:db8:0:2::1", "h", "joe@both.example", AUTH_FAIL, "both.example", "-all", NULL, NULL,
	    1, 0 },
	{ CLIENT, "h", "joe@mapped.example", AUTH_NEUTRAL, "mapped.example", "?all", NULL, NULL, 0,
	    0 },
	/* Limits. */
	{ CLIENT, "h", "joe@voids.example", AUTH_PASS, "voids.example", "ip4:192.0.2.1", NULL, NULL,
	    4, 2 },
	{ CLIENT, "h", "joe@voids3.example", AUTH_PERMERROR, "voids3.example", NULL, NULL,
	    "too many answers hold nothing v3.example", 3, 3 },
	{ CLIENT, "h", "joe@mxvoid.example", AUTH_PASS, "mxvoid.example", "mx", NULL, NULL, 1, 0 },
	{ CLIENT, "h", "joe@nullmx.example", AUTH_NEUTRAL, "nullmx.example", "?all", NULL, NULL, 1,
	    0 },
	{ CLIENT, "h", "joe@loop.example", AUTH_PERMERROR, "loop.example", NULL, NULL,
	    "too many terms ask the DNS include:loop.example", 11, 0 },
	/* Errors. */
	{ CLIENT, "h", "joe@slow.example", AUTH_TEMPERROR, "slow.example", NULL, NULL,
	    "the DNS did not answer for slow.example", 0, 0 },
	{ CLIENT, "h", "joe@ill.example", AUTH_TEMPERROR, "ill.example", NULL, NULL,
	    "the DNS failed for ill.example", 0, 0 },
	{ CLIENT, "h", "joe@mxfirst.example", AUTH_PASS, "mxfirst.example", "mx", NULL, NULL, 1,
	    0 },
	{ CLIENT, "h", "joe@mxlast.example", AUTH_TEMPERROR, "mxlast.example", NULL, NULL,
	    "the DNS did not answer for slow.example", 1, 0 },
	{ CLIENT, "h", "joe@after.example", AUTH_PASS, "after.example", "ip4:192.0.2.1", NULL, NULL,
	    0, 0 },
	{ CLIENT, "h", "joe@before.example", AUTH_TEMPERROR, "before.example", NULL, NULL,
	    "the DNS did not answer for slow.example", 1, 0 },
	{ CLIENT, "h", "joe@syntax.example", AUTH_PERMERROR, "syntax.example", NULL, NULL,
	    "no term: nonsense", 0, 0 },
	{ CLIENT, "h", "joe@two.example", AUTH_NONE, "two.example", NULL, NULL, NULL, 0, 0 },
	/* Redirects, and names that are none. */
	{ CLIENT, "h", "joe@redirected.example", AUTH_PASS, "redirected.example", "ip4:192.0.2.1",
	    NULL, NULL, 1, 0 },
	{ CLIENT, "h", "joe@to-address.example", AUTH_PERMERROR, "to-address.example", NULL, NULL,
	    "no term: redirect=%{c}", 0, 0 },
	{ CLIENT, "[192.0.2.1]", "joe@to-literal.example", AUTH_PERMERROR, "to-literal.example",
	    NULL, NULL, "no record for include:%{h}", 1, 0 },
	/* Explanations. */
	{ CLIENT, "h", "joe@no.example", AUTH_FAIL, "no.example", "-all",
	    "192.0.2.1 is not no.example's, says mx.example.net to joe%40no.example (unknown) %%20",
	    NULL, 0, 0 },
	{ CLIENT, "h", "joe@slow-why.example", AUTH_FAIL, "slow-why.example", "-all", NULL, NULL, 0,
	    0 },
	{ CLIENT, "h", "joe@two-why.example", AUTH_FAIL, "two-why.example", "-all", NULL, NULL, 0,
	    0 },
	{ CLIENT, "h", "joe@wide.example", AUTH_PASS, "wide.example", "include:w3.example", NULL,
	    NULL, 7, 2 },
};

typedef void answer_fn(struct facts *facts, const struct dns_question *question, void *p);

static void
answer_from_table(struct facts *facts, const struct dns_question *question, void *p)
{
	struct dns_answer answer;

	dns_table_answer(p, question, &answer);
	facts_answer(facts, question, &answer);
}

/* Evaluates until nothing is open, all answers of a round at once; how many rounds. */
static unsigned
evaluate(struct arena *arena, struct facts *facts, const struct spf_query *query, bool helo,
    answer_fn *answer, void *p, struct spf_result *spf_r)
{
	const struct dns_question *question;
	unsigned rounds = 0;

	for (;; rounds++) {
		*spf_r = helo ? spf_check_helo(arena, facts, query)
			      : spf_check_mail_from(arena, facts, query);
		if (spf_r->result != AUTH_OPEN)
			return rounds;
		assert_true(facts_open(facts) > 0);
		while ((question = facts_next(facts)) != NULL)
			answer(facts, question, p);
	}
}

static const struct dns_table *
read_table(struct arena *arena, const char *text)
{
	struct err err;
	const struct dns_table *table = dns_table_read(arena, slice_of(text), &err);

	if (table == NULL)
		fail_msg("%u: %s", err.line, err.text);
	return table;
}

static bool
is(struct slice got, const char *want)
{
	return want == NULL ? got.p == NULL : slice_eq(got, slice_of(want));
}

static void
test_rows(void **state)
{
	struct arena *arena = arena_new(1 << 24);
	const struct dns_table *table = read_table(arena, zone);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct facts *facts = facts_new(arena, true, 1);
		struct spf_query query = { .helo = slice_of(rows[i].helo),
			.sender = slice_of(rows[i].sender),
			.receiver = SLICE("mx.example.net"),
			.explain = true };
		struct spf_result spf;

		assert_true(ip_parse(slice_of(rows[i].client), &query.client));
		evaluate(arena, facts, &query, rows[i].sender == NULL, answer_from_table,
		    (void *)table, &spf);
		if (spf.result != rows[i].want || !is(spf.domain, rows[i].domain) ||
		    !is(spf.mechanism, rows[i].mechanism) ||
		    !is(spf.explanation, rows[i].explanation) ||
		    !is(spf.problem, rows[i].problem) || spf.terms != rows[i].terms ||
		    spf.voids != rows[i].voids)
			fail_msg(
			    "%s from %s: got %s of \"%.*s\" by \"%.*s\", \"%.*s\", \"%.*s\", %u terms, "
			    "%u voids; want %s",
			    rows[i].sender, rows[i].client, auth_word(spf.result),
			    SLICE_ARG(spf.domain), SLICE_ARG(spf.mechanism),
			    SLICE_ARG(spf.explanation), SLICE_ARG(spf.problem), spf.terms,
			    spf.voids, auth_word(rows[i].want));
	}
	arena_free(&arena);
}

/* What stands behind an open term is asked for in one round, unless much was asked already. */
static void
test_ahead(void **state)
{
	struct arena *arena = arena_new(1 << 24);
	const struct dns_table *table = read_table(arena, zone);
	struct facts *facts = facts_new(arena, true, 1), *busy = facts_new(arena, true, 1);
	struct spf_query query = { .helo = SLICE("h"), .sender = SLICE("joe@wide.example") };
	struct spf_result spf;
	char name[32];

	(void)state;
	assert_true(ip_parse(SLICE(CLIENT), &query.client));
	assert_int_equal(
	    evaluate(arena, facts, &query, false, answer_from_table, (void *)table, &spf), 3);
	assert_int_equal(spf.result, AUTH_PASS);
	for (int i = 0; i < SPF_AHEAD_MAX; i++) {
		snprintf(name, sizeof(name), "h%d.example", i);
		facts_ask(busy, DNS_A, slice_of(name));
	}
	assert_int_equal(
	    evaluate(arena, busy, &query, false, answer_from_table, (void *)table, &spf), 8);
	assert_int_equal(spf.result, AUTH_PASS);
	/* And nothing behind what matched: the MX was never asked for. */
	assert_int_equal(facts_asked(busy), SPF_AHEAD_MAX + 8);
	arena_free(&arena);
}

static void
test_unasked(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct facts *off = facts_new(arena, false, 1), *ended = facts_new(arena, true, 1);
	struct spf_query query = { .helo = SLICE("h"), .sender = SLICE("joe@a.example") };
	struct spf_result spf;

	(void)state;
	assert_true(ip_parse(SLICE(CLIENT), &query.client));
	spf = spf_check_mail_from(arena, off, &query);
	assert_int_equal(spf.result, AUTH_TEMPERROR);
	assert_true(is(spf.problem, "the DNS was not asked for a.example"));
	assert_int_equal(spf_check_mail_from(arena, ended, &query).result, AUTH_OPEN);
	facts_end(ended);
	assert_int_equal(spf_check_mail_from(arena, ended, &query).result, AUTH_TEMPERROR);
	arena_free(&arena);
}

struct hostile {
	const char *name;
	const char *txt; /* what every TXT record says; %u is another number each time */
	size_t repeat; /* how often its last word comes */
	enum auth_result want;
	const char *problem; /* its beginning */
	unsigned number;
};

/* Each "%u" of the text becomes a number of its own. */
static void
add_numbered(struct buf *out, struct hostile *hostile, struct slice text)
{
	size_t at;

	while ((at = slice_find(text, 0, SLICE("%u"))) < text.n) {
		buf_add(out, slice_cut(text, 0, at));
		buf_printf(out, "%u", hostile->number++);
		text = slice_from(text, at + 2);
	}
	buf_add(out, text);
}

/* Every name is there, has every type, and leads on to others. */
static void
answer_hostile(struct facts *facts, const struct dns_question *question, void *p)
{
	struct hostile *hostile = p;
	struct dns_record records[FACTS_RECORDS_MAX];
	struct buf text = { .arena = NULL };
	struct dns_answer answer = { .outcome = DNS_FOUND, .records = records, .record_count = 1 };
	char names[FACTS_RECORDS_MAX][32];

	if (question->type == DNS_TXT) {
		const char *word = strrchr(hostile->txt, ' ');

		add_numbered(
		    &text, hostile, (struct slice){ hostile->txt, (size_t)(word - hostile->txt) });
		for (size_t i = 0; i < hostile->repeat && text.n < FACTS_BYTES_MAX - 64; i++)
			add_numbered(&text, hostile, slice_of(word));
		records[0].data = buf_slice(&text);
	} else if (question->type == DNS_MX || question->type == DNS_PTR) {
		answer.record_count = question->type == DNS_MX ? SPF_MX_MAX : FACTS_RECORDS_MAX;
		for (size_t i = 0; i < answer.record_count; i++) {
			snprintf(names[i], sizeof(names[i]), "n%u.evil.example", hostile->number++);
			records[i].data = slice_of(names[i]);
			records[i].preference = (unsigned)(answer.record_count - i);
		}
	} else {
		records[0].data = SLICE("\xcb\0\x71\x1"); /* 203.0.113.1 */
	}
	facts_answer(facts, question, &answer);
	buf_clear(&text);
}

static void
test_hostile(void **state)
{
	static struct hostile table[] = {
		{ "one more include for ever", "v=spf1 include:i%u.evil.example", 1, AUTH_PERMERROR,
		    "too many terms ask the DNS", 0 },
		{ "redirects for ever", "v=spf1 redirect=i%u.evil.example", 1, AUTH_PERMERROR,
		    "too many terms ask the DNS", 0 },
		{ "ten mx of ten hosts in includes",
		    "v=spf1 include:i%u.evil.example mx mx:%u.evil.example", 8, AUTH_PERMERROR,
		    "too many terms ask the DNS", 0 },
		{ "many mx", "v=spf1 -all mx:%u.evil.example", 1, AUTH_FAIL, "", 0 },
		{ "mx at the limit", "v=spf1 mx:%u.evil.example", 10, AUTH_NEUTRAL, "", 0 },
		{ "names of the client", "v=spf1 exists:%{p}.evil.example ptr:m%u.example", 9,
		    AUTH_PASS, "", 0 },
		{ "64 KB of addresses", "v=spf1 ip4:203.0.113.%u", 65536, AUTH_PERMERROR,
		    "no term:", 0 },
		{ "64 KB of networks", "v=spf1 ip4:203.0.113.0/24", 65536, AUTH_NEUTRAL, "", 0 },
		{ "64 KB of a", "v=spf1 a:x.example", 65536, AUTH_PERMERROR,
		    "too many terms ask the DNS", 0 },
		{ "64 KB of modifiers", "v=spf1 x=%{s}%{s}%{s}", 65536, AUTH_NEUTRAL, "", 0 },
		{ "64 KB of includes", "v=spf1 include:i%u.evil.example", 65536, AUTH_PERMERROR,
		    "too many terms ask the DNS", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct arena *arena = arena_new((size_t)16 << 20);
		struct facts *facts = facts_new(arena, true, 1);
		struct spf_query query = { .helo = SLICE("h"),
			.sender = SLICE(LOCAL_64 "@evil.example") };
		struct spf_result spf;
		unsigned rounds;

		assert_true(ip_parse(SLICE(CLIENT), &query.client));
		rounds = evaluate(arena, facts, &query, false, answer_hostile, &table[i], &spf);
		if (spf.result != table[i].want ||
		    !slice_starts(spf.problem, slice_of(table[i].problem)) || rounds > 24 ||
		    facts_asked(facts) > SPF_AHEAD_MAX + SPF_QUESTIONS_MAX ||
		    arena_overflowed(arena))
			fail_msg("%s: got %s \"%.*s\", %u rounds, %zu questions, %zu bytes",
			    table[i].name, auth_word(spf.result), SLICE_ARG(spf.problem), rounds,
			    facts_asked(facts), arena_used(arena));
		print_message("# %s: %s, %u rounds, %zu questions, %zu bytes\n", table[i].name,
		    auth_word(spf.result), rounds, facts_asked(facts), arena_used(arena));
		arena_free(&arena);
	}
}

static void
test_macros(void **state)
{
	static const struct {
		const char *spec, *want; /* NULL: no domain-spec */
	} specs[] = {
		/* RFC 7208, 7.4: strong-bad@email.example.com from 192.0.2.3. */
		{ "%{s}.x.example", "strong-bad@email.example.com.x.example" },
		{ "%{o}", "email.example.com" },
		{ "%{d}", "email.example.com" },
		{ "%{d4}", "email.example.com" },
		{ "%{d3}", "email.example.com" },
		{ "%{d2}", "example.com" },
		{ "%{d1}", "com" },
		{ "%{dr}", "com.example.email" },
		{ "%{d2r}", "example.email" },
		{ "%{l}", "strong-bad" },
		{ "%{l-}", "strong.bad" },
		{ "%{lr}", "strong-bad" },
		{ "%{lr-}", "bad.strong" },
		{ "%{l1r-}", "strong" },
		{ "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
		{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
		{ "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
		    "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
		{ "%{d2}.trusted-domains.example.net.", "example.com.trusted-domains.example.net" },
		{ "%{D1}%%%_%-", "com% %20" },
		{ "%{S}", "strong-bad%40email.example.com" },
		{ "%{h3r.-+,/_=}", "a.b.c" },
		{ "%{d99999999999999999999}", "email.example.com" },
		{ ".com", ".com" },
		{ "%{d0}", NULL },
		{ "%{d", NULL },
		{ "%{}", NULL },
		{ "%{d2x}", NULL },
		{ "%{dr2}", NULL },
		{ "%{d}.", NULL },
		{ "%{d}com", NULL },
		{ "%", NULL },
		{ "a.%", NULL },
		{ "%{r}", NULL },
		{ "", NULL },
		{ ".", NULL },
		{ "com", NULL },
		{ "a..", NULL },
		{ "a.-b", NULL },
		{ "a.b-", NULL },
		{ "a.1", NULL },
		{ "a.b c.de", NULL },
	};
	struct arena *arena = arena_new(1 << 20);
	struct spf_macro_values values = { .sender = SLICE("strong-bad@email.example.com"),
		.local = SLICE("strong-bad"),
		.sender_domain = SLICE("email.example.com"),
		.domain = SLICE("email.example.com"),
		.helo = SLICE("c_b=a/x-y"),
		.validated = SLICE("mx.example.org"),
		.now = 1234567890 };

	(void)state;
	assert_true(ip_parse(SLICE("192.0.2.3"), &values.client));
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct slice spec = slice_of(specs[i].spec);
		bool ok = spf_macro_is_domain_spec(spec);
		struct slice got = ok ? spf_macro_domain(arena, spec, &values) : SLICE_ABSENT;

		if (!is(got, specs[i].want))
			fail_msg("%s: got \"%.*s\", want \"%s\"", specs[i].spec, SLICE_ARG(got),
			    specs[i].want);
	}
	assert_true(is(spf_macro_text(arena, SLICE("%{t} %{r} %{c} %{P1}"), &values),
	    "1234567890 unknown 192.0.2.3 org"));
	assert_null(spf_macro_text(arena, SLICE("caf\xc3\xa9"), &values).p);
	assert_null(spf_macro_text(arena, SLICE("%{x}"), &values).p);
	assert_true(ip_parse(SLICE("2001:db8::cb01"), &values.client));
	assert_true(is(spf_macro_domain(arena, SLICE("%{ir}.%{v}._spf.%{d2}"), &values),
	    "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"));
	arena_free(&arena);
}

static void
test_long_macros(void **state)
{
	struct arena *arena = arena_new(1 << 22);
	char local[SPF_IDENTITY_MAX], text[65536];
	struct spf_macro_values values = { .local = { local, sizeof(local) },
		.domain = SLICE("b.example") };
	struct slice got;
	size_t n = 0;

	(void)state;
	memset(local, '=', sizeof(local));
	/* A name keeps its end, from a whole label on; a label that is too long leaves none. */
	got = spf_macro_domain(arena,
	    SLICE(
		"%{L}.%{L}.%{L}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}."
		"%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.x"),
	    &values);
	assert_int_equal(got.n, 251);
	assert_true(slice_starts(got, SLICE("b.example.b.example.")));
	assert_true(slice_ends(got, SLICE(".b.example.x")));
	assert_int_equal(spf_macro_domain(arena, SLICE("x.%{L}"), &values).n, 0);
	while (n + 4 <= sizeof(text)) {
		memcpy(text + n, "%{L}", 4);
		n += 4;
	}
	assert_false(spf_macro_is_domain_spec((struct slice){ text, n }));
	got = spf_macro_text(arena, (struct slice){ text, n }, &values);
	assert_int_equal(got.n, SPF_MACRO_TEXT_MAX);
	arena_free(&arena);
}

static void
test_terms(void **state)
{
	static const struct {
		const char *term;
		bool ok;
	} terms[] = {
		{ "all", true },
		{ "+ALL", true },
		{ "++all", false },
		{ "all:x.example", false },
		{ "-", false },
		{ "a", true },
		{ "a/0", true },
		{ "a/00", false },
		{ "a/024", false },
		{ "a/24//064", false },
		{ "a/32//128", true },
		{ "a/33", false },
		{ "a//129", false },
		{ "a/24/64", false },
		{ "a/", false },
		{ "a//", false },
		{ "a:/24", false },
		{ "a:x.example/24//64", true },
		{ "a:%{d}/24", true },
		{ "A:x.y/z.example", true },
		{ "mx//64", true },
		{ "ptr/24", false },
		{ "include", false },
		{ "exists:", false },
		{ "ip4:192.0.2.1", true },
		{ "ip4:192.0.2.0/24", true },
		{ "ip4:192.0.2.0/0", true },
		{ "ip4:192.0.2.0/33", false },
		{ "ip4:192.0.2.0//24", false },
		{ "ip4:192.0.2.01", false },
		{ "ip4:192.0.02.1", false },
		{ "ip4:0.0.0.0", true },
		{ "ip4:192.0.2", false },
		{ "ip4:192.0.2.1.", false },
		{ "ip4:2001:db8::1", false },
		{ "ip4", false },
		{ "ip6:2001:db8::/32", true },
		{ "ip6:2001:db8::/129", false },
		{ "ip6:2001:db8::1%eth0", false },
		{ "ip6:192.0.2.1", false },
		{ "ip6:::192.0.2.1", true },
		{ "redirect=x.example", true },
		{ "redirect=", false },
		{ "redirect:x.example", false },
		{ "exp=%{d}", true },
		{ "exp=%{c}.x.example", false },
		{ "x=", true },
		{ "x-1_2.y=a%{d}b", true },
		{ "1x=y", false },
		{ "=y", false },
		{ "x=%{c}", false },
		{ "x=\x80", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		char text[64];
		struct spf_record record;
		bool ok;

		snprintf(text, sizeof(text), "v=spf1  %s ", terms[i].term);
		ok = spf_record_parse(slice_of(text), &record);
		if (ok != terms[i].ok || (!ok && !is(record.wrong, terms[i].term)))
			fail_msg("%s: got %d, want %d", terms[i].term, ok, terms[i].ok);
	}
	assert_true(spf_record_is(SLICE("V=SPF1")));
	assert_true(spf_record_is(SLICE("v=spf1 ")));
	assert_false(spf_record_is(SLICE("v=spf1\tall")));
	assert_false(spf_record_is(SLICE("v=spf")));
	assert_false(spf_record_is(SLICE("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_long_macros),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("spf", tests, NULL, NULL);
}
