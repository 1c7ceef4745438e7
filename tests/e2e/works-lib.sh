# shellcheck shell=bash disable=SC2034 # suites use what is set here
# SPDX-License-Identifier: GPL-2.0-only
#
# For suites that do the module harm: memory that runs out, and whether everything
# works afterwards. A suite sources it after lib.sh.

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

# ---- memory that runs out --------------------------------------------------------

FAILSLAB=/sys/kernel/debug/failslab

set_failslab()
{
	echo "$2" >"$FAILSLAB/$1"
}

# The detectors' own caches fail, too: each of them has a pool for that.
prepare_failslab()
{
	set_failslab verbose 0
	set_failslab ignore-gfp-wait N
}

# Of what is asked of the module, every failure is for the lack of memory.
OURS='^(ENOMEM [0-9]+, )?(ENOBUFS [0-9]+, )?none [0-9]+ \([1-9][0-9]* '
# The kernel's own way of loading modules and binding drivers has other names for it.
ANYBODYS='^.*none [0-9]+ \([1-9][0-9]* '

# each NAME ERE OPERATION...: one failing allocation at a time.
each()
{
	local name=$1 ere=$2 said
	shift 2
	if said=$(fail-each "$@" 2>&1) && [[ $said =~ $ere ]]; then
		pass "$name: $said"
	else
		fail "$name" "$said"
	fi
}
