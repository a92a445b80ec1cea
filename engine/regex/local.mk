libengine_a_SOURCES += \
	engine/regex/byte_set.h \
	engine/regex/factor.c engine/regex/factor.h \
	engine/regex/fold.h \
	engine/regex/literal_set.c engine/regex/literal_set.h \
	engine/regex/pattern_set.c engine/regex/pattern_set.h \
	engine/regex/pcre.c engine/regex/pcre.h \
	engine/regex/prefix_part.c engine/regex/prefix_part.h \
	engine/regex/prefix_pattern.c engine/regex/prefix_pattern.h \
	engine/regex/prefix_set.c engine/regex/prefix_set.h \
	engine/regex/prefix_walk.c engine/regex/prefix_walk.h \
	engine/regex/rareness.c engine/regex/rareness.h \
	engine/regex/sample.c engine/regex/sample.h \
	engine/regex/strict.c engine/regex/strict.h \
	engine/regex/strings.c engine/regex/strings.h \
	engine/regex/syntax.c engine/regex/syntax.h engine/regex/syntax_parser.h \
	engine/regex/syntax_class.c \
	engine/regex/trial.c engine/regex/trial.h
