/*
 * early.c - what can be done before a message comes: refuse it, or ask ahead
 *
 * What is certain of the score is the engine's to say (scan_early), and that
 * our own users and relays are never refused. Here is what a setting says, and
 * that postmaster and abuse can always be written to (RFC 5321, 4.5.1; RFC 2142,
 * 2 and 5).
 */
#include "config.h"

#include "milter/early.h"

#include "conf/settings.h"
#include "milter/message_log.h"

/* The word for a command in the setting, the log and the metrics. */
static const char *
command_word(enum envelope_part command)
{
	switch (command) {
	case ENVELOPE_CLIENT:
		return "connect";
	case ENVELOPE_HELO:
		return "helo";
	case ENVELOPE_SENDER:
		return "mail";
	case ENVELOPE_RCPT:
		return "rcpt";
	}
	return "?";
}

static void
count(struct metrics *metrics, enum envelope_part command)
{
	switch (command) {
	case ENVELOPE_CLIENT:
		metrics_add(&metrics->early_connect, 1);
		break;
	case ENVELOPE_HELO:
		metrics_add(&metrics->early_helo, 1);
		break;
	case ENVELOPE_SENDER:
		metrics_add(&metrics->early_mail, 1);
		break;
	case ENVELOPE_RCPT:
		metrics_add(&metrics->early_rcpt, 1);
		break;
	}
}

/* A command tells its part, and those before it theirs. */
static unsigned
parts_known(enum envelope_part command)
{
	return (unsigned)command * 2 - 1;
}

/* Whether it is an address at which a host's people are to be reached, at any domain or none. */
static bool
is_always_reached(struct slice address)
{
	struct slice local = slice_cut(address, 0, slice_find_byte(address, 0, '@'));

	return slice_ieq(local, SLICE("postmaster")) || slice_ieq(local, SLICE("abuse"));
}

/* The envelope as far as it goes, of `rcpt` alone (NULL: of nobody). */
static struct envelope
envelope_so_far(const struct early *early, const struct slice *rcpt)
{
	struct envelope envelope = *session_envelope(early->session);

	envelope.rcpts = rcpt;
	envelope.rcpt_count = rcpt != NULL;
	return envelope;
}

bool
early_refuses(const struct early *early, struct arena *arena, struct actions *actions_r)
{
	const struct settings *settings = early->generation->settings;
	const struct slice rcpt = session_address(early->rcpt);
	bool has_rcpt = early->command == ENVELOPE_RCPT;
	struct envelope envelope = envelope_so_far(early, has_rcpt ? &rcpt : NULL);
	struct message_scan scan = {
		.generation = early->generation,
		.envelope = &envelope,
		.early = parts_known(early->command),
	};
	bool refuses;

	if ((settings->early & early->command) == 0 ||
	    settings->thresholds_reject == THRESHOLD_OFF || (has_rcpt && is_always_reached(rcpt)))
		return false;
	refuses = message_scan_run(early->scanner, &scan) == SCAN_END_JUDGED &&
		  actions_plan_refusal(arena, scan.verdict, actions_r);
	if (refuses) {
		count(early->metrics, early->command);
		message_log_early(&envelope, settings, command_word(early->command), scan.verdict);
	}
	message_scan_clear(early->scanner, &scan);
	return refuses;
}

void
early_ask(const struct early *early)
{
	struct envelope envelope = envelope_so_far(early, NULL);
	struct message_scan scan = {
		.generation = early->generation,
		.envelope = &envelope,
		.early = parts_known(early->command),
	};

	if (early->generation->resolver == NULL)
		return;
	message_scan_prefetch(early->scanner, &scan);
	message_scan_clear(early->scanner, &scan);
}
