# The command line: its modules are a library, so that tests can have them.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	milter/check_options.c milter/check_options.h \
	milter/check_pass.c milter/check_pass.h \
	milter/cmd_check.c \
	milter/cmd_config.c \
	milter/cmd_control.c \
	milter/cmd_rules.c \
	milter/command.c milter/command.h \
	milter/control_client.c milter/control_client.h \
	milter/control_protocol.h \
	milter/json.c milter/json.h \
	milter/mail_source.c milter/mail_source.h \
	milter/mbox_reader.c milter/mbox_reader.h \
	milter/ordered.c milter/ordered.h \
	milter/pass.c milter/pass.h \
	milter/progress.c milter/progress.h \
	milter/report.c milter/report.h
