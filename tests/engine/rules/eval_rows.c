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

void
eval_rows_check(
    const struct eval_row *rows, size_t count, const struct rule_list *lists, size_t list_count)
{
	static const struct ruleset_report report = { tell_problem, NULL };
	struct slot *slot = helper_slot();
	struct buf failed = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct rule_def def = { .name = SLICE("F"),
			.kind = RULE_FUNCTION,
			.expression = slice_of(rows[i].call),
			.of_rawbody = rows[i].of_rawbody };
		const struct ruleset_source source = {
			.defs = &def, .def_count = 1, .lists = lists, .list_count = list_count
		};
		struct ruleset *ruleset = ruleset_build(&source, &report);
		struct arena *arena = arena_new(ARENA_BYTES);
		const struct verdict *verdict = helper_scan(
		    arena, ruleset, slot, slice_of(rows[i].message), NULL);

		if ((verdict->hit_count > 0) != rows[i].want)
			buf_printf(&failed, "row %zu, %s: got %zu, want %d, on\n%s\n\n", i,
			    rows[i].call, verdict->hit_count, rows[i].want, rows[i].message);
		arena_free(&arena);
		ruleset_unref(&ruleset);
	}
	slot_free(&slot);
	if (failed.n > 0)
		fail_msg("%s", buf_text(&failed));
	buf_clear(&failed);
}
