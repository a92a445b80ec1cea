/*
 * dns_recorder.h - the answers that messages got, as a table that --dns reads again
 *
 * SYNOPSIS
 *	struct dns_recorder *recorder = dns_recorder_open("answers", &err);
 *
 *	dns_recorder_add(recorder, question, answer);
 *	if (!dns_recorder_close(&recorder))
 *		complain();
 */
#ifndef STEELYARD_MILTER_DNS_RECORDER_H
#define STEELYARD_MILTER_DNS_RECORDER_H

#include <stdbool.h>

#include "engine/net/dns.h"
#include "engine/util/err.h"

struct dns_recorder;

/* Writes to `path`, from its start. NULL with *err. */
struct dns_recorder *dns_recorder_open(const char *path, struct err *err);

/* The first answer of each question is written. Any thread may call it. */
void dns_recorder_add(struct dns_recorder *recorder, const struct dns_question *question,
    const struct dns_answer *answer);

/* Closes it and nulls *recorder. False: not all could be written. NULL inside is fine, and true. */
bool dns_recorder_close(struct dns_recorder **recorder);

#endif
