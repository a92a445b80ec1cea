"""tls_redis.py - a Redis that speaks TLS too, under a certificate of an authority of its own"""
import os
import subprocess

from redis_server import Redis, free_port


def openssl(folder, *words):
    subprocess.run(("openssl",) + words, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """An authority of our own, and what it says of localhost and 127.0.0.1."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=redis",
            "-keyout", "redis.key", "-out", "redis.csr")
    with open(os.path.join(folder, "names"), "w", encoding="ascii") as out:
        out.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "redis.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "names", "-out", "redis.pem")


class TlsRedis(Redis):
    """`tls_port` is its port for TLS, `ca` the authority's certificate."""

    def __init__(self, *options):
        super().__init__(*options, start=False)
        self.tls_port = free_port()
        self.ca = os.path.join(self.folder, "ca.pem")
        make_certificates(self.folder)
        self.options += ["tls-port %d" % self.tls_port, "tls-cert-file %s/redis.pem" % self.folder,
                         "tls-key-file %s/redis.key" % self.folder, "tls-ca-cert-file " + self.ca,
                         "tls-auth-clients no"]
        self.start()

    def tls_url(self, host="127.0.0.1"):
        return "rediss://%s:%d" % (host, self.tls_port)
