/* eval_rows.c - each row is a ruleset of one rule that scans one message */
#include "tests/engine/rules/eval_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/engine/scan_helper.h"

#define ARENA_BYTES ((size_t)1 << 24)

static void
tell_problem(void *p, char severity, const struct err *err)
{
	(void)p;
	fail_msg("%c %s", severity, err->text);
}

/* The row's table of the DNS; NULL: it has none. */
static const struct dns_table *
read_table(struct arena *arena, const struct dns_row *row)
{
	const struct dns_table *table;
	struct err err;

	if (row->dns == NULL)
		return NULL;
	table = dns_table_read(arena, slice_of(row->dns), &err);
	if (table == NULL)
		fail_msg("the row's DNS: line %u: %s", err.line, err.text);
	return table;
}

/* Whether the verdict says that the DNS failed the rule. */
static bool
is_unknown(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->note_count; i++) {
		if (slice_eq(verdict->notes[i], SLICE("the DNS gave no answer for F")))
			return true;
	}
	return false;
}

static void
check_row(const struct dns_row *row, size_t i, struct ruleset *ruleset, struct slot *slot,
    struct buf *failed)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct buf asked = { 0 };
	const struct verdict *verdict = helper_scan_dns(arena, ruleset, slot,
	    slice_of(row->message), row->envelope, read_table(arena, row), NULL, &asked);

	if ((verdict->hit_count > 0) != row->want)
		buf_printf(failed, "row %zu, %s: got %zu, want %d, on\n%s\n\n", i, row->call,
		    verdict->hit_count, row->want, row->message);
	if (is_unknown(verdict) != row->unknown)
		buf_printf(failed, "row %zu, %s: %s by the DNS, on\n%s\n\n", i, row->call,
		    row->unknown ? "not failed" : "failed", row->message);
	if (row->asked != NULL && !slice_eq(buf_slice(&asked), slice_of(row->asked)))
		buf_printf(failed, "row %zu, %s: asked\n%swant\n%s\n", i, row->call,
		    buf_text(&asked), row->asked);
	buf_clear(&asked);
	arena_free(&arena);
}

/* The lists and a slot are the same for all rows. */
struct bench {
	struct slot *slot;
	const struct rule_list *lists;
	size_t list_count;
	struct buf failed;
};

static void
bench_open(struct bench *bench, const struct rule_list *lists, size_t list_count)
{
	*bench = (struct bench){ .slot = helper_slot(), .lists = lists, .list_count = list_count };
}

static void
bench_row(struct bench *bench, const struct dns_row *row, size_t i, bool of_rawbody)
{
	static const struct ruleset_report report = { tell_problem, NULL };
	const struct rule_def def = { .name = SLICE("F"),
		.kind = RULE_FUNCTION,
		.expression = slice_of(row->call),
		.of_rawbody = of_rawbody,
		.tags = row->tags,
		.imported = row->imported };
	const struct ruleset_source source = {
		.defs = &def, .def_count = 1, .lists = bench->lists, .list_count = bench->list_count
	};
	struct ruleset *ruleset = ruleset_build(&source, &report);

	check_row(row, i, ruleset, bench->slot, &bench->failed);
	ruleset_unref(&ruleset);
}

static void
bench_close(struct bench *bench)
{
	slot_free(&bench->slot);
	if (bench->failed.n > 0)
		fail_msg("%s", buf_text(&bench->failed));
	buf_clear(&bench->failed);
}

void
eval_rows_check(
    const struct eval_row *rows, size_t count, const struct rule_list *lists, size_t list_count)
{
	struct bench bench;

	bench_open(&bench, lists, list_count);
	for (size_t i = 0; i < count; i++) {
		const struct dns_row row = {
			.call = rows[i].call, .message = rows[i].message, .want = rows[i].want
		};

		bench_row(&bench, &row, i, rows[i].of_rawbody);
	}
	bench_close(&bench);
}

void
dns_rows_check(
    const struct dns_row *rows, size_t count, const struct rule_list *lists, size_t list_count)
{
	struct bench bench;

	bench_open(&bench, lists, list_count);
	for (size_t i = 0; i < count; i++)
		bench_row(&bench, &rows[i], i, false);
	bench_close(&bench);
}
