libengine_a_SOURCES += \
	engine/auth/auth.c engine/auth/auth.h \
	engine/auth/authentication.h \
	engine/auth/author.c engine/auth/author.h \
	engine/auth/authres_write.c engine/auth/authres_write.h \
	engine/auth/dmarc.c engine/auth/dmarc.h \
	engine/auth/dmarc_record.c engine/auth/dmarc_record.h \
	engine/auth/spf.c engine/auth/spf.h \
	engine/auth/spf_macro.c engine/auth/spf_macro.h \
	engine/auth/spf_record.c engine/auth/spf_record.h
