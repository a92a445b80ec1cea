/*
 * dns_shares.h - who has how many questions in flight, and who may have one more
 *
 * What is in flight is bounded, and strangers decide what is asked: names
 * whose servers never answer keep their places until they time out. So each
 * purpose has places of its own, and nobody takes the last ones: a client may
 * have as many as are still free, and a message as many as are free to its
 * client. Of N that want all they can get, each has 1/(N+1) of the places, and
 * as much stays free for the next one. It has no lock: its owner brings it.
 */
#ifndef STEELYARD_MILTER_DNS_SHARES_H
#define STEELYARD_MILTER_DNS_SHARES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a question is for. */
enum dns_purpose {
	DNS_FOR_MESSAGES,
	DNS_FOR_LISTS, /* names below a DNS list's zone, for messages */
	DNS_FOR_TESTS, /* of DNS lists: whether they are well */
	DNS_PURPOSES,
};

struct dns_shares;

/* `most` places in all. Never NULL. */
struct dns_shares *dns_shares_new(size_t most);

/* Frees it and nulls *shares; NULL inside is fine. */
void dns_shares_free(struct dns_shares **shares);

/*
 * Takes a place, if there is one for that client (0: nobody's; else any hash of who it is)
 * and its message, which has of_message of them already. Tests share with nobody.
 */
bool dns_shares_take(
    struct dns_shares *shares, enum dns_purpose purpose, uint64_t client, size_t of_message);

/* Gives a place back that was taken so. */
void dns_shares_give(struct dns_shares *shares, enum dns_purpose purpose, uint64_t client);

#endif
