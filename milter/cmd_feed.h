/*
 * cmd_feed.h - the subcommands of `steelyard feed`, each in its noun's cmd_feed_*.c
 *
 * One gets options that its row in cmd_feed.c allows, and returns the program's exit status.
 */
#ifndef STEELYARD_MILTER_CMD_FEED_H
#define STEELYARD_MILTER_CMD_FEED_H

#include "milter/feed_options.h"

typedef int feed_command(const struct feed_options *options);

feed_command feed_keygen;
feed_command feed_keyset;
feed_command feed_publish;
feed_command feed_rollback;
feed_command feed_snapshot;
feed_command feed_head;
feed_command feed_log;
feed_command feed_show;
feed_command feed_diff;
feed_command feed_export;
feed_command feed_import;
feed_command feed_mirror;
feed_command feed_status;
feed_command feed_promote;
feed_command feed_mute;

#endif
