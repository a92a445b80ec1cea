/*
 * redis_tls.c - TLS for a connection that somebody else owns: bytes in, bytes out
 *
 * OpenSSL reads and writes memory, so that the socket stays with its owner, who knows about
 * deadlines and SIGPIPE. hiredis's own TLS is left aside: it does not compare the
 * certificate's names with the host's, and Debian 12 has none. The only user of libssl.
 */
#include "config.h"

#include "shared-sync/redis_tls.h"

#ifdef HAVE_TLS

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* A record of TLS is 16 KB. */
#define OUTPUT_STEP 16384

struct redis_tls {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in, *out; /* the ssl's: from the peer, to it */
};

static bool
is_address(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* Whom to trust. */
static bool
tls_trust(struct redis_tls *tls, const char *ca_file, struct err *err)
{
	if (ca_file == NULL && SSL_CTX_set_default_verify_paths(tls->context) == 1)
		return true;
	if (ca_file != NULL && SSL_CTX_load_verify_file(tls->context, ca_file) == 1)
		return true;
	err_set(err, "%s: no certificates to trust can be read there",
	    ca_file != NULL ? ca_file : "the system's certificates");
	return false;
}

/* Who must be at the other end. */
static bool
tls_expect(struct redis_tls *tls, const char *host)
{
	if (is_address(host))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), host) == 1;
	return SSL_set1_host(tls->ssl, host) == 1 && SSL_set_tlsext_host_name(tls->ssl, host) == 1;
}

struct redis_tls *
redis_tls_new(const char *host, const char *ca_file, struct err *err)
{
	struct redis_tls *tls = calloc(1, sizeof(*tls));

	if (tls == NULL)
		abort();
	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL) {
		err_set(err, "OpenSSL cannot set up TLS: look at its openssl.cnf");
		redis_tls_free(&tls);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	if (!tls_trust(tls, ca_file, err)) {
		redis_tls_free(&tls);
		return NULL;
	}
	tls->ssl = SSL_new(tls->context);
	tls->in = BIO_new(BIO_s_mem());
	tls->out = BIO_new(BIO_s_mem());
	if (tls->ssl == NULL || tls->in == NULL || tls->out == NULL)
		abort();
	SSL_set_bio(tls->ssl, tls->in, tls->out);
	SSL_set_connect_state(tls->ssl);
	if (!tls_expect(tls, host)) {
		err_set(err, "%s: no name that a certificate could have", host);
		redis_tls_free(&tls);
	}
	return tls;
}

void
redis_tls_free(struct redis_tls **tls)
{
	if (*tls == NULL)
		return;
	SSL_free((*tls)->ssl);
	SSL_CTX_free((*tls)->context);
	free(*tls);
	*tls = NULL;
}

/* 0 when OpenSSL waits for the peer; else -1 with *err. */
static int
tls_stopped(struct redis_tls *tls, int result, struct err *err)
{
	long verified = SSL_get_verify_result(tls->ssl);

	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		err_set(err, "TLS: the server has hung up");
		return -1;
	default:
		err_set(err, "TLS: %s",
		    verified != X509_V_OK ? X509_verify_cert_error_string(verified)
					  : "the server does not speak it as it should");
		return -1;
	}
}

int
redis_tls_handshake(struct redis_tls *tls, struct err *err)
{
	int result = SSL_do_handshake(tls->ssl);

	return result == 1 ? 1 : tls_stopped(tls, result, err);
}

bool
redis_tls_write(struct redis_tls *tls, struct slice plain, struct err *err)
{
	size_t n;
	int result;

	if (plain.n == 0)
		return true;
	result = SSL_write_ex(tls->ssl, plain.p, plain.n, &n);
	if (result == 1)
		return true;
	if (tls_stopped(tls, result, err) == 0)
		err_set(err, "TLS: the server wants to begin anew");
	return false;
}

void
redis_tls_output(struct redis_tls *tls, struct buf *out)
{
	int n;

	while ((n = BIO_read(tls->out, buf_reserve(out, OUTPUT_STEP), OUTPUT_STEP)) > 0)
		out->n += (size_t)n;
}

void
redis_tls_input(struct redis_tls *tls, struct slice bytes)
{
	if (bytes.n > INT_MAX || BIO_write(tls->in, bytes.p, (int)bytes.n) != (int)bytes.n)
		abort();
}

int
redis_tls_read(struct redis_tls *tls, char *p, size_t room, size_t *n_r, struct err *err)
{
	int result = SSL_read_ex(tls->ssl, p, room, n_r);

	if (result == 1)
		return 1;
	*n_r = 0;
	return tls_stopped(tls, result, err);
}

#else

struct redis_tls *
redis_tls_new(const char *host, const char *ca_file, struct err *err)
{
	(void)ca_file;
	err_set(err, "%s: this program was built without TLS", host);
	return NULL;
}

void
redis_tls_free(struct redis_tls **tls)
{
	*tls = NULL;
}

int
redis_tls_handshake(struct redis_tls *tls, struct err *err)
{
	(void)tls;
	(void)err;
	return -1;
}

bool
redis_tls_write(struct redis_tls *tls, struct slice plain, struct err *err)
{
	(void)tls;
	(void)plain;
	(void)err;
	return false;
}

void
redis_tls_output(struct redis_tls *tls, struct buf *out)
{
	(void)tls;
	(void)out;
}

void
redis_tls_input(struct redis_tls *tls, struct slice bytes)
{
	(void)tls;
	(void)bytes;
}

int
redis_tls_read(struct redis_tls *tls, char *p, size_t room, size_t *n_r, struct err *err)
{
	(void)tls;
	(void)p;
	(void)room;
	(void)n_r;
	(void)err;
	return -1;
}

#endif
