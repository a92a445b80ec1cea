/*
 * dns_channel.h - questions out to the servers, what comes of them back in
 *
 * The only user of c-ares, and the thread that drives it: UDP with EDNS, TCP
 * for what was cut short, the next server for one that fails or is silent. It
 * keeps nothing and counts nothing.
 */
#ifndef STEELYARD_MILTER_DNS_CHANNEL_H
#define STEELYARD_MILTER_DNS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"

struct dns_channel;

/* One question. Whoever asks owns it, and leaves it alone until `done` is called with it. */
struct dns_ask {
	struct dns_question question;
	void (*done)(struct dns_ask *ask, const struct dns_answer *answer);
	struct dns_ask *next; /* the channel's own, and so is what follows */
	struct dns_channel *channel;
	bool again; /* it went to other servers before */
};

/* Whom a channel asks, and how long. */
struct dns_channel_options {
	/* "ADDRESS" or "ADDRESS:PORT", with brackets around IPv6; none: those of resolv_conf */
	const char *const *servers;
	size_t server_count;
	const char *resolv_conf; /* NULL: /etc/resolv.conf */
	int64_t timeout_us; /* for one question, all servers and repeats together */
};

/*
 * resolv.conf is read now, and again when it has changed: whoever asks or waits then has
 * the new servers within seconds. One that names no server is left aside, as it may be
 * half written. The thread begins with the first question. NULL with *err.
 */
struct dns_channel *dns_channel_new(const struct dns_channel_options *options, struct err *err);

/* Ends what is open (DNS_TIMEOUT), then the thread; nulls *channel; NULL inside is fine. */
void dns_channel_free(struct dns_channel **channel);

/*
 * Asks, from any thread. `done` is called once, in the channel's thread, with
 * an answer that lives until it returns and is neither DNS_OPEN nor
 * DNS_UNASKED.
 */
void dns_channel_ask(struct dns_channel *channel, struct dns_ask *ask);

/* Appends the servers that are asked now: "127.0.0.1:53,[::1]:53". */
void dns_channel_servers(struct dns_channel *channel, struct buf *out);

/* Whether resolv.conf has changed is looked at now, not in a second, if anybody asks. */
void dns_channel_look(struct dns_channel *channel);

/*
 * Whether a stranger could guess where an answer is awaited: c-ares before
 * 1.20 asks all from one port, which matters unless every server is on
 * loopback or in a private network.
 */
bool dns_channel_is_guessable(struct dns_channel *channel);

/* "1.18.1" */
const char *dns_channel_library(void);

#endif
