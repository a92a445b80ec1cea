/*
 * feed_service.c - the channels that the daemon follows
 *
 * A reload keeps a channel whose setting is the same, with its thread, and opens the others anew
 * from their journals. Threads of those that go are ended before the `building` lock is taken,
 * for they may wait for it.
 *
 * The list of channels is under a lock of its own, which messages take to read. Who holds it
 * may take `building`, never the other way round; only the thread that reloads changes the list.
 */
#include "config.h"

#include "milter/feed_service.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/slot.h"
#include "engine/util/arena.h"
#include "engine/util/vec.h"
#include "milter/converters.h"
#include "milter/feed_channel.h"
#include "milter/feed_report.h"
#include "milter/good_mail.h"

/* A name's forms, while a message is judged. */
#define GOOD_MAIL_ROOM 16384

struct feed_service {
	struct feed_host host;
	struct converters *converters;
	pthread_rwlock_t lock; /* of the list */
	struct vec channels; /* struct feed_channel * */
};

struct feed_service *
feed_service_new(struct live *live, struct metrics *metrics, int64_t fixed_now)
{
	struct feed_service *service = calloc(1, sizeof(*service));

	if (service == NULL)
		abort();
	service->converters = converters_open();
	service->host = (struct feed_host){ .live = live,
		.metrics = metrics,
		.fixed_now = fixed_now,
		.slot = slot_new(service->converters) };
	pthread_mutex_init(&service->host.building, NULL);
	pthread_rwlock_init(&service->lock, NULL);
	service->channels = VEC_OF(struct feed_channel *, NULL);
	return service;
}

static struct feed_channel **
channel_at(const struct vec *channels, size_t i)
{
	return vec_at(channels, i);
}

/* The setting equal to that of the channel; NULL: none. */
static const struct feed_setting *
same_setting(const struct settings *settings, const struct feed_channel *channel)
{
	for (size_t i = 0; i < settings->feeds.n; i++)
		if (feed_setting_equal(&settings->feeds.v[i], feed_channel_setting(channel)))
			return &settings->feeds.v[i];
	return NULL;
}

/* Takes channels that the settings no longer have so off the list, and ends them. */
static void
close_others(struct feed_service *service, const struct settings *settings)
{
	struct vec kept = VEC_OF(struct feed_channel *, NULL);
	struct vec others = VEC_OF(struct feed_channel *, NULL);

	pthread_rwlock_wrlock(&service->lock);
	for (size_t i = 0; i < service->channels.n; i++) {
		struct feed_channel *channel = *channel_at(&service->channels, i);
		bool keep = settings != NULL && same_setting(settings, channel) != NULL;

		*(struct feed_channel **)vec_push(keep ? &kept : &others) = channel;
	}
	vec_clear(&service->channels);
	service->channels = kept;
	pthread_rwlock_unlock(&service->lock);
	for (size_t i = 0; i < others.n; i++)
		feed_channel_close(channel_at(&others, i));
	vec_clear(&others);
}

/* The channel of that name among the first n; NULL: none. */
static struct feed_channel *
find_channel(const struct vec *channels, struct slice name)
{
	for (size_t i = 0; i < channels->n; i++)
		if (slice_eq(feed_channel_name(*channel_at(channels, i)), name))
			return *channel_at(channels, i);
	return NULL;
}

/* Opens what is new. */
static void
open_channels(struct feed_service *service, const struct generation *generation)
{
	const struct feed_list *feeds = &generation->settings->feeds;

	for (size_t i = 0; i < feeds->n; i++) {
		struct feed_channel *channel;

		if (find_channel(&service->channels, feeds->v[i].channel) != NULL)
			continue;
		channel = feed_channel_open(&service->host, generation, &feeds->v[i]);
		pthread_rwlock_wrlock(&service->lock);
		*(struct feed_channel **)vec_push(&service->channels) = channel;
		pthread_rwlock_unlock(&service->lock);
	}
}

const struct generation *
feed_service_begin(struct feed_service *service, const struct generation *next)
{
	struct ruleset *rules = ruleset_ref(next->ruleset);
	const struct generation *laid = next;

	close_others(service, next->settings);
	open_channels(service, next);
	pthread_mutex_lock(&service->host.building);
	for (size_t i = 0; i < service->channels.n; i++) {
		struct feed_channel *channel = *channel_at(&service->channels, i);

		feed_channel_move(channel, next, same_setting(next->settings, channel));
		rules = feed_channel_lay(channel, rules);
	}
	if (rules == next->ruleset) {
		ruleset_unref(&rules);
		return laid;
	}
	laid = generation_with_rules(next, rules);
	generation_unref(&next);
	return laid;
}

void
feed_service_end(struct feed_service *service)
{
	pthread_mutex_unlock(&service->host.building);
	for (size_t i = 0; i < service->channels.n; i++)
		feed_channel_start(*channel_at(&service->channels, i));
}

/* Hands the hit to the channel that the rule is of. */
static void
watch_rule(struct feed_service *service, const struct rule *rule, struct slice name,
    const struct good_mail *mail, const struct envelope *envelope, bool limited)
{
	const struct feed_origin *feed = rule == NULL ? NULL : rule_definition(rule)->feed;
	const struct feed_hit hit = { .rule = name,
		.limited = limited,
		.good = mail->good,
		.domain = mail->domain,
		.queue_id = envelope->queue_id };
	struct feed_channel *channel;

	if (feed == NULL)
		return;
	channel = find_channel(&service->channels, slice_of(feed->channel));
	if (channel != NULL)
		feed_channel_hit(channel, &hit);
}

void
feed_service_watch(
    struct feed_service *service, const struct verdict *verdict, const struct envelope *envelope)
{
	struct arena *arena;
	struct good_mail mail;

	pthread_rwlock_rdlock(&service->lock);
	if (service->channels.n > 0) {
		arena = arena_new(GOOD_MAIL_ROOM);
		good_mail_judge(arena, verdict, envelope, &mail);
		for (size_t i = 0; i < verdict->hit_count; i++)
			watch_rule(service, verdict->hits[i].rule, verdict->hits[i].name, &mail,
			    envelope, false);
		for (size_t i = 0; i < verdict->shadow_hit_count; i++)
			watch_rule(service, verdict->shadow_hits[i].rule,
			    verdict->shadow_hits[i].name, &mail, envelope, false);
		for (size_t i = 0; i < verdict->limited_count; i++)
			watch_rule(service, verdict->limited[i].rule, verdict->limited[i].name,
			    &mail, envelope, true);
		arena_free(&arena);
	}
	pthread_rwlock_unlock(&service->lock);
}

void
feed_service_report(struct feed_service *service, bool json, struct buf *out)
{
	pthread_rwlock_rdlock(&service->lock);
	feed_report_begin(json, out);
	for (size_t i = 0; i < service->channels.n; i++)
		feed_report_channel(*channel_at(&service->channels, i), json, i == 0, out);
	feed_report_end(json, service->channels.n, out);
	pthread_rwlock_unlock(&service->lock);
}

bool
feed_service_decide(struct feed_service *service, bool mute, struct slice rule, struct buf *out)
{
	struct err err = { 0 };
	bool done = false;

	pthread_rwlock_rdlock(&service->lock);
	for (size_t i = 0; i < service->channels.n && !done && err.text[0] == '\0'; i++)
		done = feed_channel_decide(*channel_at(&service->channels, i), rule,
		    mute ? GUARD_MUTE : GUARD_PROMOTE, &err);
	pthread_rwlock_unlock(&service->lock);
	if (done)
		buf_printf(out, "%.*s is %s\n", SLICE_ARG(rule), mute ? "muted" : "promoted");
	else if (err.text[0] != '\0')
		buf_printf(out, "done, but not kept over a restart: %s\n", err.text);
	else
		buf_printf(out, "no channel has a rule %.*s\n", SLICE_ARG(rule));
	return done;
}

void
feed_service_save(struct feed_service *service)
{
	close_others(service, NULL);
}
