/*
 * judge.c - from hits to a verdict: sum, thresholds, action, texts
 *
 * The action is the harshest whose threshold the rounded sum reaches. Two
 * corrections follow. A rejection that does not reach the sender's own client
 * becomes a bounce to a bystander, so for mail of trusted relays and mail
 * that did not come by SMTP reject and tempfail become quarantine (tag where
 * quarantine is off). Mail is thrown away only where the configuration says
 * so by name: else discard becomes quarantine.
 *
 * Source: DESIGN 7, the milter's manners.
 */
#include "engine/judge.h"

#include "engine/auth/authres_write.h"
#include "engine/markup_report.h"
#include "engine/markup_write.h"
#include "engine/mime/ip.h"
#include "engine/rules/rule_def.h"
#include "engine/rules/score.h"
#include "engine/subject.h"
#include "engine/template.h"
#include "engine/util/vec.h"

/* 127.0.0.0/8 and ::1: always our own, as in relays.c. */
static bool
is_loopback(const struct ip *ip)
{
	static const struct network v4 = { .address = { [10] = 0xff, [11] = 0xff, [12] = 127 },
		.bits = 104 };
	static const struct network v6 = { .address = { [15] = 1 }, .bits = 128 };

	return network_has(&v4, ip) || network_has(&v6, ip);
}

enum sender
judge_sender(const struct envelope *envelope, const struct policy *policy)
{
	struct ip ip;

	if (!envelope->known)
		return SENDER_ANY;
	if (envelope->auth_user.p != NULL)
		return SENDER_AUTHENTICATED;
	if (!envelope->smtp)
		return SENDER_LOCAL;
	if (ip_parse(envelope->client_ip, &ip) &&
	    (is_loopback(&ip) || network_list_has(&policy->internal_networks, &ip)))
		return SENDER_LOCAL;
	return SENDER_ANY;
}

static enum sender_treatment
treatment(enum sender sender, const struct policy *policy)
{
	switch (sender) {
	case SENDER_AUTHENTICATED:
		return policy->authenticated;
	case SENDER_LOCAL:
		return policy->local;
	case SENDER_ANY:
		break;
	}
	return SENDER_SCAN;
}

bool
judge_skips(enum sender sender, const struct policy *policy)
{
	return treatment(sender, policy) == SENDER_SKIP;
}

static const struct thresholds *
thresholds_for(enum sender sender, const struct policy *policy)
{
	if (treatment(sender, policy) != SENDER_THRESHOLDS)
		return &policy->thresholds;
	return sender == SENDER_LOCAL ? &policy->local_thresholds
				      : &policy->authenticated_thresholds;
}

/* The threshold of tag; where tag is off, the lowest there is. */
static int64_t
required_score(const struct thresholds *thresholds)
{
	int64_t lowest = THRESHOLD_OFF;

	if (thresholds->at[ACTION_TAG] != THRESHOLD_OFF)
		return thresholds->at[ACTION_TAG];
	for (unsigned i = ACTION_TAG; i < ACTION_COUNT; i++) {
		if (thresholds->at[i] < lowest)
			lowest = thresholds->at[i];
	}
	return lowest == THRESHOLD_OFF ? SCORE_LIMIT : lowest;
}

static enum action
harshest(const struct thresholds *thresholds, int64_t score)
{
	enum action action = ACTION_PASS;

	for (unsigned i = ACTION_TAG; i < ACTION_COUNT; i++) {
		if (thresholds->at[i] != THRESHOLD_OFF && score >= thresholds->at[i])
			action = (enum action)i;
	}
	return action;
}

static enum action
corrected(
    enum action action, const struct judge_source *source, const struct thresholds *thresholds)
{
	const struct envelope *envelope = source->envelope;
	bool bystander = envelope->known && (!envelope->smtp || source->trusted_client);

	if (action == ACTION_DISCARD && !source->policy->allow_discard)
		return ACTION_QUARANTINE;
	if ((action == ACTION_REJECT || action == ACTION_TEMPFAIL) && bystander)
		return thresholds->at[ACTION_QUARANTINE] != THRESHOLD_OFF ? ACTION_QUARANTINE
									  : ACTION_TAG;
	return action;
}

static bool
field_wanted(enum field_when when, bool spam)
{
	switch (when) {
	case FIELD_SPAM:
		return spam;
	case FIELD_HAM:
		return !spam;
	case FIELD_ALL:
		break;
	}
	return true;
}

static void
add_fields(struct arena *arena, const struct template_source *source, struct verdict *verdict)
{
	struct vec fields = VEC_OF(struct verdict_field, arena);

	for (size_t i = 0; i < source->policy->field_count; i++) {
		const struct field_template *template = &source->policy->fields[i];
		struct verdict_field *field;
		struct slice value;

		if (!field_wanted(template->when, verdict->spam))
			continue;
		value = template_field(arena, template->name, template->text, source);
		field = value.p == NULL ? NULL : vec_push(&fields);
		if (field != NULL)
			*field = (struct verdict_field){ template->name, value };
	}
	verdict->fields = fields.p;
	verdict->field_count = fields.n;
}

/* Fields and rewritings in SpamAssassin's way, where they are wanted, and the report. */
static void
write_markup(struct arena *arena, const struct judge_source *source, struct verdict *verdict)
{
	const struct markup_source texts = { verdict, source->policy, source->views };
	struct buf report = { .arena = arena };

	if (source->policy->markup.on)
		markup_write(arena, &texts, source->message, verdict);
	if (source->report)
		markup_report_whole(&report, &texts);
	if (!report.failed)
		verdict->report = buf_slice(&report);
}

struct slice
judge_authserv_id(const struct policy *policy, const struct envelope *envelope)
{
	if (policy->authserv_id.n > 0)
		return policy->authserv_id;
	return envelope->my_name.n > 0 ? envelope->my_name : policy->hostname;
}

/* Our Authentication-Results field, above the others. */
static void
add_authres(struct arena *arena, const struct judge_source *source, struct verdict *verdict)
{
	struct slice id = judge_authserv_id(source->policy, source->envelope);
	struct slice value = authres_write(arena, id, &verdict->auth);
	size_t count = verdict->field_count + 1;
	struct verdict_field *fields = arena_array(arena, count, sizeof(*fields));

	if (value.p == NULL || fields == NULL)
		return;
	fields[0] = (struct verdict_field){ AUTHRES_FIELD, value };
	for (size_t i = 1; i < count; i++)
		fields[i] = verdict->fields[i - 1];
	verdict->fields = fields;
	verdict->field_count = count;
}

void
judge(struct arena *arena, const struct judge_source *source, struct verdict *verdict)
{
	const struct policy *policy = source->policy;
	const struct thresholds *thresholds = thresholds_for(source->sender, policy);
	const struct template_source texts = { verdict, source->envelope, policy };

	verdict->required = required_score(thresholds);
	if (verdict->skipped)
		return;
	verdict->score = score_round(source->score);
	verdict->spam = verdict->score >= verdict->required ||
			(verdict->incomplete && policy->incomplete_is_spam);
	verdict->action = corrected(harshest(thresholds, verdict->score), source, thresholds);
	if (verdict->action == ACTION_REJECT)
		verdict->reply = template_line(arena, policy->reject_text, &texts);
	if (verdict->action == ACTION_TEMPFAIL)
		verdict->reply = template_line(arena, policy->tempfail_text, &texts);
	write_markup(arena, source, verdict);
	if (verdict->action == ACTION_SUBJECT && verdict->rewrite_count == 0)
		verdict->subject = subject_tagged(
		    arena, template_line(arena, policy->subject_tag, &texts), source->subject);
	if (!policy->markup.on)
		add_fields(arena, &texts, verdict);
	if (policy->auth_field && verdict->auth.known)
		add_authres(arena, source, verdict);
}
