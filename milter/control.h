/*
 * control.h - the thread behind the control socket (control_protocol.h)
 *
 * Reads one request a connection and writes what `answer` makes of it. It
 * serves one client at a time, each for CONTROL_WAIT_S at most.
 */
#ifndef STEELYARD_MILTER_CONTROL_H
#define STEELYARD_MILTER_CONTROL_H

#include "engine/util/buf.h"
#include "engine/util/slice.h"

struct control;

/* Starts serving the listening descriptor, which stays the caller's. */
struct control *
control_start(int fd, void (*answer)(void *p, struct slice request, struct buf *out), void *p);

/* Ends the thread and nulls *control; NULL inside is fine. */
void control_stop(struct control **control);

#endif
