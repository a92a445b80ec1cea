/*
 * dump_dmarc - answers single questions about DMARC, for the suites of others
 *
 * dump_dmarc < questions: a question a line, its words parted by tabs. The answers, a line each:
 *	align MODE A B		aligned or apart; MODE is relaxed or strict
 *	record TEXT		good, faulty, broken or other
 *	from VALUE		the author's domains, parted by blanks
 *	check FROM DOMAIN RECORD SPF DKIM	as dmarc_answer.h says, with RECORD at _dmarc.DOMAIN
 */
#include <stdio.h>
#include <string.h>

#include "tests/engine/auth/dmarc_answer.h"

#define WORDS_MAX 6

static void
answer_record(struct slice text)
{
	struct dmarc_record record;

	dmarc_record_parse(text, &record);
	printf("%s", record.state == DMARC_RECORD_OTHER     ? "other"
		     : record.state == DMARC_RECORD_BROKEN  ? "broken"
		     : record.faults != 0                   ? "faulty"
		     : record.state == DMARC_RECORD_REPORTS ? "reports"
							    : "good");
}

static void
answer_from(struct arena *arena, struct slice value)
{
	struct author author = { 0 };

	author_add(arena, value, &author);
	for (size_t i = 0; i < author.domain_count; i++)
		printf("%s%.*s", i > 0 ? " " : "", SLICE_ARG(author.domains[i]));
}

static void
answer_check(struct arena *arena, char **words)
{
	struct dmarc_case asked = {
		.zone = arena_printf(arena, "_dmarc.%s TXT \"%s\"\n", words[2], words[3]).p,
		.from = words[1],
		.spf = words[4],
		.dkim = words[5],
	};
	struct dmarc dmarc;
	struct slice answer;

	dmarc_answer(arena, &asked, &dmarc);
	answer = dmarc_print(arena, &dmarc);
	printf("%.*s", SLICE_ARG(answer));
}

static void
answer(char *line)
{
	struct arena *arena = arena_new(1 << 20);
	char *words[WORDS_MAX] = { line, NULL, NULL, NULL, NULL, NULL };

	for (size_t n = 1; n < WORDS_MAX && (line = strchr(line, '\t')) != NULL; n++) {
		*line++ = '\0';
		words[n] = line;
	}
	if (strcmp(words[0], "align") == 0)
		printf("%s", dmarc_aligned(arena, slice_of(words[2]), slice_of(words[3]),
				 strcmp(words[1], "strict") == 0)
				 ? "aligned"
				 : "apart");
	else if (strcmp(words[0], "record") == 0)
		answer_record(slice_of(words[1]));
	else if (strcmp(words[0], "from") == 0)
		answer_from(arena, slice_of(words[1]));
	else
		answer_check(arena, words);
	putchar('\n');
	arena_free(&arena);
}

int
main(void)
{
	static char line[1 << 16];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		answer(line);
	}
	return 0;
}
