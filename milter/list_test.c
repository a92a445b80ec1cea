/*
 * list_test.c - whether DNS lists are well: test points, error codes, and a name nobody lists
 *
 * Five questions for each list at most. A point that is not answered leaves
 * the list as it was, unless another one has already shown it to be sick.
 */
#include "config.h"

#include "milter/list_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/list_lookup.h"

#define LABEL_MAX 24
#define TEST_ARENA ((size_t)16 << 20)

enum point {
	POINT_LISTED,
	POINT_UNLISTED,
	POINT_LISTED_IPV6,
	POINT_UNLISTED_IPV6,
	POINT_RANDOM,
	POINT_COUNT
};

/* A list's questions and what came of them; asked.n 0: that one is not asked. */
struct tested {
	const struct dns_list *list;
	struct slice asked[POINT_COUNT];
	struct dns_answer answers[POINT_COUNT]; /* DNS_OPEN: none came */
	int64_t us;
};

/* A label that nobody has thought of before. */
static void
random_label(char label[LABEL_MAX])
{
	unsigned char bytes[8];

	if (getentropy(bytes, sizeof(bytes)) != 0) {
		int64_t now_us = clock_monotonic_us();

		memcpy(bytes, &now_us, sizeof(bytes));
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(label + 2 * i, 3, "%c%c", 'a' + (bytes[i] >> 4), 'a' + (bytes[i] & 15));
}

static void
ask_points(struct arena *arena, struct list_lookup *lookup, struct tested *tested)
{
	char label[LABEL_MAX];
	struct slice keys[POINT_COUNT] = {
		[POINT_LISTED] = tested->list->listed,
		[POINT_UNLISTED] = tested->list->unlisted,
		[POINT_LISTED_IPV6] = tested->list->listed_ipv6,
		[POINT_UNLISTED_IPV6] = tested->list->unlisted_ipv6,
	};

	random_label(label);
	keys[POINT_RANDOM] = slice_of(label);
	for (unsigned i = 0; i < POINT_COUNT; i++) {
		struct dns_question question = { .type = DNS_A };

		if (keys[i].p == NULL)
			continue;
		question.name = dns_list_name(arena, tested->list, keys[i]);
		tested->asked[i] = question.name;
		if (question.name.p != NULL)
			list_lookup_add(lookup, &question);
	}
}

static void
take_answer(struct tested *all, size_t count, const struct dns_question *question,
    const struct dns_answer *answer, int64_t us)
{
	for (size_t i = 0; i < count; i++) {
		for (unsigned k = 0; k < POINT_COUNT; k++) {
			if (!slice_eq(all[i].asked[k], question->name))
				continue;
			all[i].answers[k] = *answer;
			if (us > all[i].us)
				all[i].us = us;
		}
	}
}

/* The random label is told as a star, so that the reason is the same at each test. */
static void
say(struct list_finding *finding, const char *what, const struct tested *tested, enum point point)
{
	struct slice name = tested->asked[point];
	bool random = point == POINT_RANDOM;

	if (random)
		name = slice_from(name, slice_find_byte(name, 0, '.'));
	finding->well = false;
	snprintf(finding->reason, sizeof(finding->reason), "%s%.*s %s", random ? "*" : "",
	    (int)(name.n < 100 ? name.n : 100), name.p, what);
}

/* What one answer says of the list's health; what was found before stands. */
static void
judge_point(const struct tested *tested, enum point point, struct list_finding *finding)
{
	const struct dns_answer *answer = &tested->answers[point];
	char text[DNS_CODE_TEXT_MAX], what[64];
	uint32_t code;

	switch (dns_list_read(tested->list, answer, &code)) {
	case DNS_LIST_SAYS_REFUSED:
		snprintf(
		    what, sizeof(what), "is answered by error code %s", dns_code_text(code, text));
		say(finding, what, tested, point);
		break;
	case DNS_LIST_SAYS_LISTED:
	case DNS_LIST_SAYS_STRANGE:
		if (point == POINT_RANDOM)
			say(finding, "is listed: it lists the world", tested, point);
		else if (point == POINT_UNLISTED || point == POINT_UNLISTED_IPV6)
			say(finding, "is listed and must not be", tested, point);
		else if (!dns_code_inside(code))
			say(finding, "is answered by what is no code", tested, point);
		break;
	case DNS_LIST_SAYS_CLEAR:
		if (point == POINT_LISTED || point == POINT_LISTED_IPV6)
			say(finding, "is not listed and must be", tested, point);
		break;
	case DNS_LIST_SAYS_OPEN:
	case DNS_LIST_SAYS_FAILED:
	case DNS_LIST_SAYS_UNASKED:
		finding->answered = false;
		break;
	}
}

/* What became of a question that has no answer; NULL: it has one. */
static const char *
failure_word(const struct dns_answer *answer)
{
	switch (answer->outcome) {
	case DNS_OPEN:
	case DNS_TIMEOUT:
		return "no answer in time";
	case DNS_SERVFAIL:
		return "SERVFAIL";
	case DNS_UNASKED:
		return "not asked";
	case DNS_FOUND:
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		break;
	}
	return NULL;
}

/* Why there is no finding: how many of the questions failed, and how. */
static void
say_silent(const struct tested *tested, struct list_finding *finding)
{
	const char *how = "";
	unsigned asked = 0, failed = 0;

	for (unsigned i = 0; i < POINT_COUNT; i++) {
		const char *word = failure_word(&tested->answers[i]);

		if (tested->asked[i].p == NULL)
			continue;
		asked++;
		failed += word != NULL;
		if (word != NULL)
			how = word;
	}
	snprintf(finding->reason, sizeof(finding->reason),
	    "its servers do not answer: %s to %u of %u test questions", how, failed, asked);
}

static void
judge(const struct tested *tested, struct list_finding *finding)
{
	*finding = (struct list_finding){ .answered = true, .well = true, .us_test = tested->us };
	for (unsigned i = POINT_COUNT; i-- > 0;)
		if (tested->asked[i].p != NULL && finding->well)
			judge_point(tested, (enum point)i, finding);
	if (!finding->well)
		finding->answered = true;
	else if (!finding->answered)
		say_silent(tested, finding);
}

void
list_test_run(struct resolver *resolver, const struct dns_lists *lists, const size_t *numbers,
    size_t count, int64_t timeout_us, struct list_finding *findings_r)
{
	struct arena *arena = arena_new(TEST_ARENA);
	struct list_lookup *lookup = list_lookup_new_for_tests(resolver, lists);
	struct tested all[LIST_TESTS_MAX];
	const struct dns_question *question;
	const struct dns_answer *answer;
	int64_t begun_us = clock_monotonic_us();

	memset(all, 0, sizeof(all));
	for (size_t i = 0; i < count; i++) {
		all[i].list = &lists->v[numbers[i]];
		ask_points(arena, lookup, &all[i]);
	}
	while (list_lookup_wait(lookup, begun_us + timeout_us))
		while (list_lookup_next(lookup, &question, &answer))
			take_answer(all, count, question, answer, clock_monotonic_us() - begun_us);
	for (size_t i = 0; i < count; i++)
		judge(&all[i], &findings_r[i]);
	list_lookup_free(&lookup);
	arena_free(&arena);
}
