#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion in bash, zsh and fish, with a tool that knows two GPUs.

set -eu
. ../../lib/tap.sh

files=$(realpath ../../../user/completion)
work=$(mktemp -d)
tap_cleanup() { rm -rf "$work"; }

mkdir "$work/bin"
cat >"$work/bin/gpupm" <<'END'
#!/bin/sh
case $* in
policy) ;;
"vm list")
	echo "VM     state     GPU"
	echo "win11  shut off  -"
	echo "old    running   -"
	exit
	;;
*)
	echo "$*" >>"$GPUPM_LOG"
	exit
	;;
esac
echo "0000:01:00.0   auto"
echo "10000:e3:00.0  warm"
END
chmod +x "$work/bin/gpupm"
PATH=$work/bin:$PATH
export GPUPM_LOG=$work/log

# The completions of a command line, one a line; those of its last word.
in_bash() {
	bash --norc -c '
		set +eu
		. /usr/share/bash-completion/bash_completion
		. "$1/gpupm.bash"
		COMP_LINE=$2
		COMP_POINT=${#COMP_LINE}
		# Split as readline does, where a colon is a word of its own.
		line=${COMP_LINE//:/ : }
		read -ra COMP_WORDS <<<"$line"
		[[ $COMP_LINE == *[\ :] ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_gpupm
		printf "%s\n" "${COMPREPLY[@]}" | sed "s/ *$//" | sort
	' bash "$files" "$1" 2>&1
}

in_fish() {
	HOME=$work XDG_CONFIG_HOME=$work fish --no-config -c "
		source $files/gpupm.fish
		complete -C '$1'
	" 2>&1 | cut -f 1 | sort
}

# zsh completes only in a terminal: type the line and a tab there, run it, and
# see what the tool was called with.
in_zsh() {
	rm -f "$GPUPM_LOG"
	# shellcheck disable=SC2016 # the inner shell's
	timeout 120 zsh -f -c '
		zmodload zsh/zpty
		zpty z "ZDOTDIR=$1 PATH=$2 GPUPM_LOG=$3 TERM=dumb zsh -f -i"
		zpty -w z "fpath=($4 \$fpath); autoload -Uz compinit; compinit -u -d $1/dump; PROMPT=rea; PROMPT+=dy"
		zpty -r z out "*ready*"
		zpty -n -w z "$5"$'"'\\t'"'
		zpty -w z "; PROMPT=do; PROMPT+=ne"
		zpty -r z out "*done*"
		zpty -d z
	' zsh "$work" "$PATH" "$GPUPM_LOG" "$files" "$1" >/dev/null 2>&1 || true
	sed 's/ *$//' "$GPUPM_LOG" 2>/dev/null || echo "zsh ran nothing"
}

all='acpi bind config doctor guests help hold monitor policy power profile qemu-args status test vbios vm wakes why'
displays=$(grep -l '^0x03' /sys/bus/pci/devices/*/class 2>/dev/null | cut -d / -f 6 || true)
both='0000:01:00.0 10000:e3:00.0'
one_line() { tr '\n' ' ' | sed 's/ $//'; }

if [ -e /usr/share/bash-completion/bash_completion ]; then
	is "bash: a command" "$(in_bash 'gpupm sta')" status
	is "bash: every command" "$(in_bash 'gpupm ' | grep -v -- -- | one_line)" "$all"
	is "bash: an option" "$(in_bash 'gpupm status --w')" --watch
	is "bash: every GPU" "$(in_bash 'gpupm hold ' | one_line)" "$both"
	is "bash: a GPU" "$(in_bash 'gpupm why 10')" 10000:e3:00.0
	is "bash: the static tables" "$(in_bash 'gpupm acpi --static ' | one_line)" "ac battery"
	is "bash: the options of qemu-args" "$(in_bash 'gpupm qemu-args --' | one_line)" \
		"--agent --gpu --help --libvirt --lines --qemu --rom --socket --table --varstore"
	is "bash: what vbios does" "$(in_bash 'gpupm vbios ' | one_line)" "check dump"
	is "bash: a file for vbios" "$(in_bash "gpupm vbios check $work/b")" "$work/bin"
	is "bash: options of bind" "$(in_bash 'gpupm bind --' | one_line)" "--dry-run --help --undo"
	is "bash: GPUs to bind" "$(in_bash 'gpupm bind ' | grep .)" "${displays#0000:}"
	is "bash: what vm does" "$(in_bash 'gpupm vm ' | one_line)" "disable enable list show stop"
	is "bash: a VM" "$(in_bash 'gpupm vm show ' | one_line)" "old win11"
	is "bash: a VM for the doctor" "$(in_bash 'gpupm doctor ' | one_line)" "old win11"
	is "bash: a feature" "$(in_bash 'gpupm vm enable win11 agent p' | one_line)" "pinning power"
	is "bash: a feature of a QEMU" "$(in_bash 'gpupm qemu-args dis')" disguise
	is "bash: no VM to list" "$(in_bash 'gpupm vm list ')" ""
	is "bash: options of vm stop" "$(in_bash 'gpupm vm stop --' | one_line)" "--all --help --timeout"
	# readline replaces only what follows the last colon.
	is "bash: a GPU from its colon on" "$(in_bash 'gpupm why 0000:0')" 01:00.0
	is "bash: a policy" "$(in_bash 'gpupm policy w')" warm
	is "bash: a profile" "$(in_bash 'gpupm profile b')" battery
	is "bash: what config does" "$(in_bash 'gpupm config ')" check
	is "bash: a file to check" "$(in_bash "gpupm config check $work/b")" "$work/bin"
	is "bash: no GPU for status" "$(in_bash 'gpupm status ')" ""
	like "bash: the command after --" "$(in_bash 'gpupm hold -- tru')" '^true$'
else
	pass "bash # SKIP bash-completion is not installed"
fi

if command -v fish >/dev/null; then
	is "fish: a command" "$(in_fish 'gpupm sta')" status
	is "fish: every command" "$(in_fish 'gpupm ' | one_line)" "$all"
	is "fish: an option" "$(in_fish 'gpupm status --w')" --watch
	is "fish: every GPU" "$(in_fish 'gpupm hold ' | one_line)" "$both"
	is "fish: a GPU" "$(in_fish 'gpupm why 0000:0')" 0000:01:00.0
	is "fish: a policy" "$(in_fish 'gpupm policy w')" warm
	is "fish: a profile" "$(in_fish 'gpupm profile b')" battery
	is "fish: what config does" "$(in_fish 'gpupm config ch')" check
	is "fish: a file to check" "$(in_fish "gpupm config check $work/b")" "$work/bin/"
	is "fish: what vbios does" "$(in_fish 'gpupm vbios ' | one_line)" "check dump"
	is "fish: a file for vbios" "$(in_fish "gpupm vbios check $work/b")" "$work/bin/"
	is "fish: options of bind" "$(in_fish 'gpupm bind --' | one_line)" "--dry-run --help --undo"
	is "fish: GPUs to bind" "$(in_fish 'gpupm bind ')" "$displays"
	is "fish: what vm does" "$(in_fish 'gpupm vm ' | one_line)" "disable enable list show stop"
	is "fish: a VM" "$(in_fish 'gpupm vm show ' | one_line)" "old win11"
	is "fish: a VM for the doctor" "$(in_fish 'gpupm doctor ' | one_line)" "old win11"
	is "fish: a feature" "$(in_fish 'gpupm vm enable win11 agent p' | one_line)" "pinning power"
	is "fish: a feature of a QEMU" "$(in_fish 'gpupm qemu-args dis')" disguise
	is "fish: options of vm stop" "$(in_fish 'gpupm vm stop --' | one_line)" "--all --help --timeout"
	is "fish: no GPU for status" "$(in_fish 'gpupm status ')" ""
	like "fish: the command after --" "$(in_fish 'gpupm hold -- tru')" '^true$'
else
	pass "fish # SKIP fish is not installed"
fi

if command -v zsh >/dev/null; then
	is "zsh: a command" "$(in_zsh 'gpupm stat')" status
	is "zsh: an option" "$(in_zsh 'gpupm status --w')" "status --watch"
	is "zsh: a GPU" "$(in_zsh 'gpupm why 0000')" "why 0000:01:00.0"
	is "zsh: the other GPU" "$(in_zsh 'gpupm hold 10')" "hold 10000:e3:00.0"
	is "zsh: a profile" "$(in_zsh 'gpupm profile b')" "profile battery"
	is "zsh: what config does" "$(in_zsh 'gpupm config ch')" "config check"
	is "zsh: a VM" "$(in_zsh 'gpupm vm show w')" "vm show win11"
	is "zsh: a VM for the doctor" "$(in_zsh 'gpupm doctor w')" "doctor win11"
	is "zsh: a feature" "$(in_zsh 'gpupm vm enable win11 dis')" "vm enable win11 disguise"
	is "zsh: an option of vm stop" "$(in_zsh 'gpupm vm stop --al')" "vm stop --all"
	is "zsh: what vbios does" "$(in_zsh 'gpupm vbios d')" "vbios dump"
	is "zsh: options of bind" "$(in_zsh 'gpupm bind --u')" "bind --undo"
	is "zsh: a policy" "$(in_zsh 'gpupm policy 0000:01:00.0 w')" "policy 0000:01:00.0 warm"
else
	pass "zsh # SKIP zsh is not installed"
fi

done_testing
