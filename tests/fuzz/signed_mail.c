/* signed_mail.c - the input of fuzz_dkim and fuzz_arc: records, a blank line, a message */
#include "tests/fuzz/signed_mail.h"

#include <stdlib.h>

#include "engine/util/ascii.h"
#include "engine/util/map.h"

struct signed_mail
signed_mail_open(struct arena *arena, struct slice input)
{
	size_t end = slice_find(input, 0, SLICE("\n\n"));
	struct dkim_law law = DKIM_LAW;
	struct signed_mail mail = { .records = slice_cut(input, 0, end) };

	if (slice_ends(input, SLICE("#")))
		law = (struct dkim_law){ .rsa_bits = 384, .old = true };
	mail.mail = dkim_mail_new(arena, slice_from(input, end + 2), law, 1700000000);
	mail.facts = facts_new(arena, true, 1);
	if (mail.mail == NULL || mail.facts == NULL)
		abort();
	return mail;
}

/* The line that a name falls on. */
static struct slice
line_for(struct slice records, struct slice name)
{
	struct slice rest = records, line = SLICE("");
	size_t count = 0;

	while (slice_next_line(&rest, &line))
		count++;
	if (count == 0)
		return SLICE("");
	count = 1 + map_hash(name, MAP_FOLDED, 1) % count;
	for (rest = records; count > 0 && slice_next_line(&rest, &line);)
		count--;
	return line;
}

void
signed_mail_answer(struct signed_mail *input)
{
	const struct dns_question *question;

	while ((question = facts_next(input->facts)) != NULL) {
		const struct dns_record record = { .data = line_for(
						       input->records, question->name) };
		struct dns_answer answer = { DNS_FOUND, &record, 1, 300 };

		if (record.data.n == 2 && record.data.p[0] == '!' &&
		    ascii_is_digit(record.data.p[1]))
			answer.outcome = (enum dns_outcome)(
			    DNS_FOUND + (record.data.p[1] - '0') % (DNS_UNASKED - DNS_FOUND + 1));
		facts_answer(input->facts, question, &answer);
	}
}
