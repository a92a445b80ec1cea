/*
 * list_report.c - how DNS lists stand, for people and programs
 */
#include "config.h"

#include "milter/list_report.h"

#include <inttypes.h>

#include "milter/clock.h"
#include "milter/json.h"

#define REPORT_ARENA ((size_t)16 << 20)

static void
add_time(struct buf *out, int64_t seconds)
{
	if (seconds == 0)
		buf_add(out, SLICE("never"));
	else
		clock_format(seconds * CLOCK_SECOND_US, out);
}

void
list_report_text(struct list_health *health, struct buf *out)
{
	struct arena *arena = arena_new(REPORT_ARENA);
	size_t count;
	const struct list_status *lists = list_health_list(health, arena, &count);

	for (size_t i = 0; i < count; i++) {
		const struct list_status *list = &lists[i];

		buf_printf(out, "%-16s %-18s zone=%s tested=", list->name,
		    dns_list_condition_word(list->condition), list->zone);
		add_time(out, list->tested_s);
		buf_printf(out, " test_ms=%" PRId64 " asked=%" PRIu64 " today=%" PRIu64,
		    list->us_test / 1000, list->asked, list->day_asked);
		if (list->day > 0)
			buf_printf(out, "/%" PRIu64, list->day);
		buf_printf(
		    out, " listed=%" PRIu64 " skipped=%" PRIu64, list->listed, list->skipped);
		if (list->silent > 0)
			buf_printf(out, " silent=%u", list->silent);
		if (list->reason[0] != '\0')
			buf_printf(out, ": %s", list->reason);
		buf_add_byte(out, '\n');
	}
	if (count == 0)
		buf_add(out, SLICE("no rule asks a DNS list\n"));
	arena_free(&arena);
}

static void
add_number(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_integer(json, (int64_t)value);
}

static void
add_text(struct json *json, const char *key, const char *value)
{
	json_key(json, key);
	json_string(json, slice_of(value));
}

void
list_report_json(struct list_health *health, struct buf *out)
{
	struct arena *arena = arena_new(REPORT_ARENA);
	struct json json = { .out = out };
	size_t count;
	const struct list_status *lists = list_health_list(health, arena, &count);

	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, '{');
		add_text(&json, "list", lists[i].name);
		add_text(&json, "zone", lists[i].zone);
		add_text(&json, "state", dns_list_condition_word(lists[i].condition));
		add_text(&json, "reason", lists[i].reason);
		add_number(&json, "silent", lists[i].silent);
		add_number(&json, "tested", (uint64_t)lists[i].tested_s);
		add_number(&json, "us_test", (uint64_t)lists[i].us_test);
		add_number(&json, "asked", lists[i].asked);
		add_number(&json, "day_asked", lists[i].day_asked);
		add_number(&json, "day", lists[i].day);
		add_number(&json, "listed", lists[i].listed);
		add_number(&json, "skipped", lists[i].skipped);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	buf_add_byte(out, '\n');
	arena_free(&arena);
}
