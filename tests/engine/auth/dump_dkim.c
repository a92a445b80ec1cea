/*
 * dump_dkim - the signatures and the ARC chains of messages, for the suites of others
 *
 * dump_dkim TABLE < cases: TABLE holds the DNS's answers (engine/net/dns_table.h); a case a line,
 * "NOW BITS OLD PATH": the clock, and struct dkim_law.
 * Answers, fields parted by tabs, "-" for what there is not:
 *	message PATH
 *	dkim RESULT DOMAIN SELECTOR IDENTITY ALGORITHM BITS TESTING REASON	for each signature
 *	arc RESULT SETS OLDEST_PASS FAILED REASON
 *	set INSTANCE SEALER SEAL_RESULT MESSAGE_RESULT	for each set of a chain that was judged
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/auth/arc.h"
#include "engine/auth/dkim.h"
#include "engine/mime/lines.h"
#include "engine/net/dns_table.h"
#include "engine/util/buf.h"

#define ARENA_CAP ((size_t)256 * 1024 * 1024)

static bool
read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "rb");
	char *room;
	size_t n;

	if (file == NULL)
		return false;
	do {
		room = buf_reserve(out, 65536);
		n = fread(room, 1, 65536, file);
		out->n += n;
	} while (n > 0);
	fclose(file);
	return true;
}

static void
answer_all(const struct dns_table *table, struct facts *facts)
{
	const struct dns_question *question;
	struct dns_answer answer;

	while ((question = facts_next(facts)) != NULL) {
		dns_table_answer(table, question, &answer);
		facts_answer(facts, question, &answer);
	}
}

static void
print_word(struct slice word)
{
	printf("\t%.*s", word.n > 0 ? (int)word.n : 1, word.n > 0 ? word.p : "-");
}

static void
print_signature(const struct dkim_signature *signature)
{
	printf("dkim\t%s", auth_word(signature->result));
	print_word(signature->domain);
	print_word(signature->selector);
	print_word(signature->identity);
	print_word(signature->algorithm);
	printf("\t%u\t%d\t%s\n", signature->key_bits, signature->testing,
	    signature->reason == NULL ? "-" : signature->reason);
}

static void
print_arc(const struct arc *arc)
{
	printf("arc\t%s\t%zu\t%u\t%u\t%s\n", auth_word(arc->result), arc->n, arc->oldest_pass,
	    arc->failed, arc->reason == NULL ? "-" : arc->reason);
	for (size_t i = 0; i < arc->n; i++) {
		printf("set\t%zu", i + 1);
		print_word(arc->v[i].seal.domain);
		printf("\t%s\t%s\n", auth_word(arc->v[i].seal.result),
		    auth_word(arc->v[i].message.result));
	}
}

static void
answer_case(struct arena *arena, const struct dns_table *table, struct slice message,
    struct dkim_law law, int64_t now)
{
	const struct budget budget = { .spent = NULL };
	struct dkim_mail *mail;
	struct facts *facts = facts_new(arena, true, 1);
	struct dkim *dkim;
	struct arc *arc;
	bool dkim_done, arc_done;

	lines_take_mbox(&message);
	mail = dkim_mail_new(arena, message, law, now);
	dkim = dkim_prepare(mail);
	arc = arc_prepare(mail);
	dkim_body_run(mail->body, &budget);
	do {
		answer_all(table, facts);
		dkim_done = dkim_verify(dkim, facts, &budget);
		arc_done = arc_verify(arc, facts, &budget);
	} while (!dkim_done || !arc_done);
	for (size_t i = 0; i < dkim->n; i++)
		print_signature(&dkim->v[i]);
	print_arc(arc);
}

static int
run_line(const struct dns_table *table, char *line)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct buf message = { .arena = NULL };
	long long now;
	unsigned bits, old;
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%lld %u %u %n", &now, &bits, &old, &at) != 3 ||
	    !read_file(line + at, &message)) {
		fprintf(stderr, "dump_dkim: %s: cannot read it\n", line);
		return 1;
	}
	printf("message\t%s\n", line + at);
	answer_case(arena, table, buf_slice(&message), (struct dkim_law){ bits, old != 0 }, now);
	buf_clear(&message);
	arena_free(&arena);
	return 0;
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new(ARENA_CAP);
	struct buf text = { .arena = NULL };
	const struct dns_table *table;
	struct err err;
	char line[4096];
	int status = 0;

	if (argc != 2 || !read_file(argv[1], &text)) {
		fprintf(stderr, "usage: dump_dkim TABLE < cases\n");
		return 2;
	}
	table = dns_table_read(arena, buf_slice(&text), &err);
	if (table == NULL) {
		fprintf(stderr, "dump_dkim: %s:%u: %s\n", argv[1], err.line, err.text);
		return 2;
	}
	while (fgets(line, sizeof(line), stdin) != NULL)
		status |= run_line(table, line);
	buf_clear(&text);
	arena_free(&arena);
	return status;
}
