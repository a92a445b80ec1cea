/*
 * dns_server.h - tests/dns/responder.py or nsd.py as a process, for tests in C
 */
#ifndef STEELYARD_TESTS_DNS_DNS_SERVER_H
#define STEELYARD_TESTS_DNS_DNS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct dns_server {
	pid_t pid;
	int input; /* held open: its end ends the server */
	char address[32]; /* "127.0.0.1:PORT" */
};

/*
 * Starts the script with one file that holds `text`, in a folder of its own
 * under the name `file`. False: it cannot run here. A start that goes wrong
 * fails the test.
 */
bool
dns_server_start(struct dns_server *server, const char *script, const char *file, const char *text);

void dns_server_stop(struct dns_server *server);

#endif
