/*
 * link_outcome.c - how it went with a Redis, in one word for logs, status and those who decide
 *
 * Redis's errors begin with a word in capitals that stays the same over versions and
 * languages of the text behind it: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
#include "config.h"

#include "shared-sync/link_outcome.h"

const char *
link_outcome_word(enum link_outcome outcome)
{
	static const char *const words[] = {
#define LINK_OUTCOME_WORD(id, word) word,
		LINK_OUTCOME_TABLE(LINK_OUTCOME_WORD)
#undef LINK_OUTCOME_WORD
	};

	return words[outcome];
}

enum link_outcome
link_outcome_of_error(struct slice text)
{
	static const struct {
		struct slice word;
		enum link_outcome outcome;
	} rows[] = {
		{ SLICE("READONLY"), LINK_READONLY },
		{ SLICE("LOADING"), LINK_LOADING },
		{ SLICE("BUSY"), LINK_LOADING },
		{ SLICE("MASTERDOWN"), LINK_MASTERDOWN },
		{ SLICE("CLUSTERDOWN"), LINK_CLUSTERDOWN },
		{ SLICE("TRYAGAIN"), LINK_CLUSTERDOWN },
		{ SLICE("NOAUTH"), LINK_NOAUTH },
		{ SLICE("WRONGPASS"), LINK_WRONGPASS },
		{ SLICE("NOPERM"), LINK_NOPERM },
	};
	struct slice word = slice_cut(text, 0, slice_find_byte(text, 0, ' '));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (slice_eq(word, rows[i].word))
			return rows[i].outcome;
	return LINK_OTHER_ERROR;
}

bool
link_outcome_connected(enum link_outcome outcome)
{
	return outcome <= LINK_OTHER_ERROR;
}
