# The core's interface; its files join libengine.a.
libengine_a_SOURCES += \
	engine/action.c engine/action.h \
	engine/envelope.h engine/policy.h engine/verdict.h \
	engine/example.c engine/example.h \
	engine/field_encode.c engine/field_encode.h \
	engine/judge.c engine/judge.h \
	engine/markup.h \
	engine/markup_report.c engine/markup_report.h \
	engine/markup_tags.c engine/markup_tags.h \
	engine/markup_write.c engine/markup_write.h \
	engine/scan.c engine/scan.h engine/scan_state.h \
	engine/scan_rules.c engine/scan_rules.h \
	engine/scan_sum.c engine/scan_sum.h \
	engine/scan_verdict.c engine/scan_verdict.h \
	engine/shortcircuit.c engine/shortcircuit.h \
	engine/slot.c engine/slot.h \
	engine/subject.c engine/subject.h \
	engine/template.c engine/template.h \
	engine/wrap.c engine/wrap.h
