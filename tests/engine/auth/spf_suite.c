/*
 * spf_suite.c - evaluates SPF for the queries that it reads, each from tables of the DNS
 *
 * Lines of words with tabs between, bytes outside of printable ASCII and
 * backslashes as \xHH:
 *
 *	zone                      a new table begins
 *	dns LINE                  a line of it (dns_table.h)
 *	mailfrom IP HELO SENDER   a query; so is "helo"
 *
 * For each query one line: result, explanation, mechanism, problem, terms,
 * voids, rounds of questions, questions. Each is evaluated three times, with
 * all answers of a round at once, with one of them at a time, and with the
 * last asked first; "differs" instead of the result tells that the order of
 * the answers matters, which it must not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/auth/spf.h"
#include "engine/net/dns_table.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

#define LINE_SIZE (1 << 20)
#define WORDS 4
#define ARENA_SIZE ((size_t)64 << 20)

enum order {
	ORDER_ROUNDS,
	ORDER_ONE,
	ORDER_LAST,
	ORDER_COUNT,
};

struct told {
	struct spf_result spf;
	size_t rounds, questions;
};

static struct slice
unescape(char *text)
{
	char *out = text;
	const char *p = text;

	while (*p != '\0')
		if (p[0] == '\\' && p[1] == 'x') {
			*out++ = (char)(ascii_hex(p[2]) << 4 | ascii_hex(p[3]));
			p += 4;
		} else {
			*out++ = *p++;
		}
	return (struct slice){ text, (size_t)(out - text) };
}

static size_t
split(char *line, struct slice words[WORDS])
{
	size_t n = 0;

	for (char *next = line; next != NULL && n < WORDS;) {
		char *word = next;

		next = strchr(word, '\t');
		if (next != NULL)
			*next++ = '\0';
		words[n++] = unescape(word);
	}
	return n;
}

static void
print_escaped(struct slice s, char end)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_is_print(s.p[i]) && s.p[i] != '\\')
			putchar(s.p[i]);
		else
			printf("\\x%02x", (unsigned char)s.p[i]);
	putchar(end);
}

/* Answers what is wanted, in that order, of the questions that are not answered yet. */
static void
answer_some(
    struct facts *facts, const struct dns_table *table, struct vec *waiting, enum order order)
{
	const struct dns_question *question;
	struct dns_answer answer;

	while ((question = facts_next(facts)) != NULL)
		*(const struct dns_question **)vec_push(waiting) = question;
	do {
		size_t i = order == ORDER_LAST ? waiting->n - 1 : 0;
		const struct dns_question **at = vec_at(waiting, i);

		question = *at;
		memmove(at, at + 1, (waiting->n - i - 1) * sizeof(*at));
		waiting->n--;
		dns_table_answer(table, question, &answer);
		facts_answer(facts, question, &answer);
	} while (order == ORDER_ROUNDS && waiting->n > 0);
}

static struct told
evaluate(struct arena *arena, const struct dns_table *table, const struct spf_query *query,
    bool helo, enum order order)
{
	struct facts *facts = facts_new(arena, true, 1);
	struct vec waiting = VEC_OF(const struct dns_question *, arena);
	struct told told = { .rounds = 0 };

	for (;;) {
		told.spf = helo ? spf_check_helo(arena, facts, query)
				: spf_check_mail_from(arena, facts, query);
		if (told.spf.result != AUTH_OPEN)
			break;
		if (facts_open(facts) == 0)
			abort(); /* open without a question */
		answer_some(facts, table, &waiting, order);
		told.rounds++;
	}
	told.questions = facts_asked(facts);
	return told;
}

static bool
same(const struct spf_result *a, const struct spf_result *b)
{
	return a->result == b->result && slice_eq(a->explanation, b->explanation) &&
	       slice_eq(a->mechanism, b->mechanism) && slice_eq(a->problem, b->problem) &&
	       a->terms == b->terms && a->voids == b->voids;
}

static void
tell(struct arena *arena, const struct dns_table *table, const struct slice words[WORDS])
{
	struct spf_query query = { .helo = words[2], .sender = words[3], .explain = true };
	bool helo = slice_eq(words[0], SLICE("helo")), differs = false;
	struct told told;

	if (!ip_parse(words[1], &query.client)) {
		fprintf(stderr, "spf_suite: no address: %.*s\n", SLICE_ARG(words[1]));
		exit(1);
	}
	told = evaluate(arena, table, &query, helo, ORDER_ROUNDS);
	for (enum order order = ORDER_ONE; order < ORDER_COUNT; order++) {
		struct told again = evaluate(arena, table, &query, helo, order);

		differs = differs || !same(&told.spf, &again.spf);
	}
	printf("%s\t", differs ? "differs" : auth_word(told.spf.result));
	print_escaped(told.spf.explanation, '\t');
	print_escaped(told.spf.mechanism, '\t');
	print_escaped(told.spf.problem, '\t');
	printf("%u\t%u\t%zu\t%zu\n", told.spf.terms, told.spf.voids, told.rounds, told.questions);
}

int
main(void)
{
	static char line[LINE_SIZE];
	struct arena *arena = arena_new(ARENA_SIZE);
	struct buf zone = { .arena = NULL };
	const struct dns_table *table = NULL;
	struct slice words[WORDS];
	struct err err;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		memset(words, 0, sizeof(words));
		split(line, words);
		if (slice_eq(words[0], SLICE("zone"))) {
			arena_free(&arena);
			arena = arena_new(ARENA_SIZE);
			buf_clear(&zone);
			table = NULL;
		} else if (slice_eq(words[0], SLICE("dns"))) {
			buf_add(&zone, words[1]);
			buf_add_byte(&zone, '\n');
		} else {
			if (table == NULL)
				table = dns_table_read(arena, buf_slice(&zone), &err);
			if (table == NULL) {
				fprintf(stderr, "spf_suite: %u: %s\n", err.line, err.text);
				return 1;
			}
			tell(arena, table, words);
		}
	}
	buf_clear(&zone);
	arena_free(&arena);
	return 0;
}
