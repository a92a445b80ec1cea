/*
 * feed_open.h - what a setting of `feeds` says, as channel and guard
 */
#ifndef STEELYARD_SHARED_SYNC_FEED_OPEN_H
#define STEELYARD_SHARED_SYNC_FEED_OPEN_H

#include <stdbool.h>

#include "conf/settings.h"
#include "engine/util/err.h"
#include "shared-sync/channel.h"
#include "shared-sync/guard.h"

/* The channel, nothing known yet; root keys that cannot be read are left out and told in *err. */
struct channel *feed_open_channel(const struct feed_setting *setting, struct err *err);

/* Its guard, nothing counted yet. */
struct guard *feed_open_guard(const struct feed_setting *setting);

/*
 * Brings the guard to what the channel's file of decisions and counts in `folder` says, if it is
 * there. False with *err: it cannot be read.
 */
bool
feed_open_decisions(const char *folder, struct slice channel, struct guard *guard, struct err *err);

#endif
