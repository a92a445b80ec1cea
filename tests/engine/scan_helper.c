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

const struct verdict *
helper_scan(struct arena *arena, struct ruleset *ruleset, struct slot *slot, struct slice message,
    struct buf *names_r)
{
	static const struct budget endless = { NULL, NULL };
	static const struct envelope nobody = { .known = false };
	const struct scan_options options = { .now = 1700000000, .subrules = true };
	struct scan *scan = scan_open(arena, ruleset, &nobody, &options);
	const struct verdict *verdict;

	if (scan != NULL)
		scan_message(scan, slot, message, &endless);
	verdict = scan_verdict(scan);
	for (size_t i = 0; names_r != NULL && i < verdict->hit_count; i++) {
		buf_printf(names_r, "%s%.*s", i > 0 ? "," : "", SLICE_ARG(verdict->hits[i].name));
		if (verdict->hits[i].count > 1)
			buf_printf(names_r, "=%u", verdict->hits[i].count);
	}
	for (size_t i = 0; names_r != NULL && i < verdict->subrule_count; i++)
		buf_printf(
		    names_r, "%s%.*s", names_r->n > 0 ? "," : "", SLICE_ARG(verdict->subrules[i]));
	scan_close(&scan);
	return verdict;
}
