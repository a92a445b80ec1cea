/*
 * reload.c - reading configuration and rules, at the start and again
 *
 * Requests are numbered. The builder takes all that stand open, does one
 * reload for them, and marks them done: whoever waits for number n waits until
 * done has reached n, so each is answered by a reload that began after it
 * asked. SIGHUPs in a row thus cost two reloads at most, not twenty.
 *
 * What cannot change while the daemon runs (sockets, identity, slots) is told
 * when it differs and stays as it is.
 */
#include "config.h"

#include "milter/reload.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/ruleset_load.h"
#include "conf/settings.h"
#include "milter/log.h"

struct reload {
	char *path; /* NULL: no file */
	struct dns_service *service;
	struct live *live;
	struct feed_service *feeds;
	struct memory *memory;
	struct metrics *metrics;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t asked;
	uint64_t done;
	bool stopping;
	bool refused; /* what came of the last one */
	struct buf report;
};

/* Settings that are read at the start alone. */
static const char *const start_only[] = { "listen", "socket_group", "socket_mode", "control_socket",
	"pid_file", "user", "group", "log.to", "log.facility", "scan_slots" };

/* The resolver for these settings; NULL: none, and if that is an error, it is told of. */
static struct resolver *
resolver_for(const char *path, struct dns_service *service, const struct settings *settings,
    struct diagnostics *diagnostics)
{
	struct err err = { 0 };
	struct resolver *resolver = dns_service_resolver(service, settings, &err);
	const char *warning = resolver == NULL ? NULL : resolver_warning(resolver);

	if (err.text[0] != '\0')
		diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0, "dns: %s", err.text);
	if (warning != NULL)
		diagnostics_add(diagnostics, SEVERITY_WARNING, path, 0, 0, "dns: %s", warning);
	return resolver;
}

const struct generation *
reload_read(const char *path, struct dns_service *service, struct diagnostics *diagnostics)
{
	struct settings *settings;
	struct ruleset *ruleset;
	struct resolver *resolver;

	if (!settings_load(path, &settings, diagnostics))
		return NULL;
	dns_service_apply(service, settings);
	resolver = resolver_for(path, service, settings, diagnostics);
	ruleset = ruleset_load(settings, NULL, 0, diagnostics);
	if (ruleset != NULL && diagnostics_count(diagnostics, SEVERITY_ERROR) == 0)
		return generation_new(settings, ruleset, resolver);
	resolver_unref(&resolver);
	if (ruleset != NULL)
		ruleset_unref(&ruleset);
	settings_free(&settings);
	return NULL;
}

static const struct setting *
setting_find(const struct settings *settings, const char *key)
{
	for (size_t i = 0; i < settings_count(); i++) {
		if (strcmp(settings_at(settings, i)->key, key) == 0)
			return settings_at(settings, i);
	}
	return NULL;
}

/* Says which settings differ but stay as they were. */
static void
reload_tell_start_only(
    const struct settings *now, const struct settings *next, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < sizeof(start_only) / sizeof(start_only[0]); i++) {
		const struct setting *old = setting_find(now, start_only[i]);
		const struct setting *new = setting_find(next, start_only[i]);

		if (old != NULL && new != NULL && strcmp(old->value, new->value) != 0)
			diagnostics_add(diagnostics, SEVERITY_WARNING, new->origin.file,
			    new->origin.line, new->origin.column,
			    "%s has changed: that needs a restart, %s stays", new->key, old->value);
	}
}

/* Logs each diagnostic and appends it as a line. */
static void
reload_tell(const struct diagnostics *diagnostics, struct buf *report)
{
	for (size_t i = 0; i < diagnostics_kept(diagnostics); i++) {
		const struct diagnostic *diagnostic = diagnostics_at(diagnostics, i);
		size_t start = report->n;

		diagnostic_format(diagnostic, report);
		log_event(
		    diagnostic->severity == SEVERITY_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
		    "configuration", "%.*s", SLICE_ARG(slice_from(buf_slice(report), start)));
		buf_add_byte(report, '\n');
	}
}

static void
reload_put_in_force(struct reload *reload, const struct generation *next, struct buf *report)
{
	struct log_line line;
	struct slice id;

	next = feed_service_begin(reload->feeds, next);
	id = ruleset_id(next->ruleset);
	log_begin(&line, LOG_LEVEL_INFO, "reload");
	log_text(&line, "ruleset", id);
	log_integer(&line, "rules", (int64_t)ruleset_count(next->ruleset));
	log_end(&line);
	buf_printf(report, "ruleset %.*s\n", SLICE_ARG(id));
	memory_set_limit(reload->memory, next->settings->memory_total);
	live_swap(reload->live, next);
	feed_service_end(reload->feeds);
	metrics_add(&reload->metrics->reloads, 1);
}

/* One reload. Returns whether the new files are in force. */
static bool
reload_once(struct reload *reload, struct buf *report)
{
	struct diagnostics *diagnostics = diagnostics_new();
	const struct generation *next = reload_read(reload->path, reload->service, diagnostics);
	const struct generation *now = live_take(reload->live);

	if (next != NULL)
		reload_tell_start_only(now->settings, next->settings, diagnostics);
	reload_tell(diagnostics, report);
	diagnostics_free(&diagnostics);
	generation_unref(&now);
	if (next != NULL) {
		reload_put_in_force(reload, next, report);
		return true;
	}
	log_event(LOG_LEVEL_ERROR, "reload", "refused: the configuration in force stays");
	metrics_add(&reload->metrics->reloads_refused, 1);
	return false;
}

static void *
reload_thread(void *p)
{
	struct reload *reload = p;

	pthread_mutex_lock(&reload->lock);
	for (;;) {
		struct buf report = { 0 };
		uint64_t upto;
		bool taken;

		while (reload->asked == reload->done && !reload->stopping)
			pthread_cond_wait(&reload->changed, &reload->lock);
		if (reload->stopping)
			break;
		upto = reload->asked;
		pthread_mutex_unlock(&reload->lock);
		taken = reload_once(reload, &report);
		pthread_mutex_lock(&reload->lock);
		buf_clear(&reload->report);
		reload->report = report;
		reload->refused = !taken;
		reload->done = upto;
		pthread_cond_broadcast(&reload->changed);
	}
	pthread_mutex_unlock(&reload->lock);
	return NULL;
}

struct reload *
reload_start(const char *path, struct dns_service *service, struct live *live,
    struct feed_service *feeds, struct memory *memory, struct metrics *metrics)
{
	struct reload *reload = calloc(1, sizeof(*reload));

	if (reload == NULL)
		abort();
	*reload = (struct reload){ .service = service,
		.live = live,
		.feeds = feeds,
		.memory = memory,
		.metrics = metrics };
	reload->path = path == NULL ? NULL : strdup(path);
	pthread_mutex_init(&reload->lock, NULL);
	pthread_cond_init(&reload->changed, NULL);
	if (pthread_create(&reload->thread, NULL, reload_thread, reload) != 0)
		abort();
	return reload;
}

void
reload_request(struct reload *reload)
{
	pthread_mutex_lock(&reload->lock);
	reload->asked++;
	pthread_cond_broadcast(&reload->changed);
	pthread_mutex_unlock(&reload->lock);
}

bool
reload_wait(struct reload *reload, struct buf *report)
{
	uint64_t mine;
	bool taken;

	pthread_mutex_lock(&reload->lock);
	mine = ++reload->asked;
	pthread_cond_broadcast(&reload->changed);
	while (reload->done < mine && !reload->stopping)
		pthread_cond_wait(&reload->changed, &reload->lock);
	taken = reload->done >= mine && !reload->refused;
	if (reload->done >= mine)
		buf_add(report, buf_slice(&reload->report));
	else
		buf_add(report, SLICE("the daemon is stopping\n"));
	pthread_mutex_unlock(&reload->lock);
	return taken;
}

void
reload_stop(struct reload **reload_p)
{
	struct reload *reload = *reload_p;

	if (reload == NULL)
		return;
	pthread_mutex_lock(&reload->lock);
	reload->stopping = true;
	pthread_cond_broadcast(&reload->changed);
	pthread_mutex_unlock(&reload->lock);
	pthread_join(reload->thread, NULL);
	buf_clear(&reload->report);
	pthread_cond_destroy(&reload->changed);
	pthread_mutex_destroy(&reload->lock);
	free(reload->path);
	free(reload);
	*reload_p = NULL;
}
