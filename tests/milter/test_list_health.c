/*
 * test_list_health.c - list_health.c, list_test.c, list_lookup.c: which lists may be asked
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/diagnostic.h"
#include "conf/rules_yaml.h"
#include "milter/list_health.h"
#include "milter/list_lookup.h"
#include "milter/list_test.h"

static const char lists_text[] =
    "dns_lists:\n"
    "  good: {zone: good.test, budget: {day: 3}}\n"
    "  world: {zone: world.test}\n"
    "  parked: {zone: parked.test}\n"
    "  empty: {zone: empty.test}\n"
    "  refusing: {zone: refusing.test}\n"
    "  silent: {zone: silent.test}\n"
    "  own: {zone: own.test, takes: domain, test: {listed: bad.example, unlisted: ok.example}}\n"
    "  untestable: {zone: untestable.test, test: none}\n"
    "  everybody: {zone: everybody.test}\n"
    "  unused: {zone: unused.test}\n"
    "  failing: {zone: failing.test}\n"
    "  six: {zone: six.test, takes: ipv6}\n"
    "  sixless: {zone: sixless.test, takes: ipv6}\n"
    "  sixworld: {zone: sixworld.test, takes: ipv6}\n"
    "rules:\n"
    "  A: {dnsbl: good}\n"
    "  B: {dnsbl: world}\n"
    "  C: {dnsbl: parked}\n"
    "  D: {dnsbl: empty}\n"
    "  E: {dnsbl: refusing}\n"
    "  F: {dnsbl: silent}\n"
    "  G: {dnsbl: own, of: helo}\n"
    "  H: {dnsbl: untestable}\n"
    "  I: {dnsbl: everybody}\n"
    "  J: {dnsbl: unused, score: 0}\n"
    "  K: {dnsbl: failing, score: 0}\n"
    "  L: {dnsbl: six, score: 0}\n"
    "  M: {dnsbl: sixless, score: 0}\n"
    "  N: {dnsbl: sixworld, score: 0}\n";

/* The end of ::FFFF:7F00:n as a key (RFC 5782, 5). */
#define IPV6_REST ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

static const char table_text[] = "2.0.0.127.good.test A 127.0.0.2\n"
				 "2.0.0.127.world.test A 127.0.0.2\n"
				 "*.world.test A 127.0.0.2\n"
				 "*.parked.test A 203.0.113.1\n"
				 "2.0.0.127.refusing.test A 127.255.255.254\n"
				 "2.0.0.127.silent.test A !TIMEOUT\n"
				 "1.0.0.127.silent.test A !TIMEOUT\n"
				 "2.0.0.127.failing.test A 127.0.0.2\n"
				 "1.0.0.127.failing.test A !SERVFAIL\n"
				 "bad.example.own.test A 127.0.0.2\n"
				 "2.0.0.127.everybody.test A 127.0.0.2\n"
				 "1.0.0.127.everybody.test A 127.0.0.2\n"
				 "2.0.0.127.six.test A 127.0.0.2\n"
				 "2.0.0.127.sixless.test A 127.0.0.2\n"
				 "2.0.0.127.sixworld.test A 127.0.0.2\n"
				 "2" IPV6_REST ".six.test A 127.0.0.2\n"
				 "2" IPV6_REST ".sixworld.test A 127.0.0.2\n"
				 "1" IPV6_REST ".sixworld.test A 127.0.0.2\n";

#define HOUR_US INT64_C(3600000000)
#define DAY_S 86400

/* The clocks stand still, in seconds, unless a test moves them. */
static int64_t wall_s = INT64_C(1900000000), monotonic_s = 100000;

/* Stands before the C library's, for all of this program. */
int
clock_gettime(clockid_t which, struct timespec *now)
{
	*now = (struct timespec){ .tv_sec = which == CLOCK_REALTIME ? wall_s : monotonic_s };
	return 0;
}

struct fixture {
	struct arena *arena;
	struct ruleset *ruleset;
	struct resolver *resolver;
	const struct dns_lists *lists;
};

static void
open_fixture(struct fixture *fixture)
{
	struct rule_source source = RULE_SOURCE_INIT;
	struct diagnostics *found = diagnostics_new();
	const struct ruleset_report report = diagnostics_report(found);
	struct resolver_options options = { .table = NULL };
	struct ruleset_source view;
	struct err err;

	fixture->arena = arena_new((size_t)16 << 20);
	assert_true(rules_yaml_read(&source, "r.yaml", "local", SLICE(lists_text), found));
	rule_source_view(&source, &view);
	fixture->ruleset = ruleset_build(&view, &report);
	assert_int_equal(diagnostics_count(found, SEVERITY_ERROR), 0);
	fixture->lists = ruleset_dns_lists(fixture->ruleset);
	options.table = dns_table_read(fixture->arena, SLICE(table_text), &err);
	assert_non_null(options.table);
	fixture->resolver = resolver_new(&options, &err);
	assert_non_null(fixture->resolver);
	rule_source_clear(&source);
	diagnostics_free(&found);
}

static void
close_fixture(struct fixture *fixture)
{
	resolver_unref(&fixture->resolver);
	ruleset_unref(&fixture->ruleset);
	arena_free(&fixture->arena);
}

static size_t
number_of(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->lists->n; i++)
		if (slice_eq(fixture->lists->v[i].name, slice_of(name)))
			return i;
	fail_msg("no list %s", name);
	return 0;
}

static enum dns_list_condition
condition(struct fixture *fixture, struct list_health *health, const char *name)
{
	const struct dns_list_state *states = list_health_states(
	    health, fixture->ruleset, fixture->arena);

	return states[number_of(fixture, name)].condition;
}

/* Tests all that is due; how many that were. */
static size_t
test_due(struct fixture *fixture, struct list_health *health)
{
	struct list_finding findings[LIST_TESTS_MAX];
	struct list_status status;
	size_t numbers[LIST_TESTS_MAX], n;
	int64_t wait_us;

	n = list_health_due(health, fixture->ruleset, numbers, LIST_TESTS_MAX, &wait_us);
	list_test_run(fixture->resolver, fixture->lists, numbers, n, 1000000, findings);
	for (size_t i = 0; i < n; i++)
		list_health_tested(health, &fixture->lists->v[numbers[i]], &findings[i], &status);
	return n;
}

static void
test_findings(void **state)
{
	static const struct {
		const char *list;
		bool answered, well;
		const char *reason;
	} rows[] = {
		{ "good", true, true, "" },
		{ "world", true, false, "*.world.test is listed: it lists the world" },
		{ "parked", true, false, "*.parked.test is listed: it lists the world" },
		{ "empty", true, false, "2.0.0.127.empty.test is not listed and must be" },
		{ "refusing", true, false,
		    "2.0.0.127.refusing.test is answered by error code 127.255.255.254" },
		{ "silent", false, true,
		    "its servers do not answer: no answer in time to 2 of 3 test questions" },
		{ "failing", false, true,
		    "its servers do not answer: SERVFAIL to 1 of 3 test questions" },
		{ "own", true, true, "" },
		{ "six", true, true, "" },
		{ "sixless", true, false, "2" IPV6_REST ".sixless.test is not listed and must be" },
		{ "sixworld", true, false,
		    "1" IPV6_REST ".sixworld.test is listed and must not be" },
		{ "untestable", true, true, "" },
		{ "everybody", true, false, "1.0.0.127.everybody.test is listed and must not be" },
	};
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t number = number_of(&fixture, rows[i].list);
		struct list_finding found;

		list_test_run(fixture.resolver, fixture.lists, &number, 1, 1000000, &found);
		if (found.answered != rows[i].answered || found.well != rows[i].well ||
		    strstr(found.reason, rows[i].reason) == NULL)
			fail_msg("%s: got %d %d \"%s\", want \"%s\"", rows[i].list, found.answered,
			    found.well, found.reason, rows[i].reason);
	}
	close_fixture(&fixture);
}

/* A list is asked once its first test has gone well, and no more after one that has not. */
static void
test_conditions(void **state)
{
	struct list_finding bad = { .answered = true, .reason = "listed the world" };
	struct list_finding none = { .well = true, .reason = "its servers do not answer" };
	struct list_health *health = list_health_new(NULL);
	struct list_status status;
	struct fixture fixture;
	const struct dns_list *good;

	(void)state;
	open_fixture(&fixture);
	good = &fixture.lists->v[number_of(&fixture, "good")];
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_UNTESTED);
	list_health_use(health, fixture.ruleset, HOUR_US);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_UNTESTED);
	assert_int_equal(test_due(&fixture, health), 9); /* not the one that nobody asks */
	assert_int_equal(test_due(&fixture, health), 0);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_WELL);
	assert_int_equal(condition(&fixture, health, "world"), DNS_LIST_SICK);
	assert_int_equal(condition(&fixture, health, "silent"), DNS_LIST_SICK);
	assert_int_equal(condition(&fixture, health, "unused"), DNS_LIST_UNTESTED);
	/* silence alone takes three tests */
	for (int i = 1; i <= LIST_SILENT_MAX; i++) {
		list_health_tested(health, good, &none, &status);
		assert_int_equal(condition(&fixture, health, "good"),
		    i < LIST_SILENT_MAX ? DNS_LIST_WELL : DNS_LIST_SICK);
	}
	none = (struct list_finding){ .answered = true, .well = true };
	assert_true(list_health_tested(health, good, &none, &status));
	assert_int_equal(status.condition, DNS_LIST_WELL);
	assert_true(list_health_tested(health, good, &bad, &status));
	assert_int_equal(status.condition, DNS_LIST_SICK);
	assert_string_equal(status.reason, "listed the world");
	assert_false(list_health_tested(health, good, &bad, &status));
	list_health_free(&health);
	close_fixture(&fixture);
}

static size_t
due_count(struct fixture *fixture, struct list_health *health)
{
	size_t numbers[LIST_TESTS_MAX];
	int64_t wait_us;

	return list_health_due(health, fixture->ruleset, numbers, LIST_TESTS_MAX, &wait_us);
}

static bool
is_due(struct fixture *fixture, struct list_health *health, const char *name)
{
	size_t numbers[LIST_TESTS_MAX], wanted = number_of(fixture, name);
	int64_t wait_us;
	size_t n = list_health_due(health, fixture->ruleset, numbers, LIST_TESTS_MAX, &wait_us);

	while (n > 0 && numbers[n - 1] != wanted)
		n--;
	return n > 0;
}

static void
see(struct fixture *fixture, struct list_health *health, const char *subject,
    enum dns_list_says says)
{
	const struct dns_list_use use = { .list = number_of(fixture, "good"),
		.subject = slice_of(subject),
		.says = says,
		.code = 0x7fffff05 };

	list_health_watch(health, fixture->ruleset, &use, 1);
}

/*
 * Silence does not put the next test off; wrong answers do, more and more. Each row is a
 * finding of the list "good", how it stands then, and the minutes to the next test.
 */
static void
test_retries(void **state)
{
	static const struct {
		bool answered, well;
		enum dns_list_condition condition;
		int minutes;
		unsigned silent;
	} rows[] = {
		{ true, true, DNS_LIST_WELL, 60, 0 },
		{ false, true, DNS_LIST_WELL, 1, 1 },
		{ false, true, DNS_LIST_WELL, 1, 2 },
		{ false, true, DNS_LIST_SICK, 1, 3 },
		{ false, true, DNS_LIST_SICK, 1, 4 },
		{ false, true, DNS_LIST_SICK, 1, 5 },
		{ true, true, DNS_LIST_WELL, 60, 0 },
		{ true, false, DNS_LIST_SICK, 1, 0 },
		{ true, false, DNS_LIST_SICK, 2, 0 },
		{ true, false, DNS_LIST_SICK, 4, 0 },
		{ false, true, DNS_LIST_SICK, 1, 1 },
		{ true, false, DNS_LIST_SICK, 8, 0 },
		{ true, false, DNS_LIST_SICK, 16, 0 },
		{ true, false, DNS_LIST_SICK, 32, 0 },
		{ true, false, DNS_LIST_SICK, 60, 0 },
		{ true, true, DNS_LIST_WELL, 60, 0 },
	};
	struct list_health *health = list_health_new(NULL);
	const struct dns_list *good;
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	good = &fixture.lists->v[number_of(&fixture, "good")];
	list_health_use(health, fixture.ruleset, HOUR_US);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct list_finding finding = { rows[i].answered, rows[i].well, "why", 0 };
		struct list_status status;

		if (rows[i].answered && rows[i].well)
			finding.reason[0] = '\0';
		list_health_tested(health, good, &finding, &status);
		assert_int_equal(status.condition, rows[i].condition);
		assert_int_equal(status.silent, rows[i].silent);
		assert_string_equal(status.reason, finding.reason);
		monotonic_s += 60 * rows[i].minutes - 1;
		if (is_due(&fixture, health, "good"))
			fail_msg("row %zu: due before %d minutes", i, rows[i].minutes);
		monotonic_s += 1;
		if (!is_due(&fixture, health, "good"))
			fail_msg("row %zu: not due after %d minutes", i, rows[i].minutes);
	}
	list_health_free(&health);
	close_fixture(&fixture);
}

/* Other intervals hold from now on, also for lists that were trusted without tests. */
static void
test_interval(void **state)
{
	struct list_health *health = list_health_new(NULL);
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	list_health_use(health, fixture.ruleset, 0);
	assert_false(is_due(&fixture, health, "good"));
	list_health_use(health, fixture.ruleset, HOUR_US);
	assert_true(is_due(&fixture, health, "good"));
	test_due(&fixture, health);
	monotonic_s += 600;
	list_health_use(health, fixture.ruleset, HOUR_US);
	assert_false(is_due(&fixture, health, "good"));
	list_health_use(health, fixture.ruleset, HOUR_US / 6);
	assert_true(is_due(&fixture, health, "good"));
	list_health_free(&health);
	close_fixture(&fixture);
}

/* An error code in a message's answer is believed at once, whatever was tested before. */
static void
test_refusal(void **state)
{
	struct list_health *health = list_health_new(NULL);
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	list_health_use(health, fixture.ruleset, HOUR_US);
	test_due(&fixture, health);
	see(&fixture, health, "192.0.2.1", DNS_LIST_SAYS_REFUSED);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_SICK);
	assert_int_equal(due_count(&fixture, health), 1);
	test_due(&fixture, health);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_WELL);
	list_health_free(&health);
	close_fixture(&fixture);
}

/* Without tests all are trusted, until one refuses. */
static void
test_trusted(void **state)
{
	struct list_health *health = list_health_new(NULL);
	struct fixture fixture;

	(void)state;
	open_fixture(&fixture);
	list_health_use(health, fixture.ruleset, 0);
	assert_int_equal(due_count(&fixture, health), 0);
	assert_int_equal(condition(&fixture, health, "world"), DNS_LIST_WELL);
	see(&fixture, health, "192.0.2.1", DNS_LIST_SAYS_REFUSED);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_SICK);
	assert_int_equal(test_due(&fixture, health), 1);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_WELL);
	assert_int_equal(due_count(&fixture, health), 0);
	list_health_free(&health);
	close_fixture(&fixture);
}

/* Twenty different ones in a row, listed. */
static void
see_streak(struct fixture *fixture, struct list_health *health)
{
	char subject[32];

	for (int i = 0; i < LIST_STREAK; i++) {
		snprintf(subject, sizeof(subject), "192.0.2.%d", i);
		see(fixture, health, subject, DNS_LIST_SAYS_LISTED);
	}
}

/* Twenty different ones in a row make a test due, not twenty of the same, nor with one between. */
static void
test_streak(void **state)
{
	struct list_health *health = list_health_new(NULL);
	struct fixture fixture;
	char subject[32];

	(void)state;
	open_fixture(&fixture);
	list_health_use(health, fixture.ruleset, HOUR_US);
	test_due(&fixture, health);
	for (int i = 0; i < 3 * LIST_STREAK; i++)
		see(&fixture, health, "192.0.2.1", DNS_LIST_SAYS_LISTED);
	for (int i = 0; i < LIST_STREAK; i++) {
		snprintf(subject, sizeof(subject), "192.0.2.%d", i);
		see(&fixture, health, subject, DNS_LIST_SAYS_LISTED);
		if (i == LIST_STREAK / 2)
			see(&fixture, health, "198.51.100.1", DNS_LIST_SAYS_CLEAR);
	}
	assert_int_equal(due_count(&fixture, health), 0);
	see_streak(&fixture, health);
	assert_true(is_due(&fixture, health, "good"));
	test_due(&fixture, health);
	assert_false(is_due(&fixture, health, "good"));
	list_health_free(&health);
	close_fixture(&fixture);
}

/* Whatever answers come, they make one test a minute due. */
static void
test_urged(void **state)
{
	struct list_health *health = list_health_new(NULL);
	struct fixture fixture;
	int64_t begun_s = monotonic_s;
	int tests = 0;

	(void)state;
	open_fixture(&fixture);
	list_health_use(health, fixture.ruleset, HOUR_US);
	test_due(&fixture, health);
	for (; monotonic_s < begun_s + 599; monotonic_s++) {
		see_streak(&fixture, health);
		if (monotonic_s % 7 == 0)
			see(&fixture, health, "192.0.2.1", DNS_LIST_SAYS_REFUSED);
		if (is_due(&fixture, health, "good")) {
			tests++;
			test_due(&fixture, health);
		}
	}
	assert_int_equal(tests, 10);
	list_health_free(&health);
	close_fixture(&fixture);
}

/* The day's budget holds over a restart; what it forbids is counted. */
static void
test_budget(void **state)
{
	char path[] = "/tmp/list-health-XXXXXX";
	int fd = mkstemp(path);
	struct list_health *health = list_health_new(path);
	struct list_counts counts;
	const struct dns_list *good;
	struct fixture fixture;
	struct err err;

	(void)state;
	close(fd);
	open_fixture(&fixture);
	good = &fixture.lists->v[number_of(&fixture, "good")];
	list_health_use(health, fixture.ruleset, HOUR_US);
	test_due(&fixture, health);
	assert_true(list_health_admit(health, good));
	assert_true(list_health_admit(health, good));
	assert_true(list_health_save(health, &err));
	list_health_free(&health);

	health = list_health_new(path);
	list_health_use(health, fixture.ruleset, HOUR_US);
	test_due(&fixture, health);
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_WELL);
	assert_true(list_health_admit(health, good));
	assert_false(list_health_admit(health, good));
	assert_int_equal(condition(&fixture, health, "good"), DNS_LIST_WELL);
	list_health_count(health, &counts);
	assert_int_equal(counts.spent, 1);
	assert_int_equal(counts.used, 9);
	list_health_free(&health);
	unlink(path);
	close_fixture(&fixture);
}

/* A wall clock that jumps neither gives the day's budget anew nor takes that of another day. */
static void
test_clock_jumps(void **state)
{
	char path[] = "/tmp/list-health-XXXXXX";
	int fd = mkstemp(path);
	struct list_health *health = list_health_new(path);
	const struct dns_list *good;
	struct fixture fixture;

	(void)state;
	close(fd);
	open_fixture(&fixture);
	good = &fixture.lists->v[number_of(&fixture, "good")];
	list_health_use(health, fixture.ruleset, HOUR_US);
	for (int i = 0; i < 3; i++)
		assert_true(list_health_admit(health, good));
	assert_false(list_health_admit(health, good));
	for (int i = 0; i < 3; i++) { /* back and forth */
		wall_s -= 3 * DAY_S;
		assert_false(list_health_admit(health, good));
		wall_s += 3 * DAY_S;
		assert_false(list_health_admit(health, good));
	}
	/* a start with a clock that is behind still knows what was asked */
	list_health_free(&health);
	wall_s -= 400 * DAY_S;
	health = list_health_new(path);
	list_health_use(health, fixture.ruleset, HOUR_US);
	assert_false(list_health_admit(health, good));
	wall_s += 400 * DAY_S;
	assert_false(list_health_admit(health, good));
	/* ahead: another day; and back, where a wrong day ends after a day's time */
	wall_s += 4000 * (int64_t)DAY_S;
	for (int i = 0; i < 3; i++)
		assert_true(list_health_admit(health, good));
	wall_s -= 4000 * (int64_t)DAY_S;
	assert_false(list_health_admit(health, good));
	monotonic_s += DAY_S;
	assert_true(list_health_admit(health, good));
	list_health_free(&health);
	unlink(path);
	close_fixture(&fixture);
}

/* A table has names and texts without secrets; test_dns_lists.py sees them go out to servers. */
static void
test_secret(void **state)
{
	struct arena *arena = arena_new((size_t)16 << 20);
	struct dns_list list = { .name = SLICE("k"),
		.zone = SLICE("{key}.k.test"),
		.secret = SLICE("TopSecret"),
		.takes = DNS_LIST_IP };
	const struct dns_lists lists = { &list, 1 };
	const struct dns_question question = { DNS_TXT, SLICE("9.{key:k}.k.test") };
	const struct dns_question foreign = { DNS_TXT, SLICE("9.{key:other}.k.test") };
	struct resolver_options options = { .table = NULL };
	const struct dns_question *asked;
	const struct dns_answer *answer;
	struct list_lookup *lookup;
	struct resolver *resolver;
	struct err err;

	(void)state;
	options.table = dns_table_read(
	    arena, SLICE("9.{key:k}.k.test TXT \"ask http://x.test/{key:k}/9 for it\"\n"), &err);
	resolver = resolver_new(&options, &err);
	assert_true(dns_list_settle(arena, &list, true, &err));
	lookup = list_lookup_new(resolver, &lists, 0);
	list_lookup_add(lookup, &question);
	list_lookup_add(lookup, &foreign);
	assert_int_equal(list_lookup_open(lookup), 0);
	assert_true(list_lookup_wait(lookup, 0));
	assert_true(list_lookup_next(lookup, &asked, &answer));
	assert_true(slice_eq(asked->name, question.name));
	assert_int_equal(answer->outcome, DNS_FOUND);
	assert_true(slice_eq(answer->records[0].data, SLICE("ask http://x.test/{key:k}/9 for it")));
	assert_true(list_lookup_next(lookup, &asked, &answer));
	assert_true(slice_eq(asked->name, foreign.name));
	assert_int_equal(answer->outcome, DNS_NXDOMAIN);
	assert_false(list_lookup_next(lookup, &asked, &answer));
	list_lookup_free(&lookup);
	resolver_unref(&resolver);
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_retries),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_streak),
		cmocka_unit_test(test_urged),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_clock_jumps),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests_name("list_health", tests, NULL, NULL);
}
