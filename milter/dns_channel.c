/*
 * dns_channel.c - questions out to the servers, what comes of them back in
 *
 * c-ares 1.18 is not to be used from two threads, so one thread does it all:
 * others put questions into a list and wake it by an eventfd. It waits in
 * epoll for c-ares' sockets, which c-ares tells of as they come and go.
 *
 * c-ares checks that a response comes from the server asked, and has the id
 * and the question asked; what does not is as if it had not come. It does not
 * look at the names of the records: dns_wire.c does. Names are absolute and
 * go out as they are: ares_query knows no search list. From 1.2x on it refuses names with
 * bytes that no host name has, such as @: their answer is SERVFAIL.
 *
 * A question is asked TRIES times, each server in turn, and c-ares waits twice
 * as long in each round. What one try may take is computed from that, so that
 * all together take timeout_us. From 1.31 on c-ares waits for a server that
 * is known to be quick five times as long as it usually takes, 250 ms at
 * least: so it tries more often there, or a name whose own servers are slow
 * would never be found; and no wait is longer than the first should be.
 *
 * c-ares 1.18 cannot be given other servers while it asks. When resolv.conf
 * has changed there is a new c-ares channel, and what the old one had open is
 * asked again, once.
 */
#include "config.h"

#include "milter/dns_channel.h"

/* c-ares 1.28 calls what 1.18 has deprecated. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "engine/mime/ip.h"
#include "engine/net/dns_wire.h"
#include "milter/clock.h"
#include "milter/resolv_conf.h"

/* Tries of one server, and what they wait in all, in waits of the first. */
#ifdef ARES_OPT_MAXTIMEOUTMS /* 1.22 */
#define TRIES 4
#define WAITS TRIES
#else
#define TRIES 2
#define WAITS (1 + 2)
#endif
#define WAIT_LEAST_MS 100

/* A response has at most 64 KB; its names grow by this when they are written out. */
#define ANSWER_ARENA ((size_t)1024 * 1024)
/* What we say that we take over UDP: it crosses every network uncut (DNS flag day 2020). */
#define EDNS_SIZE 1232
/* From one port; then comes another. */
#define QUERIES_A_PORT 100
#define EVENTS_AT_ONCE 64
/* Between looks whether resolv.conf has changed. */
#define LOOK_US CLOCK_SECOND_US
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_ARENA ((size_t)1 << 20)
#define CLASS_IN 1
#define PORT 53

/* 1.20: from here on c-ares can change its port. */
#define VERSION_PORTS 0x011400

struct dns_channel {
	ares_channel ares;
	int64_t timeout_us;
	char *resolv_conf; /* NULL: the servers were given */
	struct stat seen; /* of that file, when it was last read */
	int64_t looked_us;
	bool changing; /* servers: what is open is asked again */
	int epoll, wake;

	pthread_mutex_t lock; /* of what follows */
	struct buf servers; /* as text */
	bool near; /* all servers are */
	pthread_t thread;
	bool started, stopping, look;
	struct dns_ask *first, **end; /* not yet handed to c-ares */
};

/* c-ares tells what it waits for at a socket; nothing: it is about to close it. */
static void
on_socket(void *p, ares_socket_t fd, int readable, int writable)
{
	struct dns_channel *channel = p;
	struct epoll_event event = { .data.fd = fd };

	event.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
	if (event.events == 0)
		epoll_ctl(channel->epoll, EPOLL_CTL_DEL, fd, NULL);
	else if (epoll_ctl(channel->epoll, EPOLL_CTL_MOD, fd, &event) != 0)
		epoll_ctl(channel->epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool
open_ares(struct dns_channel *channel, int wait_ms, struct err *err)
{
	struct ares_options options = { .flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH,
		.timeout = wait_ms,
		.tries = TRIES,
		.ednspsz = EDNS_SIZE,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = channel };
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS;
	int status;

	if (channel->resolv_conf != NULL) {
		options.resolvconf_path = channel->resolv_conf;
		mask |= ARES_OPT_RESOLVCONF;
	}
#ifdef ARES_OPT_UDP_MAX_QUERIES
	options.udp_max_queries = QUERIES_A_PORT;
	mask |= ARES_OPT_UDP_MAX_QUERIES;
#endif
#ifdef ARES_OPT_MAXTIMEOUTMS
	options.maxtimeout = wait_ms;
	mask |= ARES_OPT_MAXTIMEOUTMS;
#endif
#ifdef ARES_OPT_QUERY_CACHE
	options.qcache_max_ttl = 0; /* we have one */
	mask |= ARES_OPT_QUERY_CACHE;
#endif
	status = ares_init_options(&channel->ares, &options, mask);
	if (status != ARES_SUCCESS)
		err_set(err, "c-ares: %s", ares_strerror(status));
	return status == ARES_SUCCESS;
}

static bool
set_servers(
    struct dns_channel *channel, const char *const *servers, size_t server_count, struct err *err)
{
	struct buf list = { 0 };
	int status;

	for (size_t i = 0; i < server_count; i++)
		buf_printf(&list, "%s%s", i == 0 ? "" : ",", servers[i]);
	status = ares_set_servers_ports_csv(channel->ares, buf_text(&list));
	if (status != ARES_SUCCESS)
		err_set(err, "servers %s: %s", buf_text(&list), ares_strerror(status));
	buf_clear(&list);
	return status == ARES_SUCCESS;
}

/* Loopback, private, or unique local (RFC 4193). */
static bool
is_near(const struct ip *ip)
{
	return ip_is_private(ip) || (ip->v[0] & 0xfe) == 0xfc;
}

/* Servers as text, and whether all are near. */
struct server_list {
	struct buf text;
	bool near;
	size_t count;
};

static void
add_server(struct server_list *list, const struct ares_addr_port_node *node)
{
	struct ip ip = { { [10] = 0xff, [11] = 0xff } };
	struct arena *arena = arena_new(IP_TEXT_MAX * 1024);
	struct slice text;
	bool v4 = node->family == AF_INET;

	if (v4)
		memcpy(ip.v + 12, &node->addr.addr4, 4);
	else
		memcpy(ip.v, &node->addr.addr6, 16);
	list->near = list->near && is_near(&ip);
	list->count++;
	text = ip_text(arena, &ip);
	buf_printf(&list->text, "%s%s%.*s%s:%d", list->text.n == 0 ? "" : ",", v4 ? "" : "[",
	    SLICE_ARG(text), v4 ? "" : "]", node->udp_port == 0 ? PORT : node->udp_port);
	arena_free(&arena);
}

/* The servers that c-ares has. */
static struct server_list
list_servers(ares_channel ares)
{
	struct server_list list = { .near = true };
	struct ares_addr_port_node *nodes = NULL;

	if (ares_get_servers_ports(ares, &nodes) == ARES_SUCCESS)
		for (const struct ares_addr_port_node *node = nodes; node != NULL;
		     node = node->next)
			add_server(&list, node);
	if (nodes != NULL)
		ares_free_data(nodes);
	return list;
}

/* Notes the servers that c-ares has; false: they are as before. */
static bool
note_servers(struct dns_channel *channel)
{
	struct server_list list = list_servers(channel->ares);
	bool other;

	pthread_mutex_lock(&channel->lock);
	other = !slice_eq(buf_slice(&list.text), buf_slice(&channel->servers));
	buf_clear(&channel->servers);
	channel->servers = list.text;
	channel->near = list.near;
	pthread_mutex_unlock(&channel->lock);
	return other;
}

/* What one try may take of a server, of so many. */
static int
wait_ms(const struct dns_channel *channel, size_t server_count)
{
	int64_t ms = channel->timeout_us / 1000 / (int64_t)(WAITS * server_count);

	return ms < WAIT_LEAST_MS ? WAIT_LEAST_MS : (int)ms;
}

static bool
open_at(struct dns_channel *channel, const char *const *servers, size_t count, struct err *err)
{
	return open_ares(channel, wait_ms(channel, count), err) &&
	       set_servers(channel, servers, count, err);
}

/* Without a server in the file it is c-ares that decides whom to ask. */
static bool
open_from_file(struct dns_channel *channel, struct err *err)
{
	struct arena *arena = arena_new(RESOLV_CONF_ARENA);
	size_t count;
	const char *const *servers = resolv_conf_servers(arena, channel->resolv_conf, &count);
	bool good = count == 0 ? open_ares(channel, wait_ms(channel, 1), err)
			       : open_at(channel, servers, count, err);

	arena_free(&arena);
	return good;
}

static bool
open_channel(
    struct dns_channel *channel, const struct dns_channel_options *options, struct err *err)
{
	channel->timeout_us = options->timeout_us;
	if (options->server_count > 0)
		return open_at(channel, options->servers, options->server_count, err);
	channel->resolv_conf = strdup(
	    options->resolv_conf == NULL ? RESOLV_CONF : options->resolv_conf);
	if (channel->resolv_conf == NULL)
		abort();
	if (stat(channel->resolv_conf, &channel->seen) != 0)
		memset(&channel->seen, 0, sizeof(channel->seen));
	channel->looked_us = clock_monotonic_us();
	return open_from_file(channel, err);
}

static bool
open_events(struct dns_channel *channel, struct err *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	channel->epoll = epoll_create1(EPOLL_CLOEXEC);
	channel->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	event.data.fd = channel->wake;
	if (channel->epoll >= 0 && channel->wake >= 0 &&
	    epoll_ctl(channel->epoll, EPOLL_CTL_ADD, channel->wake, &event) == 0)
		return true;
	err_set(err, "epoll: %s", strerror(errno));
	return false;
}

static void
free_channel(struct dns_channel *channel)
{
	if (channel->ares != NULL)
		ares_destroy(channel->ares);
	if (channel->epoll >= 0)
		close(channel->epoll);
	if (channel->wake >= 0)
		close(channel->wake);
	pthread_mutex_destroy(&channel->lock);
	buf_clear(&channel->servers);
	free(channel->resolv_conf);
	free(channel);
	ares_library_cleanup();
}

struct dns_channel *
dns_channel_new(const struct dns_channel_options *options, struct err *err)
{
	struct dns_channel *channel = calloc(1, sizeof(*channel));

	if (channel == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		abort();
	channel->epoll = channel->wake = -1;
	channel->end = &channel->first;
	pthread_mutex_init(&channel->lock, NULL);
	if (open_events(channel, err) && open_channel(channel, options, err)) {
		note_servers(channel);
		return channel;
	}
	free_channel(channel);
	return NULL;
}

/* Puts a question, or one more time, where the thread takes it from. */
static void
put_ask(struct dns_channel *channel, struct dns_ask *ask)
{
	ask->next = NULL;
	*channel->end = ask;
	channel->end = &ask->next;
}

/* In the thread, of a question that the old servers had: asks the new ones. */
static void
ask_again(struct dns_channel *channel, struct dns_ask *ask)
{
	ask->again = true;
	pthread_mutex_lock(&channel->lock);
	put_ask(channel, ask);
	pthread_mutex_unlock(&channel->lock);
}

/*
 * What c-ares says of a question: the response itself decides where there is
 * one. Before 1.19 ARES_ECONNREFUSED is said of servers that answer SERVFAIL too;
 * from 1.2x on ARES_EBADRESP of questions that got no answer, because of what else
 * came over the socket.
 */
static void
on_answer(void *p, int status, int timeouts, unsigned char *bytes, int n)
{
	struct dns_ask *ask = p;
	struct dns_answer answer = { .outcome = DNS_SERVFAIL };
	struct slice packet = { (const char *)bytes, n > 0 ? (size_t)n : 0 };
	struct arena *arena = NULL;

	(void)timeouts;
	if (status == ARES_ECANCELLED && ask->channel->changing && !ask->again) {
		ask_again(ask->channel, ask);
		return;
	}
	switch (status) {
	case ARES_SUCCESS:
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
		arena = arena_new(ANSWER_ARENA);
		if (packet.n > 0)
			dns_wire_read(arena, packet, &ask->question, &answer);
		else if (status == ARES_ENOTFOUND) /* .onion: never asked (RFC 7686) */
			answer.outcome = DNS_NXDOMAIN;
		break;
	case ARES_EBADRESP:
		if (packet.n > 0)
			break;
		/* fallthrough */
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION:
		answer.outcome = DNS_TIMEOUT;
		break;
	}
	ask->done(ask, &answer);
	arena_free(&arena);
}

/* Hands a question to c-ares, which may answer before it returns. */
static void
send_ask(struct dns_channel *channel, struct dns_ask *ask)
{
	char text[2 * DNS_NAME_MAX + 1];
	struct slice name = ask->question.name;
	size_t n = 0;

	if (name.n > DNS_NAME_MAX || memchr(name.p, '\0', name.n) != NULL) {
		/* No C string holds it. */
		ask->done(ask, &(struct dns_answer){ .outcome = DNS_SERVFAIL });
		return;
	}
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '\\')
			text[n++] = '\\';
		text[n++] = name.p[i];
	}
	text[n] = '\0';
	ares_query(channel->ares, text, CLASS_IN, (int)ask->question.type, on_answer, ask);
}

/* Whether the file names a server: else it is being written, or of no use. */
static bool
names_server(const char *path)
{
	struct arena *arena = arena_new(RESOLV_CONF_ARENA);
	size_t count;

	(void)resolv_conf_servers(arena, path, &count);
	arena_free(&arena);
	return count > 0;
}

/* Asks the servers that resolv.conf has now, also what is open. */
static void
change_servers(struct dns_channel *channel)
{
	ares_channel old = channel->ares;
	struct err err;

	channel->ares = NULL;
	if (open_from_file(channel, &err) && note_servers(channel)) {
		channel->changing = true;
		ares_cancel(old);
		channel->changing = false;
		ares_destroy(old);
		return;
	}
	/* the same ones, or none that can be asked */
	if (channel->ares != NULL)
		ares_destroy(channel->ares);
	channel->ares = old;
}

/* Whether it is time to look at resolv.conf. */
static bool
may_look(struct dns_channel *channel)
{
	int64_t now_us = clock_monotonic_us();
	bool asked;

	if (channel->resolv_conf == NULL)
		return false;
	pthread_mutex_lock(&channel->lock);
	asked = channel->look;
	channel->look = false;
	pthread_mutex_unlock(&channel->lock);
	if (!asked && now_us - channel->looked_us < LOOK_US)
		return false;
	channel->looked_us = now_us;
	return true;
}

static void
look(struct dns_channel *channel)
{
	struct stat now;

	if (!may_look(channel) || stat(channel->resolv_conf, &now) != 0 ||
	    (now.st_dev == channel->seen.st_dev && now.st_ino == channel->seen.st_ino &&
		now.st_size == channel->seen.st_size &&
		now.st_mtim.tv_sec == channel->seen.st_mtim.tv_sec &&
		now.st_mtim.tv_nsec == channel->seen.st_mtim.tv_nsec))
		return;
	channel->seen = now;
	if (names_server(channel->resolv_conf))
		change_servers(channel);
}

/* Takes what was put in; false when the channel is to stop. */
static bool
take_asks(struct dns_channel *channel)
{
	struct dns_ask *ask, *next;
	bool stopping;

	pthread_mutex_lock(&channel->lock);
	ask = channel->first;
	channel->first = NULL;
	channel->end = &channel->first;
	stopping = channel->stopping;
	pthread_mutex_unlock(&channel->lock);
	for (; ask != NULL; ask = next) {
		next = ask->next;
		send_ask(channel, ask);
	}
	return !stopping;
}

/* Milliseconds to c-ares' next timeout, rounded up, or to the next look; -1: nobody waits. */
static int
next_timeout(struct dns_channel *channel)
{
	const struct timeval most = { .tv_sec = LOOK_US / CLOCK_SECOND_US };
	struct timeval wait;

	if (ares_timeout(channel->ares, NULL, &wait) == NULL)
		return -1;
	if (channel->resolv_conf != NULL && wait.tv_sec >= most.tv_sec)
		wait = most;
	return (int)(wait.tv_sec * 1000 + wait.tv_usec / 1000) + 1;
}

static void
serve_event(struct dns_channel *channel, const struct epoll_event *event)
{
	bool readable = (event->events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
	bool writable = (event->events & EPOLLOUT) != 0;
	uint64_t wakes;

	if (event->data.fd != channel->wake)
		ares_process_fd(channel->ares, readable ? event->data.fd : ARES_SOCKET_BAD,
		    writable ? event->data.fd : ARES_SOCKET_BAD);
	else if (read(channel->wake, &wakes, sizeof(wakes)) < 0 && errno != EAGAIN)
		abort();
}

static void *
channel_thread(void *p)
{
	struct dns_channel *channel = p;
	struct epoll_event events[EVENTS_AT_ONCE];

	for (look(channel); take_asks(channel); look(channel)) {
		int n = epoll_wait(channel->epoll, events, EVENTS_AT_ONCE, next_timeout(channel));

		for (int i = 0; i < n; i++)
			serve_event(channel, &events[i]);
		ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
	ares_cancel(channel->ares);
	return NULL;
}

/* Signals are for the main thread: this one takes none. */
static void
start_thread(struct dns_channel *channel)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&channel->thread, NULL, channel_thread, channel) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	channel->started = true;
}

static void
wake_thread(struct dns_channel *channel)
{
	const uint64_t once = 1;

	if (write(channel->wake, &once, sizeof(once)) < 0 && errno != EAGAIN)
		abort();
}

void
dns_channel_ask(struct dns_channel *channel, struct dns_ask *ask)
{
	ask->channel = channel;
	ask->again = false;
	pthread_mutex_lock(&channel->lock);
	put_ask(channel, ask);
	if (!channel->started)
		start_thread(channel);
	pthread_mutex_unlock(&channel->lock);
	wake_thread(channel);
}

void
dns_channel_free(struct dns_channel **channel_p)
{
	struct dns_channel *channel = *channel_p;

	if (channel == NULL)
		return;
	pthread_mutex_lock(&channel->lock);
	channel->stopping = true;
	pthread_mutex_unlock(&channel->lock);
	if (channel->started) {
		wake_thread(channel);
		pthread_join(channel->thread, NULL);
	}
	free_channel(channel);
	*channel_p = NULL;
}

void
dns_channel_look(struct dns_channel *channel)
{
	bool started;

	pthread_mutex_lock(&channel->lock);
	channel->look = true;
	started = channel->started;
	pthread_mutex_unlock(&channel->lock);
	if (started)
		wake_thread(channel);
}

void
dns_channel_servers(struct dns_channel *channel, struct buf *out)
{
	pthread_mutex_lock(&channel->lock);
	buf_add(out, buf_slice(&channel->servers));
	pthread_mutex_unlock(&channel->lock);
}

bool
dns_channel_is_guessable(struct dns_channel *channel)
{
	int version;
	bool near;

	(void)ares_version(&version);
	pthread_mutex_lock(&channel->lock);
	near = channel->near;
	pthread_mutex_unlock(&channel->lock);
	return version < VERSION_PORTS && !near;
}

const char *
dns_channel_library(void)
{
	return ares_version(NULL);
}
