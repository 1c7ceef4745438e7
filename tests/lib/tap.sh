# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Test Anything Protocol for shell tests. Source it, then:
#
#   plan N                    say how many checks follow (or call done_testing)
#   pass NAME                 a check that held
#   fail NAME [TEXT]          a check that did not, and why
#   ok NAME COMMAND...        the command must succeed
#   fails NAME STATUS ERE COMMAND...
#                             the command must exit with STATUS and print
#                             something, on either stream, that matches ERE
#   is NAME GOT WANT          both must be the same string
#   like NAME GOT ERE         a line of GOT must match ERE
#   unlike NAME GOT ERE       no line of GOT may match ERE
#   until_ok SECONDS COMMAND...
#                             no check by itself: waits for the command to
#                             succeed, fails when it has not by the deadline
#   diag TEXT                 a comment for whoever reads the result
#   done_testing              print the plan now; for tests that have no "plan"
#
# The checks return 0 whatever came out, so a test goes on under "set -e". The
# shell's exit status is 1 when a check failed, when the test ended before its
# plan, or when it ended on an error of its own.
#
# A test with a clean-up of its own defines tap_cleanup; it is called once, at
# the end, with the checks done. Do not set another trap for EXIT.

TAP_RUN=0
TAP_FAILED=0
TAP_PLAN=

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

plan()
{
	TAP_PLAN=$1
	echo "1..$1"
}

done_testing()
{
	plan "$TAP_RUN"
}

pass()
{
	TAP_RUN=$((TAP_RUN + 1))
	echo "ok $TAP_RUN - $1"
}

fail()
{
	TAP_RUN=$((TAP_RUN + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_RUN - $1"
	shift
	[ $# -eq 0 ] || diag "$*"
}

ok()
{
	tap_name=$1
	shift
	tap_status=0
	tap_output=$("$@" 2>&1) || tap_status=$?
	if [ "$tap_status" -eq 0 ]; then
		pass "$tap_name"
	else
		fail "$tap_name" "exit status $tap_status of: $*
$tap_output"
	fi
}

fails()
{
	tap_name=$1
	tap_want=$2
	tap_ere=$3
	shift 3
	tap_status=0
	tap_output=$("$@" 2>&1) || tap_status=$?
	if [ "$tap_status" -ne "$tap_want" ]; then
		fail "$tap_name" "exit status $tap_status, not $tap_want, of: $*
$tap_output"
	elif ! tap_matches "$tap_output" "$tap_ere"; then
		fail "$tap_name" "no line matches /$tap_ere/ of: $*
$tap_output"
	else
		pass "$tap_name"
	fi
}

is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" " got: $2
want: $3"
	fi
}

# Whether a line of $1 matches $2.
tap_matches()
{
	printf '%s\n' "$1" | grep -Eq -e "$2"
}

like()
{
	if tap_matches "$2" "$3"; then
		pass "$1"
	else
		fail "$1" "no line matches /$3/ in:
$2"
	fi
}

unlike()
{
	if tap_matches "$2" "$3"; then
		fail "$1" "a line matches /$3/ in:
$2"
	else
		pass "$1"
	fi
}

# The clock is the kernel's uptime: a guest's date may jump.
until_ok()
{
	tap_deadline=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -le "$tap_deadline" ] || return 1
		sleep 0.05
	done
}

tap_cleanup()
{
	:
}

tap_end()
{
	tap_status=$?
	trap - EXIT
	tap_cleanup || true
	if [ "$tap_status" -ne 0 ]; then
		echo "Bail out! the test itself ended with exit status $tap_status"
	elif [ -z "$TAP_PLAN" ]; then
		echo "Bail out! the test ended without a plan"
		tap_status=1
	elif [ "$TAP_RUN" -ne "$TAP_PLAN" ]; then
		diag "planned $TAP_PLAN checks but ran $TAP_RUN"
		tap_status=1
	elif [ "$TAP_FAILED" -ne 0 ]; then
		diag "$TAP_FAILED of $TAP_RUN checks failed"
		tap_status=1
	fi
	exit "$tap_status"
}

trap tap_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
