/*
 * profile.c - where the time of scans goes
 *
 * `inner` is all the time that ended laps have booked; what was added to it
 * since a lap began belongs to the laps inside.
 */
#include "config.h"

#include "engine/util/profile.h"

const char *
profile_stage_name(enum profile_stage stage)
{
	static const char *const names[] = {
#define PROFILE_NAME(id, word) word,
		PROFILE_TABLE(PROFILE_NAME)
#undef PROFILE_NAME
	};

	return names[stage];
}

struct profile_lap
profile_lap_begin(const struct profile *profile)
{
	return (struct profile_lap){ profile->clock_ns(profile->clock_p), profile->inner };
}

int64_t
profile_lap_end(struct profile *profile, const struct profile_lap *lap, enum profile_stage stage)
{
	int64_t all = profile->clock_ns(profile->clock_p) - lap->begun;
	int64_t own = all - (profile->inner - lap->inner);

	profile->inner = lap->inner + all;
	profile->stages[stage] += own;
	return own;
}
