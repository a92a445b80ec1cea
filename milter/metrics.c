/*
 * metrics.c - what the daemon has done since it started, in numbers
 *
 * Text and JSON come from one walk, which hands each name and value to a
 * writer, so neither can lack what the other has.
 */
#include "config.h"

#include "milter/metrics.h"

#include <stdio.h>

#include "milter/json.h"

/* Where named values go. */
struct writer {
	struct buf *out; /* lines */
	struct json json; /* json.out NULL: lines are wanted */
};

static void
writer_number(struct writer *writer, const char *name, uint64_t value)
{
	if (writer->json.out == NULL) {
		buf_printf(writer->out, "%s %llu\n", name, (unsigned long long)value);
		return;
	}
	json_key(&writer->json, name);
	json_integer(&writer->json, (int64_t)value);
}

static void
writer_text(struct writer *writer, const char *name, struct slice value)
{
	if (writer->json.out == NULL) {
		buf_printf(writer->out, "%s %.*s\n", name, SLICE_ARG(value));
		return;
	}
	json_key(&writer->json, name);
	json_string(&writer->json, value);
}

static void
writer_truth(struct writer *writer, const char *name, bool value)
{
	if (writer->json.out == NULL) {
		buf_printf(writer->out, "%s %s\n", name, value ? "yes" : "no");
		return;
	}
	json_key(&writer->json, name);
	json_bool(&writer->json, value);
}

void
metrics_add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void
metrics_message(
    struct metrics *metrics, const struct verdict *verdict, enum action done, uint64_t bytes)
{
	metrics_add(&metrics->messages, 1);
	metrics_add(&metrics->actions[done], 1);
	metrics_add(&metrics->bytes, bytes);
	metrics_add(&metrics->spam, verdict->spam);
	metrics_add(&metrics->skipped, verdict->skipped);
	metrics_add(&metrics->incomplete, verdict->incomplete);
	metrics_add(&metrics->us_parse, (uint64_t)verdict->us_parse);
	metrics_add(&metrics->us_match, (uint64_t)verdict->us_match);
	metrics_add(&metrics->us_total, (uint64_t)verdict->us_total);
	metrics_add(&metrics->us_dns, (uint64_t)verdict->us_dns);
}

static void
metrics_dns(const struct metrics_context *context, struct writer *writer)
{
	const struct resolver_counters *dns = context->dns;

	writer_truth(writer, "dns_enabled", dns != NULL);
	if (dns == NULL)
		return;
	writer_text(writer, "dns_servers", context->dns_servers);
#define METRICS_DNS(name) writer_number(writer, "dns_" #name, dns->name);
	RESOLVER_TABLE(METRICS_DNS)
#undef METRICS_DNS
}

static void
metrics_walk(struct metrics *metrics, const struct metrics_context *context, struct writer *writer)
{
	writer_text(writer, "version", SLICE(PACKAGE_VERSION));
	writer_number(writer, "uptime_s", (uint64_t)context->uptime_s);
	writer_text(writer, "ruleset", context->ruleset_id);
	writer_number(writer, "rules", context->rules);
	writer_truth(writer, "jit", context->jit);
	writer_truth(writer, "prefilter", context->prefilter);
	writer_truth(writer, "draining", context->draining);
	writer_number(writer, "scan_slots", context->scan_slots);
	writer_number(writer, "memory_used", context->memory_used);
	writer_number(writer, "memory_total", context->memory_total);
	writer_number(writer, "sessions_now", context->sessions_now);
	writer_number(writer, "messages_now", context->messages_now);
#define METRICS_WRITE(field, name) writer_number(writer, name, atomic_load(&metrics->field));
	METRICS_TABLE(METRICS_WRITE)
#undef METRICS_WRITE
	for (int i = 0; i < ACTION_COUNT; i++) {
		char name[32];

		snprintf(name, sizeof(name), "action_%s", action_name((enum action)i));
		writer_number(writer, name, atomic_load(&metrics->actions[i]));
	}
	metrics_dns(context, writer);
	writer_number(writer, "dns_lists", context->lists->used);
	writer_number(writer, "dns_lists_well", context->lists->well);
	writer_number(writer, "dns_lists_sick", context->lists->sick);
	writer_number(writer, "dns_lists_spent", context->lists->spent);
}

void
metrics_text(struct metrics *metrics, const struct metrics_context *context, struct buf *out)
{
	struct writer writer = { .out = out };

	metrics_walk(metrics, context, &writer);
}

void
metrics_json(struct metrics *metrics, const struct metrics_context *context, struct buf *out)
{
	struct writer writer = { .out = out, .json = { .out = out } };

	json_open(&writer.json, '{');
	metrics_walk(metrics, context, &writer);
	json_close(&writer.json, '}');
	buf_add_byte(out, '\n');
}
