# packages.sh - Debian packages into private folders; sourced by postfix.sh and sendmail.sh
#
# Installing one MTA's package removes another's, so nothing here installs an
# MTA: packages are downloaded and unpacked, and their programs run from there.

# unpack_packages FOLDER PACKAGE... - downloads and unpacks once; a marker file says that it was whole
unpack_packages() {
	local folder=$1
	shift
	[ -e "$folder/.unpacked" ] && return 0
	rm -rf "$folder"
	mkdir -p "$folder/debs"
	(cd "$folder/debs" && apt-get -qq download "$@" >/dev/null 2>&1) || {
		echo "cannot download $*: try 'apt-get update'" >&2
		return 1
	}
	for deb in "$folder"/debs/*.deb; do
		dpkg -x "$deb" "$folder" || return 1
	done
	# A set-gid program ignores LD_LIBRARY_PATH, and these run as root anyway.
	find "$folder" -perm /6000 -type f -exec chmod ug-s {} +
	touch "$folder/.unpacked"
}

# library_packages PACKAGE... - the libraries they need, to be installed the ordinary way
library_packages() {
	apt-cache depends "$@" 2>/dev/null | sed -n 's/^ *|*Depends: \(lib[^<>]*\)$/\1/p' | sort -u
}

# wait_for SECONDS COMMAND... - until it succeeds; polls ten times a second
wait_for() {
	local tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# group_members GROUP - the processes of a process group that run; one that has ended and waits for its parent does not
group_members() {
	pgrep -g "$1" -r R,S,D,T,t
}

# port_answers PORT - whether something listens on loopback
port_answers() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
