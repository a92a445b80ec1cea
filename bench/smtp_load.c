/*
 * smtp_load.c - sends messages to an SMTP server over several connections, and times each
 *
 *	bench/smtp_load PORT SOURCE CONNECTIONS REPEAT FILE...
 *
 * The server is on 127.0.0.1, SOURCE is the address that we come from. All files
 * are read and made ready (CRLF, dots doubled; RFC 5321, 4.5.2) before the first
 * is sent. Each connection takes the next message as soon as it is free, until
 * all have gone REPEAT times; one command waits for the answer to the last, as
 * no pipelining makes the server's share easier to see. Time is told from MAIL
 * to the answer to the last dot. Prints one JSON object. It is written in C so
 * that it takes little of the processors that it shares with what it measures.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define LINE_LONGEST 4096 /* an answer with all its lines */
#define CONNECTIONS_MAX 1000
#define REPEAT_MAX 1000
#define WAIT_LONGEST 600 /* seconds for one answer */

struct message {
	char *bytes; /* with the last dot */
	size_t size;
};

struct load {
	struct sockaddr_in server, source;
	struct message *messages;
	double *milliseconds; /* of each that was sent, by its number */
	size_t count; /* messages */
	size_t total; /* messages times repeats */
	atomic_size_t next, refused;
	atomic_bool broken; /* a connection failed */
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void *
allocate(size_t size)
{
	void *p = calloc(1, size + 1);

	if (p == NULL) {
		perror("smtp_load");
		exit(EX_OSERR);
	}
	return p;
}

/* The file as it goes over the wire. */
static struct message
message_read(const char *path)
{
	FILE *file = fopen(path, "r");
	struct message message = { 0 };
	char *line = NULL;
	size_t room = 0;
	FILE *out = open_memstream(&message.bytes, &message.size);
	ssize_t n;

	if (file == NULL || out == NULL) {
		perror(path);
		exit(EX_NOINPUT);
	}
	while ((n = getline(&line, &room, file)) > 0) {
		if (line[0] == '.')
			putc('.', out);
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			n--;
		fwrite(line, 1, (size_t)n, out);
		fputs("\r\n", out);
	}
	fputs(".\r\n", out);
	free(line);
	fclose(file);
	if (fclose(out) != 0) {
		perror("smtp_load");
		exit(EX_OSERR);
	}
	return message;
}

/* The code of the next answer, or 0 when there is none. */
static int
answer(int fd)
{
	char text[LINE_LONGEST + 1];
	size_t n = 0;

	for (;;) {
		ssize_t got = recv(fd, text + n, LINE_LONGEST - n, 0);
		const char *last;

		if (got <= 0)
			return 0;
		n += (size_t)got;
		text[n] = '\0';
		if (text[n - 1] != '\n')
			continue;
		last = memrchr(text, '\n', n - 1);
		last = last == NULL ? text : last + 1;
		if (text + n - last >= 4 && last[3] != '-')
			return atoi(last);
		if (n == LINE_LONGEST)
			return 0;
	}
}

static int
ask(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return 0;
		bytes += sent;
		size -= (size_t)sent;
	}
	return answer(fd);
}

static int
say(int fd, const char *line)
{
	return ask(fd, line, strlen(line));
}

static int
session_open(const struct load *load)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct timeval longest = { .tv_sec = WAIT_LONGEST };

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof(longest));
	if (bind(fd, (const struct sockaddr *)&load->source, sizeof(load->source)) == 0 &&
	    connect(fd, (const struct sockaddr *)&load->server, sizeof(load->server)) == 0 &&
	    answer(fd) == 220 && say(fd, "EHLO client.example.org\r\n") == 250)
		return fd;
	close(fd);
	return -1;
}

/* The code that the server has for the message. */
static int
session_send(int fd, const struct message *message)
{
	int code = say(fd, "MAIL FROM:<sender@example.org>\r\n");

	if (code == 250)
		code = say(fd, "RCPT TO:<user@steelyard.test>\r\n");
	if (code == 250)
		code = say(fd, "DATA\r\n");
	return code == 354 ? ask(fd, message->bytes, message->size) : code;
}

static void *
session_run(void *argument)
{
	struct load *load = argument;
	int fd = session_open(load);
	size_t number;

	while (fd >= 0 && (number = atomic_fetch_add(&load->next, 1)) < load->total) {
		double begun = now_ms();
		int code = session_send(fd, &load->messages[number % load->count]);

		load->milliseconds[number] = now_ms() - begun;
		if (code == 250)
			continue;
		atomic_fetch_add(&load->refused, 1);
		if (code == 0 || code == 421 || say(fd, "RSET\r\n") != 250) {
			close(fd);
			fd = session_open(load);
		}
	}
	if (fd < 0) {
		atomic_store(&load->broken, true);
		return NULL;
	}
	say(fd, "QUIT\r\n");
	close(fd);
	return NULL;
}

static int
compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct load *load, double ms)
{
	struct rusage usage;
	size_t n = load->total;

	getrusage(RUSAGE_SELF, &usage);
	qsort(load->milliseconds, n, sizeof(double), compare_times);
	printf("{\"messages\": %zu, \"refused\": %zu, \"seconds\": %.3f, \"ms_p50\": %.3f, "
	       "\"ms_p99\": %.3f, \"ms_max\": %.3f, \"cpu_seconds\": %.3f}\n",
	    n, atomic_load(&load->refused), ms / 1000, load->milliseconds[n / 2],
	    load->milliseconds[n * 99 / 100], load->milliseconds[n - 1],
	    (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

static void
clear(struct load *load)
{
	for (size_t i = 0; i < load->count; i++)
		free(load->messages[i].bytes);
	free(load->messages);
	free(load->milliseconds);
}

static size_t
number(const char *word, size_t most)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (*word == '\0' || *end != '\0' || n < 1 || n > most) {
		fprintf(stderr, "smtp_load: \"%s\" is no number from 1 to %zu\n", word, most);
		exit(EX_USAGE);
	}
	return n;
}

int
main(int argc, char **argv)
{
	struct load load = { .server.sin_family = AF_INET, .source.sin_family = AF_INET };
	size_t connections, repeat;
	pthread_t *threads;
	double begun;

	if (argc < 6) {
		fputs("usage: smtp_load PORT SOURCE CONNECTIONS REPEAT FILE...\n", stderr);
		return EX_USAGE;
	}
	load.server.sin_port = htons((uint16_t)number(argv[1], UINT16_MAX));
	load.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (inet_pton(AF_INET, argv[2], &load.source.sin_addr) != 1) {
		fprintf(stderr, "smtp_load: \"%s\" is no IPv4 address\n", argv[2]);
		return EX_USAGE;
	}
	connections = number(argv[3], CONNECTIONS_MAX);
	repeat = number(argv[4], REPEAT_MAX);
	load.count = (size_t)argc - 5;
	load.total = load.count * repeat;
	load.messages = allocate(load.count * sizeof(*load.messages));
	load.milliseconds = allocate(load.total * sizeof(*load.milliseconds));
	threads = allocate(connections * sizeof(*threads));
	for (size_t i = 0; i < load.count; i++)
		load.messages[i] = message_read(argv[5 + i]);
	begun = now_ms();
	for (size_t i = 0; i < connections; i++)
		if (pthread_create(&threads[i], NULL, session_run, &load) != 0)
			return EX_OSERR;
	for (size_t i = 0; i < connections; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	if (atomic_load(&load.broken)) {
		fputs("smtp_load: the server did not take a connection\n", stderr);
		return EX_UNAVAILABLE;
	}
	report(&load, now_ms() - begun);
	clear(&load);
	return EX_OK;
}
