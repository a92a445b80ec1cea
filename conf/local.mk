# Text that people write -> plain structs.
noinst_LIBRARIES += libconf.a
libconf_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
libconf_a_SOURCES = \
	conf/diagnostic.c conf/diagnostic.h \
	conf/duration.c conf/duration.h \
	conf/file.c conf/file.h \
	conf/rule_example_yaml.c \
	conf/rule_yaml.c conf/rule_yaml.h \
	conf/rules_yaml.c conf/rules_yaml.h \
	conf/ruleset_load.c conf/ruleset_load.h \
	conf/schema.c conf/schema.h \
	conf/setting_list.c \
	conf/setting_type.c conf/setting_type.h \
	conf/settings.c conf/settings.def conf/settings.h \
	conf/size.c conf/size.h \
	conf/suggest.c conf/suggest.h \
	conf/yaml.c conf/yaml.h \
	conf/yaml_render.c conf/yaml_render.h
CONF_LIBS = libconf.a $(YAML_LIBS)
