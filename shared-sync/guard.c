/*
 * guard.c - what the rules of a channel hit here, and which of them only count
 *
 * Good mail's share is taken of the hits that count: bad mail each time, good mail once for
 * each domain and day. Of domains only hashes are kept, DOMAINS_KEPT at most; the oldest go first.
 * A new version of a rule begins anew and is no longer held back by what the guard found in the
 * former one; the postmaster's word holds for the name.
 *
 * As text, a line for each rule, parted by tabs:
 *	NAME VERSION SINCE DECISION FALLEN HITS GOOD REPEATED LAST_HIT EXAMPLES DOMAINS
 */
#include "shared-sync/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/rules/rule_def.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

#define DAY_S 86400
#define DOMAINS_KEPT 1000
#define FIELDS 11

/* A domain whose good mail was hit, and the last day. */
struct domain_day {
	uint64_t hash;
	int64_t day;
};

struct entry {
	struct guard_rule rule; /* first: a guard_rule is an entry */
	char *name;
	struct domain_day *domains; /* the latest last */
	size_t domain_count;
	int64_t limits[GUARD_LIMITS]; /* when the last ones were reached, the oldest first */
	bool seen; /* guard_follow's own */
};

struct guard {
	struct guard_limits limits;
	struct map *entries; /* name -> struct entry */
};

static const char *const state_words[] = {
#define GUARD_STATE_WORD(id, word) [GUARD_##id] = word,
	GUARD_STATE_TABLE(GUARD_STATE_WORD)
#undef GUARD_STATE_WORD
};

static const char *const decision_words[] = {
	[GUARD_UNDECIDED] = "-", [GUARD_PROMOTE] = "promote", [GUARD_MUTE] = "mute"
};

const char *
guard_state_word(enum guard_state state)
{
	return state_words[state];
}

struct guard *
guard_new(const struct guard_limits *limits)
{
	struct guard *guard = calloc(1, sizeof(*guard));

	if (guard == NULL)
		abort();
	guard->limits = *limits;
	guard->entries = map_new(NULL, MAP_EXACT, 0);
	return guard;
}

static void
entry_free(struct entry *entry)
{
	free(entry->domains);
	free(entry->name);
	free(entry);
}

void
guard_free(struct guard **guard_p)
{
	struct guard *guard = *guard_p;

	if (guard == NULL)
		return;
	for (size_t i = 0; i < map_count(guard->entries); i++)
		entry_free(map_value(guard->entries, i));
	map_free(&guard->entries);
	free(guard);
	*guard_p = NULL;
}

static struct entry *
entry_new(struct guard *guard, struct slice name)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		abort();
	entry->name = slice_dup(name);
	entry->rule.name = (struct slice){ entry->name, name.n };
	map_add(guard->entries, entry->rule.name, entry);
	return entry;
}

/* Forgets all but name and decision. */
static void
entry_begin(struct entry *entry, uint64_t version, int64_t now)
{
	enum guard_decision decision = entry->rule.decision;

	entry->rule = (struct guard_rule){
		.name = entry->rule.name, .version = version, .since = now, .decision = decision
	};
	entry->domain_count = 0;
	memset(entry->limits, 0, sizeof(entry->limits));
}

/* Takes out entries that were not seen and that nobody decided about. */
static void
forget_unseen(struct guard *guard)
{
	struct map *kept = map_new(NULL, MAP_EXACT, 0);

	for (size_t i = 0; i < map_count(guard->entries); i++) {
		struct entry *entry = map_value(guard->entries, i);

		if (!entry->seen && entry->rule.decision == GUARD_UNDECIDED) {
			entry_free(entry);
			continue;
		}
		if (!entry->seen)
			entry_begin(entry, 0, 0);
		map_add(kept, entry->rule.name, entry);
	}
	map_free(&guard->entries);
	guard->entries = kept;
}

void
guard_follow(struct guard *guard, const struct fold *fold, int64_t now)
{
	size_t count = fold_count(fold);

	for (size_t i = 0; i < map_count(guard->entries); i++)
		((struct entry *)map_value(guard->entries, i))->seen = false;
	for (size_t i = 0; i < count; i++) {
		const struct fold_rule *rule = fold_at(fold, i);
		struct entry *entry = map_find(guard->entries, rule->name);

		if (entry == NULL)
			entry = entry_new(guard, rule->name);
		if (entry->rule.version != rule->put_seq) {
			/* What was promoted was another rule; a mute is of the name. */
			if (entry->rule.version != 0 && entry->rule.decision == GUARD_PROMOTE)
				entry->rule.decision = GUARD_UNDECIDED;
			entry_begin(entry, rule->put_seq, now);
		}
		entry->seen = true;
	}
	if (map_count(guard->entries) > count)
		forget_unseen(guard);
}

/* Whether the domain's good mail counts today; it has its count then. */
static bool
domain_counts(struct entry *entry, struct slice domain, int64_t day)
{
	uint64_t hash = map_hash(domain, MAP_FOLDED, 0);
	size_t i = 0;

	while (i < entry->domain_count && entry->domains[i].hash != hash)
		i++;
	if (i < entry->domain_count && entry->domains[i].day >= day)
		return false;
	if (i == entry->domain_count && i < DOMAINS_KEPT) {
		entry->domains = realloc(entry->domains, (i + 1) * sizeof(*entry->domains));
		if (entry->domains == NULL)
			abort();
		entry->domain_count++;
	} else {
		i = i == entry->domain_count ? 0 : i;
		memmove(&entry->domains[i], &entry->domains[i + 1],
		    (entry->domain_count - i - 1) * sizeof(*entry->domains));
	}
	entry->domains[entry->domain_count - 1] = (struct domain_day){ hash, day };
	return true;
}

static void
keep_example(struct entry *entry, struct slice queue_id)
{
	for (size_t i = 0; i < GUARD_EXAMPLES && queue_id.n > 0; i++) {
		char *text = entry->rule.examples[i];
		size_t n = queue_id.n < GUARD_QUEUE_ID_MAX ? queue_id.n : GUARD_QUEUE_ID_MAX;

		if (text[0] != '\0')
			continue;
		for (size_t k = 0; k < n; k++)
			text[k] = ascii_is_alnum(queue_id.p[k]) ? queue_id.p[k] : '_';
		return;
	}
}

/* Whether the rule hits good mail of so many domains, and often enough, that it is muted. */
static bool
hits_too_good(const struct guard *guard, const struct entry *entry)
{
	uint64_t counted = entry->rule.hits - entry->rule.repeated;

	return entry->domain_count >= guard->limits.domains &&
	       (double)entry->rule.good * SCORE_ONE > (double)guard->limits.share * (double)counted;
}

bool
guard_hit(struct guard *guard, struct slice name, const struct guard_mail *mail)
{
	struct entry *entry = map_find(guard->entries, name);

	if (entry == NULL || entry->rule.version == 0)
		return false;
	entry->rule.hits++;
	entry->rule.last_hit = mail->now;
	if (!mail->good)
		return false;
	if (!domain_counts(entry, mail->domain, mail->now / DAY_S)) {
		entry->rule.repeated++;
		return false;
	}
	entry->rule.good++;
	keep_example(entry, mail->queue_id);
	if (entry->rule.fallen != GUARD_LIVE || !hits_too_good(guard, entry))
		return false;
	entry->rule.fallen = GUARD_GOOD_MAIL;
	return entry->rule.decision == GUARD_UNDECIDED;
}

bool
guard_limit(struct guard *guard, struct slice name, int64_t now)
{
	struct entry *entry = map_find(guard->entries, name);

	if (entry == NULL || entry->rule.version == 0)
		return false;
	memmove(
	    &entry->limits[0], &entry->limits[1], (GUARD_LIMITS - 1) * sizeof(entry->limits[0]));
	entry->limits[GUARD_LIMITS - 1] = now;
	if (entry->rule.fallen != GUARD_LIVE || entry->limits[0] == 0 ||
	    now - entry->limits[0] >= GUARD_LIMITS_S)
		return false;
	entry->rule.fallen = GUARD_LIMIT;
	return entry->rule.decision == GUARD_UNDECIDED;
}

enum guard_state
guard_state(const struct guard *guard, struct slice name, int64_t now)
{
	const struct entry *entry = map_find(guard->entries, name);

	if (entry == NULL || entry->rule.decision == GUARD_PROMOTE)
		return GUARD_LIVE;
	if (entry->rule.decision == GUARD_MUTE)
		return GUARD_MUTED;
	if (entry->rule.fallen != GUARD_LIVE)
		return entry->rule.fallen;
	return now - entry->rule.since < guard->limits.shadow_s ? GUARD_NEW : GUARD_LIVE;
}

int64_t
guard_next(const struct guard *guard, int64_t now)
{
	int64_t next = INT64_MAX;

	if (guard->limits.shadow_s == 0)
		return next;
	for (size_t i = 0; i < map_count(guard->entries); i++) {
		const struct entry *entry = map_value(guard->entries, i);
		int64_t end = entry->rule.since + guard->limits.shadow_s;

		if (end > now && end < next &&
		    guard_state(guard, entry->rule.name, now) == GUARD_NEW)
			next = end;
	}
	return next;
}

bool
guard_decide(struct guard *guard, struct slice name, enum guard_decision decision)
{
	struct entry *entry = map_find(guard->entries, name);

	if (entry == NULL)
		return false;
	entry->rule.decision = decision;
	if (decision == GUARD_PROMOTE)
		entry->rule.fallen = GUARD_LIVE;
	return true;
}

const struct guard_rule *
guard_find(const struct guard *guard, struct slice name)
{
	const struct entry *entry = map_find(guard->entries, name);

	return entry == NULL ? NULL : &entry->rule;
}

static void
entry_write(const struct entry *entry, struct buf *out)
{
	const struct guard_rule *rule = &entry->rule;

	buf_printf(out,
	    "%s\t%" PRIu64 "\t%" PRId64 "\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64
	    "\t",
	    entry->name, rule->version, rule->since, decision_words[rule->decision],
	    state_words[rule->fallen], rule->hits, rule->good, rule->repeated, rule->last_hit);
	for (size_t i = 0; i < GUARD_EXAMPLES && rule->examples[i][0] != '\0'; i++)
		buf_printf(out, "%s,", rule->examples[i]);
	buf_add_byte(out, '\t');
	for (size_t i = 0; i < entry->domain_count; i++)
		buf_printf(
		    out, "%" PRIx64 ":%" PRId64 ",", entry->domains[i].hash, entry->domains[i].day);
	buf_add_byte(out, '\n');
}

void
guard_write(const struct guard *guard, struct buf *out)
{
	for (size_t i = 0; i < map_count(guard->entries); i++)
		entry_write(map_value(guard->entries, i), out);
}

/* Digits of `base`; false: something else, or too many. */
static bool
read_number(struct slice text, unsigned base, uint64_t *value_r)
{
	*value_r = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		unsigned digit = ascii_is_digit(c)                    ? (unsigned)(c - '0')
				 : base == 16 && c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
								      : base;

		if (digit >= base || *value_r > UINT64_MAX / base - 1)
			return false;
		*value_r = *value_r * base + digit;
	}
	return text.n > 0 && text.n <= 20;
}

/* Takes what stands before `mark` off *rest, with the mark. */
static struct slice
take_until(struct slice *rest, char mark)
{
	size_t n = slice_find_byte(*rest, 0, mark);
	struct slice piece = slice_cut(*rest, 0, n);

	*rest = slice_from(*rest, n + 1);
	return piece;
}

static void
read_domains(struct entry *entry, struct slice text)
{
	while (text.n > 0 && entry->domain_count < DOMAINS_KEPT) {
		struct slice piece = take_until(&text, ',');
		uint64_t hash = 0, day = 0;
		struct slice first = take_until(&piece, ':');

		/* A hash of 16 digits may fill its number. */
		for (size_t i = 0; i < first.n && i < 16; i++) {
			uint64_t digit;

			if (!read_number(slice_cut(first, i, i + 1), 16, &digit))
				return;
			hash = hash << 4 | digit;
		}
		if (!read_number(piece, 10, &day) || day > INT64_MAX)
			return;
		entry->domains = realloc(
		    entry->domains, (entry->domain_count + 1) * sizeof(*entry->domains));
		if (entry->domains == NULL)
			abort();
		entry->domains[entry->domain_count++] = (struct domain_day){ hash, (int64_t)day };
	}
}

/* One rule; a line that is not of the form is passed over. */
static void
read_line(struct guard *guard, struct slice line)
{
	struct slice fields[FIELDS];
	uint64_t numbers[FIELDS] = { 0 };
	struct entry *entry;
	struct slice examples;

	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = take_until(&line, '\t');
	for (size_t i = 1; i < 9; i++)
		if (i != 3 && i != 4 &&
		    (!read_number(fields[i], 10, &numbers[i]) || numbers[i] > INT64_MAX))
			return;
	if (fields[0].n == 0 || fields[0].n > FOLD_NAME_MAX ||
	    map_find(guard->entries, fields[0]) != NULL)
		return;
	entry = entry_new(guard, fields[0]);
	entry->rule.version = numbers[1];
	entry->rule.since = (int64_t)numbers[2];
	entry->rule.hits = numbers[5];
	entry->rule.good = numbers[6];
	entry->rule.repeated = numbers[7] < numbers[5] ? numbers[7] : numbers[5];
	entry->rule.last_hit = (int64_t)numbers[8];
	for (int i = GUARD_UNDECIDED; i <= GUARD_MUTE; i++)
		if (slice_eq(fields[3], slice_of(decision_words[i])))
			entry->rule.decision = (enum guard_decision)i;
	if (slice_eq(fields[4], slice_of(state_words[GUARD_GOOD_MAIL])))
		entry->rule.fallen = GUARD_GOOD_MAIL;
	else if (slice_eq(fields[4], slice_of(state_words[GUARD_LIMIT])))
		entry->rule.fallen = GUARD_LIMIT;
	for (examples = fields[9]; examples.n > 0;)
		keep_example(entry, take_until(&examples, ','));
	read_domains(entry, fields[10]);
}

void
guard_read(struct guard *guard, struct slice text)
{
	struct slice line;

	while (slice_next_line(&text, &line))
		read_line(guard, line);
}
