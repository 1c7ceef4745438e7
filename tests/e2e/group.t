#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant shared-switch --append pci=disable_acs_redir=pci:1b36:000c --cpus 1
# Two GPUs below a root port that cannot keep them from each other: they are in one group,
# so that one of them is in the other's way. The doctor says so, and how it is mended.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/doctor-lib.sh
. "$(dirname "$0")/doctor-lib.sh"

AUDIO1=${GPU1%.*}.1

load
look 1
is "they are in one group" "$(readlink "$PCI/$GPU1/iommu_group")" "$(readlink "$PCI/$GPU0/iommu_group")"
for function in "$GPU1" "$AUDIO1"; do
	is "$function goes with the first: a warning" "$(result group "$function")" warning
done
is "the ports are not in the way" "$(jq -r '[.checks[] | select(.name == "group")] | length' $SAID)" 4
open_gpu
soon "a VM can have it" state_is in-use
close_gpu

modprobe snd_hda_intel
lab-bind --driver snd_hda_intel "$AUDIO1"
look 1
is "a driver of the host has $AUDIO1: a failure" "$(result group "$AUDIO1")" failure
# shellcheck disable=SC2086 # addresses
fails "no VM can have the first" 1 '^VFIO_GROUP_SET_CONTAINER: ' timeout "$PATIENCE" vfio-user $FUNCTIONS0
ok "the fix" fix group "$AUDIO1"
look 1
is "mended: a warning" "$(result group "$AUDIO1")" warning
open_gpu
soon "mended: a VM can have it" state_is in-use
close_gpu
unload
done_testing
