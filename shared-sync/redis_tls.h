/*
 * redis_tls.h - TLS for a connection that somebody else owns: bytes in, bytes out
 *
 * The peer's certificate must be of somebody whom we trust and for the host that we meant; the
 * host's name is told it (SNI). TLS 1.2 is the oldest.
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_TLS_H
#define STEELYARD_SHARED_SYNC_REDIS_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

struct redis_tls;

/*
 * A client's side. host: a name or an address; ca_file: certificates to trust, in PEM, NULL:
 * those that the system trusts. NULL with *err when that cannot be read, or in a build without TLS.
 */
struct redis_tls *redis_tls_new(const char *host, const char *ca_file, struct err *err);

/* Frees it and nulls *tls; NULL inside is fine. */
void redis_tls_free(struct redis_tls **tls);

/* Goes on with the handshake: 1 when it is done, 0 when it wants the peer's bytes, -1 with *err. */
int redis_tls_handshake(struct redis_tls *tls, struct err *err);

/* Takes what is to be said; false with *err. */
bool redis_tls_write(struct redis_tls *tls, struct slice plain, struct err *err);

/* Appends what is to be sent to the peer now. To be called after each of the two above. */
void redis_tls_output(struct redis_tls *tls, struct buf *out);

/* Takes what the peer has sent. */
void redis_tls_input(struct redis_tls *tls, struct slice bytes);

/* What the peer has said: 1 with *n_r bytes at p, 0 when more input is wanted, -1 with *err. */
int redis_tls_read(struct redis_tls *tls, char *p, size_t room, size_t *n_r, struct err *err);

#endif
