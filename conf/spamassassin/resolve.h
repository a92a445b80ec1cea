/*
 * resolve.h - from what SpamAssassin's files said to rule definitions
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_RESOLVE_H
#define STEELYARD_CONF_SPAMASSASSIN_RESOLVE_H

#include "conf/rules_yaml.h"
#include "conf/spamassassin/sa_config.h"

/*
 * Adds the rules, their scores, the lists and the settings to `source`, in
 * whose arena the configuration's texts must be. A rule that SpamAssassin
 * would not run is told of and left out.
 */
void sa_resolve(struct sa_config *config, struct rule_source *source);

#endif
