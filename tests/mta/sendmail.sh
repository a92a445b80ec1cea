#!/bin/bash
# sendmail.sh - a throwaway Sendmail on loopback, from a private folder
#
#	sendmail.sh libraries                     print the library packages it needs
#	sendmail.sh unpack CACHE                  fetch and unpack Debian's packages (once)
#	sendmail.sh start CACHE RUN PORT [LINE...] start; each LINE goes into sendmail.mc
#	sendmail.sh stop RUN                      end it and its children
#
# RUN holds its configuration, queue and the delivered mail: whatever is sent
# to anyone@steelyard.test lies in RUN/mail/new. It runs in a UTS namespace of
# its own, since it insists on a host name with a dot and would wait a minute
# for one. The machine's own MTA and configuration are not touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/packages.sh"

PACKAGES="sendmail-bin sendmail-cf sendmail-base"

libraries_of() {
	echo "$1/usr/lib/x86_64-linux-gnu:$1/usr/lib/$(uname -m)-linux-gnu:$1/usr/lib:$1/lib"
}

# The filter line comes in through LINEs: INPUT_MAIL_FILTER(`steelyard', `S=unix:..., F=T')
write_mc() {
	local sendmail=$1 run=$2 port=$3
	shift 3
	cat <<EOF
divert(0)dnl
OSTYPE(\`linux')dnl
DOMAIN(\`generic')dnl
define(\`confPID_FILE', \`$run/sendmail.pid')dnl
define(\`QUEUE_DIR', \`$run/queue')dnl
define(\`STATUS_FILE', \`$run/statistics')dnl
define(\`HELP_FILE', \`$run/etc/helpfile')dnl
define(\`ALIAS_FILE', \`')dnl
define(\`confCW_FILE', \`-o $run/etc/local-host-names')dnl
define(\`confDOMAIN_NAME', \`mx.steelyard.test')dnl
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
define(\`confSERVICE_SWITCH_FILE', \`$run/etc/service.switch')dnl
define(\`confDEF_USER_ID', \`nobody:nogroup')dnl
define(\`confTRUSTED_USER', \`root')dnl
define(\`confDONT_BLAME_SENDMAIL', \`GroupWritableDirPathSafe,TrustStickyBit')dnl
define(\`confQUEUE_LA', \`1000')dnl
define(\`confREFUSE_LA', \`1000')dnl
define(\`confEIGHT_BIT_HANDLING', \`pass8')dnl
define(\`confTO_IDENT', \`0')dnl
define(\`confMAX_HEADERS_LENGTH', \`0')dnl
define(\`confDELIVERY_MODE', \`background')dnl
define(\`confMILTER_LOG_LEVEL', \`4')dnl
undefine(\`MAIL_SETTINGS_DIR')dnl
FEATURE(\`no_default_msa')dnl
FEATURE(\`nocanonify')dnl
FEATURE(\`accept_unresolvable_domains')dnl
FEATURE(\`accept_unqualified_senders')dnl
RELAY_DOMAIN(\`steelyard.test')dnl
DAEMON_OPTIONS(\`Name=MTA, Addr=127.0.0.1, Port=$port')dnl
$(printf '%s\n' "$@")
MAILER(\`local')dnl
MAILER(\`smtp')dnl
LOCAL_RULE_0
R\$* < @ steelyard.test . > \$*	\$#mailbox \$@ here \$: \$1
R\$* < @ steelyard.test > \$*	\$#mailbox \$@ here \$: \$1
MAILER_DEFINITIONS
Mmailbox, P=$here/deliver.sh, F=lsn9, S=EnvFromL, R=EnvToL, L=0, T=DNS/RFC822/X-Unix, A=deliver.sh $run/mail \$u
EOF
}

start() {
	local sendmail=$1/sendmail run=$2 port=$3
	shift 3
	mkdir -p "$run/etc" "$run/queue" "$run/mail/new" "$run/mail/tmp"
	chmod 700 "$run/queue"
	chown -R nobody "$run/mail"
	printf 'hosts\tfiles\naliases\tfiles\n' >"$run/etc/service.switch"
	: >"$run/etc/local-host-names"
	: >"$run/statistics"
	write_mc "$sendmail" "$run" "$port" "$@" >"$run/etc/sendmail.mc"
	"$sendmail/usr/bin/m4" -D_CF_DIR_="$sendmail/usr/share/sendmail/cf/" \
		"$sendmail/usr/share/sendmail/cf/m4/cf.m4" "$run/etc/sendmail.mc" >"$run/etc/sendmail.cf"
	LD_LIBRARY_PATH=$(libraries_of "$sendmail") setsid unshare --uts sh -c \
		'hostname mx.steelyard.test && exec "$@"' sh \
		"$sendmail/usr/libexec/sendmail/sendmail" -bD -C "$run/etc/sendmail.cf" -q1s \
		</dev/null >"$run/log" 2>&1 &
	echo $! >"$run/group.pid"
	wait_for 30 port_answers "$port" || {
		echo "Sendmail did not start:" >&2
		cat "$run/log" >&2
		return 1
	}
}

ended() {
	! group_members "$1" >/dev/null
}

stop() {
	local pid
	pid=$(cat "$1/group.pid") || return 0
	pkill -TERM -g "$pid" 2>/dev/null || :
	wait_for 20 ended "$pid" || pkill -KILL -g "$pid" || :
	rm -f "$1/group.pid"
}

case ${1-} in
libraries)
	library_packages $PACKAGES
	;;
unpack)
	unpack_packages "$2/sendmail" $PACKAGES libwrap0 m4
	;;
start)
	shift
	start "$@"
	;;
stop)
	stop "$2"
	;;
*)
	sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
