libengine_a_SOURCES += \
	engine/auth/arc.c engine/auth/arc.h \
	engine/auth/auth.c engine/auth/auth.h \
	engine/auth/authentication.h \
	engine/auth/author.c engine/auth/author.h \
	engine/auth/authres_write.c engine/auth/authres_write.h \
	engine/auth/dkim.c engine/auth/dkim.h \
	engine/auth/dkim_body.c engine/auth/dkim_body.h \
	engine/auth/dkim_header.c engine/auth/dkim_header.h \
	engine/auth/dkim_key.c engine/auth/dkim_key.h \
	engine/auth/dkim_mail.c engine/auth/dkim_mail.h \
	engine/auth/dkim_signature.c engine/auth/dkim_signature.h \
	engine/auth/dkim_tags.c engine/auth/dkim_tags.h \
	engine/auth/dmarc.c engine/auth/dmarc.h \
	engine/auth/dmarc_record.c engine/auth/dmarc_record.h \
	engine/auth/spf.c engine/auth/spf.h \
	engine/auth/spf_macro.c engine/auth/spf_macro.h \
	engine/auth/spf_record.c engine/auth/spf_record.h
