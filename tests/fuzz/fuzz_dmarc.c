/*
 * fuzz_dmarc.c - any bytes as DMARC records, authors, identities and Authentication-Results fields
 *
 * The first line is a From field, the second a domain that SPF looked at, the
 * third one that signed, the fourth an Authentication-Results field; further
 * lines are what the DNS answers at _dmarc. Beyond not crashing: it comes to
 * an end in two rounds; only a domain that belongs to the author passes; what
 * is done is what was asked or milder; and our own field is printable and
 * reads as what was found, whatever bytes it is made of.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/auth/authres_write.h"
#include "engine/auth/dmarc.h"
#include "engine/mime/authres.h"
#include "engine/mime/authserv.h"
#include "engine/util/ascii.h"

#define RECORDS_MAX 12
#define ROUNDS_MAX 3
#define ARENA_SIZE ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

/* Every name has the same records; a line "!" fails for now, no line is no name. */
static void
answer(struct facts *facts, struct slice lines, const struct dns_question *question)
{
	struct dns_record records[RECORDS_MAX];
	struct dns_answer answer = { .outcome = DNS_NXDOMAIN, .records = records };
	struct slice line;

	while (answer.record_count < RECORDS_MAX && slice_next_line(&lines, &line)) {
		answer.outcome = slice_eq(line, SLICE("!")) ? DNS_SERVFAIL : DNS_FOUND;
		records[answer.record_count++] = (struct dns_record){ .data = line };
	}
	facts_answer(facts, question, &answer);
}

static void
check_dmarc(const struct dmarc_request *request, const struct dmarc *dmarc)
{
	must(dmarc->reason != NULL);
	must(dmarc->disposition <= dmarc->policy);
	must(dmarc->result == AUTH_FAIL || dmarc->disposition == DMARC_POLICY_NONE);
	must(dmarc->result != AUTH_PASS || dmarc->spf_aligned || dmarc->dkim_aligned);
	must(dmarc->result != AUTH_PASS || request->author->field_count == 1);
	must(dmarc->record.percent <= 100);
}

/* What was found of the bytes, as a field, and the field read again. */
static void
check_field(struct arena *arena, struct slice text, const struct dmarc *dmarc)
{
	const struct auth_signature signature = { AUTH_FAIL, text, text, text, text, text, text };
	const struct authentication found = { .known = true,
		.spf = { AUTH_PASS, text, text },
		.spf_helo = { AUTH_NONE, text, text },
		.dkim = &signature,
		.dkim_count = 1,
		.arc = AUTH_NONE,
		.dmarc = dmarc->result,
		.dmarc_from = text,
		.dmarc_domain = dmarc->policy_domain,
		.dmarc_reason = slice_of(dmarc->reason) };
	struct slice field = authres_write(arena, SLICE("mx.example"), &found);
	struct slice copy = arena_copy(arena, field);
	struct authres read;

	for (size_t i = 0; i < field.n; i++) {
		must(ascii_is_print(field.p[i]) || field.p[i] == '\n' || field.p[i] == '\t');
		must(field.p[i] != '\n' || (i + 1 < field.n && field.p[i + 1] == '\t'));
		if (field.p[i] == '\n')
			((char *)(uintptr_t)copy.p)[i] = ' ';
	}
	must(authserv_same(arena, authserv_of(arena, field), SLICE("MX.example.")));
	must(authres_parse(arena, copy, false, &read));
	must(read.results.n == 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = { (const char *)data, size }, from = SLICE(""), spf = SLICE("");
	struct slice dkim = SLICE(""), field = SLICE("");
	struct arena *arena = arena_new(ARENA_SIZE);
	struct facts *facts = facts_new(arena, true, 1);
	struct author author = { .field_count = 1 };
	const struct dns_question *question;
	struct dmarc_identity identities[2];
	struct authres authres;
	struct dmarc dmarc;
	unsigned rounds = 0;

	slice_next_line(&rest, &from);
	slice_next_line(&rest, &spf);
	slice_next_line(&rest, &dkim);
	slice_next_line(&rest, &field);
	author_add(arena, from, &author);
	identities[0] = (struct dmarc_identity){ spf, AUTH_PASS };
	identities[1] = (struct dmarc_identity){ dkim, size % 2 == 0 ? AUTH_PASS : AUTH_TEMPERROR };
	const struct dmarc_request request = { .author = &author,
		.spf = &identities[0],
		.spf_count = 1,
		.dkim = &identities[1],
		.dkim_count = 1,
		.sample = size };
	do {
		must(++rounds < ROUNDS_MAX);
		dmarc_check(arena, facts, &request, &dmarc);
		while ((question = facts_next(facts)) != NULL)
			answer(facts, rest, question);
	} while (dmarc.result == AUTH_OPEN);
	check_dmarc(&request, &dmarc);
	authserv_of(arena, field);
	authres_parse(arena, field, false, &authres);
	authres_parse(arena, field, true, &authres);
	check_field(arena, field, &dmarc);
	arena_free(&arena);
	return 0;
}
