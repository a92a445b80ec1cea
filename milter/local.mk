# The command line: its modules are a library, so that tests can have them.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	milter/auth_report.c milter/auth_report.h \
	milter/authres_ours.c milter/authres_ours.h \
	milter/bench.c milter/bench.h \
	milter/bench_report.c milter/bench_report.h \
	milter/check_options.c milter/check_options.h \
	milter/check_pass.c milter/check_pass.h \
	milter/check_setup.c milter/check_setup.h \
	milter/cmd_bench.c \
	milter/cmd_check.c \
	milter/cmd_config.c \
	milter/cmd_control.c \
	milter/cmd_dnsbl.c \
	milter/cmd_feed.c milter/cmd_feed.h \
	milter/cmd_feed_file.c \
	milter/cmd_feed_key.c \
	milter/cmd_feed_keyset.c \
	milter/cmd_feed_mirror.c \
	milter/cmd_feed_publish.c \
	milter/cmd_feed_show.c \
	milter/cmd_feed_status.c \
	milter/cmd_import_sa.c \
	milter/cmd_lint.c \
	milter/coverage.c milter/coverage.h \
	milter/cmd_rules.c \
	milter/command.c milter/command.h \
	milter/control_client.c milter/control_client.h \
	milter/control_protocol.h \
	milter/end_signal.c milter/end_signal.h \
	milter/feed_desk.c milter/feed_desk.h \
	milter/feed_entry.c milter/feed_entry.h \
	milter/feed_gate.c milter/feed_gate.h \
	milter/feed_options.c milter/feed_options.h \
	milter/feed_state.c milter/feed_state.h \
	milter/json.c milter/json.h \
	milter/lint_cost.c milter/lint_cost.h \
	milter/local_scan.c milter/local_scan.h \
	milter/mail_source.c milter/mail_source.h \
	milter/mbox_reader.c milter/mbox_reader.h \
	milter/ordered.c milter/ordered.h \
	milter/pass.c milter/pass.h \
	milter/progress.c milter/progress.h \
	milter/report.c milter/report.h \
	milter/rule_examples.c milter/rule_examples.h
CLI_LIBS = libcli.a libshell.a $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS) $(CARES_LIBS) -lpthread

bin_PROGRAMS += steelyard
steelyard_SOURCES = milter/steelyard.c
steelyard_LDADD = $(CLI_LIBS)
dist_man_MANS += milter/steelyard.1

# What the daemon and the command line share of the shell.
noinst_LIBRARIES += libshell.a
libshell_a_CFLAGS = $(AM_CFLAGS) $(CARES_CFLAGS)
libshell_a_SOURCES = \
	milter/breaker.c milter/breaker.h \
	milter/clock.c milter/clock.h \
	milter/converters.c milter/converters.h \
	milter/dns_cache.c milter/dns_cache.h \
	milter/dns_channel.c milter/dns_channel.h \
	milter/dns_recorder.c milter/dns_recorder.h \
	milter/dns_reply.c milter/dns_reply.h \
	milter/dns_service.c milter/dns_service.h \
	milter/dns_shares.c milter/dns_shares.h \
	milter/list_health.c milter/list_health.h \
	milter/list_lookup.c milter/list_lookup.h \
	milter/list_test.c milter/list_test.h \
	milter/live.c milter/live.h \
	milter/memory.c milter/memory.h \
	milter/message_scan.c milter/message_scan.h \
	milter/resolv_conf.c milter/resolv_conf.h \
	milter/resolver.c milter/resolver.h \
	milter/scan_dns.c milter/scan_dns.h \
	milter/slots.c milter/slots.h

# The daemon without libmilter: a library, so that tests can have it.
noinst_LIBRARIES += libdaemon.a
libdaemon_a_SOURCES = \
	milter/actions.c milter/actions.h \
	milter/background.c milter/background.h \
	milter/control.c milter/control.h \
	milter/feed_channel.c milter/feed_channel.h \
	milter/feed_report.c milter/feed_report.h \
	milter/feed_service.c milter/feed_service.h \
	milter/good_mail.c milter/good_mail.h \
	milter/list_report.c milter/list_report.h \
	milter/list_watch.c milter/list_watch.h \
	milter/listener.c milter/listener.h \
	milter/log.c milter/log.h \
	milter/early.c milter/early.h \
	milter/message_log.c milter/message_log.h \
	milter/metrics.c milter/metrics.h \
	milter/pid_file.c milter/pid_file.h \
	milter/privileges.c milter/privileges.h \
	milter/reload.c milter/reload.h \
	milter/session.c milter/session.h \
	milter/traffic.c milter/traffic.h
DAEMON_LIBS = libdaemon.a libshell.a libcli.a $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS) $(CARES_LIBS) -lpthread

dist_man_MANS += milter/steelyardd.8

# The systemd unit.
EXTRA_DIST += milter/steelyardd.service.in
CLEANFILES += milter/steelyardd.service
milter/steelyardd.service: $(srcdir)/milter/steelyardd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) milter && sed -e 's,@sbindir\@,$(sbindir),' -e 's,@bindir\@,$(bindir),' \
		-e 's,@sysconfdir\@,$(sysconfdir),' -e 's,@runstatedir\@,$(runstatedir),' \
		$(srcdir)/milter/steelyardd.service.in >$@.new && mv $@.new $@
noinst_DATA += milter/steelyardd.service
AM_DISTCHECK_CONFIGURE_FLAGS = --with-systemdsystemunitdir='$$dc_install_base/lib/systemd/system'
if HAVE_SYSTEMD
systemdsystemunit_DATA = milter/steelyardd.service
endif

sbin_PROGRAMS += steelyardd
steelyardd_SOURCES = \
	milter/callbacks.c milter/callbacks.h \
	milter/daemon.c milter/daemon.h \
	milter/steelyardd.c
steelyardd_LDADD = $(DAEMON_LIBS) $(MILTER_LIBS)
