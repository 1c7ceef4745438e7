# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# bash completion for gpupm(1); loaded by bash-completion, whose functions it uses.

_gpupm_vms() {
	mapfile -t COMPREPLY < <(compgen -W "$(gpupm vm list 2>/dev/null |
		tail -n +2 | cut -d ' ' -f 1)" -- "$1")
}

# Also those that no driver, or another, has.
_gpupm_displays() {
	mapfile -t COMPREPLY < <(compgen -W "$(grep -l '^0x03' /sys/bus/pci/devices/*/class 2>/dev/null |
		cut -d / -f 6)" -- "$1")
	__ltrim_colon_completions "$1"
}

_gpupm() {
	local cur prev words cword
	_get_comp_words_by_ref -n : cur prev words cword

	local commands='status why monitor wakes policy hold test power guests profile config acpi qemu-args doctor bind vbios vm help'
	local features='gpu rom power mmio64 firmware disguise agent pinning'
	local gpus options='--help' i
	COMPREPLY=()

	if ((cword == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
		return
	fi
	if [[ ${words[1]} == hold ]]; then
		for ((i = 2; i < cword; i++)); do
			if [[ ${words[i]} == -- ]]; then
				_command_offset $((i + 1))
				return
			fi
		done
	fi
	case $prev in
	-n | --heartbeat | --timeout) return ;;
	--gpu)
		mapfile -t COMPREPLY < <(compgen -W "$(gpupm policy 2>/dev/null | cut -d ' ' -f 1)" -- "$cur")
		__ltrim_colon_completions "$cur"
		return
		;;
	--static)
		mapfile -t COMPREPLY < <(compgen -W 'ac battery' -- "$cur")
		return
		;;
	--qemu)
		mapfile -t COMPREPLY < <(compgen -c -- "${cur:-qemu-system-}")
		return
		;;
	-o | --output | --table | --socket | --rom | --varstore | --agent)
		_filedir
		return
		;;
	esac

	case ${words[1]} in
	status | power) options+=' --watch --json' ;;
	monitor | why | wakes | policy | guests | profile | config) options+=' --json' ;;
	test) options+=' --json -n' ;;
	hold) options+=' --' ;;
	acpi) options+=' --static --heartbeat --output' ;;
	qemu-args) options+=' --qemu --table --socket --libvirt --lines --gpu --rom --varstore --agent' ;;
	doctor) options+=' --json' ;;
	bind) options+=' --dry-run --undo' ;;
	vbios) options+=' --json --output' ;;
	vm)
		case ${words[2]} in
		list) options+=' --json' ;;
		show) options+=' --json --gpu --rom' ;;
		enable) options+=' --dry-run --gpu --rom' ;;
		disable) options+=' --dry-run' ;;
		stop) options+=' --all --timeout' ;;
		esac
		;;
	help)
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
		return
		;;
	*) return ;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi

	case ${words[1]} in
	why | wakes | policy | hold | test)
		gpus=$(gpupm policy 2>/dev/null | cut -d ' ' -f 1)
		[[ ${words[1]} == policy ]] && gpus+=' auto warm on'
		mapfile -t COMPREPLY < <(compgen -W "$gpus" -- "$cur")
		__ltrim_colon_completions "$cur"
		;;
	profile) mapfile -t COMPREPLY < <(compgen -W 'ac battery auto' -- "$cur") ;;
	qemu-args) mapfile -t COMPREPLY < <(compgen -W "$features" -- "$cur") ;;
	doctor) ((cword > 2)) || _gpupm_vms "$cur" ;;
	bind) _gpupm_displays "$cur" ;;
	vbios)
		if ((cword == 2)); then
			mapfile -t COMPREPLY < <(compgen -W 'dump check' -- "$cur")
		elif ((cword == 3)) && [[ ${words[2]} == check ]]; then
			_filedir
		else
			_gpupm_displays "$cur"
		fi
		;;
	vm)
		if ((cword == 2)); then
			mapfile -t COMPREPLY < <(compgen -W 'list show enable disable stop' -- "$cur")
		elif ((cword == 3)) && [[ ${words[2]} != list ]]; then
			_gpupm_vms "$cur"
		elif [[ ${words[2]} == enable || ${words[2]} == disable ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$features" -- "$cur")
		fi
		;;
	config)
		if ((cword == 2)); then
			mapfile -t COMPREPLY < <(compgen -W check -- "$cur")
		else
			_filedir
		fi
		;;
	esac
} && complete -F _gpupm gpupm
