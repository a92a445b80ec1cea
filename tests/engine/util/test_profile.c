/* test_profile.c - profile.c: laps inside laps, booked once each */
#include "engine/util/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

static int64_t
clock_of(void *p)
{
	return *(const int64_t *)p;
}

static void
test_nested(void **state)
{
	int64_t now = 100;
	struct profile profile = { .clock_ns = clock_of, .clock_p = &now };
	struct profile_lap rule, views, relays;

	(void)state;
	rule = profile_begin(&profile);
	now += 5;
	views = profile_begin(&profile);
	now += 20;
	relays = profile_begin(&profile);
	now += 300;
	assert_int_equal(profile_end(&profile, &relays, PROFILE_VIEWS), 300);
	now += 7;
	assert_int_equal(profile_end(&profile, &views, PROFILE_VIEWS), 27);
	now += 1;
	assert_int_equal(profile_end(&profile, &rule, PROFILE_MATCH), 6);
	assert_int_equal(profile.stages[PROFILE_VIEWS], 327);
	assert_int_equal(profile.stages[PROFILE_MATCH], 6);
	rule = profile_begin(&profile);
	now += 2;
	assert_int_equal(profile_end(&profile, &rule, PROFILE_MATCH), 2);
	assert_int_equal(profile.stages[PROFILE_MATCH], 8);
}

static void
test_unwanted(void **state)
{
	const struct profile_lap lap = profile_begin(NULL);

	(void)state;
	assert_int_equal(profile_end(NULL, &lap, PROFILE_PARSE), 0);
	assert_string_equal(profile_stage_name(PROFILE_METAS), "metas");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_unwanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
