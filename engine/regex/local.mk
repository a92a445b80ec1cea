libengine_a_SOURCES += \
	engine/regex/byte_set.h \
	engine/regex/factor.c engine/regex/factor.h \
	engine/regex/fold.h \
	engine/regex/literal_set.c engine/regex/literal_set.h \
	engine/regex/pattern_set.c engine/regex/pattern_set.h \
	engine/regex/pcre.c engine/regex/pcre.h \
	engine/regex/rareness.c engine/regex/rareness.h \
	engine/regex/sample.c engine/regex/sample.h \
	engine/regex/start_set.c engine/regex/start_set.h \
	engine/regex/strict.c engine/regex/strict.h \
	engine/regex/strings.c engine/regex/strings.h \
	engine/regex/syntax.c engine/regex/syntax.h engine/regex/syntax_parser.h \
	engine/regex/syntax_class.c \
	engine/regex/trial.c engine/regex/trial.h
