unit_tests += \
	tests/milter/test_json \
	tests/milter/test_mail_source \
	tests/milter/test_ordered \
	tests/milter/test_pass
tests_milter_test_json_SOURCES = tests/milter/test_json.c
tests_milter_test_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_json_LDADD = libcli.a $(unit_test_libs)
tests_milter_test_mail_source_SOURCES = tests/milter/test_mail_source.c
tests_milter_test_mail_source_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_mail_source_LDADD = libcli.a $(unit_test_libs)
tests_milter_test_ordered_SOURCES = tests/milter/test_ordered.c
tests_milter_test_ordered_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_ordered_LDADD = libcli.a $(unit_test_libs) -lpthread
tests_milter_test_pass_SOURCES = tests/milter/test_pass.c
tests_milter_test_pass_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_pass_LDADD = libcli.a $(unit_test_libs)

# The daemon.
unit_tests += tests/milter/test_listener tests/milter/test_log tests/milter/test_traffic
tests_milter_test_listener_SOURCES = tests/milter/test_listener.c
tests_milter_test_listener_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_listener_LDADD = libdaemon.a $(unit_test_libs)
tests_milter_test_log_SOURCES = tests/milter/test_log.c
tests_milter_test_log_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_log_LDADD = libdaemon.a libshell.a $(unit_test_libs)
tests_milter_test_traffic_SOURCES = tests/milter/test_traffic.c
tests_milter_test_traffic_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_traffic_LDADD = libdaemon.a libshell.a $(unit_test_libs) -lpthread
test_scripts += tests/milter/test_cli.py

unit_tests += tests/milter/test_list_health
tests_milter_test_list_health_SOURCES = tests/milter/test_list_health.c
tests_milter_test_list_health_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_list_health_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
unit_tests += tests/milter/test_actions tests/milter/test_message_scan \
	tests/milter/test_privileges tests/milter/test_session
tests_milter_test_message_scan_SOURCES = tests/milter/test_message_scan.c \
	tests/milter/generation_fixture.c tests/milter/generation_fixture.h
tests_milter_test_message_scan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_message_scan_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
tests_milter_test_privileges_SOURCES = tests/milter/test_privileges.c
tests_milter_test_privileges_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_privileges_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
tests_milter_test_actions_SOURCES = tests/milter/test_actions.c \
	tests/milter/generation_fixture.c tests/milter/generation_fixture.h
tests_milter_test_actions_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_actions_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
tests_milter_test_session_SOURCES = tests/milter/test_session.c \
	tests/milter/generation_fixture.c tests/milter/generation_fixture.h
tests_milter_test_session_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_session_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)

# Scenarios over the milter socket. What threads touch shows under the thread sanitizer.
EXTRA_DIST += tests/milter/libmilter.supp tests/milter/manners.lua tests/milter/milter_client.py tests/milter/steelyardd.py tests/milter/tap.py
test_scripts += tests/milter/test_miltertest.sh tests/milter/test_steelyardd.py tests/milter/test_early.py \
	tests/milter/test_auth.py
thread_tests += tests/milter/test_message_scan tests/milter/test_traffic tests/milter/test_steelyardd.py \
	tests/milter/test_early.py

# The resolver, against a server that misbehaves.
EXTRA_DIST += tests/dns/nsd.py tests/dns/responder.py
unit_tests += tests/milter/test_breaker tests/milter/test_dns_cache tests/milter/test_dns_shares \
	tests/milter/test_resolv_conf tests/milter/test_resolver
tests_milter_test_resolv_conf_SOURCES = tests/milter/test_resolv_conf.c
tests_milter_test_resolv_conf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_resolv_conf_LDADD = libshell.a $(CONF_LIBS) $(unit_test_libs)
tests_milter_test_dns_shares_SOURCES = tests/milter/test_dns_shares.c
tests_milter_test_dns_shares_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_dns_shares_LDADD = libshell.a $(unit_test_libs)
tests_milter_test_breaker_SOURCES = tests/milter/test_breaker.c
tests_milter_test_breaker_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_breaker_LDADD = libshell.a $(unit_test_libs)
tests_milter_test_dns_cache_SOURCES = tests/milter/test_dns_cache.c
tests_milter_test_dns_cache_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_dns_cache_LDADD = libshell.a $(unit_test_libs)
tests_milter_test_resolver_SOURCES = tests/milter/test_resolver.c \
	tests/dns/dns_server.c tests/dns/dns_server.h
tests_milter_test_resolver_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_resolver_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)
thread_tests += tests/milter/test_resolver

# The same against a real name server.
unit_tests += tests/milter/test_resolver_nsd
tests_milter_test_resolver_nsd_SOURCES = tests/milter/test_resolver_nsd.c \
	tests/dns/dns_server.c tests/dns/dns_server.h
tests_milter_test_resolver_nsd_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_resolver_nsd_LDADD = $(DAEMON_LIBS) $(CMOCKA_LIBS)

# The daemon and the DNS, with figures.
test_scripts += tests/milter/test_dns.py tests/milter/test_dns_lists.py
thread_tests += tests/milter/test_dns.py
long_scripts += tests/milter/test_dns.py

# The daemon and its feeds, with a real Redis.
EXTRA_DIST += tests/milter/feed_bench.py tests/milter/feed_latency.py tests/milter/feed_mail.py tests/milter/feed_oracle.py
feed_scripts += tests/milter/test_feed.py tests/milter/feed_chaos.py
long_scripts += tests/milter/feed_chaos.py
