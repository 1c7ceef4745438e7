# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2054,SC2153 # shared with other files; QEMU's commas
# Boots the laptop, waits for it, and judges how it went.

# Lines of a kernel log that mean a kernel broke a promise.
LAB_SPLATS='WARNING:|BUG:|BUG |Oops|Call Trace|KASAN|KCSAN|UBSAN|refcount_t:|possible circular locking|possible recursive locking|inconsistent lock state|suspicious RCU usage|blocked for more than|soft lockup|hard LOCKUP|rcu_[a-z]* (self-detected stall|detected stalls|kthread starved)|general protection fault|Kernel panic|unreferenced object|sleeping function called|ODEBUG|trying to register non-static key|DMAR: DRHD: handling fault|DMAR: \[DMA'

machine_prepare() {
	RUN=$(mktemp -d "${TMPDIR:-/tmp}/gpupm-lab.XXXXXX")
	: >"$RUN/power.log"
	: >"$RUN/kernel.log"
	mkdir "$RUN/keep"
	mkfifo "$RUN/watch.in" "$RUN/watch.out"
	machine_names
}

# The names of PCI devices, for the laptop: those it can have, and every class. Who
# wants one name reads the whole file, which takes an emulated processor a fifth of a
# second when it has all devices there are.
machine_names() {
	awk '
		/^C / { classes = 1 }
		/^[0-9a-f]/ { maker = $1 }
		/^\t[0-9a-f]/ { device = $1 }
		classes || maker ~ /^(104c|1af4|1b36|1234)$/ { print; next }
		maker == "8086" && (/^8086/ || device ~ /^2[69]/) { print }
	' /usr/share/misc/pci.ids >"$RUN/pci.ids"
}

# What the laptop runs: $@ in this directory, with the caller's settings.
machine_command() {
	local name
	{
		echo '#!/bin/sh'
		for name in $(compgen -e); do
			case $name in
			LAB_* | GPUPM_* | TAP_* | NO_COLOR) printf 'export %s=%q\n' "$name" "${!name}" ;;
			esac
		done
		printf 'export LAB_VARIANT=%q\n' "$LAB_VARIANT"
		printf 'cd %q || exit 125\n' "$PWD"
		printf 'exec'
		printf ' %q' "$@"
		echo
	} >"$RUN/command"
	chmod +x "$RUN/command"
}

machine_terminal() {
	local rows=24 columns=80
	if [ -t 0 ]; then
		read -r rows columns < <(stty size)
	fi
	{
		echo "export TERM=${TERM:-linux} LINES=$rows COLUMNS=$columns"
		echo "stty sane rows $rows cols $columns"
	} >"$RUN/terminal"
}

# The times on the kernel's command line are for hosts so busy that the laptop's
# processors stand still for many seconds: no fault of its kernel.
machine_args() {
	local kernel=$1 initramfs=$2 number=0 dir
	hardware_args
	ARGS+=(
		-kernel "$(kernel_image "$kernel")"
		-initrd "$initramfs"
		-append "console=ttyS0 loglevel=8 panic=-1 oops=panic intel_iommu=on mitigations=off random.trust_cpu=on tsc=nowatchdog $(clock_words) no_timer_check rcupdate.rcu_cpu_stall_timeout=120 watchdog_thresh=60 unknown_nmi_panic lab.dir=$LAB_DIR $LAB_APPEND"
		-chardev "file,id=kernel,path=$RUN/kernel.log" -serial chardev:kernel
		-pidfile "$RUN/pid"
		-chardev "pipe,id=watch,path=$RUN/watch" -mon chardev=watch,mode=control
		-fsdev "local,id=root,path=/,readonly=on,security_model=none,multidevs=remap"
		-device virtio-9p-pci,fsdev=root,mount_tag=root
		-fsdev "local,id=kernel,path=$kernel,readonly=on,security_model=none,multidevs=remap"
		-device virtio-9p-pci,fsdev=kernel,mount_tag=kernel
		-fsdev "local,id=lab,path=$RUN,security_model=none"
		-device virtio-9p-pci,fsdev=lab,mount_tag=lab
		-device virtio-serial-pci
		-chardev "socket,id=qmp,path=$RUN/qmp,$(qemu_reconnect)"
		-device virtserialport,chardev=qmp,name=lab.qmp
		-chardev "socket,id=qtestport,path=$RUN/qtest,$(qemu_reconnect)"
		-device virtserialport,chardev=qtestport,name=lab.qtest
		-chardev "socket,id=supplyport,path=$RUN/supply,$(qemu_reconnect)"
		-device virtserialport,chardev=supplyport,name=lab.power
	)
	for dir in "${LAB_OVERLAYS[@]}"; do
		number=$((number + 1))
		ARGS+=(-fsdev "local,id=overlay$number,path=$dir,readonly=on,security_model=none,multidevs=remap"
			-device "virtio-9p-pci,fsdev=overlay$number,mount_tag=overlay$number")
	done
	if [ -e "$RUN/terminal" ]; then
		ARGS+=(-chardev stdio,id=out,signal=off -device virtconsole,chardev=out)
	else
		mkfifo "$RUN/out"
		ARGS+=(-chardev "file,id=out,path=$RUN/out,append=on"
			-device virtserialport,chardev=out,name=lab.out)
	fi
}

# Prints why the kernel log is bad, if it is. One report does not count: pciehp's own
# locks end in a circle when it has a device removed (6.1 to 6.12), and another one when
# VFIO resumes the port, with or without the module. Where its locks are in that, it does.
machine_splats() {
	awk '
		/WARNING: possible circular locking dependency/ { circle = NR; ours = pciehp = 0 }
		circle && /stack backtrace:/ { stack = 1 }
		circle && !stack && /\[gpupm\]/ { ours = 1 }
		circle && !stack && /pciehp_unconfigure_device/ { pciehp = 1 }
		{ line[NR] = $0 }
		circle && /<\/TASK>/ {
			for (n = circle; n <= NR && pciehp && !ours; n++)
				line[n] = ""
			circle = stack = 0
		}
		END { for (n = 1; n <= NR; n++) print line[n] }
	' "$RUN/kernel.log" | grep -nE "$LAB_SPLATS" | head -n 40
}

machine_start() {
	if [ -e "$RUN/terminal" ]; then
		timeout --foreground "$LAB_TIMEOUT" "${QEMU[@]}" "${ARGS[@]}" 2>"$RUN/qemu.log"
		return
	fi
	cat "$RUN/out" &
	local relay=$! status=0
	timeout --foreground "$LAB_TIMEOUT" "${QEMU[@]}" "${ARGS[@]}" </dev/null >"$RUN/qemu.log" 2>&1 &
	MACHINE=$!
	watch "$MACHINE" &
	WATCH=$!
	# A laptop does not outlive who started it.
	trap 'kill "$WATCH" "$MACHINE" 2>/dev/null || true' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	wait "$MACHINE" || status=$?
	kill "$WATCH" 2>/dev/null || true
	wait "$WATCH" 2>/dev/null || true
	trap - EXIT INT TERM
	# If QEMU never opened its end, the relay still waits for it.
	# Opening both ends never blocks, whether the relay has gone already or not.
	: <>"$RUN/out"
	wait "$relay" || true
	return "$status"
}

# The exit code of the run: the script's own, or 120 and up for the laptop's.
machine_verdict() {
	local status=$1 splats
	if [ -e "$RUN/frozen" ]; then
		watch_report
		return 123
	fi
	if [ "$status" = 124 ]; then
		say "the laptop was still running after $LAB_TIMEOUT s (--timeout) and was stopped"
		return 124
	fi
	if [ ! -s "$RUN/exit" ]; then
		# An assertion of QEMU's own, or a crash: SIGABRT, SIGBUS, SIGFPE, SIGSEGV.
		case $status in 134 | 135 | 136 | 139)
			say "QEMU itself crashed with status $status; it said last:"
			tail -n 3 "$RUN/qemu.log" >&2
			return 120
			;;
		esac
		if [ -s "$RUN/kernel.log" ]; then
			say "the laptop stopped before the script ended; its kernel said last:"
			tail -n 20 "$RUN/kernel.log" >&2
		else
			say "QEMU did not start:"
			cat "$RUN/qemu.log" >&2
		fi
		return 121
	fi
	splats=$(machine_splats)
	if [ -n "$splats" ] && [ -z "$LAB_ALLOW_SPLAT" ]; then
		say "the laptop's kernel complained:"
		printf '%s\n' "$splats" >&2
		return 122
	fi
	return "$(cat "$RUN/exit")"
}

machine_run() {
	local kernel=$1 initramfs status=0 verdict=0 started
	started=$(now)
	initramfs=$(initramfs_for "$kernel")
	if [ -n "$LAB_INITRD" ]; then
		initrd_combine "$LAB_INITRD" "$initramfs" "$RUN/initrd"
		initramfs=$RUN/initrd
		LAB_APPEND="boot=lab $LAB_APPEND"
	fi
	machine_args "$kernel" "$initramfs"
	machine_start || status=$?
	machine_verdict "$status" || verdict=$?
	if [ -n "$LAB_TIMES" ] && [ -s "$RUN/boot-seconds" ]; then
		say "user space after $(cat "$RUN/boot-seconds") s of kernel time, $(since "$started") s in all"
	fi
	[ -z "${LAB_COLLECT-}" ] || find "$RUN/keep" -type f -exec cp -t "$LAB_COLLECT" {} +
	if [ "$verdict" = 0 ] && [ -z "$LAB_KEEP" ]; then
		rm -rf "$RUN"
	else
		say "kernel log: $RUN/kernel.log, power log: $RUN/power.log"
	fi
	return "$verdict"
}
