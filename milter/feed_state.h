/*
 * feed_state.h - what the journals of feeds hold, for programs that only read
 */
#ifndef STEELYARD_MILTER_FEED_STATE_H
#define STEELYARD_MILTER_FEED_STATE_H

#include "conf/settings.h"
#include "engine/rules/ruleset.h"

/*
 * `ruleset` with the rules of all channels that the settings name, as their journals last had them:
 * no daemon and no Redis is asked, and nothing is written. Takes over the reference and returns
 * one. A journal that is there and cannot be read is told of; rules go without it.
 */
struct ruleset *feed_state_lay(const struct settings *settings, struct ruleset *ruleset);

#endif
