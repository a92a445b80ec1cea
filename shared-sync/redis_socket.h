/*
 * redis_socket.h - a non-blocking stream socket to a Redis: connecting, sending, receiving
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_SOCKET_H
#define STEELYARD_SHARED_SYNC_REDIS_SOCKET_H

#include <stddef.h>

#include "conf/redis_address.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/link_outcome.h"
#include "shared-sync/link_wait.h"

/* Connects to one of the host's addresses: LINK_OK with *fd_r, the caller's to close; or *err. */
enum link_outcome redis_socket_tcp(
    const struct redis_host *host, const struct link_wait *wait, int *fd_r, struct err *err);
enum link_outcome
redis_socket_unix(const char *path, const struct link_wait *wait, int *fd_r, struct err *err);

/* Sends all of it. */
enum link_outcome
redis_socket_send(int fd, struct slice bytes, const struct link_wait *wait, struct err *err);

/* Receives what there is, at least a byte: LINK_OK with *n_r. Of a peer that hung up: LINK_LOST. */
enum link_outcome redis_socket_receive(
    int fd, char *p, size_t room, const struct link_wait *wait, size_t *n_r, struct err *err);

#endif
