/*
 * responder.h - tests/dns/responder.py as a process, for tests in C
 */
#ifndef STEELYARD_TESTS_DNS_RESPONDER_H
#define STEELYARD_TESTS_DNS_RESPONDER_H

#include <sys/types.h>

struct responder {
	pid_t pid;
	int input; /* held open: its end ends the responder */
	char address[32]; /* "127.0.0.1:PORT" */
};

/* Starts it with a table of answers (engine/net/dns_table.h); fails the test when it cannot. */
void responder_start(struct responder *responder, const char *table);

/* From now on it answers nothing, or answers again. */
void responder_silence(const struct responder *responder, int silent);

void responder_stop(struct responder *responder);

#endif
