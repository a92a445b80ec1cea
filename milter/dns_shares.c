/*
 * dns_shares.c - who has how many questions in flight, and who may have one more
 *
 * Clients that have any are in a hash table with chains; it has no more
 * entries than there are places.
 */
#include "config.h"

#include "milter/dns_shares.h"

#include <assert.h>
#include <stdlib.h>

/* Chains of the table: a power of two. */
#define CHAINS 1024
/* Of sixteen places, how many a purpose has. */
#define PARTS 16

static const unsigned parts[DNS_PURPOSES] = {
	[DNS_FOR_MESSAGES] = 11,
	[DNS_FOR_LISTS] = 4,
	[DNS_FOR_TESTS] = 1,
};

struct client {
	uint64_t name;
	size_t taken[DNS_PURPOSES];
	struct client *next; /* of its chain */
};

struct dns_shares {
	size_t most[DNS_PURPOSES], taken[DNS_PURPOSES];
	struct client *chains[CHAINS];
};

struct dns_shares *
dns_shares_new(size_t most)
{
	struct dns_shares *shares = calloc(1, sizeof(*shares));

	if (shares == NULL)
		abort();
	for (unsigned i = 0; i < DNS_PURPOSES; i++)
		shares->most[i] = most * parts[i] / PARTS;
	return shares;
}

void
dns_shares_free(struct dns_shares **shares_p)
{
	struct dns_shares *shares = *shares_p;

	if (shares == NULL)
		return;
	*shares_p = NULL;
	for (unsigned i = 0; i < CHAINS; i++) {
		while (shares->chains[i] != NULL) {
			struct client *client = shares->chains[i];

			shares->chains[i] = client->next;
			free(client);
		}
	}
	free(shares);
}

/* Where the client hangs, or the end of its chain. */
static struct client **
place_of(struct dns_shares *shares, uint64_t name)
{
	struct client **place = &shares->chains[name % CHAINS];

	while (*place != NULL && (*place)->name != name)
		place = &(*place)->next;
	return place;
}

/* Notes one more of the client's. */
static void
count(struct dns_shares *shares, enum dns_purpose purpose, uint64_t name)
{
	struct client **place = place_of(shares, name);

	if (*place == NULL) {
		*place = calloc(1, sizeof(**place));
		if (*place == NULL)
			abort();
		(*place)->name = name;
	}
	(*place)->taken[purpose]++;
}

bool
dns_shares_take(
    struct dns_shares *shares, enum dns_purpose purpose, uint64_t client, size_t of_message)
{
	size_t free_places = shares->most[purpose] - shares->taken[purpose], of_client = 0;

	if (client != 0) {
		const struct client *known = *place_of(shares, client);

		of_client = known == NULL ? 0 : known->taken[purpose];
	}
	if (free_places == 0)
		return false;
	if (purpose != DNS_FOR_TESTS &&
	    (of_client >= free_places || of_message >= free_places - of_client))
		return false;
	shares->taken[purpose]++;
	if (client != 0)
		count(shares, purpose, client);
	return true;
}

void
dns_shares_give(struct dns_shares *shares, enum dns_purpose purpose, uint64_t client)
{
	struct client **place, *known;
	size_t left = 0;

	assert(shares->taken[purpose] > 0);
	shares->taken[purpose]--;
	if (client == 0)
		return;
	place = place_of(shares, client);
	known = *place;
	assert(known != NULL && known->taken[purpose] > 0);
	known->taken[purpose]--;
	for (unsigned i = 0; i < DNS_PURPOSES; i++)
		left += known->taken[i];
	if (left > 0)
		return;
	*place = known->next;
	free(known);
}
