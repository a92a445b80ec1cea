/*
 * profile.h - where the time of scans goes: laps on the caller's clock, one inside the other
 *
 * Each lap is booked without the laps inside it, so that all together come to
 * the whole: what first asks for a view does not pay for making it.
 *
 * SYNOPSIS
 *	struct profile_lap lap = profile_begin(profile);
 *
 *	... work, perhaps with laps of its own ...
 *	profile_end(profile, &lap, PROFILE_VIEWS);
 */
#ifndef STEELYARD_ENGINE_UTIL_PROFILE_H
#define STEELYARD_ENGINE_UTIL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stages of a scan and the words for them. */
#define PROFILE_TABLE(X)                                                              \
	X(PARSE, "parse") /* the message's structure */                               \
	X(VIEWS, "views") /* texts, URIs, relays, values of fields */                 \
	X(PREFILTER, "prefilter") /* reading texts for literals and beginnings */     \
	X(MATCH, "match") /* rules with patterns: mostly PCRE2 */                     \
	X(FUNCTIONS, "functions") /* rules that call functions, and those of lists */ \
	X(METAS, "metas")

enum profile_stage {
#define PROFILE_ENUM(id, word) PROFILE_##id,
	PROFILE_TABLE(PROFILE_ENUM)
#undef PROFILE_ENUM
	    PROFILE_COUNT
};

/* How often PCRE2 was asked about one rule's texts, found a match, and what that took. */
struct profile_asked {
	uint64_t calls, matches;
	int64_t ns;
};

/* What scans add to; one thread's at a time. */
struct profile {
	int64_t (*clock_ns)(void *p); /* nanoseconds; never goes back */
	void *clock_p;
	int64_t stages[PROFILE_COUNT]; /* nanoseconds */
	int64_t *
	    rules; /* nanoseconds by rule number (ruleset_number_count of them); NULL: not wanted */
	struct profile_asked *asked; /* by rule number; NULL: not wanted */
	int64_t inner; /* its own: booked by laps that have ended */
};

struct profile_lap {
	int64_t begun;
	int64_t inner;
};

/* "parse", "views", ... */
const char *profile_stage_name(enum profile_stage stage);

/* For profile_begin and profile_end: the same of one that is there. */
struct profile_lap profile_lap_begin(const struct profile *profile);
int64_t
profile_lap_end(struct profile *profile, const struct profile_lap *lap, enum profile_stage stage);

/* Begins a lap. This and the next do nothing when `profile` is NULL: most scans have none. */
static inline struct profile_lap
profile_begin(const struct profile *profile)
{
	return profile == NULL ? (struct profile_lap){ 0, 0 } : profile_lap_begin(profile);
}

/* Ends the lap: its own time is the stage's. Returns that time in nanoseconds. */
static inline int64_t
profile_end(struct profile *profile, const struct profile_lap *lap, enum profile_stage stage)
{
	return profile == NULL ? 0 : profile_lap_end(profile, lap, stage);
}

/* PCRE2 is about to be asked; what profile_answer wants. */
static inline int64_t
profile_ask(const struct profile *profile)
{
	return profile == NULL || profile->asked == NULL ? 0 : profile->clock_ns(profile->clock_p);
}

/* It was, about a text of the rule with that number. */
static inline void
profile_answer(struct profile *profile, size_t rule, int64_t asked, bool matched)
{
	if (profile == NULL || profile->asked == NULL)
		return;
	profile->asked[rule].calls++;
	profile->asked[rule].matches += matched;
	profile->asked[rule].ns += profile->clock_ns(profile->clock_p) - asked;
}

#endif
