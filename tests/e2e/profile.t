#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# daemon
# What a profile does to real VMs: where their vCPUs run, the policy of the GPU
# they open, their commands, the table they start with; and who has the last word.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/power-lib.sh
. "$(dirname "$0")/power-lib.sh"

COMMANDS=/run/lab/commands
TABLE=/var/lib/gpupm/power.aml

policy_is()
{
	field_is "$1" .policy
}

# vcpus_on VM CPUS: its vCPUs, of which there are some, run there and nowhere else.
vcpus_on()
{
	local pid thread comm line found=
	pid=$(vm_pid "$1")
	for thread in "/proc/$pid/task"/*; do
		comm=$(value "$thread/comm")
		[[ $comm == CPU\ * ]] || continue
		found=yes
		line=$(grep ^Cpus_allowed_list "$thread/status")
		[ "${line##*$'\t'}" = "$2" ] || return 1
	done
	[ -n "$found" ]
}

commanded()
{
	grep -qxF -- "$1" "$COMMANDS"
}

# QEMU does not name its threads unless it is told to.
vm_start_named()
{
	local name=$1
	shift
	vm_start "$name" --no-boot "$@" -- -name "$name,debug-threads=on"
}

power_supplies
load
: >"$COMMANDS"
cat >"$CONFIG" <<-END
	[ac]
	gpu-policy = warm
	vcpu-affinity = 0
	host-command = sh -c 'echo "\$GPUPM_PROFILE for \$GPUPM_VM" >>$COMMANDS'
	[battery]
	gpu-policy = auto
	vcpu-affinity = 1
	acpi-table = battery
	host-command = sh -c 'echo "\$GPUPM_PROFILE for \$GPUPM_VM" >>$COMMANDS'
	[vm two]
	gpu-policy = on
	vcpu-affinity = performance
	host-command = sh -c 'echo "two has its own"; exit 3'
END
daemon_ready

# ---- the daemon starts ---------------------------------------------------------

soon "the GPU has the policy for AC" policy_is warm
soon "the host command was run" commanded "ac for "
gpupm acpi -o /run/lab/live.aml
gpupm acpi --static battery -o /run/lab/battery.aml
soon "VMs that start get the live table" cmp -s "$TABLE" /run/lab/live.aml

# ---- a VM starts ----------------------------------------------------------------

vm_start_named one
soon "the vCPU of a VM that starts runs where it should" vcpus_on one 0
soon "the host command is run for it" commanded "ac for one"
soon "the log says what was done" daemon_said "vcpu-affinity: VM one \(pid $(vm_pid one)\): 1 vCPU on CPUs 0"

# ---- the plug --------------------------------------------------------------------

lab-power battery 50
soon "on battery its vCPU is elsewhere" vcpus_on one 1
soon "the GPU has the policy for battery" policy_is auto
soon "the host command was run for battery" commanded "battery for "
soon "VMs that start get the table for battery" cmp -s "$TABLE" /run/lab/battery.aml

# ---- the daemon dies, a choice outlives it ------------------------------------------

ok "a profile is chosen by hand" gpupm profile ac
soon "its vCPU goes back" vcpus_on one 0
daemon_stop KILL
ok "without the daemon nothing is undone" vcpus_on one 0
taskset -apc 0,1 "$(vm_pid one)" >/dev/null
daemon_ready
is "a daemon that comes back knows what was chosen" "$(gpupm profile --json | jq -r .override)" ac
soon "and finds the VM" vcpus_on one 0
lab-vm stop one quit
never "a profile's host command is run for the host, not again for each VM" commanded "battery for one"
gpupm profile auto >/dev/null
soon "until told otherwise" policy_is auto

# ---- a VM with settings of its own --------------------------------------------------

lab-power ac 51
soon "on AC again" policy_is warm
vm_start_named two
soon "a VM's own policy is set when it opens the GPU" policy_is on
soon "on a machine with one kind of CPU it has all of them" vcpus_on two 0-1
soon "and the log says why" daemon_said "VM two .*all CPUs \(0-1\): this machine has one kind"
soon "its host command's output is in the log" daemon_said "host-command sh for VM two: two has its own"
soon "and so is that it failed" daemon_said "host-command sh for VM two: ended with exit code 3"
lab-vm stop two quit

# ---- what cannot be done ---------------------------------------------------------------

vm_start three --no-boot
soon "threads without names: the log says what to do" daemon_said "VM three .*-name NAME,debug-threads=on"
soon "the rest was done" commanded "ac for three"
lab-vm stop three quit
unload
lab-power battery 52
soon "without the module: the log says so" daemon_said "gpu-policy: not set: module gpupm is not loaded"
soon "and the rest is done" cmp -s "$TABLE" /run/lab/battery.aml

done_testing
