/*
 * daemon.c - steelyardd from its first breath to its last
 *
 * Start: configuration and rules; what needs root (open files, sockets, pid
 * file); the fork into the background, before any thread; converters, which
 * are read from disk; then privileges go, threads come, and the MTA is served.
 *
 * Signals: all threads block SIGHUP, SIGTERM and SIGINT, and the main thread reads
 * them from a signalfd(2). libmilter, which would take each as "stop", is kept
 * from waiting for them (callbacks.c), and smfi_main runs in a second thread.
 * smfi_stop is never called: sessions in flight would get no answer.
 *
 * End: no new message begins, those begun get their answer (traffic.h), then
 * sockets and pid file go and the caller exits under libmilter's feet.
 */
#include "config.h"

#include "milter/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "conf/diagnostic.h"
#include "conf/settings.h"
#include "milter/background.h"
#include "milter/callbacks.h"
#include "milter/clock.h"
#include "milter/control.h"
#include "milter/control_protocol.h"
#include "milter/feed_service.h"
#include "milter/list_health.h"
#include "milter/list_report.h"
#include "milter/list_watch.h"
#include "milter/listener.h"
#include "milter/live.h"
#include "milter/log.h"
#include "milter/memory.h"
#include "milter/message_scan.h"
#include "milter/metrics.h"
#include "milter/pid_file.h"
#include "milter/privileges.h"
#include "milter/reload.h"
#include "milter/slots.h"
#include "milter/traffic.h"

/* Descriptors beside those of sessions: log, sockets, files that a reload reads. */
#define FILES_SPARE 64

struct daemon {
	const struct daemon_options *options;
	const struct generation *first; /* until `live` has it */
	const struct settings *settings; /* of the start: `first` is kept for them */
	struct listener listener;
	struct listener control_listener;
	struct pid_file pid_file;
	struct identity identity;
	struct background background;

	struct dns_service *dns;
	struct live *live;
	struct list_watch *list_watch;
	struct scanner scanner;
	struct traffic *traffic;
	struct metrics metrics;
	struct feed_service *feeds;
	struct reload *reload;
	struct control *control;
	int64_t started_us;
	int signals; /* SIGHUP, SIGTERM and SIGINT come out of it */
	int wake[2]; /* a byte: libmilter has ended */
	atomic_bool milter_ended;
};

/* Blocks what the main thread reads, for all threads that it makes; the descriptor, or -1. */
static int
signals_open(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Says "file:line:column: text" of a setting. */
static void
complain_at(const struct origin *origin, const char *text)
{
	fprintf(stderr, "steelyardd: %s:%u:%u: %s\n",
	    origin->file == NULL ? "default" : origin->file, origin->line, origin->column, text);
}

static bool
check_listen(const struct settings *settings)
{
	const struct listen_list *list = &settings->listen;

	if (list->n == 1)
		return true;
	if (list->n > 1)
		complain_at(&list->v[1].origin,
		    "error: libmilter serves one socket a process: name one, or run two daemons");
	else
		fprintf(stderr, "steelyardd: listen names no socket\n");
	return false;
}

/* Reads the configuration into daemon->first; tells what is wrong. */
static bool
daemon_read(struct daemon *daemon)
{
	struct diagnostics *diagnostics = diagnostics_new();
	struct err err = { 0 };

	daemon->dns = dns_service_new(daemon->options->dns, &err);
	if (daemon->dns == NULL) {
		fprintf(stderr, "steelyardd: --dns: %s\n", err.text);
		diagnostics_free(&diagnostics);
		return false;
	}
	daemon->first = reload_read(daemon->options->config, daemon->dns, diagnostics);
	diagnostics_print(diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (daemon->first == NULL)
		return false;
	daemon->settings = daemon->first->settings;
	return check_listen(daemon->settings);
}

/*
 * Under a service manager we are a plain user already. The MTA's socket gets
 * its group from its folder then; that of the control socket, which only
 * people use, is no reason not to start.
 */
static bool
daemon_open_control(struct daemon *daemon, const struct listener_access *given, struct err *err)
{
	struct listener_access access = *given;

	access.group_optional = true;
	if (daemon->settings->control_socket[0] == '\0')
		return true;
	return listener_open_unix(
	    &daemon->control_listener, daemon->settings->control_socket, &access, err);
}

/* Takes sockets and pid file away again. */
static void
daemon_close(struct daemon *daemon)
{
	listener_close(&daemon->control_listener);
	listener_close(&daemon->listener);
	pid_file_close(&daemon->pid_file);
}

static void
raise_files(size_t wanted)
{
	size_t granted = privileges_raise_files(wanted);

	if (granted < wanted)
		fprintf(stderr,
		    "steelyardd: warning: only %zu files may be open at once, max_connections "
		    "asks for %zu\n",
		    granted, wanted);
}

/* What may need root. */
static bool
daemon_open(struct daemon *daemon, struct err *err)
{
	const struct settings *settings = daemon->settings;
	const struct listen_socket *where = &settings->listen.v[0];
	struct listener_access access = { .mode = settings->socket_mode };

	raise_files(settings->max_connections + FILES_SPARE);
	if (!identity_find(&daemon->identity, settings->user, settings->group, err) ||
	    !group_find(settings->socket_group, &access.group, err))
		return false;
	access.user = daemon->identity.change ? daemon->identity.uid : (uid_t)-1;
	if (!daemon->options->foreground &&
	    !pid_file_open(&daemon->pid_file, settings->pid_file, err))
		return false;
	return listener_open(&daemon->listener, where, &access, err) &&
	       daemon_open_control(daemon, &access, err);
}

static void
daemon_open_log(const struct daemon *daemon)
{
	if (daemon->settings->log_to == LOG_TO_SYSLOG)
		log_to_syslog(daemon->settings->log_facility);
	log_fix_time(daemon->options->now);
}

/* A table of answers knows no test points: its lists are trusted, and have no budgets. */
static void
daemon_make_health(struct daemon *daemon)
{
	const char *folder = daemon->settings->state_dir;
	const struct resolver *resolver = daemon->first->resolver;
	struct buf path = { 0 };

	if (resolver != NULL && resolver_has_table(resolver))
		return;
	buf_printf(&path, "%s/dns-lists", folder);
	daemon->scanner.health = list_health_new(folder[0] == '\0' ? NULL : buf_text(&path));
	/* before the first message: the watch looks when it comes to run */
	if (resolver != NULL)
		list_health_use(daemon->scanner.health, daemon->first->ruleset,
		    daemon->settings->dns_list_tests);
	buf_clear(&path);
}

/* What all messages share; slots open their converters here. */
static void
daemon_make(struct daemon *daemon)
{
	const struct settings *settings = daemon->settings;

	daemon->scanner.slots = slots_new(settings->scan_slots);
	daemon->scanner.memory = memory_new(settings->memory_total);
	daemon->scanner.fixed_now = daemon->options->now;
	daemon->scanner.no_prefilter = daemon->options->no_prefilter;
	if (getrandom(&daemon->scanner.hash_seed, sizeof(daemon->scanner.hash_seed), 0) < 0)
		daemon->scanner.hash_seed = (uint64_t)clock_wall_us();
	daemon_make_health(daemon);
	daemon->traffic = traffic_new();
	daemon->started_us = clock_monotonic_us();
	/* One reference for the cell, one for the settings of the start. */
	daemon->live = live_new(daemon->first);
	daemon->first = live_take(daemon->live);
	daemon->feeds = feed_service_new(daemon->live, &daemon->metrics, daemon->options->now);
}

static void
answer_status(struct daemon *daemon, bool json, struct buf *out)
{
	const struct generation *now = live_take(daemon->live);
	struct resolver_counters dns;
	struct buf servers = { 0 };
	struct list_counts lists = { 0 };
	struct metrics_context context = {
		.uptime_s = (clock_monotonic_us() - daemon->started_us) / CLOCK_SECOND_US,
		.ruleset_id = ruleset_id(now->ruleset),
		.rules = ruleset_count(now->ruleset),
		.memory_used = memory_used(daemon->scanner.memory),
		.memory_total = now->settings->memory_total,
		.scan_slots = slots_count(daemon->scanner.slots),
		.sessions_now = traffic_sessions(daemon->traffic),
		.messages_now = traffic_messages(daemon->traffic),
		.draining = traffic_draining(daemon->traffic),
		.jit = slots_have_jit(),
		.prefilter = !daemon->options->no_prefilter,
		.dns = now->resolver == NULL ? NULL : &dns,
		.lists = &lists,
	};

	if (now->resolver != NULL) {
		resolver_count(now->resolver, &dns);
		resolver_servers(now->resolver, &servers);
	}
	context.dns_servers = buf_slice(&servers);
	if (daemon->scanner.health != NULL)
		list_health_count(daemon->scanner.health, &lists);
	buf_add(out, SLICE(CONTROL_OK "\n"));
	if (json)
		metrics_json(&daemon->metrics, &context, out);
	else
		metrics_text(&daemon->metrics, &context, out);
	buf_clear(&servers);
	generation_unref(&now);
}

static void
answer_dnsbl(struct daemon *daemon, bool json, struct buf *out)
{
	buf_add(out, SLICE(CONTROL_OK "\n"));
	if (daemon->scanner.health == NULL)
		buf_add(out, json ? SLICE("[]\n") : SLICE("answers come from a table\n"));
	else if (json)
		list_report_json(daemon->scanner.health, out);
	else
		list_report_text(daemon->scanner.health, out);
}

static void
answer_feed(struct daemon *daemon, bool json, struct buf *out)
{
	buf_add(out, SLICE(CONTROL_OK "\n"));
	feed_service_report(daemon->feeds, json, out);
}

/* "feed mute NAME", "feed promote NAME" */
static void
answer_decision(struct daemon *daemon, bool mute, struct slice rule, struct buf *out)
{
	struct buf report = { 0 };
	bool done = feed_service_decide(daemon->feeds, mute, slice_trim(rule), &report);

	buf_add(out, done ? SLICE(CONTROL_OK "\n") : SLICE(CONTROL_ERROR "\n"));
	buf_add(out, buf_slice(&report));
	buf_clear(&report);
}

static void
answer_reload(struct daemon *daemon, struct buf *out)
{
	struct buf report = { 0 };
	bool taken = reload_wait(daemon->reload, &report);

	buf_add(out, taken ? SLICE(CONTROL_OK "\n") : SLICE(CONTROL_ERROR "\n"));
	buf_add(out, buf_slice(&report));
	buf_clear(&report);
}

static void
answer_control(void *p, struct slice request, struct buf *out)
{
	struct daemon *daemon = p;

	if (slice_eq(request, SLICE(CONTROL_STATUS)))
		answer_status(daemon, false, out);
	else if (slice_eq(request, SLICE(CONTROL_STATUS_JSON)))
		answer_status(daemon, true, out);
	else if (slice_eq(request, SLICE(CONTROL_DNSBL)))
		answer_dnsbl(daemon, false, out);
	else if (slice_eq(request, SLICE(CONTROL_DNSBL_JSON)))
		answer_dnsbl(daemon, true, out);
	else if (slice_eq(request, SLICE(CONTROL_FEED)))
		answer_feed(daemon, false, out);
	else if (slice_eq(request, SLICE(CONTROL_FEED_JSON)))
		answer_feed(daemon, true, out);
	else if (slice_starts(request, SLICE(CONTROL_FEED_MUTE)))
		answer_decision(daemon, true, slice_from(request, SLICE(CONTROL_FEED_MUTE).n), out);
	else if (slice_starts(request, SLICE(CONTROL_FEED_PROMOTE)))
		answer_decision(
		    daemon, false, slice_from(request, SLICE(CONTROL_FEED_PROMOTE).n), out);
	else if (slice_eq(request, SLICE(CONTROL_RELOAD)))
		answer_reload(daemon, out);
	else
		buf_add(out, SLICE(CONTROL_ERROR
				 "\nunknown request: " CONTROL_STATUS ", " CONTROL_STATUS_JSON
				 ", " CONTROL_DNSBL ", " CONTROL_DNSBL_JSON ", " CONTROL_FEED
				 ", " CONTROL_FEED_JSON ", " CONTROL_FEED_MUTE
				 "NAME, " CONTROL_FEED_PROMOTE "NAME or " CONTROL_RELOAD "\n"));
}

static void *
milter_thread(void *p)
{
	struct daemon *daemon = p;

	callbacks_run();
	atomic_store(&daemon->milter_ended, true);
	if (write(daemon->wake[1], "", 1) < 0)
		log_event(LOG_LEVEL_ERROR, "milter", "cannot wake the main thread");
	return NULL;
}

/* What the journals of feeds hold is in force before the first message comes. */
static void
daemon_lay_feeds(struct daemon *daemon)
{
	const struct generation *laid = feed_service_begin(daemon->feeds, live_take(daemon->live));

	live_swap(daemon->live, laid);
	feed_service_end(daemon->feeds);
}

/* Threads and signals. From here on the daemon serves. */
static bool
daemon_serve(struct daemon *daemon, struct err *err)
{
	struct callbacks_host host = { daemon->live, &daemon->scanner, daemon->feeds,
		daemon->traffic, &daemon->metrics };
	pthread_t milter;

	if (pipe2(daemon->wake, O_NONBLOCK | O_CLOEXEC) != 0) {
		err_set(err, "pipe: %s", strerror(errno));
		return false;
	}
	if (!callbacks_open(&host, daemon->listener.fd, err))
		return false;
	daemon->signals = signals_open();
	if (daemon->signals < 0) {
		err_set(err, "signalfd: %s", strerror(errno));
		return false;
	}
	daemon_lay_feeds(daemon);
	daemon->reload = reload_start(daemon->options->config, daemon->dns, daemon->live,
	    daemon->feeds, daemon->scanner.memory, &daemon->metrics);
	if (daemon->scanner.health != NULL)
		daemon->list_watch = list_watch_start(daemon->live, daemon->scanner.health);
	if (daemon->control_listener.fd >= 0)
		daemon->control = control_start(
		    daemon->control_listener.fd, answer_control, daemon);
	/* It ends when it likes, or never: nobody waits for it. */
	if (pthread_create(&milter, NULL, milter_thread, daemon) != 0 ||
	    pthread_detach(milter) != 0)
		abort();
	return true;
}

static void
log_start(const struct daemon *daemon)
{
	const struct listen_socket *where = &daemon->settings->listen.v[0];
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "start");
	log_cstr(&line, "version", PACKAGE_VERSION);
	log_integer(&line, "pid", (int64_t)getpid());
	log_cstr(&line, "listen", where->text);
	log_text(&line, "ruleset", ruleset_id(daemon->first->ruleset));
	log_integer(&line, "rules", (int64_t)ruleset_count(daemon->first->ruleset));
	log_integer(&line, "scan_slots", (int64_t)slots_count(daemon->scanner.slots));
	log_cstr(&line, "jit", slots_have_jit() ? "on" : "off");
	log_cstr(&line, "prefilter", daemon->options->no_prefilter ? "off" : "on");
	log_end(&line);
	if ((where->kind == LISTEN_INET || where->kind == LISTEN_INET6) && !where->loopback)
		log_event(LOG_LEVEL_WARNING, "start",
		    "%s: not the loopback: a milter socket has no authentication, whoever reaches "
		    "it may use it",
		    where->text);
}

/* Does what the signals that came ask. True: the end. */
static bool
daemon_signalled(struct daemon *daemon)
{
	struct signalfd_siginfo came;
	bool stop = false, reload = false;

	while (read(daemon->signals, &came, sizeof(came)) == sizeof(came)) {
		stop = stop || came.ssi_signo != SIGHUP;
		reload = reload || came.ssi_signo == SIGHUP;
	}
	if (reload && !stop)
		reload_request(daemon->reload);
	return stop;
}

/* Waits for signals and does what they ask. Returns the exit status. */
static int
daemon_wait(struct daemon *daemon)
{
	struct pollfd wanted[] = { { .fd = daemon->signals, .events = POLLIN },
		{ .fd = daemon->wake[0], .events = POLLIN } };

	for (;;) {
		poll(wanted, 2, -1);
		if (daemon_signalled(daemon))
			return DAEMON_DONE;
		if (atomic_load(&daemon->milter_ended)) {
			log_event(LOG_LEVEL_ERROR, "milter", "libmilter has ended");
			return DAEMON_FAULT;
		}
	}
}

/* Sessions may still hold what is not freed here. */
static void
daemon_save(struct daemon *daemon)
{
	struct err err;

	list_watch_stop(&daemon->list_watch);
	reload_stop(&daemon->reload);
	feed_service_save(daemon->feeds);
	if (daemon->scanner.health != NULL && !list_health_save(daemon->scanner.health, &err))
		log_event(LOG_LEVEL_WARNING, "stop", "budgets of DNS lists: %s", err.text);
}

static void
daemon_drain(struct daemon *daemon)
{
	const struct generation *now = live_take(daemon->live);
	int64_t timeout_us = now->settings->drain_timeout;
	size_t left;

	generation_unref(&now);
	log_event(LOG_LEVEL_INFO, "drain", "waiting for %zu messages in flight",
	    traffic_messages(daemon->traffic));
	left = traffic_drain(daemon->traffic, timeout_us);
	if (left > 0)
		log_event(LOG_LEVEL_WARNING, "drain",
		    "%zu messages got no answer within drain_timeout", left);
	control_stop(&daemon->control);
	daemon_save(daemon);
	daemon_close(daemon);
	log_event(LOG_LEVEL_INFO, "stop", "stopped");
}

/* Root has read the configuration; whoever we are now reads it again at a reload. */
static void
warn_unreadable(const struct daemon *daemon)
{
	const char *config = daemon->options->config;

	if (config != NULL && access(config, R_OK) != 0)
		log_event(LOG_LEVEL_WARNING, "start", "%s: %s: a reload will be refused", config,
		    strerror(errno));
}

/* Everything behind the fork. */
static int
daemon_live(struct daemon *daemon)
{
	struct err err = { 0 };
	int status;

	daemon_make(daemon);
	daemon_open_log(daemon);
	pid_file_write(&daemon->pid_file);
	if (!privileges_drop(&daemon->identity, &err) || !daemon_serve(daemon, &err)) {
		fprintf(stderr, "steelyardd: %s\n", err.text);
		daemon_close(daemon);
		return DAEMON_FAULT;
	}
	log_start(daemon);
	warn_unreadable(daemon);
	background_ready(&daemon->background);
	status = daemon_wait(daemon);
	daemon_drain(daemon);
	return status;
}

int
daemon_run(const struct daemon_options *options)
{
	static struct daemon daemon;
	struct err err = { 0 };

	daemon.options = options;
	daemon.listener = LISTENER_NONE;
	daemon.control_listener = LISTENER_NONE;
	daemon.pid_file = PID_FILE_NONE;
	daemon.background = BACKGROUND_NONE;
	if (!daemon_read(&daemon))
		return DAEMON_USAGE;
	if (!daemon_open(&daemon, &err)) {
		fprintf(stderr, "steelyardd: %s\n", err.text);
		daemon_close(&daemon);
		return DAEMON_FAULT;
	}
	if (!options->foreground) {
		int status = background_enter(
		    &daemon.background, daemon.settings->log_to == LOG_TO_STDERR);

		if (status >= 0)
			return status;
	}
	return daemon_live(&daemon);
}

int
daemon_test(const struct daemon_options *options)
{
	struct daemon daemon = { .options = options };
	bool fit = daemon_read(&daemon);

	generation_unref(&daemon.first);
	dns_service_free(&daemon.dns);
	if (fit)
		printf("steelyardd: the configuration is fit for use\n");
	return fit ? DAEMON_DONE : DAEMON_USAGE;
}
