/*
 * dmarc_record.h - what a domain says of mail that claims to be its own (RFC 7489, 6.3)
 */
#ifndef STEELYARD_ENGINE_AUTH_DMARC_RECORD_H
#define STEELYARD_ENGINE_AUTH_DMARC_RECORD_H

#include <stdbool.h>

#include "engine/util/slice.h"

/* What is to be done with mail that fails, the milder first. */
#define DMARC_POLICY_TABLE(X)       \
	X(NONE, "none")             \
	X(QUARANTINE, "quarantine") \
	X(REJECT, "reject")

enum dmarc_policy {
#define DMARC_POLICY_ENUM(id, word) DMARC_POLICY_##id,
	DMARC_POLICY_TABLE(DMARC_POLICY_ENUM)
#undef DMARC_POLICY_ENUM
};

/* Every tag that RFC 7489 knows: DMARC_TAG(id, "name"). */
#define DMARC_TAG_TABLE(X) \
	X(V, "v")          \
	X(P, "p")          \
	X(SP, "sp")        \
	X(ADKIM, "adkim")  \
	X(ASPF, "aspf")    \
	X(PCT, "pct")      \
	X(RUA, "rua")      \
	X(RUF, "ruf")      \
	X(FO, "fo")        \
	X(RI, "ri")        \
	X(RF, "rf")

enum dmarc_tag {
#define DMARC_TAG_ENUM(id, name) DMARC_TAG_##id,
	DMARC_TAG_TABLE(DMARC_TAG_ENUM)
#undef DMARC_TAG_ENUM
	    DMARC_TAG_COUNT
};

/* What a text is as a record. */
enum dmarc_record_state {
	DMARC_RECORD_GOOD, /* to be followed */
	DMARC_RECORD_REPORTS, /* its policy cannot be read, but it wants reports: as p=none */
	DMARC_RECORD_BROKEN, /* its policy is missing or cannot be read, or a tag stands twice */
	DMARC_RECORD_OTHER, /* no record of DMARC: another text */
};

struct dmarc_record {
	enum dmarc_record_state state;
	enum dmarc_policy policy; /* p */
	enum dmarc_policy subdomain_policy; /* sp; p without it */
	bool strict_dkim, strict_spf; /* adkim=s, aspf=s */
	unsigned percent; /* pct, 0 to 100 */
	unsigned long report_interval; /* ri, seconds */
	struct slice rua, ruf, fo, rf; /* as written; absent: not said */
	unsigned tags; /* 1 << enum dmarc_tag: those that stand there */
	unsigned faults; /* 1 << enum dmarc_tag: whose values cannot be read; the default holds */
};

/*
 * Reads the text of a TXT record, into which its slices point. Unknown tags
 * are passed over; where a value cannot be read its default holds and `faults`
 * says so. The state is never in doubt: all bytes may stand there.
 */
void dmarc_record_parse(struct slice text, struct dmarc_record *record_r);

/* "none", "quarantine", "reject". */
const char *dmarc_policy_word(enum dmarc_policy policy);

#endif
