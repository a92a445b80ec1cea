/* dmarc_answer.c - DMARC worked out from texts */
#include "tests/engine/auth/dmarc_answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/net/dns_table.h"
#include "engine/util/err.h"
#include "engine/util/vec.h"

static enum auth_result
read_result(struct slice word)
{
	for (int i = AUTH_OPEN; i <= AUTH_PERMERROR; i++)
		if (slice_eq(word, slice_of(auth_word((enum auth_result)i))))
			return (enum auth_result)i;
	fprintf(stderr, "no result: %.*s\n", SLICE_ARG(word));
	abort();
}

static void
read_identities(struct vec *identities, const char *text)
{
	struct slice rest = slice_of(text == NULL ? "" : text), word;

	while (slice_next_word(&rest, &word)) {
		struct dmarc_identity *identity = vec_push(identities);
		size_t equals = slice_find_byte(word, 0, '=');

		identity->domain = slice_cut(word, 0, equals);
		identity->result = read_result(slice_from(word, equals + 1));
	}
}

/* Gives the answers that were asked for, but for `held` ones. Returns how many it gave. */
static unsigned
give_answers(const struct dns_table *table, struct facts *facts, unsigned *held)
{
	const struct dns_question *question;
	unsigned given = 0;

	while ((question = facts_next(facts)) != NULL) {
		struct dns_answer answer;

		if (*held > 0) {
			--*held;
			continue;
		}
		dns_table_answer(table, question, &answer);
		facts_answer(facts, question, &answer);
		given++;
	}
	return given;
}

void
dmarc_answer(struct arena *arena, const struct dmarc_case *asked, struct dmarc *dmarc_r)
{
	struct vec spf = VEC_OF(struct dmarc_identity, arena);
	struct vec dkim = VEC_OF(struct dmarc_identity, arena);
	struct slice from = slice_of(asked->from), value;
	struct facts *facts = facts_new(arena, true, 1);
	struct author author = { 0 };
	struct dmarc_request request = { .author = &author, .sample = asked->sample };
	struct err err;
	const struct dns_table *table = dns_table_read(arena, slice_of(asked->zone), &err);
	unsigned held = asked->open;

	if (table == NULL) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	while (slice_next_line(&from, &value)) {
		author.field_count++;
		author_add(arena, value, &author);
	}
	read_identities(&spf, asked->spf);
	read_identities(&dkim, asked->dkim);
	request.spf = spf.p;
	request.spf_count = spf.n;
	request.dkim = dkim.p;
	request.dkim_count = dkim.n;
	do {
		dmarc_check(arena, facts, &request, dmarc_r);
	} while (dmarc_r->result == AUTH_OPEN && give_answers(table, facts, &held) > 0);
}

struct slice
dmarc_print(struct arena *arena, const struct dmarc *dmarc)
{
	return arena_printf(arena, "%s %s spf=%d dkim=%d of %.*s%s%s", auth_word(dmarc->result),
	    dmarc_policy_word(dmarc->disposition), dmarc->spf_aligned, dmarc->dkim_aligned,
	    SLICE_ARG(dmarc->policy_domain.p == NULL ? SLICE("-") : dmarc->policy_domain),
	    dmarc->reason[0] == '\0' ? "" : ": ", dmarc->reason);
}
