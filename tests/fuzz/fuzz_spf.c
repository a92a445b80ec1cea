/*
 * fuzz_spf.c - any bytes as SPF records, macros, identities and answers of the DNS
 *
 * The first three lines are the client's address, its HELO name and its
 * sender; each further line is what the DNS may answer. Which lines answer a
 * question is a matter of the question alone, so that any order of answers
 * must come to the same result: in a bounded number of rounds and questions,
 * with a problem for each error and nothing but printable ASCII in an explanation.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/auth/spf.h"
#include "engine/auth/spf_macro.h"
#include "engine/auth/spf_record.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

#define LINES_MAX 64
#define RECORDS_MAX 12
#define ROUNDS_MAX 24
#define ARENA_SIZE ((size_t)16 << 20)

struct dns {
	struct slice lines[LINES_MAX];
	size_t n;
	struct ip client;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

/* "!N", "!D", "!S" and "!T" begin a line that is no record. */
static enum dns_outcome
line_outcome(struct slice line)
{
	if (line.n < 2 || line.p[0] != '!')
		return DNS_FOUND;
	switch (line.p[1]) {
	case 'N':
		return DNS_NXDOMAIN;
	case 'D':
		return DNS_NODATA;
	case 'S':
		return DNS_SERVFAIL;
	case 'T':
		return DNS_TIMEOUT;
	default:
		return DNS_FOUND;
	}
}

static void
answer(struct facts *facts, const struct dns *dns, const struct dns_question *question)
{
	uint64_t hash = map_hash(question->name, MAP_FOLDED, question->type);
	struct dns_record records[RECORDS_MAX];
	struct dns_answer answer = { .outcome = DNS_NXDOMAIN, .records = records };

	if (dns->n > 0)
		answer.outcome = line_outcome(dns->lines[hash % dns->n]);
	if (answer.outcome == DNS_FOUND)
		answer.record_count = question->type == DNS_TXT ? 1 + (hash >> 8) % 16 / 15
								: 1 + (hash >> 8) % RECORDS_MAX;
	for (size_t i = 0; i < answer.record_count; i++) {
		records[i].data = dns->lines[(hash + i) % dns->n];
		records[i].preference = (unsigned)(hash >> i & 3);
		if (question->type == DNS_A && (hash >> 16) % 2 == 0)
			records[i].data = (struct slice){ (const char *)dns->client.v + 12, 4 };
		if (question->type == DNS_AAAA && (hash >> 16) % 2 == 0)
			records[i].data = (struct slice){ (const char *)dns->client.v, 16 };
	}
	facts_answer(facts, question, &answer);
}

static struct spf_result
evaluate(struct arena *arena, const struct dns *dns, const struct spf_query *query, bool one_by_one)
{
	struct facts *facts = facts_new(arena, true, 7);
	const struct dns_question *question;
	struct spf_result spf;

	for (unsigned rounds = 0;; rounds++) {
		spf = spf_check_mail_from(arena, facts, query);
		if (spf.result != AUTH_OPEN)
			break;
		must(one_by_one || rounds < ROUNDS_MAX);
		question = facts_next(facts);
		must(question != NULL);
		do
			answer(facts, dns, question);
		while (!one_by_one && (question = facts_next(facts)) != NULL);
	}
	must(facts_asked(facts) <= SPF_AHEAD_MAX + SPF_QUESTIONS_MAX);
	return spf;
}

static void
check(const struct spf_result *spf)
{
	must((spf->problem.p != NULL) ==
	     (spf->result == AUTH_TEMPERROR || spf->result == AUTH_PERMERROR));
	must(spf->explanation.p == NULL || spf->result == AUTH_FAIL);
	must(spf->terms <= SPF_TERMS_MAX + 1 && spf->voids <= SPF_VOIDS_MAX + 1);
	for (size_t i = 0; i < spf->explanation.n; i++)
		must(ascii_is_print(spf->explanation.p[i]));
}

/* A line by itself, as a record and as a domain-spec. */
static void
parse(struct arena *arena, struct slice line, const struct spf_macro_values *values)
{
	struct spf_record record;
	struct spf_mechanism mechanism;
	struct slice rest, name;

	if (spf_record_is(line) && spf_record_parse(line, &record))
		for (rest = record.terms; spf_record_next(&rest, &mechanism);)
			must(mechanism.text.n > 0 && mechanism.network.bits <= 128 &&
			     mechanism.ip4_bits <= 32 && mechanism.ip6_bits <= 128);
	if (spf_macro_is_domain_spec(line)) {
		name = spf_macro_domain(arena, line, values);
		must(name.p != NULL && name.n <= DNS_NAME_MAX);
	}
	must(spf_macro_text(arena, line, values).n <= SPF_MACRO_TEXT_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(ARENA_SIZE), *other = arena_new(ARENA_SIZE);
	struct slice rest = { (const char *)data, size }, line = SLICE_ABSENT;
	struct dns dns = { .n = 0 };
	struct spf_query query = { .explain = true };
	struct spf_macro_values values = { .validated = SLICE("unknown") };
	struct spf_result spf, again;

	if (!slice_next_line(&rest, &line) || !ip_parse(line, &query.client))
		must(ip_parse(SLICE("192.0.2.1"), &query.client));
	dns.client = values.client = query.client;
	slice_next_line(&rest, &query.helo);
	slice_next_line(&rest, &query.sender);
	values.local = slice_cut(query.sender, 0, SPF_IDENTITY_MAX);
	values.domain = slice_cut(query.helo, 0, SPF_IDENTITY_MAX);
	while (dns.n < LINES_MAX && slice_next_line(&rest, &line)) {
		dns.lines[dns.n++] = line;
		parse(arena, line, &values);
	}
	spf = evaluate(arena, &dns, &query, false);
	check(&spf);
	again = evaluate(other, &dns, &query, true);
	must(spf.result == again.result && slice_eq(spf.explanation, again.explanation) &&
	     slice_eq(spf.mechanism, again.mechanism) && slice_eq(spf.problem, again.problem) &&
	     spf.terms == again.terms && spf.voids == again.voids);
	arena_free(&arena);
	arena_free(&other);
	return 0;
}
