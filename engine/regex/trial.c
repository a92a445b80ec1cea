/*
 * trial.c - what a pattern costs on texts that are hard on patterns
 *
 * The texts are made here, so that all see the same ones: long runs of one byte, which
 * nested quantifiers count in every way there is; alternating ones; one byte before each end;
 * what mail is made of. They stand without the end that a pattern looks for, since what fails
 * last costs most. A text has TEXT_BYTES: a step count that grows with the square reaches a
 * limit of 20,000 at 150 of them, and ten times as many keep the trial of a plain pattern
 * far below a millisecond.
 *
 * PCRE2 counts anew at each place where a match may begin, so a pattern that just keeps below the
 * limit everywhere would cost seconds: steps are counted over all places as well.
 */
#include "engine/regex/trial.h"

#include <stdlib.h>

#include "engine/util/buf.h"
#include "engine/util/vec.h"

#define TEXT_BYTES ((size_t)1500)

/* What a text is made of: a beginning, a piece again and again, and an end. */
static const struct {
	const char *name, *start, *piece, *end;
} makes[] = {
	{ "a long run of a", "", "a", "!" },
	{ "a long run of A", "", "A", "" },
	{ "a long run of digits", "", "0", "x" },
	{ "a long run of blanks", "x", " ", "x" },
	{ "a long run of line ends", "x", "\n", "x" },
	{ "a long run of dots", "", ".", "\n" },
	{ "a long run of hyphens", "<!", "-", "" },
	{ "a long run of brackets", "", "<", "" },
	{ "a long run of high bytes", "", "\xc3\xa9", "" },
	{ "alternating letters", "", "ab", "!" },
	{ "alternating letters and blanks", "", "a ", "\n" },
	{ "alternating blanks and line ends", "", " \n", "x" },
	{ "a long address", "http://www.", "a.b-c.", "/" },
	{ "many addresses", "", "http://www.example.com/a?b=c&d=e ", "\n" },
	{ "many mail addresses", "From: ", "\"A\" <a.b@example.com>, ", "\n" },
	{ "words", "Dear customer, ",
	    "your account has been limited; please click here to confirm the payment of $1,000. ",
	    "\n" },
	{ "base64", "", "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVy\n", "==" },
	{ "markup", "<html><body>",
	    "<div style=\"color:#fff\"><a href=\"http://a.example/\">x</a></div>\n", "" },
	{ "fields", "",
	    "Received: from a.example (b.example [192.0.2.1])\n\tby c.example (Postfix) with ESMTP; ",
	    "\n" },
};
#define MAKE_COUNT (sizeof(makes) / sizeof(makes[0]))

struct trial {
	struct buf texts[MAKE_COUNT];
	struct regex_compiler *compiler;
	struct regex_scratch *scratch;
};

/*
 * Each byte once: PCRE2 looks no further when a byte that the pattern needs is nowhere. What ends
 * lines, texts in quotes and tags comes first, so that few patterns get there.
 */
static void
add_all_bytes(struct buf *text)
{
	buf_add(text, SLICE("\n\"'>"));
	for (unsigned byte = 0; byte < 256; byte++)
		buf_add_byte(text, (char)byte);
}

struct trial *
trial_new(void)
{
	struct trial *trial = calloc(1, sizeof(*trial));

	if (trial == NULL)
		abort();
	for (size_t i = 0; i < MAKE_COUNT; i++) {
		buf_add(&trial->texts[i], slice_of(makes[i].start));
		while (trial->texts[i].n < TEXT_BYTES)
			buf_add(&trial->texts[i], slice_of(makes[i].piece));
		buf_add(&trial->texts[i], slice_of(makes[i].end));
		add_all_bytes(&trial->texts[i]);
	}
	trial->compiler = regex_compiler_new();
	trial->scratch = regex_scratch_new();
	return trial;
}

void
trial_free(struct trial **trial_p)
{
	struct trial *trial = *trial_p;

	if (trial == NULL)
		return;
	for (size_t i = 0; i < MAKE_COUNT; i++)
		buf_clear(&trial->texts[i]);
	regex_compiler_free(&trial->compiler);
	regex_scratch_free(&trial->scratch);
	free(trial);
	*trial_p = NULL;
}

size_t
trial_count(const struct trial *trial)
{
	(void)trial;
	return MAKE_COUNT;
}

struct slice
trial_text(const struct trial *trial, size_t i)
{
	return buf_slice(&trial->texts[i]);
}

int
trial_pattern(struct trial *trial, struct slice pattern, unsigned steps, struct err *err)
{
	struct regex *regex = regex_new_interpreted(trial->compiler, pattern, err);
	size_t left = (size_t)steps * TRIAL_PLACES;
	int cheap = 1;

	if (regex == NULL)
		return -1;
	if (regex_size(regex) > TRIAL_SIZE_MAX) {
		err_set(err, "the pattern takes %zu bytes when it is compiled; at most %zu",
		    regex_size(regex), TRIAL_SIZE_MAX);
		cheap = -1;
	}
	for (size_t i = 0; i < MAKE_COUNT && cheap == 1; i++) {
		const struct regex_limits limits = { .match = steps, .steps = &left };
		struct regex_match match = { 0 };

		if (regex_next(regex, trial->scratch, trial_text(trial, i), &limits, &match) ==
		    REGEX_LIMIT)
			cheap = 0;
		if (cheap == 0 && left == 0)
			err_set(err, "the pattern takes more than %zu steps in all, on %s",
			    (size_t)steps * TRIAL_PLACES, makes[i].name);
		else if (cheap == 0)
			err_set(err, "the pattern takes more than %u steps on %s", steps,
			    makes[i].name);
	}
	regex_free(&regex);
	return cheap;
}
