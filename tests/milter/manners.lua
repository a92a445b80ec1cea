-- manners.lua - a milter session that no MTA would make, spoken by miltertest; SOCKET is given by test_miltertest.sh
--
-- An MTA of an old protocol that knows few actions, stages out of their usual
-- order, a message that is aborted, two messages in one session, and fields of
-- ours that came in with the mail.

local function expect(what, good)
	if not good then
		error(what)
	end
	mt.echo("ok - " .. what)
end

local function reply_is(conn, want, what)
	local got = mt.getreply(conn)

	expect(what, got == want)
end

local function message(conn, subject)
	mt.macro(conn, SMFIC_MAIL, "i", "A1B2")
	mt.mailfrom(conn, "<sender@example.org>")
	reply_is(conn, SMFIR_CONTINUE, subject .. ": MAIL FROM is taken")
	mt.rcptto(conn, "<user@steelyard.test>")
	reply_is(conn, SMFIR_CONTINUE, subject .. ": RCPT TO is taken")
	mt.header(conn, "X-Spam-Flag", " NO, forged")
	mt.header(conn, "From", " a@example.org")
	mt.header(conn, "Subject", " " .. subject)
	mt.header(conn, "x-spam-flag", " NO, forged again")
	mt.eoh(conn)
	mt.bodystring(conn, "hello\r\n")
end

-- A full negotiation: everything that this miltertest knows.
local conn = mt.connect(SOCKET, 40, 0.05)
expect("the filter listens", conn ~= nil)
expect("it negotiates", mt.negotiate(conn, nil, nil, nil) == nil)
expect("it asks to add fields", mt.test_action(conn, SMFIF_ADDHDRS))
expect("it asks to change fields", mt.test_action(conn, SMFIF_CHGHDRS))
expect("it does not ask to change recipients", not mt.test_action(conn, SMFIF_ADDRCPT))
mt.conninfo(conn, "client.example.net", "203.0.113.5")
reply_is(conn, SMFIR_CONTINUE, "the connection is taken")
mt.helo(conn, "client.example.net")
reply_is(conn, SMFIR_CONTINUE, "HELO is taken")

-- A message that the MTA gives up, then one that it finishes, in one session.
message(conn, "rejectme")
mt.abort(conn)
message(conn, "tagme")
mt.eom(conn)
reply_is(conn, SMFIR_CONTINUE, "tagged mail passes, in spite of the one before")
expect("it is flagged", mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Flag"))
expect("forged copies are deleted", mt.eom_check(conn, MT_HDRDELETE, "X-Spam-Flag"))
message(conn, "rejectme")
mt.eom(conn)
reply_is(conn, SMFIR_REPLYCODE, "spam is refused with a reply of ours")
mt.disconnect(conn)

-- No EHLO name, no address family, the null sender, no recipient, no header, no body.
conn = mt.connect(SOCKET, 40, 0.05)
mt.conninfo(conn, "localhost", "unspec")
reply_is(conn, SMFIR_CONTINUE, "a client without an address is taken")
mt.mailfrom(conn, "<>")
reply_is(conn, SMFIR_CONTINUE, "the null sender is taken")
mt.eoh(conn)
mt.eom(conn)
reply_is(conn, SMFIR_CONTINUE, "an empty message passes")
mt.disconnect(conn)
