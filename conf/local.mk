# Text that people write -> plain structs.
noinst_LIBRARIES += libconf.a
libconf_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
libconf_a_SOURCES = \
	conf/diagnostic.c conf/diagnostic.h \
	conf/dns_list_yaml.c conf/dns_list_yaml.h \
	conf/duration.c conf/duration.h \
	conf/file.c conf/file.h \
	conf/markup_read.c conf/markup_read.h \
	conf/perl_class.c conf/perl_escape.c conf/perl_group.c conf/perl_lookbehind.c \
	conf/perl_parser.h conf/perl_piece.c \
	conf/perl_regex.c conf/perl_regex.h \
	conf/redis_address.c conf/redis_address.h \
	conf/replace_tag.c conf/replace_tag.h \
	conf/rule_dns_yaml.c conf/rule_dns_yaml.h \
	conf/rule_example_yaml.c \
	conf/rule_yaml.c conf/rule_yaml.h \
	conf/rules_yaml.c conf/rules_yaml.h \
	conf/rules_yaml_write.c conf/rules_yaml_write.h \
	conf/ruleset_load.c conf/ruleset_load.h \
	conf/schema.c conf/schema.h \
	conf/setting_auth.c \
	conf/setting_feed.c \
	conf/secret_file.c conf/secret_file.h \
	conf/setting_headers.c \
	conf/setting_list.c \
	conf/setting_type.c conf/setting_type.h \
	conf/settings.c conf/settings.def conf/settings.h \
	conf/size.c conf/size.h \
	conf/spamassassin/cf_line.c conf/spamassassin/cf_line.h \
	conf/spamassassin/condition.c conf/spamassassin/condition.h \
	conf/spamassassin/sa_config.c conf/spamassassin/sa_config.h \
	conf/spamassassin/directive.c conf/spamassassin/directive.def conf/spamassassin/directive.h \
	conf/spamassassin/list_directive.c \
	conf/spamassassin/path.c \
	conf/spamassassin/plugin.c conf/spamassassin/plugin.def conf/spamassassin/plugin.h \
	conf/spamassassin/reader.c conf/spamassassin/reader.h \
	conf/spamassassin/replace_directive.c \
	conf/spamassassin/resolve.c conf/spamassassin/resolve.h \
	conf/spamassassin/rule_attribute.c \
	conf/spamassassin/rule_directive.c \
	conf/suggest.c conf/suggest.h \
	conf/yaml.c conf/yaml.h \
	conf/yaml_render.c conf/yaml_render.h
CONF_LIBS = libconf.a $(YAML_LIBS)

# settings.def as people read it.
noinst_PROGRAMS += conf/settings_doc
conf_settings_doc_SOURCES = conf/settings_doc.c
conf_settings_doc_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)

conf/steelyard.yaml: conf/settings_doc$(EXEEXT)
	$(AM_V_GEN)conf/settings_doc$(EXEEXT) yaml >$@.tmp && mv -f $@.tmp $@
conf/steelyard.yaml.5: conf/settings_doc$(EXEEXT) conf/steelyard.yaml.5.in
	$(AM_V_GEN)conf/settings_doc$(EXEEXT) man $(srcdir)/conf/steelyard.yaml.5.in >$@.tmp && \
	mv -f $@.tmp $@

noinst_DATA += conf/steelyard.yaml
nodist_man_MANS += conf/steelyard.yaml.5
dist_man_MANS += conf/steelyard-rules.5
EXTRA_DIST += conf/steelyard.yaml.5.in
CLEANFILES += conf/steelyard.yaml conf/steelyard.yaml.5

# A configuration that is there is its owner's: it is neither written over nor removed.
install_hooks += install-settings
install-settings: conf/steelyard.yaml
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)/steelyard'
	$(INSTALL_DATA) conf/steelyard.yaml '$(DESTDIR)$(sysconfdir)/steelyard/steelyard.yaml.sample'
	test -e '$(DESTDIR)$(sysconfdir)/steelyard/steelyard.yaml' || \
	$(INSTALL_DATA) conf/steelyard.yaml '$(DESTDIR)$(sysconfdir)/steelyard/steelyard.yaml'
uninstall_hooks += uninstall-settings
uninstall-settings:
	cd '$(DESTDIR)$(sysconfdir)/steelyard' 2>/dev/null || exit 0; \
	! cmp -s steelyard.yaml steelyard.yaml.sample || rm -f steelyard.yaml; \
	rm -f steelyard.yaml.sample
.PHONY: install-settings uninstall-settings
