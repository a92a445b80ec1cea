/*
 * auth_facts.h - SPF, DKIM, ARC and DMARC of one message, for all who ask
 *
 * Each is worked out from its start as long as answers of the DNS are missing
 * and kept once they are there: until then its result is AUTH_OPEN, and who
 * asked is open too. NULL at the arena's cap; SPF also when there is nobody
 * to check: no relay of others handed the message to us.
 */
#ifndef STEELYARD_ENGINE_RULES_AUTH_FACTS_H
#define STEELYARD_ENGINE_RULES_AUTH_FACTS_H

#include <stdbool.h>

#include "engine/rules/views.h"

struct spf_result;
struct dkim;
struct arc;
struct dmarc;
struct dmarc_identity;
struct author;

/* engine/auth/spf.h: of MAIL FROM, or of the HELO name. */
const struct spf_result *views_spf(struct views *views, bool helo);

/* engine/auth/dkim.h and arc.h. */
const struct dkim *views_dkim(struct views *views);
const struct arc *views_arc(struct views *views);

/*
 * engine/auth/dmarc.h: the signatures' domains, by author_domain, and results; by the
 * numbers of dkim->v. *n_r is how many; 0 at the arena's cap.
 */
const struct dmarc_identity *views_dkim_identities(struct views *views, size_t *n_r);

/* engine/auth/author.h: read once; and the domain of From's first address. Absent: it has none. */
const struct author *views_author(struct views *views);
struct slice views_first_author(struct views *views);

/* engine/auth/dmarc.h. */
const struct dmarc *views_dmarc(struct views *views);

#endif
