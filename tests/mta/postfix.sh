#!/bin/bash
# postfix.sh - a throwaway Postfix on loopback, from a private folder
#
#	postfix.sh libraries                      print the library packages it needs
#	postfix.sh unpack CACHE                   fetch and unpack Debian's package (once)
#	postfix.sh start CACHE RUN PORT [LINE...] start; each LINE goes into main.cf, in the place of one of ours
#	postfix.sh stop RUN                       end it, wait until its master is gone
#	postfix.sh command CACHE RUN NAME ARG...  run postqueue, postcat, ... on it
#
# RUN holds its configuration, queue, log and the delivered mail: whatever is
# sent to anyone@steelyard.test lies in RUN/mail/new. The machine's own MTA,
# users and configuration are not touched: accounts of the base system own the
# queue.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/packages.sh"

OWNER=mail          # must differ from DELIVERER and from root
DELIVERER=nobody
DROP_GROUP=operator # must differ from OWNER's own group

settings() {
	local postfix=$1 run=$2
	shift 2
	cat <<EOF
compatibility_level = 3.6
queue_directory = $run/queue
data_directory = $run/data
command_directory = $postfix/usr/sbin
daemon_directory = $postfix/usr/lib/postfix/sbin
shlib_directory = $postfix/usr/lib/postfix
meta_directory = $run/etc
mail_owner = $OWNER
setgid_group = $DROP_GROUP
default_privs = $DELIVERER
import_environment = LD_LIBRARY_PATH MAIL_CONFIG TZ
maillog_file = $run/log/maillog
maillog_file_prefixes = $run
myhostname = mx.steelyard.test
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8 [::1]/128
inet_interfaces = loopback-only
inet_protocols = all
local_header_rewrite_clients =
virtual_mailbox_domains = steelyard.test
virtual_mailbox_base = $run
virtual_mailbox_maps = static:mail/
virtual_transport = virtual
virtual_uid_maps = static:$(id -u $DELIVERER)
virtual_gid_maps = static:$(id -g $DELIVERER)
virtual_mailbox_limit = 0
message_size_limit = 0
mailbox_size_limit = 0
default_transport = error:this machine delivers nothing elsewhere
smtputf8_enable = yes
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_client_connection_count_limit = 0
smtpd_discard_ehlo_keywords = chunking
alias_maps =
alias_database =
EOF
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

# Of each setting the last word alone. Of a setting made twice every process warns, postlogd too, into the socket
# that it reads; where that is full already, as with a full queue of ten, it waits for itself, and all Postfix for it.
# The file's time is a past one, since Postfix waits with a new file until it is two seconds old.
write_main_cf() {
	settings "$@" | tac | awk -F ' *= *' '!seen[$1]++' | tac >"$2/etc/main.cf"
	touch -d '1 minute ago' "$2/etc/main.cf"
}

write_master_cf() {
	local run=$1 port=$2
	cat >"$run/etc/master.cf" <<EOF
127.0.0.1:$port inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
EOF
}

make_folders() {
	local run=$1 folder
	mkdir -p "$run/etc" "$run/queue/pid" "$run/data" "$run/log" "$run/mail"
	for folder in active bounce corrupt defer deferred flush hold incoming private saved trace; do
		mkdir -p "$run/queue/$folder"
		chown "$OWNER" "$run/queue/$folder"
		chmod 700 "$run/queue/$folder"
	done
	mkdir -p "$run/queue/public" "$run/queue/maildrop"
	chown "$OWNER:$DROP_GROUP" "$run/queue/public" "$run/queue/maildrop"
	chmod 710 "$run/queue/public"
	chmod 730 "$run/queue/maildrop"
	chown "$OWNER" "$run/data"
	chown "$DELIVERER" "$run/mail"
	chmod 755 "$run" "$run/mail"
}

libraries_of() {
	echo "$1/usr/lib/postfix:$1/usr/lib/postfix/sbin"
}

start() {
	local postfix=$1/postfix run=$2 port=$3
	shift 3
	make_folders "$run"
	write_main_cf "$postfix" "$run" "$@"
	write_master_cf "$run" "$port"
	cp "$postfix"/etc/postfix/dynamicmaps.cf "$run/etc/" 2>/dev/null || :
	LD_LIBRARY_PATH=$(libraries_of "$postfix") MAIL_CONFIG=$run/etc \
		setsid "$postfix/usr/lib/postfix/sbin/master" -c "$run/etc" -d \
		</dev/null >"$run/log/master" 2>&1 &
	echo $! >"$run/master.pid"
	wait_for 20 port_answers "$port" || {
		echo "Postfix did not start:" >&2
		cat "$run/log/master" "$run/log/maillog" >&2 2>/dev/null || :
		return 1
	}
}

# alone GROUP - whether nothing of a process group runs, its leader aside
alone() {
	! group_members "$1" | grep -qvx "$1"
}

# The master tells its process group to end and then waits a second: once it is alone it may go.
stop() {
	local pid
	pid=$(cat "$1/master.pid") || return 0
	kill -TERM "$pid" 2>/dev/null || :
	wait_for 20 alone "$pid" || :
	pkill -KILL -g "$pid" 2>/dev/null || :
	rm -f "$1/master.pid"
}

case ${1-} in
libraries)
	library_packages postfix
	;;
unpack)
	unpack_packages "$2/postfix" postfix
	;;
start)
	shift
	start "$@"
	;;
stop)
	stop "$2"
	;;
command)
	export LD_LIBRARY_PATH MAIL_CONFIG=$3/etc
	LD_LIBRARY_PATH=$(libraries_of "$2/postfix")
	program=$2/postfix/usr/sbin/$4
	shift 4
	exec "$program" "$@"
	;;
*)
	sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac
