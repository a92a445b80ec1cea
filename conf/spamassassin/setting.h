/*
 * setting.h - directives of SpamAssassin that have a home in steelyard.yaml
 */
#ifndef STEELYARD_CONF_SPAMASSASSIN_SETTING_H
#define STEELYARD_CONF_SPAMASSASSIN_SETTING_H

#include <stdbool.h>

#include "conf/rules_yaml.h"
#include "conf/spamassassin/sa_config.h"

/* Whether a directive's value is a setting, not a list that rules read. */
bool sa_list_is_setting(struct slice name);

/* Adds what the files set as settings, as steelyard.yaml would have it. */
void sa_resolve_settings(struct sa_config *config, struct rule_source *source);

#endif
