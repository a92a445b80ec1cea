/*
 * random_entry.c - bodies out of few names, so that entries meet, and of texts that need quoting
 */
#include "tests/shared-sync/random_entry.h"

#include "engine/util/slice.h"

#define NAMES 20

uint64_t
random_below(struct random *random, uint64_t limit)
{
	/* Knuth's MMIX generator; its high bits are the good ones. */
	random->state = random->state * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
	return (random->state >> 33) % limit;
}

/* A text in double quotes: printable, escapes, two bytes of UTF-8. */
static void
random_text(struct random *random, struct buf *out)
{
	static const char *const pieces[] = { "a", "Z", "7", "'", "\\\"", "\\\\", ": ", " #", "{",
		"}", "[", ",", "\\t", "\\n", "\\x01", "\xc3\xa9", "\\u2028", "-", "?", "*", "&",
		"%" };

	buf_add_byte(out, '"');
	for (uint64_t n = random_below(random, 12); n > 0; n--)
		buf_add(out,
		    slice_of(pieces[random_below(random, sizeof(pieces) / sizeof(pieces[0]))]));
	buf_add_byte(out, '"');
}

static void
random_rule(struct random *random, struct buf *out)
{
	buf_add(out, SLICE("{body: "));
	random_text(random, out);
	if (random_below(random, 2) == 0) {
		buf_add(out, SLICE(", hit: ["));
		random_text(random, out);
		buf_add(out, SLICE(", "));
		random_text(random, out);
		buf_add_byte(out, ']');
	}
	if (random_below(random, 3) == 0)
		buf_printf(out, ", score: %d.%02d", (int)random_below(random, 9),
		    (int)random_below(random, 100));
	buf_add_byte(out, '}');
}

void
random_entry(struct random *random, struct buf *out)
{
	uint64_t first = random_below(random, NAMES);

	if (random_below(random, 2) == 0) {
		buf_add(out, SLICE("note: "));
		buf_add(out, random_below(random, 2) == 0 ? SLICE("\"tab \\t, end \\x7f\\\\\"")
							  : SLICE("plain"));
		buf_add_byte(out, '\n');
	}
	if (random_below(random, 2) == 0)
		buf_printf(out, "remove: [R%d, R%d]\n", (int)random_below(random, NAMES),
		    (int)random_below(random, NAMES));
	if (random_below(random, 2) == 0)
		buf_printf(out, "scores: {R%d: -%d.5, RX: 1}\n", (int)random_below(random, NAMES),
		    (int)random_below(random, 9));
	buf_add(out, SLICE("rules:\n"));
	for (uint64_t n = random_below(random, 5) + 1; n > 0; n--) {
		buf_printf(out, "  R%d: ", (int)((first + n) % NAMES));
		random_rule(random, out);
		buf_add_byte(out, '\n');
	}
}
