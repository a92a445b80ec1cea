/* scan_helper.c - what tests of the core share */
#include "tests/engine/scan_helper.h"

#include <assert.h>
#include <stdio.h>

void
helper_keep(void *p, char severity, const struct err *err)
{
	struct problems *problems = p;

	if (problems == NULL) {
		fprintf(stderr, "%c %s\n", severity, err->text);
		assert(!"a problem that the test did not expect");
	}
	buf_printf(&problems->text, "%c %s\n", severity, err->text);
}

struct ruleset *
helper_build(const struct rule_def *defs, size_t count, const struct policy *policy,
    struct problems *problems)
{
	const struct ruleset_source source = { .defs = defs, .def_count = count, .policy = policy };
	const struct ruleset_report report = { helper_keep, problems };

	return ruleset_build(&source, &report);
}

struct slot *
helper_slot(void)
{
	static struct converters none;

	for (size_t i = 0; i < CHARSET_COUNT; i++)
		none.to_utf8[i] = (iconv_t)-1;
	return slot_new(&none);
}

/* What hit, as text. */
static void
list_names(const struct verdict *verdict, struct buf *names_r)
{
	for (size_t i = 0; i < verdict->hit_count; i++) {
		buf_printf(names_r, "%s%.*s", i > 0 ? "," : "", SLICE_ARG(verdict->hits[i].name));
		if (verdict->hits[i].count > 1)
			buf_printf(names_r, "=%u", verdict->hits[i].count);
	}
	for (size_t i = 0; i < verdict->subrule_count; i++)
		buf_printf(
		    names_r, "%s%.*s", names_r->n > 0 ? "," : "", SLICE_ARG(verdict->subrules[i]));
}

/* Answers all that is asked, round by round. */
static void
answer_rounds(
    struct scan *scan, struct slot *slot, const struct dns_table *table, struct buf *asked_r)
{
	static const struct budget endless = { NULL, NULL };

	while (scan_is_open(scan)) {
		const struct dns_question *question;
		struct dns_answer answer;

		while ((question = scan_wants(scan)) != NULL) {
			dns_table_answer(table, question, &answer);
			scan_answer(scan, question, &answer);
			if (asked_r != NULL)
				buf_printf(asked_r, "%s %.*s\n", dns_type_name(question->type),
				    SLICE_ARG(question->name));
		}
		scan_resume(scan, slot, &endless);
	}
}

const struct verdict *
helper_scan_dns(struct arena *arena, struct ruleset *ruleset, struct slot *slot,
    struct slice message, const struct envelope *envelope, const struct dns_table *table,
    struct buf *names_r, struct buf *asked_r)
{
	static const struct budget endless = { NULL, NULL };
	static const struct envelope nobody = { .known = false };
	const struct scan_options options = {
		.now = 1700000000, .subrules = true, .dns = table != NULL
	};
	struct scan *scan = scan_open(
	    arena, ruleset, envelope == NULL ? &nobody : envelope, &options);
	const struct verdict *verdict;

	if (scan != NULL) {
		scan_message(scan, slot, message, &endless);
		answer_rounds(scan, slot, table, asked_r);
	}
	verdict = scan_verdict(scan);
	if (names_r != NULL)
		list_names(verdict, names_r);
	scan_close(&scan);
	return verdict;
}

const struct verdict *
helper_scan(struct arena *arena, struct ruleset *ruleset, struct slot *slot, struct slice message,
    struct buf *names_r)
{
	return helper_scan_dns(arena, ruleset, slot, message, NULL, NULL, names_r, NULL);
}
