libengine_a_SOURCES += \
	engine/rules/rule_def.h engine/rules/ruleset.h \
	engine/rules/score.c engine/rules/score.h
