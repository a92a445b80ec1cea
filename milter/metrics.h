/*
 * metrics.h - what the daemon has done since it started, in numbers
 *
 * Counters that any thread may raise; `status` shows them under the names in
 * METRICS_TABLE, which are also those of the log.
 */
#ifndef STEELYARD_MILTER_METRICS_H
#define STEELYARD_MILTER_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/action.h"
#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"
#include "milter/list_health.h"
#include "milter/resolver.h"

/* field, name: counters that only rise */
#define METRICS_TABLE(X)                            \
	X(connections, "connections")               \
	X(messages, "messages")                     \
	X(spam, "spam")                             \
	X(skipped, "skipped")                       \
	X(incomplete, "incomplete")                 \
	X(aborted, "aborted")                       \
	X(bytes, "bytes")                           \
	X(us_parse, "us_parse")                     \
	X(us_match, "us_match")                     \
	X(us_total, "us_total")                     \
	X(us_dns, "us_dns")                         \
	X(failed_connections, "failed_connections") \
	X(failed_memory, "failed_memory")           \
	X(failed_fields, "failed_fields")           \
	X(failed_busy, "failed_busy")               \
	X(failed_draining, "failed_draining")       \
	X(early_connect, "early_connect")           \
	X(early_helo, "early_helo")                 \
	X(early_mail, "early_mail")                 \
	X(early_rcpt, "early_rcpt")                 \
	X(reloads, "reloads")                       \
	X(reloads_refused, "reloads_refused")       \
	X(feed_entries, "feed_entries")             \
	X(feed_faults, "feed_faults")               \
	X(feed_muted, "feed_muted")

struct metrics {
#define METRICS_FIELD(field, name) atomic_uint_fast64_t field;
	METRICS_TABLE(METRICS_FIELD)
#undef METRICS_FIELD
	atomic_uint_fast64_t actions[ACTION_COUNT]; /* messages by what was done */
};

/* What status shows beside the counters. */
struct metrics_context {
	int64_t uptime_s;
	struct slice ruleset_id;
	uint64_t rules;
	uint64_t memory_used;
	uint64_t memory_total;
	uint64_t scan_slots;
	uint64_t sessions_now; /* open */
	uint64_t messages_now; /* between MAIL FROM and the answer */
	bool draining;
	bool jit;
	bool prefilter;
	const struct list_counts *lists; /* DNS lists */
	const struct resolver_counters *dns; /* NULL: the DNS is not asked */
	struct slice dns_servers; /* that are asked */
};

/* Raises a counter. */
void metrics_add(atomic_uint_fast64_t *counter, uint64_t n);

/* Counts one message that was judged and what was done with it. `bytes`: its size. */
void metrics_message(
    struct metrics *metrics, const struct verdict *verdict, enum action done, uint64_t bytes);

/* Appends them all: lines "name value", or one JSON object and a newline. */
void metrics_text(struct metrics *metrics, const struct metrics_context *context, struct buf *out);
void metrics_json(struct metrics *metrics, const struct metrics_context *context, struct buf *out);

#endif
