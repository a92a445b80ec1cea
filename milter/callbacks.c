/*
 * callbacks.c - libmilter's callbacks: the only file that knows it
 *
 * Each callback is short: it moves what the MTA tells into the session, and at
 * the end of the message carries out what actions.c planned. No policy here.
 *
 * Things of libmilter that shape this file:
 * - Debian's is built with a pool of workers, so the callbacks of one session
 *   run on different threads: all state hangs off smfi_setpriv.
 * - The leading space of a field's value is kept when SMFIP_HDR_LEADSPC was
 *   negotiated; then we must write ours too.
 * - SMFIP_NR_HDR promises no answer to a field: then NOREPLY must be returned.
 *   What goes wrong in the middle of a message is therefore kept in the
 *   session and answered at its end.
 * - After QUIT_NC a new session begins on the same connection without another
 *   negotiation: `terms_last` are those that this MTA had before.
 * - smfi_setreply drops a text with a single % and lines over 980 bytes.
 * - A thread of its own waits for SIGHUP and SIGTERM by sigwait(3) and takes
 *   them as "stop". It would take one that comes while it goes to wait even
 *   though the main thread handles it: our sigwait stands before libc's.
 * - A callback gets no user data before the first smfi_setpriv: `host` is
 *   static, written once before smfi_main.
 *
 * Macros are asked for by name (smfi_setsymlist) where the MTA allows it:
 * Postfix knows the queue id only after the first recipient, so it is read
 * again at the end.
 */
#include "config.h"

#include "milter/callbacks.h"

#include <libmilter/mfapi.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings.h"
#include "milter/actions.h"
#include "milter/early.h"
#include "milter/log.h"
#include "milter/message_log.h"
#include "milter/session.h"

/* What an arena for the plan of one message's edits may take. */
#define PLAN_ARENA_MAX (4 * SESSION_ENVELOPE_MAX)

#define ACTIONS_WANTED (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE)
#define PROTOCOL_WANTED                                                              \
	(SMFIP_NOUNKNOWN | SMFIP_NODATA | SMFIP_SKIP | SMFIP_NR_HDR | SMFIP_NR_EOH | \
	    SMFIP_HDR_LEADSPC)

/* What smfi_setpriv holds for a session. */
struct peer {
	struct session *session;
	unsigned long terms; /* SMFIP_ bits that were negotiated */
	bool admitted; /* else every message gets fail_action */
	bool open; /* a message is counted as begun */
	bool answered; /* a message's answer is about to be sent */
};

static struct callbacks_host host;
static atomic_ulong terms_last;

static struct peer *
peer_new(SMFICTX *ctx, unsigned long terms)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	const struct generation *generation = live_take(host.live);

	if (peer == NULL)
		abort();
	peer->session = session_new(host.scanner->memory);
	peer->terms = terms;
	peer->admitted = traffic_enter(host.traffic, generation->settings->max_connections);
	generation_unref(&generation);
	metrics_add(&host.metrics->connections, 1);
	smfi_setpriv(ctx, peer);
	return peer;
}

/* The session's peer; it has spoken, so what was answered before has been sent. */
static struct peer *
peer_of(SMFICTX *ctx)
{
	struct peer *peer = smfi_getpriv(ctx);

	if (peer == NULL)
		peer = peer_new(ctx, atomic_load(&terms_last));
	if (peer->answered)
		traffic_sent(host.traffic);
	peer->answered = false;
	return peer;
}

/* The open message goes without an answer. */
static void
peer_drop_message(struct peer *peer)
{
	session_end(peer->session);
	if (!peer->open)
		return;
	peer->open = false;
	metrics_add(&host.metrics->aborted, 1);
	traffic_abort(host.traffic);
}

/* fail_action of the configuration in force. */
static sfsistat
peer_fail(void)
{
	const struct generation *generation = live_take(host.live);
	bool accept = generation->settings->fail_action == FAIL_ACCEPT;

	generation_unref(&generation);
	return accept ? SMFIS_ACCEPT : SMFIS_TEMPFAIL;
}

static struct slice
macro(SMFICTX *ctx, const char *name)
{
	return slice_of(smfi_getsymval(ctx, (char *)(uintptr_t)name));
}

static void
fact_from_macro(SMFICTX *ctx, struct peer *peer, enum session_fact fact, const char *name)
{
	struct slice value = macro(ctx, name);

	if (value.p != NULL && value.n > 0)
		session_fact(peer->session, fact, value);
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long protocol, unsigned long f2,
    unsigned long f3, unsigned long *actions_r, unsigned long *protocol_r, unsigned long *f2_r,
    unsigned long *f3_r)
{
	static const struct {
		int stage;
		const char *names;
	} macros[] = {
		{ SMFIM_CONNECT, "j {daemon_name} {client_name} {client_ptr} {client_resolve}" },
		{ SMFIM_HELO, "{tls_version}" },
		{ SMFIM_ENVFROM, "i {auth_authen} {tls_version}" },
		{ SMFIM_ENVRCPT, "i" },
		{ SMFIM_EOM, "i" },
	};

	(void)f2;
	(void)f3;
	*actions_r = actions & ACTIONS_WANTED;
	*protocol_r = protocol & PROTOCOL_WANTED;
	*f2_r = 0;
	*f3_r = 0;
	if ((actions & SMFIF_SETSYMLIST) != 0) {
		*actions_r |= SMFIF_SETSYMLIST;
		for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
			smfi_setsymlist(ctx, macros[i].stage, (char *)(uintptr_t)macros[i].names);
	}
	atomic_store(&terms_last, *protocol_r);
	if (smfi_getpriv(ctx) == NULL)
		peer_new(ctx, *protocol_r);
	return SMFIS_CONTINUE;
}

static void
reply_set(SMFICTX *ctx, const struct actions *actions)
{
	if (actions->code != NULL)
		smfi_setreply(ctx, (char *)(uintptr_t)actions->code,
		    (char *)(uintptr_t)actions->enhanced, (char *)(uintptr_t)actions->text);
}

/*
 * The answer to a command before the message: it may be refused, and what the DNS will be asked
 * about the sender is asked now.
 */
static sfsistat
command_answer(SMFICTX *ctx, struct peer *peer, enum envelope_part command, struct slice rcpt)
{
	const struct generation *open = session_generation(peer->session);
	const struct generation *taken = open == NULL ? live_take(host.live) : NULL;
	const struct early early = { .scanner = host.scanner,
		.metrics = host.metrics,
		.session = peer->session,
		.generation = open == NULL ? taken : open,
		.command = command,
		.rcpt = rcpt };
	struct arena *arena = arena_new(PLAN_ARENA_MAX);
	struct actions actions;
	bool refuses = early_refuses(&early, arena, &actions);

	if (refuses && command != ENVELOPE_CLIENT)
		reply_set(ctx, &actions);
	if (!refuses && command == ENVELOPE_SENDER)
		early_ask(&early);
	arena_free(&arena);
	generation_unref(&taken);
	return refuses ? SMFIS_REJECT : SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	struct peer *peer = peer_of(ctx);
	struct slice resolved = macro(ctx, "{client_resolve}");
	bool verified = resolved.p == NULL || slice_eq(resolved, SLICE("OK"));

	session_connect(peer->session, slice_of(name == NULL ? "" : name), verified, address);
	fact_from_macro(ctx, peer, SESSION_MY_NAME, "j");
	if (peer->admitted)
		return command_answer(ctx, peer, ENVELOPE_CLIENT, SLICE_ABSENT);
	metrics_add(traffic_draining(host.traffic) ? &host.metrics->failed_draining
						   : &host.metrics->failed_connections,
	    1);
	log_event(LOG_LEVEL_WARNING, "refused", "%s",
	    traffic_draining(host.traffic) ? "draining" : "max_connections reached");
	return peer_fail();
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	struct peer *peer = peer_of(ctx);

	session_helo(peer->session, slice_of(name));
	fact_from_macro(ctx, peer, SESSION_TLS_VERSION, "{tls_version}");
	return command_answer(ctx, peer, ENVELOPE_HELO, SLICE_ABSENT);
}

/* The message that begins is refused, and not begun. */
static void
peer_refuse_message(struct peer *peer)
{
	session_end(peer->session);
	peer->open = false;
	traffic_abort(host.traffic);
}

static sfsistat
on_envfrom(SMFICTX *ctx, char **arguments)
{
	struct peer *peer = peer_of(ctx);
	sfsistat answer;

	peer_drop_message(peer);
	if (!peer->admitted)
		return peer_fail();
	if (!traffic_begin(host.traffic)) {
		metrics_add(&host.metrics->failed_draining, 1);
		return peer_fail();
	}
	peer->open = true;
	session_begin(peer->session, live_take(host.live), slice_of(arguments[0]));
	fact_from_macro(ctx, peer, SESSION_QUEUE_ID, "i");
	fact_from_macro(ctx, peer, SESSION_AUTH_USER, "{auth_authen}");
	fact_from_macro(ctx, peer, SESSION_TLS_VERSION, "{tls_version}");
	answer = command_answer(ctx, peer, ENVELOPE_SENDER, SLICE_ABSENT);
	if (answer != SMFIS_CONTINUE)
		peer_refuse_message(peer);
	return answer;
}

static sfsistat
on_envrcpt(SMFICTX *ctx, char **arguments)
{
	struct peer *peer = peer_of(ctx);
	struct slice rcpt = slice_of(arguments[0]);
	sfsistat answer = SMFIS_CONTINUE;

	if (peer->open)
		answer = command_answer(ctx, peer, ENVELOPE_RCPT, rcpt);
	if (answer == SMFIS_CONTINUE)
		session_rcpt(peer->session, rcpt);
	return answer;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct peer *peer = peer_of(ctx);

	session_header(
	    peer->session, slice_of(name), slice_of(value), (peer->terms & SMFIP_HDR_LEADSPC) != 0);
	return (peer->terms & SMFIP_NR_HDR) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	struct peer *peer = peer_of(ctx);

	session_end_of_header(peer->session);
	return (peer->terms & SMFIP_NR_EOH) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *chunk, size_t n)
{
	struct peer *peer = peer_of(ctx);

	session_body(peer->session, (struct slice){ (const char *)chunk, n });
	if (session_failure(peer->session) != SESSION_GOOD && (peer->terms & SMFIP_SKIP) != 0)
		return SMFIS_SKIP;
	return SMFIS_CONTINUE;
}

static void
on_progress(void *p)
{
	smfi_progress(p);
}

/* One edit. Returns whether libmilter took it. */
static bool
edit_make(SMFICTX *ctx, const struct edit *edit)
{
	char *name = (char *)(uintptr_t)edit->name;
	char *value = (char *)(uintptr_t)edit->value;

	switch (edit->kind) {
	case EDIT_REMOVE:
		return smfi_chgheader(ctx, name, (int)edit->index, NULL) == MI_SUCCESS;
	case EDIT_REPLACE:
		return smfi_chgheader(ctx, name, (int)edit->index, value) == MI_SUCCESS;
	case EDIT_APPEND:
		return smfi_addheader(ctx, name, value) == MI_SUCCESS;
	case EDIT_INSERT:
		return smfi_insheader(ctx, 1, name, value) == MI_SUCCESS;
	}
	return false;
}

/* Makes the edits and asks for quarantine. Returns the action that this came to. */
static enum action
edits_make(SMFICTX *ctx, const struct actions *actions)
{
	size_t refused = 0;

	for (size_t i = 0; i < actions->edit_count; i++)
		refused += !edit_make(ctx, &actions->edits[i]);
	if (refused > 0)
		log_event(LOG_LEVEL_WARNING, "milter", "%zu of %zu changes were refused by the MTA",
		    refused, actions->edit_count);
	if (actions->quarantine == NULL ||
	    smfi_quarantine(ctx, (char *)(uintptr_t)actions->quarantine) == MI_SUCCESS)
		return actions->action;
	log_event(LOG_LEVEL_WARNING, "milter", "the MTA has no quarantine: tagged instead");
	return ACTION_TAG;
}

/* Carries the plan out. Sets *done_r to the action that it came to. */
static sfsistat
actions_carry_out(SMFICTX *ctx, const struct actions *actions, enum action *done_r)
{
	*done_r = actions->action;
	switch (actions->action) {
	case ACTION_REJECT:
		reply_set(ctx, actions);
		return SMFIS_REJECT;
	case ACTION_TEMPFAIL:
		reply_set(ctx, actions);
		return SMFIS_TEMPFAIL;
	case ACTION_DISCARD:
		return SMFIS_DISCARD;
	case ACTION_PASS:
	case ACTION_TAG:
	case ACTION_SUBJECT:
	case ACTION_QUARANTINE:
	case ACTION_COUNT:
		*done_r = edits_make(ctx, actions);
		return SMFIS_CONTINUE;
	}
	return SMFIS_TEMPFAIL;
}

/*
 * No verdict: counts, logs, answers with fail_action. Copies of our fields go all the same; a
 * message that brings more than can go does not pass.
 */
static sfsistat
message_fail(SMFICTX *ctx, struct peer *peer, const char *why, atomic_uint_fast64_t *counter)
{
	struct arena *arena = arena_new(PLAN_ARENA_MAX);
	struct actions actions;
	bool may_pass = actions_plan_unjudged(arena, peer->session, &actions);
	sfsistat answer = may_pass ? peer_fail() : SMFIS_TEMPFAIL;

	metrics_add(counter, 1);
	message_log_failed(peer->session, why, answer == SMFIS_ACCEPT ? "accept" : "tempfail");
	if (answer == SMFIS_ACCEPT)
		edits_make(ctx, &actions);
	arena_free(&arena);
	return answer;
}

static sfsistat
message_judged(SMFICTX *ctx, struct peer *peer, const struct verdict *verdict)
{
	struct arena *arena = arena_new(PLAN_ARENA_MAX);
	struct actions actions;
	enum action done;
	sfsistat answer;

	if (!actions_plan(
		arena, peer->session, verdict, (peer->terms & SMFIP_HDR_LEADSPC) != 0, &actions)) {
		answer = message_fail(ctx, peer, "memory", &host.metrics->failed_memory);
	} else {
		answer = actions_carry_out(ctx, &actions, &done);
		metrics_message(host.metrics, verdict, done, session_size(peer->session));
		message_log_verdict(peer->session, verdict, done);
		feed_service_watch(host.feeds, verdict, session_envelope(peer->session));
	}
	arena_free(&arena);
	return answer;
}

/* Scans the message that is complete now, and answers. */
static sfsistat
message_answer(SMFICTX *ctx, struct peer *peer)
{
	struct message_scan scan = {
		.generation = session_generation(peer->session),
		.envelope = session_envelope(peer->session),
		.bytes = session_bytes(peer->session),
		.size = session_size(peer->session),
		.progress = on_progress,
		.progress_p = ctx,
		.progress_us = SCAN_PROGRESS_US,
	};
	sfsistat answer = SMFIS_TEMPFAIL;

	switch (session_failure(peer->session)) {
	case SESSION_MEMORY:
		return message_fail(ctx, peer, "memory", &host.metrics->failed_memory);
	case SESSION_FIELDS:
		return message_fail(ctx, peer, "fields", &host.metrics->failed_fields);
	case SESSION_GOOD:
		break;
	}
	switch (message_scan_run(host.scanner, &scan)) {
	case SCAN_END_JUDGED:
		answer = message_judged(ctx, peer, scan.verdict);
		break;
	case SCAN_END_BUSY:
		answer = message_fail(ctx, peer, "busy", &host.metrics->failed_busy);
		break;
	case SCAN_END_MEMORY:
	case SCAN_END_OPEN: /* of early scans alone */
		answer = message_fail(ctx, peer, "memory", &host.metrics->failed_memory);
		break;
	}
	message_scan_clear(host.scanner, &scan);
	return answer;
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	struct peer *peer = peer_of(ctx);
	sfsistat answer;

	if (!peer->open)
		return peer_fail();
	fact_from_macro(ctx, peer, SESSION_QUEUE_ID, "i");
	answer = message_answer(ctx, peer);
	session_end(peer->session);
	peer->open = false;
	peer->answered = true;
	traffic_answer(host.traffic);
	return answer;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	peer_drop_message(peer_of(ctx));
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct peer *peer;

	if (smfi_getpriv(ctx) == NULL)
		return SMFIS_CONTINUE;
	peer = peer_of(ctx);
	smfi_setpriv(ctx, NULL);
	peer_drop_message(peer);
	session_free(&peer->session);
	free(peer);
	traffic_leave(host.traffic);
	return SMFIS_CONTINUE;
}

/* libmilter alone calls this, in its thread for signals, which thus never sees one. */
int
sigwait(const sigset_t *set, int *number_r)
{
	(void)set;
	(void)number_r;
	for (;;)
		pause();
}

bool
callbacks_open(const struct callbacks_host *given, int fd, struct err *err)
{
	struct smfiDesc description = {
		.xxfi_name = (char *)(uintptr_t) "steelyard",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = ACTIONS_WANTED | SMFIF_SETSYMLIST,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_envfrom,
		.xxfi_envrcpt = on_envrcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_eoh,
		.xxfi_body = on_body,
		.xxfi_eom = on_eom,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};
	char where[32];

	host = *given;
	snprintf(where, sizeof(where), "fd:%d", fd);
	if (smfi_setconn(where) != MI_SUCCESS) {
		err_set(err, "libmilter does not take \"%s\": it must be 8.17 or later", where);
		return false;
	}
	if (smfi_register(description) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS) {
		err_set(err, "libmilter refused the callbacks or the socket");
		return false;
	}
	return true;
}

bool
callbacks_run(void)
{
	return smfi_main() == MI_SUCCESS;
}
