/*
 * caps.c - scans each message at PATH... under every arena cap from 1 KB up
 *
 *	caps [-r RULES]... PATH...
 *
 * Whatever the cap, a scan ends with a verdict; one that lacks memory says so
 * in a note, and the first that does not lack it equals one with plenty, under
 * another hash seed. Meant for a build with sanitizers. Prints TAP, a test for
 * each message.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/scan.h"
#include "engine/slot.h"
#include "engine/util/arena.h"
#include "engine/util/vec.h"
#include "milter/command.h"
#include "milter/converters.h"
#include "milter/mail_source.h"

#define CAP_FIRST ((size_t)1024)
#define CAP_STEP ((size_t)256)
#define CAP_PLENTY ((size_t)64 << 20)
/* The clock that rules see: 2026-01-01. */
#define NOW INT64_C(1767225600)

struct sweep {
	struct ruleset *ruleset;
	struct slot *slot;
	struct slice bytes;
	const char *fault; /* NULL: none yet */
};

/* The score and what hit how often, as text. */
static void
describe(const struct verdict *verdict, struct buf *out)
{
	buf_printf(out, "%" PRId64, verdict->score);
	for (size_t i = 0; i < verdict->hit_count; i++)
		buf_printf(
		    out, " %.*s=%u", SLICE_ARG(verdict->hits[i].name), verdict->hits[i].count);
	for (size_t i = 0; i < verdict->subrule_count; i++)
		buf_printf(out, " %.*s", SLICE_ARG(verdict->subrules[i]));
}

/* One scan, told in *out; true: it was complete. */
static bool
scan_under(struct sweep *sweep, size_t cap, uint64_t seed, struct buf *out)
{
	const struct envelope envelope = { .known = false };
	const struct scan_options options = {
		.now = NOW, .hash_seed = seed, .explain = true, .subrules = true
	};
	const struct budget endless = { NULL, NULL };
	struct arena *arena = arena_new(cap);
	struct scan *scan = scan_open(arena, sweep->ruleset, &envelope, &options);
	const struct verdict *verdict;
	bool complete;

	if (scan != NULL)
		scan_message(scan, sweep->slot, sweep->bytes, &endless);
	verdict = scan_verdict(scan);
	complete = !verdict->incomplete;
	describe(verdict, out);
	if (!complete && verdict->note_count == 0)
		sweep->fault = "incomplete without a note";
	if (complete == arena_overflowed(arena))
		sweep->fault = "incomplete and out of memory are not the same";
	if (arena_used(arena) > cap)
		sweep->fault = "more memory than the cap";
	scan_close(&scan);
	arena_free(&arena);
	return complete;
}

/* The smallest cap, by CAP_STEP, that is enough. */
static size_t
sweep_caps(struct sweep *sweep, size_t *scans_r)
{
	struct buf want = { 0 }, got = { 0 };
	size_t cap = CAP_FIRST;

	*scans_r = 1;
	if (!scan_under(sweep, CAP_PLENTY, 0, &want))
		sweep->fault = "plenty is not enough";
	while (sweep->fault == NULL) {
		++*scans_r;
		got.n = 0;
		if (scan_under(sweep, cap, UINT64_C(0x9e3779b97f4a7c15) * cap, &got))
			break;
		cap += CAP_STEP;
	}
	if (sweep->fault == NULL && !slice_eq(buf_slice(&want), buf_slice(&got))) {
		printf("# got %.*s\n# want %.*s\n", SLICE_ARG(buf_slice(&got)),
		    SLICE_ARG(buf_slice(&want)));
		sweep->fault = "another seed and just enough memory change the verdict";
	}
	buf_clear(&want);
	buf_clear(&got);
	return cap;
}

static int
sweep_all(struct ruleset *ruleset, const char *const *paths, size_t count)
{
	struct mail_source *source = mail_source_new(paths, count, false);
	struct converters *converters = converters_open();
	struct slot *slot = slot_new(converters);
	size_t tests = 0, faults = 0;
	struct mail mail;

	while (mail_source_next(source, &mail)) {
		struct sweep sweep = {
			.ruleset = ruleset, .slot = slot, .bytes = buf_slice(&mail.bytes)
		};
		size_t scans, cap = sweep_caps(&sweep, &scans);

		faults += sweep.fault != NULL;
		printf("%sok %zu - %.*s: %zu scans, %zu KB at last%s%s\n",
		    sweep.fault != NULL ? "not " : "", ++tests, SLICE_ARG(buf_slice(&mail.name)),
		    scans, cap / 1024, sweep.fault != NULL ? ": " : "",
		    sweep.fault != NULL ? sweep.fault : "");
		mail_clear(&mail);
	}
	printf("1..%zu\n", tests);
	mail_source_free(&source);
	slot_free(&slot);
	converters_close(&converters);
	return faults > 0 || tests == 0;
}

int
main(int argc, char **argv)
{
	struct settings *settings = command_settings(NULL);
	struct vec rules = VEC_OF(const char *, NULL);
	struct ruleset *ruleset;
	int option, status = 2;

	while ((option = getopt(argc, argv, "r:")) == 'r')
		*(const char **)vec_push(&rules) = optarg;
	ruleset = settings == NULL || option != -1 ? NULL
						   : command_ruleset(settings, rules.p, rules.n);
	if (ruleset != NULL)
		status = sweep_all(
		    ruleset, (const char *const *)argv + optind, (size_t)(argc - optind));
	ruleset_unref(&ruleset);
	settings_free(&settings);
	vec_clear(&rules);
	return status;
}
