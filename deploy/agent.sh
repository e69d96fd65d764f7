#!/bin/sh
# Installs the Vigia agent on a Linux machine, upgrades it, or removes it without a trace.
#
#   agent.sh install --server URL --token-file FILE [--pin sha256//KEY] [--name NAME] [--allow ACTION,...] [--recovery-as-root] [--force] [--no-service]
#   agent.sh remove
#
#   --server URL   where this machine reaches the server; https, or http on this very machine
#   --token-file FILE  holds an enrolment token; an upgrade of an enrolled machine needs none. The pasted line gives the token
#                  as the variable VIGIA_TOKEN in front of this script. --token TOKEN works too, where nobody else can list processes
#   --pin KEY      the key of the server's own certificate, as curl --pinnedpubkey takes it; without it the machine's
#                  certificate authorities judge
#   --name NAME    what to call the machine; its host name by default
#   --allow A,...  what the agent may do beyond watching this machine: probe-peers (tell whether a neighbour answers),
#                  check-network (check other hosts), check-local-query (ask this machine for addresses with a query),
#                  recovery-read (look at the backups that /etc/vigia-agent/recovery.json names); it is kept in policy.json,
#                  which the server cannot change
#   --recovery-as-root  let root look at the backups that /etc/vigia-agent/recovery.json marks with "root": true, whenever the agent
#                  asks for one by its name; a later upgrade keeps it
#   --force        enrol although the machine is enrolled, such as with another server; its key stays
#   --no-service   no systemd here (a container, a chroot): install and enrol, and print the command that runs the agent
#
# It installs /opt/vigia-agent, /var/lib/vigia-agent (its key and what it could not deliver yet), the user vigia-agent and the
# service vigia-agent. Before anything of the machine is touched, all files are fetched and checked; what fails before the
# machine is enrolled is undone. A second run upgrades the files and keeps the identity.
#
# Exit codes, each with a sentence on standard error:
#    0  done
#    1  a step failed that nobody expected to
#    2  the command line is wrong
#    3  not run as root
#    4  this machine is not supported, or the runtime does not run on it
#    5  a program is missing
#    6  systemd does not run here
#    7  another installation or removal is running
#   10  this script could not be fetched (said by the pasted line; the sentence is curl's)
#   11  the server cannot be reached
#   12  the server is not the one that is meant: its certificate does not fit
#   13  the server does not have the files, or answers with an error
#   14  a file arrived damaged: its checksum is wrong
#   15  there is no space, or a folder cannot be written
#   16  the user vigia-agent cannot be created
#   20  the token is none of this server
#   21  the token has expired
#   22  the token has no uses left
#   23  the token was made by another server
#   24  the clock of this machine is wrong
#   25  the server refuses the enrolment for another reason
#   26  the machine is enrolled with another server
#   30  installed and enrolled, but the service does not run
#   31  installed, enrolled and running, but not connected
#   40  something could not be removed
#  129, 130, 143  interrupted

set -eu
umask 022
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C

parent=/opt
home=$parent/vigia-agent
data=/var/lib/vigia-agent
account=vigia-agent
service=vigia-agent.service
unit=/etc/systemd/system/$service
units=/etc/systemd/system
# What root's part of reading backups is made of, and where it writes.
recovery_units='vigia-recovery.path vigia-recovery.service'
recovery=/var/lib/vigia-recovery
recovery_cache=/var/cache/vigia-recovery

TOKEN_LENGTH=71
PREPARE_SECONDS=900
CONNECT_SECONDS=45
MAX_RESTARTS=3

# What this run made so far, and takes back if it fails.
work=
made_account=
made_data=
placed=
told=

main() {
	cd /
	command=install
	case ${1:-} in
		install | remove)
			command=$1
			shift
			;;
		help | --help | -h)
			usage
			exit 0
			;;
	esac
	trap leave EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	"$command" "$@"
}

usage() {
	cat <<-'END'
		Usage:
		  agent.sh install --server URL --token-file FILE [--pin sha256//KEY] [--name NAME] [--allow ACTION,...] [--recovery-as-root] [--force] [--no-service]
		  agent.sh remove
	END
}

say() { printf 'vigia: %s\n' "$*"; }

# fail CODE SENTENCE
fail() {
	told=yes
	printf 'vigia: %s\n' "$2" >&2
	exit "$1"
}

wrong_usage() {
	usage >&2
	fail 2 "$1"
}

leave() {
	status=$?
	trap - EXIT
	trap '' HUP INT TERM
	set +e
	[ "$status" -eq 0 ] || [ -n "$told" ] || printf 'vigia: A step failed that should not (code %s).\n' "$status" >&2
	[ "$status" -eq 0 ] || undo
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}

undo() {
	rm -f "$unit.new"
	[ -z "$placed" ] || put_back
	[ -z "$made_data" ] || rm -rf "$data"
	[ -z "$made_account" ] || delete_account
}

# ---- install

install() {
	server='' token=${VIGIA_TOKEN:-} pin='' name='' allow='' force='' with_service=yes as_root=''
	unset VIGIA_TOKEN
	while [ $# -gt 0 ]; do
		case $1 in
			--server | --token | --token-file | --pin | --name | --allow)
				[ $# -ge 2 ] || wrong_usage "$1 needs a value."
				case $1 in
					--server) server=${2%/} ;;
					--token) token=$2 ;;
					--token-file) token=$(head -n 1 <"$2" 2>/dev/null) || wrong_usage "$2 cannot be read." ;;
					--pin) pin=$2 ;;
					--name) name=$2 ;;
					--allow) allow=$2 ;;
				esac
				shift
				;;
			--force) force=yes ;;
			--no-service) with_service= ;;
			--recovery-as-root) as_root=yes ;;
			*) wrong_usage "What is \"$1\" for?" ;;
		esac
		shift
	done
	[ -z "$as_root" ] || [ -n "$with_service" ] || wrong_usage "--recovery-as-root takes systemd, and --no-service does without it."
	# Chosen once, it stays.
	[ ! -e "$units/vigia-recovery.path" ] || as_root=yes
	check_server
	check_machine
	check_enrolment
	lock
	work=$(mktemp -d "$parent/.vigia-agent.XXXXXX" 2>/dev/null) || fail 15 "$parent cannot be written."
	chmod 711 "$work"
	mkdir "$work/new"
	fetch_files
	create_account
	create_data
	if [ -n "$with_service" ]; then bring_unit; fi
	if [ -n "$present" ] && [ -z "$force" ]; then
		say "This machine is enrolled with $server already and keeps its identity."
	else
		enrol
	fi
	put_in_place
	if [ -z "$with_service" ]; then
		settle
		say "Installed in $home. Nothing starts it here; as root, run:"
		run_command
		return
	fi
	start_service
}

# Once the agent is there: its folder is named in the units.
let_root_read() {
	[ -n "$as_root" ] || return 0
	umask 022
	mkdir -p "$recovery/runs" "$recovery/results" 2>/dev/null || fail 15 "$recovery cannot be made."
	chown root:"$account" "$recovery/results"
	chmod 750 "$recovery/results"
	for file in $recovery_units; do
		if ! cp "$home/$file" "$units/$file.new" 2>"$work/error" || ! mv "$units/$file.new" "$units/$file"; then
			fail 15 "$units/$file cannot be written: $(tail -n 1 "$work/error")"
		fi
	done
	systemctl daemon-reload
	systemctl enable --quiet vigia-recovery.path 2>"$work/error" || fail 30 "The agent runs, but root's part of reading backups does not: $(tail -n 1 "$work/error")"
	systemctl restart vigia-recovery.path 2>"$work/error" || fail 30 "The agent runs, but root's part of reading backups does not: $(tail -n 1 "$work/error")"
}

check_server() {
	[ -n "$server" ] || wrong_usage "--server is missing."
	case $pin in
		'' | sha256//?*) ;;
		*) wrong_usage "--pin is \"$pin\"; it begins with sha256//" ;;
	esac
	scheme=${server%%://*}
	case $server in
		https://?*) return ;;
		http://?*) ;;
		*) wrong_usage "\"$server\" is no address of a server. Write it like https://vigia.example.com:8420" ;;
	esac
	host=${server#http://}
	case $host in
		'[::1]' | '[::1]':*) return ;;
	esac
	host=${host%%[:/]*}
	case $host in
		localhost) return ;;
		127.*[!0-9.]*) ;;
		127.*) return ;;
	esac
	wrong_usage "$server is not this machine, so it takes https: without TLS anybody on the way could read and change what runs here as root."
}

check_machine() {
	[ "$(id -u)" -eq 0 ] || fail 3 "Run this as root, such as with sudo."
	[ "$(uname -s)" = Linux ] || fail 4 "This script installs on Linux; this is $(uname -s)."
	case $(uname -m) in
		x86_64 | amd64) platform=linux-x64 ;;
		aarch64 | arm64) platform=linux-arm64 ;;
		*) fail 4 "There is no agent for the processor $(uname -m); there is for x86_64 and aarch64." ;;
	esac
	for program in curl gunzip sha256sum setpriv flock useradd; do
		command -v "$program" >/dev/null 2>&1 || missing_program "$program"
	done
	[ -z "$with_service" ] || [ -d /run/systemd/system ] ||
		fail 6 "systemd does not run here. In a container or a chroot add --no-service: it installs and enrols, and tells how to run the agent."
}

missing_program() {
	case $1 in
		gunzip) package=gzip ;;
		sha256sum) package=coreutils ;;
		setpriv | flock) package=util-linux ;;
		useradd) package='passwd (Debian, Ubuntu) or shadow-utils (Fedora, Red Hat)' ;;
		*) package=$1 ;;
	esac
	fail 5 "The program $1 is missing. Install the package $package and run this again."
}

# Two at once would take each other's files away. The lock is on the folder itself and leaves nothing behind.
lock() {
	mkdir -p "$parent" 2>/dev/null || fail 15 "$parent cannot be made."
	exec 9<"$parent"
	flock -n 9 || fail 7 "Another installation or removal of the agent is running. Wait for it and run this again."
	# What a run left that was killed.
	rm -rf "$parent"/.vigia-agent.*
}

# $present: the server that this machine is enrolled with, if it is.
check_enrolment() {
	present=
	# The folder is the agent's own: a link in it would lead root elsewhere.
	if [ -e "$data/enrolment.json" ] && [ ! -L "$data/enrolment.json" ]; then
		present=$(sed -n 's/^ *"server": "\([^"]*\)".*/\1/p' "$data/enrolment.json")
		# A damaged one is none.
		[ -n "$present" ] || force=yes
	fi
	if [ -z "$present" ] || [ -n "$force" ]; then
		[ -n "$token" ] || wrong_usage "--token is missing."
		case $token in
			vig1_*) [ ${#token} -eq "$TOKEN_LENGTH" ] && return ;;
		esac
		fail 20 "The token is no whole one: it begins with vig1_ and has $TOKEN_LENGTH characters, not ${#token}. Copy the line again."
	elif [ "$present" != "$server" ]; then
		fail 26 "This machine is enrolled with $present. Add --force to move it to $server, or remove the agent first."
	fi
}

# fetch PATH TARGET: true if the server answers with it; else $http and $reason say why not. Ends the script if it does not answer.
fetch() {
	path=$1 target=$2
	set -- -sS --proto "=$scheme" --connect-timeout 15 --speed-limit 500 --speed-time 60 --max-time 3600 -w '%{http_code}' -o "$target"
	# Self-signed: no authority vouches for the certificate, its key does.
	[ -z "$pin" ] || set -- "$@" -k --pinnedpubkey "$pin"
	[ "$scheme" = https ] || set -- "$@" --noproxy '*'
	http=$(curl "$@" "$server$path" 2>"$work/error") || curl_failed $?
	[ "$http" != 200 ] || return 0
	reason=$(sed -n 's/.*"message":"\([^"]*\)".*/\1/p' "$target")
	return 1
}

# curl_failed CODE
curl_failed() {
	reason=$(sed -n 's/^curl: ([0-9]*) //p' "$work/error" | tail -n 1)
	case $1 in
		23) fail 15 "There is no space in $parent for the agent (it takes 210 MB for a moment): $reason" ;;
		51 | 60 | 77 | 83 | 90 | 91)
			[ -n "$pin" ] ||
				fail 12 "No authority that this machine trusts vouches for $server: $reason"
			fail 12 "$server does not hold the key that --pin names: somebody may be in between, or the server was set up anew. Copy the line from the dashboard again. ($reason)"
			;;
		*) fail 11 "The server at $server cannot be reached: $reason" ;;
	esac
}

refused() { fail 13 "The server at $server has no $1 to give: ${reason:-it answered $http}"; }

fetch_files() {
	prepare_until=$(($(date +%s) + PREPARE_SECONDS))
	waiting=
	until fetch "/install/checksums?platform=$platform" "$work/checksums"; do
		if [ "$http" != 503 ] || [ "$(date +%s)" -ge "$prepare_until" ]; then refused "agent for $platform"; fi
		[ -n "$waiting" ] || say "The server prepares the runtime for $platform, a minute or two ..."
		waiting=yes
		sleep 2
	done
	bytes=$(sed -n 's/^# \([0-9]*\) bytes$/\1/p' "$work/checksums")
	say "Downloading $((${bytes:-0} / 1000000)) MB from $server ..."
	for file in agent.sh vigia-agent.service $recovery_units vigia-agent.mjs inventory-child.mjs recovery-child.mjs "node-$platform.gz"; do
		fetch "/install/$file" "$work/new/$file" || refused "$file"
		check_sum "$file"
	done
	gunzip -c "$work/new/node-$platform.gz" >"$work/new/node" 2>"$work/error" ||
		fail 15 "The runtime cannot be unpacked in $parent (it takes 210 MB for a moment): $(tail -n 1 "$work/error")"
	rm "$work/new/node-$platform.gz"
	chmod 755 "$work/new/node"
	# For people and their crontabs: one name, whatever the runtime is called.
	cat >"$work/new/vigia-agent" <<-END
		#!/bin/sh
		case \$1 in
			backup) exec $home/node --max-old-space-size=32 $home/recovery-child.mjs "\$@" ;;
			*) exec $home/node $home/vigia-agent.mjs "\$@" ;;
		esac
	END
	chmod 755 "$work/new/vigia-agent"
	"$work/new/node" --version >/dev/null 2>"$work/error" ||
		fail 4 "The runtime does not run here: $(tail -n 1 "$work/error"). It takes glibc 2.28 or newer, and $parent not mounted noexec."
}

check_sum() {
	sum=$(sed -n "s/^\([0-9a-f]\{64\}\)  $1\$/\1/p" "$work/checksums")
	[ -n "$sum" ] || fail 13 "The server at $server names no checksum of $1."
	printf '%s  %s\n' "$sum" "$work/new/$1" | sha256sum -c >/dev/null 2>&1 ||
		fail 14 "$1 arrived damaged: its checksum is not the one that the server names. Something on the way changes files; nothing was installed."
}

create_account() {
	id -u "$account" >/dev/null 2>&1 && return
	shell=$(command -v nologin || echo /bin/false)
	useradd --system --user-group --no-create-home --home-dir "$data" --shell "$shell" "$account" 2>"$work/error" ||
		fail 16 "The user $account cannot be created: $(tail -n 1 "$work/error")"
	made_account=yes
}

create_data() {
	if [ ! -d "$data" ]; then
		made_data=yes
		mkdir -p "$data" 2>/dev/null || fail 15 "$data cannot be made."
		chmod 700 "$data"
	fi
	# A user that was made anew may have another number than the one whose files these are.
	[ "$(stat -c %u "$data")" = "$(id -u "$account")" ] || chown -Rh "$(id -u "$account"):$(id -g "$account")" "$data"
}

enrol() {
	set -- --server "$server" --token-file - --data-dir "$data"
	[ -z "$name" ] || set -- "$@" --name "$name"
	[ -z "$allow" ] || set -- "$@" --allow "$allow"
	[ -z "$force" ] || set -- "$@" --force
	# By standard input: arguments stand in the list of processes.
	printf '%s\n' "$token" |
		as_agent "$work/new/node" "$work/new/vigia-agent.mjs" enroll "$@" >"$work/answer" 2>"$work/error" || enrol_failed
	say "$(head -n 1 "$work/answer")"
}

as_agent() {
	setpriv --reuid="$(id -u "$account")" --regid="$(id -g "$account")" --clear-groups --no-new-privs env -i "PATH=$PATH" "$@"
}

# The agent says: vigia-agent: SENTENCE (code)
enrol_failed() {
	sentence=$(sed -n 's/^vigia-agent: \(.*\) ([a-z_]*)$/\1/p' "$work/error")
	case $(sed -n 's/^vigia-agent: .* (\([a-z_]*\))$/\1/p' "$work/error") in
		token_invalid) code=20 ;;
		token_expired) code=21 ;;
		token_used_up) code=22 ;;
		fingerprint_mismatch) code=23 ;;
		clock_skew) code=24 ;;
		server_unreachable) code=11 ;;
		server_not_vigia) code=13 ;;
		*) code=25 ;;
	esac
	fail "$code" "${sentence:-The agent could not enrol: $(tail -n 1 "$work/error")}"
}

# The unit lies ready beside its place before the token is used up: what remains then are renames.
bring_unit() {
	cp "$work/new/vigia-agent.service" "$unit.new" 2>"$work/error" ||
		fail 15 "$unit cannot be written: $(tail -n 1 "$work/error")"
}

put_in_place() {
	placed=yes
	if [ -n "$with_service" ]; then
		# The agent tells the server that it is gone for an upgrade only. Made by the agent's own user: the folder is that user's,
		# and what root touched there could be a link to anything.
		[ ! -d "$home" ] || as_agent touch "$data/upgrade" 2>/dev/null || :
		[ ! -f "$unit" ] || cp -p "$unit" "$work/old.service"
		mv "$unit.new" "$unit"
	fi
	[ ! -d "$home" ] || mv "$home" "$work/old"
	mv "$work/new" "$home"
}

put_back() {
	rm -rf "$home"
	if [ -d "$work/old" ]; then mv "$work/old" "$home"; fi
	[ -n "$with_service" ] || return 0
	if [ -f "$work/old.service" ]; then
		mv "$work/old.service" "$unit"
		systemctl daemon-reload
		systemctl restart "$service"
	else
		systemctl disable --now "$service" 2>/dev/null
		rm -f "$unit"
		systemctl daemon-reload
	fi
}

# The identity is in use from here on: whatever fails leaves things as they are.
settle() { made_account='' made_data='' placed=''; }

run_command() {
	environment=$(sed -n 's/^Environment=//p' "$home/vigia-agent.service")
	start=$(sed -n 's/^ExecStart=//p' "$home/vigia-agent.service")
	printf '  setpriv --reuid=%s --regid=%s --clear-groups --no-new-privs env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin %s %s\n' \
		"$(id -u "$account")" "$(id -g "$account")" "$environment" "$start"
}

start_service() {
	systemctl daemon-reload
	systemctl enable --quiet "$service" 2>"$work/error" || not_running "$(tail -n 1 "$work/error")"
	systemctl restart "$service" 2>"$work/error" || not_running "$(tail -n 1 "$work/error")"
	[ -d "$work/old" ] || settle
	connect_until=$(($(date +%s) + CONNECT_SECONDS))
	until is_connected; do
		[ "$(restarts)" -lt "$MAX_RESTARTS" ] || not_running "$(journal | tail -n 1)"
		if [ "$(date +%s)" -ge "$connect_until" ]; then
			systemctl --quiet is-active "$service" || not_running "$(journal | tail -n 1)"
			settle
			reason=$(journal | sed -n 's/.*"reason":"\([^"]*\)".*/\1/p' | tail -n 1)
			fail 31 "The agent is installed, enrolled and runs, but is not connected after $CONNECT_SECONDS s: ${reason:-it did not say why}. It keeps trying; its log: journalctl -u vigia-agent"
		fi
		sleep 1
	done
	settle
	let_root_read
	say "The agent runs as the service vigia-agent and is connected. To remove it: sh $home/agent.sh remove"
}

is_connected() {
	systemctl --quiet is-active "$service" || return 1
	case $(journal) in
		*'"msg":"connected"'*) return 0 ;;
	esac
	return 1
}

restarts() {
	count=$(systemctl show --property=NRestarts "$service")
	echo "${count#*=}"
}

# What the service said since its last start.
journal() {
	invocation=$(systemctl show --property=InvocationID "$service")
	journalctl --quiet --no-pager --output=cat "_SYSTEMD_INVOCATION_ID=${invocation#*=}" 2>/dev/null || :
}

# not_running REASON: an upgrade goes back to the version before; a new installation stays, as its identity is in use.
not_running() {
	if [ -d "$work/old" ]; then
		fail 30 "The new version does not run, so the one before was put back: ${1:-no reason was given}"
	fi
	settle
	fail 30 "The agent is installed and enrolled, but its service does not run: ${1:-no reason was given}. Look at: journalctl -u vigia-agent"
}

# ---- remove

remove() {
	[ $# -eq 0 ] || wrong_usage "What is \"$1\" for? remove takes no options."
	[ "$(id -u)" -eq 0 ] || fail 3 "Run this as root, such as with sudo."
	if [ -d "$parent" ] && command -v flock >/dev/null 2>&1; then lock; fi
	found=
	if [ -d /run/systemd/system ] && [ -e "$unit" ]; then
		systemctl disable --now --quiet "$service" 2>/dev/null || :
	fi
	if [ -d /run/systemd/system ] && [ -e "$units/vigia-recovery.path" ]; then
		systemctl disable --now --quiet $recovery_units 2>/dev/null || :
	fi
	end_processes
	for path in "$unit" "$unit.new" "$unit.d" "$units"/*.wants/"$service" "$units"/vigia-recovery.* \
		"$units"/*.wants/vigia-recovery.path "$recovery" "$recovery_cache" "$home" "$data"; do
		[ -e "$path" ] || [ -L "$path" ] || continue
		found=yes
		rm -rf "$path" 2>/dev/null || fail 40 "$path cannot be removed. Remove it by hand and run this again."
	done
	if [ -n "$found" ] && [ -d /run/systemd/system ]; then
		systemctl daemon-reload
		systemctl reset-failed "$service" 2>/dev/null || :
	fi
	delete_account || fail 40 "The user $account cannot be removed. Remove it by hand: userdel $account"
	if [ -n "$found" ]; then
		say "The agent is gone from this machine. Its device stays on the server until you retire it there."
	else
		say "There is no agent on this machine."
	fi
}

# Whatever runs as the agent's user, such as an agent that was started without the service.
end_processes() {
	number=$(id -u "$account" 2>/dev/null) || return 0
	for signal in TERM KILL; do
		tries=0
		while [ "$tries" -lt 50 ]; do
			running=
			for process in $(stat -c '%u %n' /proc/[0-9]* 2>/dev/null | sed -n "s|^$number /proc/||p"); do
				# A zombie is past signals; whoever started it has to notice.
				grep -q '^State:[[:space:]]*[^Z]' "/proc/$process/status" 2>/dev/null || continue
				running=yes
				[ "$tries" -ne 0 ] || kill -s "$signal" "$process" 2>/dev/null || :
			done
			[ -n "$running" ] || return 0
			tries=$((tries + 1))
			sleep 0.2
		done
	done
	fail 40 "A process of the user $account does not end, so the agent cannot be removed."
}

delete_account() {
	if id -u "$account" >/dev/null 2>&1; then
		found=yes
		userdel "$account" >/dev/null 2>&1 || return 1
	fi
	if grep -q "^$account:" /etc/group; then
		found=yes
		groupdel "$account" >/dev/null 2>&1 || return 1
	fi
}

# The last line: a script that arrives cut off does nothing.
main "$@" </dev/null
