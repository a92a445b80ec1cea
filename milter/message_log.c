/*
 * message_log.c - the one log line of each message
 *
 * Recipients are shown as log.recipients says. Lists (recipients, hits, notes)
 * are joined by commas into one value, which log.c cuts when it is long; hits
 * come sorted by how much they weigh, so that what is cut says least.
 */
#include "config.h"

#include "milter/message_log.h"

#include <stdlib.h>

#include "engine/envelope.h"
#include "engine/rules/score.h"
#include "engine/util/buf.h"
#include "milter/auth_report.h"
#include "milter/log.h"

/* Notes beyond these are only counted by the verdict. */
#define LOG_NOTES_MAX 8

static void
log_known(struct log_line *line, const char *key, struct slice value)
{
	if (value.p != NULL)
		log_text(line, key, value);
}

/* What of a recipient the log may show. */
static struct slice
recipient_shown(struct slice address, enum log_recipients how)
{
	size_t at = address.n;

	if (how == LOG_RECIPIENTS_FULL)
		return address;
	while (at > 0 && address.p[at - 1] != '@')
		at--;
	return at == 0 ? SLICE("") : slice_from(address, at);
}

static void
log_recipients(struct log_line *line, const struct envelope *envelope, enum log_recipients how)
{
	struct buf list = { 0 };

	log_integer(line, "rcpt_count", (int64_t)envelope->rcpt_count);
	if (how == LOG_RECIPIENTS_OFF)
		return;
	for (size_t i = 0; i < envelope->rcpt_count && list.n < LOG_VALUE_MAX; i++) {
		if (i > 0)
			buf_add_byte(&list, ',');
		buf_add(&list, recipient_shown(envelope->rcpts[i], how));
	}
	log_text(line, "rcpt", buf_slice(&list));
	buf_clear(&list);
}

static void
log_envelope(
    struct log_line *line, const struct envelope *envelope, const struct settings *settings)
{
	log_known(line, "queue_id", envelope->queue_id);
	log_known(line, "client", envelope->client_ip);
	log_known(line, "rdns", envelope->rdns);
	log_known(line, "helo", envelope->helo);
	log_known(line, "auth_user", envelope->auth_user);
	log_known(line, "from", envelope->mail_from);
	log_recipients(line, envelope, settings->log_recipients);
}

/* Of a message that is here. */
static void
log_message(struct log_line *line, struct session *session)
{
	log_envelope(line, session_envelope(session), session_generation(session)->settings);
	log_integer(line, "size", (int64_t)session_size(session));
}

/* By weight, heaviest first; by name among equals. */
static int
hit_compare(const void *a, const void *b)
{
	const struct hit *x = *(const struct hit *const *)a, *y = *(const struct hit *const *)b;
	int64_t weight_x = x->score < 0 ? -x->score : x->score;
	int64_t weight_y = y->score < 0 ? -y->score : y->score;

	if (weight_x != weight_y)
		return weight_x < weight_y ? 1 : -1;
	return slice_compare(x->name, y->name);
}

static void
log_hits(struct log_line *line, const struct verdict *verdict)
{
	const struct hit **sorted = calloc(verdict->hit_count + 1, sizeof(*sorted));
	struct buf list = { 0 };

	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < verdict->hit_count; i++)
		sorted[i] = &verdict->hits[i];
	qsort(sorted, verdict->hit_count, sizeof(*sorted), hit_compare);
	for (size_t i = 0; i < verdict->hit_count && list.n < LOG_VALUE_MAX; i++) {
		if (i > 0)
			buf_add_byte(&list, ',');
		buf_add(&list, sorted[i]->name);
		buf_add_byte(&list, ':');
		score_print(&list, sorted[i]->score);
	}
	log_text(line, "hits", buf_slice(&list));
	buf_clear(&list);
	free(sorted);
}

/* What SPF, DKIM, ARC and DMARC found. */
static void
log_auth(struct log_line *line, const struct authentication *auth)
{
	struct buf signatures = { 0 };

	auth_report_signatures(&signatures, auth);
	log_cstr(line, "spf", auth_word(auth->spf.result));
	log_cstr(line, "spf_helo", auth_word(auth->spf_helo.result));
	log_text(line, "dkim", buf_slice(&signatures));
	log_cstr(line, "arc", auth_word(auth->arc));
	log_cstr(line, "dmarc", auth_word(auth->dmarc));
	buf_clear(&signatures);
}

static void
log_notes(struct log_line *line, const struct verdict *verdict)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < verdict->note_count && i < LOG_NOTES_MAX; i++) {
		if (i > 0)
			buf_add(&list, SLICE("; "));
		buf_add(&list, verdict->notes[i]);
	}
	if (verdict->note_count > 0)
		log_text(line, "notes", buf_slice(&list));
	buf_clear(&list);
}

void
message_log_verdict(struct session *session, const struct verdict *verdict, enum action action)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "message");
	log_message(&line, session);
	log_score(&line, "score", verdict->score);
	log_score(&line, "required", verdict->required);
	log_cstr(&line, "action", action_name(action));
	log_text(&line, "ruleset", verdict->ruleset_id);
	log_integer(&line, "us_parse", verdict->us_parse);
	log_integer(&line, "us_match", verdict->us_match);
	log_integer(&line, "us_total", verdict->us_total);
	log_integer(&line, "us_dns", verdict->us_dns);
	log_bool(&line, "incomplete", verdict->incomplete);
	if (verdict->skipped)
		log_bool(&line, "skipped", true);
	if (verdict->auth.known)
		log_auth(&line, &verdict->auth);
	log_hits(&line, verdict);
	log_notes(&line, verdict);
	log_end(&line);
}

void
message_log_failed(struct session *session, const char *failed, const char *action)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_ERROR, "message");
	log_message(&line, session);
	log_cstr(&line, "failed", failed);
	log_cstr(&line, "action", action);
	log_end(&line);
}

void
message_log_early(const struct envelope *envelope, const struct settings *settings,
    const char *early, const struct verdict *verdict)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "message");
	log_envelope(&line, envelope, settings);
	log_cstr(&line, "early", early);
	log_score(&line, "score", verdict->score);
	log_score(&line, "required", verdict->required);
	log_cstr(&line, "action", action_name(ACTION_REJECT));
	log_text(&line, "ruleset", verdict->ruleset_id);
	log_hits(&line, verdict);
	log_notes(&line, verdict);
	log_end(&line);
}
