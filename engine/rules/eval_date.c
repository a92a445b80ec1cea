/*
 * eval_date.c - eval functions over the Date and the clocks of those who handed the message on
 *
 * The shift is Date less the Received time nearest to it, as SpamAssassin
 * 4.0.1 has it: a sender's own clock is seldom far from all of them. The
 * oldest Received time is left out when it is Date's own and not the only one.
 * A message without a readable Date or without any Received has no shift: 0.
 * What fetchmail wrote on top does not count: mail waits long in a mailbox.
 * While the MTA has not written its own field yet, now is the newest time.
 *
 * When a message came is the median of Date, the newest Received time, what
 * fetchmail wrote, and Date less the shift; of two or four, the later one.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"

#include <math.h>

#include "engine/mime/date.h"
#include "engine/mime/header.h"

#define HOUR 3600.0
#define MONTH (365.2425 / 12 * 24 * HOUR)

/* The Received fields as the walk over them goes. */
struct hops {
	const struct rule *rule;
	struct views *views;
	struct slice rest;
};

/* The first readable one of these fields. */
static bool
first_date(struct views *views, struct slice name, int64_t *epoch_r)
{
	const struct header *header;

	for (size_t i = 0; i < EVAL_FIELDS_MAX; i++) {
		struct slice value;

		header = header_find(&views->message->headers, name, i);
		if (header == NULL)
			return false;
		value = header_unfold(views->arena, header);
		if (value.p != NULL && date_parse(value, epoch_r))
			return true;
	}
	return false;
}

/* The Date, or Resent-Date where there is one. */
static bool
read_date(struct views *views, int64_t *epoch_r)
{
	return first_date(views, SLICE("Resent-Date"), epoch_r) ||
	       first_date(views, SLICE("Date"), epoch_r);
}

/* Whether the next field has the form of one that fetching a mailbox made. */
static bool
hop_is(const struct hops *hops, enum eval_pattern pattern)
{
	struct slice rest = hops->rest, line;

	return slice_next_line(&rest, &line) &&
	       eval_pattern_in(hops->views, hops->rule, pattern, line);
}

/* Takes the next field; whether there was one. *known_r: its time could be read. */
static bool
next_hop(struct hops *hops, bool *known_r, int64_t *epoch_r)
{
	struct slice line, time;

	if (!slice_next_line(&hops->rest, &line))
		return false;
	time = eval_pattern_find(hops->views, hops->rule, PATTERN_RECEIVED_TIME, line);
	*known_r = time.p != NULL && date_parse(time, epoch_r);
	return true;
}

/*
 * Passes over what came with fetching a mailbox: fetchmail's field and a local
 * one above. The later of their times, if one lies not in the future.
 */
static bool
pass_fetched(struct hops *hops, int64_t *fetched_r)
{
	struct hops below = *hops;
	bool any = false, known;
	int64_t epoch;
	size_t count = 0;

	if (hop_is(&below, PATTERN_LOCAL_HOP)) {
		count = 1;
		next_hop(&below, &known, &epoch);
	}
	if (!hop_is(&below, PATTERN_FETCHMAIL_HOP))
		return false;
	for (count++; count > 0 && next_hop(hops, &known, &epoch); count--) {
		if (!known || epoch > hops->views->now || (any && epoch <= *fetched_r))
			continue;
		*fetched_r = epoch;
		any = true;
	}
	return any;
}

/* What Date and the Received fields say, read once a message. */
struct times {
	bool dated;
	int64_t date;
	size_t count; /* of the Received fields whose time is known */
	int64_t newest;
	double shift; /* seconds */
	bool fetched;
	int64_t fetched_at;
};

static double
nearer(double a, double b)
{
	return (b < 0 ? -b : b) < (a < 0 ? -a : a) ? b : a;
}

static void
add_time(struct times *times, int64_t date, int64_t received, double *before)
{
	double shift = (double)(date - received);

	*before = times->shift;
	if (times->count++ == 0)
		times->newest = received;
	times->shift = times->count == 1 ? shift : nearer(times->shift, shift);
}

static void
read_times(const struct rule *rule, struct views *views, struct times *times)
{
	struct hops hops = { rule, views, eval_field(views, FIXED_RECEIVED) };
	double before = 0;
	int64_t last, received;
	bool known;

	times->dated = read_date(views, &times->date);
	last = times->date + 1;
	times->fetched = pass_fetched(&hops, &times->fetched_at);
	if (views->envelope->known)
		add_time(times, times->date, views->now, &before);
	while (next_hop(&hops, &known, &received)) {
		if (!known)
			continue;
		add_time(times, times->date, received, &before);
		last = received;
	}
	if (times->count > 1 && last == times->date)
		times->shift = before;
}

/* NULL at the arena's cap. */
static const struct times *
times_of(const struct rule *rule, struct views *views)
{
	struct times *times = views->memos[MEMO_TIMES];

	if (times == NULL) {
		times = arena_alloc(views->arena, sizeof(*times));
		if (times != NULL)
			read_times(rule, views, times);
		views->memos[MEMO_TIMES] = times;
	}
	return times;
}

unsigned
eval_check_for_shifted_date(const struct rule *rule, struct views *views)
{
	const struct times *times = times_of(rule, views);
	double shift = times != NULL && times->dated ? times->shift : 0;

	return eval_within(shift / HOUR, &rule->call.args[0], &rule->call.args[1]);
}

/* Puts value in its place among the n of v, the latest first. */
static void
insert_time(double *v, size_t *n, double value)
{
	size_t at = (*n)++;

	for (; at > 0 && v[at - 1] < value; at--)
		v[at] = v[at - 1];
	v[at] = value;
}

/* When the message came, in seconds since 1970; 0: nobody knows. */
static double
time_received(const struct rule *rule, struct views *views)
{
	const struct times *times = times_of(rule, views);
	double v[4];
	size_t n = 0;

	if (times == NULL)
		return 0;
	if (times->dated)
		insert_time(v, &n, (double)times->date);
	if (times->count > 0)
		insert_time(v, &n, (double)times->newest);
	if (times->fetched)
		insert_time(v, &n, (double)times->fetched_at);
	if (times->dated && times->count > 0)
		insert_time(v, &n, (double)times->date - times->shift);
	return n == 0 ? 0 : v[(n - 1) / 2];
}

unsigned
eval_received_within_months(const struct rule *rule, struct views *views)
{
	double months = ((double)views->now - time_received(rule, views)) / MONTH;
	double min = eval_number(rule, 0, -(double)INFINITY);
	double max = eval_number(rule, 1, (double)INFINITY);

	return months >= min && months < max;
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
