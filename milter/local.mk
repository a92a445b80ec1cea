# The command line: its modules are a library, so that tests can have them.
noinst_LIBRARIES += libcli.a
libcli_a_SOURCES = \
	milter/json.c milter/json.h \
	milter/mail_source.c milter/mail_source.h \
	milter/mbox_reader.c milter/mbox_reader.h \
	milter/ordered.c milter/ordered.h \
	milter/pass.c milter/pass.h \
	milter/progress.c milter/progress.h
