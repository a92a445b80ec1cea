/*
 * message_log.h - the one log line of each message
 *
 *	event=message queue_id= client= rdns= helo= from= rcpt= size= score=
 *	required= action= hits=NAME:1.500,... ruleset= us_parse= us_match=
 *	us_total= incomplete=yes|no notes="..."
 *
 * A message that could not be judged has failed=WHY and the action taken in
 * place of score, hits and times. One that was refused before it came has
 * early=connect|helo|mail|rcpt, and what was known by then. Keys that have no
 * value are left out.
 */
#ifndef STEELYARD_MILTER_MESSAGE_LOG_H
#define STEELYARD_MILTER_MESSAGE_LOG_H

#include "conf/settings.h"
#include "engine/action.h"
#include "engine/envelope.h"
#include "engine/verdict.h"
#include "milter/session.h"

/* Logs a message that was judged, and what was done. */
void
message_log_verdict(struct session *session, const struct verdict *verdict, enum action action);

/* Logs one that could not be judged: `failed` is "memory", "busy", ... */
void message_log_failed(struct session *session, const char *failed, const char *action);

/* Logs one that was refused at the command `early`. */
void message_log_early(const struct envelope *envelope, const struct settings *settings,
    const char *early, const struct verdict *verdict);

#endif
