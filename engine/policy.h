/*
 * policy.h - what the configuration tells the engine: thresholds, networks,
 * limits and the fields to add
 *
 * Plain data that conf/ fills and ruleset_build copies, so that a verdict
 * comes from one ruleset and its policy and never from a mix of two.
 */
#ifndef STEELYARD_ENGINE_POLICY_H
#define STEELYARD_ENGINE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/action.h"
#include "engine/markup.h"
#include "engine/util/slice.h"

/* A threshold that is never reached. */
#define THRESHOLD_OFF INT64_MAX

/* By action, in millionths: the harshest that is reached is taken. [ACTION_PASS] is not read. */
struct thresholds {
	int64_t at[ACTION_COUNT];
};

/* An address with a prefix length: IPv4 is held as ::ffff:a.b.c.d (bits + 96). */
struct network {
	unsigned char address[16];
	unsigned bits;
	bool negated; /* "!10.0.0.1": not in, whatever stands later */
};

struct network_list {
	const struct network *v;
	size_t n;
};

enum field_when {
	FIELD_ALL,
	FIELD_SPAM,
	FIELD_HAM,
};

/* A field to add: its name and a template with _TAGS_ (template.h). */
struct field_template {
	struct slice name;
	struct slice text;
	enum field_when when;
};

/* How mail of a class of senders is treated. */
enum sender_treatment {
	SENDER_SCAN, /* as any other */
	SENDER_SKIP, /* not scanned, passed */
	SENDER_THRESHOLDS, /* scanned, with thresholds of its own */
};

struct policy {
	struct thresholds thresholds;
	enum sender_treatment authenticated;
	struct thresholds authenticated_thresholds;
	enum sender_treatment local; /* client in internal_networks */
	struct thresholds local_thresholds;
	bool allow_discard; /* else discard becomes quarantine */
	bool incomplete_is_spam; /* an incomplete scan is marked as spam, whatever its score */
	struct slice reject_text; /* "550 5.7.1 ..." template */
	struct slice tempfail_text; /* "451 4.7.1 ..." template */
	struct slice subject_tag; /* template put before the Subject */

	struct network_list trusted_networks;
	struct network_list internal_networks;
	struct network_list msa_networks;
	/* Fields in which webmail tells its client's address; NULL: the usual ones. */
	const struct slice *originating_ip_headers;
	size_t originating_ip_header_count;
	/* The one field that has the envelope sender when no MTA told; empty: the usual ones. */
	struct slice envelope_sender_header;

	bool keep_charset; /* parts in other charsets than UTF-8 are matched as bytes */
	/* Of a part: characters of body, bytes of rawbody; 0: the usual, SIZE_MAX: no limit. */
	size_t body_part_scan_size, rawbody_part_scan_size;
	bool spamassassin_quirks; /* rules of SpamAssassin's hit where only an oddity makes them */

	const struct field_template *fields;
	size_t field_count;
	struct markup markup; /* where it is on, it takes the place of `fields` */
	struct slice hostname; /* for _HOSTNAME_ */

	bool auth_field; /* an Authentication-Results field is added; only while the DNS is asked */
	struct slice authserv_id; /* in it; empty: the MTA's name, or else `hostname` */
	const struct slice *trusted_ids; /* of further servers of ours */
	size_t trusted_id_count;

	size_t size_limit; /* bytes of a message that are read */
	unsigned match_limit; /* PCRE2 match limit of one match */
	unsigned heap_limit; /* PCRE2 heap limit of one match, KiB */
};

#endif
