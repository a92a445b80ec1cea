/*
 * control_client.h - asking the running daemon over its control socket
 */
#ifndef STEELYARD_MILTER_CONTROL_CLIENT_H
#define STEELYARD_MILTER_CONTROL_CLIENT_H

#include "engine/util/buf.h"
#include "engine/util/err.h"

/*
 * Sends one request line (control_protocol.h; without its LF) to the socket at
 * path and reads the whole answer. Returns 1 with the text behind CONTROL_OK
 * in *text_r, 0 with that behind CONTROL_ERROR, or -1 with *err when there is no
 * daemon or no whole answer within `wait_s` seconds. The caller clears *text_r.
 */
int control_ask(
    const char *path, const char *request, unsigned wait_s, struct buf *text_r, struct err *err);

#endif
