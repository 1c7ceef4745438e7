# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For suites that do the module harm: whether it works afterwards. A suite sources
# it after lib.sh.

# works WHEN: the GPU sleeps, a VM may have it, it can be held, and it sleeps again.
works()
{
	is_off "$1: power is cut"
	if open_gpu; then
		soon "$1: a VM has it" state_is in-use
		close_gpu
	else
		fail "$1: a VM has it"
	fi
	is_off "$1: and power is cut again"
	is "$1: held" "$(gpupm hold -- cat "/sys/class/gpupm/$GPU0/state" 2>&1)" awake
	is "$1: nothing is held" "$(field .holds)" 0
	is "$1: the policy is auto" "$(field .policy)" auto
}
