/*
 * eval_date.c - eval functions over the Date and the clocks of those who handed the message on
 *
 * The shift is Date less the Received time nearest to it, in hours, as
 * SpamAssassin has it: a sender's own clock is seldom far from all of them. A
 * message without a readable Date or without any Received has no shift: 0.
 * What fetchmail wrote on top does not count: mail waits long in a mailbox.
 *
 * Limit: EVAL_FIELDS_MAX Received fields.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

#include "engine/mime/date.h"
#include "engine/mime/header.h"

#define HOUR 3600.0

/* The Date, or Resent-Date where there is one. */
static bool
read_date(struct views *views, int64_t *epoch_r)
{
	const struct header *header = header_find(
	    &views->message->headers, SLICE("Resent-Date"), 0);
	struct slice value;

	if (header != NULL) {
		value = header_unfold(views->arena, header);
		if (date_parse(value, epoch_r))
			return true;
	}
	value = eval_field(views, FIXED_DATE);
	return value.p != NULL && date_parse(value, epoch_r);
}

/* The time behind the last semicolon of the i-th Received. */
static bool
received_date(struct views *views, const struct header *header, int64_t *epoch_r)
{
	struct slice value = header_unfold(views->arena, header);
	size_t at = value.n;

	while (at > 0 && value.p[at - 1] != ';')
		at--;
	return at > 0 && date_parse(slice_from(value, at), epoch_r);
}

/* Whether the i-th Received is there and says word. */
static bool
received_says(const struct header_list *headers, size_t i, struct slice word)
{
	const struct header *header = header_find(headers, SLICE("Received"), i);

	return header != NULL && slice_find(header->raw, 0, word) < header->raw.n;
}

/* How many Received on top came with fetching a mailbox: fetchmail's and a local one above. */
static size_t
count_fetched(const struct header_list *headers)
{
	size_t local = received_says(headers, 0, SLICE("127.0.0.1")) ? 1 : 0;

	return received_says(headers, local, SLICE("fetchmail")) ? local + 1 : 0;
}

static double
date_shift(struct views *views)
{
	const struct header_list *headers = &views->message->headers;
	size_t count = header_count(headers, SLICE("Received"));
	double shift = 0;
	int64_t date, received;
	bool known = false;

	if (!read_date(views, &date))
		return 0;
	if (views->envelope->known) {
		shift = (double)(date - views->now) / HOUR;
		known = true;
	}
	for (size_t i = count_fetched(headers); i < count && i < EVAL_FIELDS_MAX; i++) {
		double hours;

		if (!received_date(views, header_find(headers, SLICE("Received"), i), &received))
			continue;
		hours = (double)(date - received) / HOUR;
		if (!known || (hours < 0 ? -hours : hours) < (shift < 0 ? -shift : shift))
			shift = hours;
		known = true;
	}
	return shift;
}

unsigned
eval_check_for_shifted_date(const struct rule *rule, struct views *views)
{
	return eval_within(date_shift(views), &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_date_age(const struct rule *rule, struct views *views)
{
	int64_t date;

	return read_date(views, &date) && eval_within((double)(views->now - date) / HOUR,
					      &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_date_unreadable(const struct rule *rule, struct views *views)
{
	struct slice value = slice_trim(eval_field(views, FIXED_DATE));
	int64_t date;

	(void)rule;
	return value.n > 0 && !date_parse(value, &date);
}
