#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant two-gpus,firmware-rom --cpus 1
# The ROM of GPUs whose firmware keeps it: in a table, and behind a method.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ROM=/lab/gpu.rom
WORK=/run/lab/vbios
FILE=/sys/class/gpupm/$GPU1/rom
mkdir -p "$WORK"

load_off
is_off "the other GPU is off, too" GPU1 "$GPU1"
power_mark

said=$(gpupm vbios dump "$GPU0" -o "$WORK/table.rom" --json)
is "from the table VFCT" "$(jq -r .source <<<"$said")" vfct
ok "it is the ROM, to the last byte" cmp "$WORK/table.rom" "$ROM"
said=$(gpupm vbios dump "$GPU1" -o "$WORK/method.rom" --json)
is "from the method _ROM" "$(jq -r .source <<<"$said")" _ROM
ok "it is the ROM as well" cmp "$WORK/method.rom" "$ROM"
never "GPU 0 has no such method" test -e "/sys/class/gpupm/$GPU0/rom"

is "the file is root's alone" "$(stat -c %a "$FILE")" 400
fails "nobody has firmware run its method" 1 'Permission denied' setpriv --reuid=65534 --clear-groups cat "$FILE"
ok "read in one go" cmp "$FILE" "$ROM"
dd if="$FILE" of="$WORK/slow" bs=100 2>/dev/null
ok "or in pieces" cmp "$WORK/slow" "$ROM"
is "beyond the end there is nothing" "$(tail -c +9000 "$FILE" | wc -c)" 0
is "nor beyond all ends" "$(dd if="$FILE" bs=4096 skip=4096 count=1 2>/dev/null | wc -c)" 0
is "nobody was woken for all this" "$(power_story GPU0)$(power_story GPU1)" ""
ok "it is off" truly_off
ok "and so is the other" truly_off GPU1 "$GPU1"

# Whoever is in the middle of it does not keep the module, nor the GPU.
(while [ -e "$FILE" ]; do cat "$FILE" >/dev/null 2>&1 || true; done) &
reader=$!
unload
wait "$reader"
pass "the module goes while somebody reads"
never "and the file with it" test -e "$FILE"
fails "without the module it is said that there is one" 1 'firmware has one, for whichever device' gpupm vbios dump "$GPU1" -o "$WORK/none"

done_testing
