/*
 * control_protocol.h - what is said over the control socket
 *
 * A unix stream socket, 0660. The client sends one request line that ends in
 * LF; the daemon answers and closes. The first line of the answer is
 * CONTROL_OK or CONTROL_ERROR; all behind it is text for the person who
 * asked, except that CONTROL_STATUS_JSON gives one JSON object on one line.
 *
 *	status		text: one "name value" a line, in a fixed order
 *	status json	the same as an object
 *	dnsbl		text: a line for each DNS list that rules ask
 *	dnsbl json	the same as an array of objects
 *	feed status	text: a line for each channel that is followed, and below it the
 *			rules that are refused, in shadow, or have hit
 *	feed status json	the same as an array of objects, with all rules
 *	feed mute NAME	that rule of a feed only counts from now on; kept over restarts
 *	feed promote NAME	it scores, whatever the guard finds; likewise
 *	reload		reads configuration and rules again and waits for the
 *			end of it: after CONTROL_OK come warnings, if any, and
 *			"ruleset ID"; after CONTROL_ERROR the errors, each
 *			"file:line:column: error: text", and the old stay live
 *
 * An unknown request is answered with CONTROL_ERROR and a line of help. The
 * daemon waits CONTROL_WAIT_S for the line, and no longer line than
 * CONTROL_LINE_MAX is read.
 */
#ifndef STEELYARD_MILTER_CONTROL_PROTOCOL_H
#define STEELYARD_MILTER_CONTROL_PROTOCOL_H

#define CONTROL_STATUS "status"
#define CONTROL_STATUS_JSON "status json"
#define CONTROL_DNSBL "dnsbl"
#define CONTROL_DNSBL_JSON "dnsbl json"
#define CONTROL_FEED "feed status"
#define CONTROL_FEED_JSON "feed status json"
#define CONTROL_FEED_MUTE "feed mute "
#define CONTROL_FEED_PROMOTE "feed promote "
#define CONTROL_RELOAD "reload"

#define CONTROL_OK "ok"
#define CONTROL_ERROR "error"

/* Bytes of a request line, its LF included. */
#define CONTROL_LINE_MAX 256
/* Seconds that the daemon waits for a request, and for its answer to be taken. */
#define CONTROL_WAIT_S 5

#endif
