#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# laptop: --variant rom --cpus 1
# The ROM of a GPU that sleeps, is used, or does not answer; and what a file is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ROM=/lab/gpu.rom
WORK=/run/lab/vbios
mkdir -p "$WORK"

memory_decoding()
{
	gpupm hold -- setpci -s "$GPU0" COMMAND
}

load_off

# ---- off ------------------------------------------------------------------------

power_mark
ok "off: it is dumped" gpupm vbios dump -o "$WORK/one.rom"
ok "it is the ROM, to the last byte" cmp "$WORK/one.rom" "$ROM"
is "everybody may read it" "$(stat -c %a "$WORK/one.rom")" 644
is_off "then it is off again"
is "power came once" "$(power_story GPU0)" "ON OFF"
is "nobody opened it" "$(field .opens)" 0
is "it is bound to vfio-pci" "$(basename "$(readlink "$PCI/$GPU0/driver")")" vfio-pci
said=$(gpupm vbios dump "$GPU0" -o "$WORK/two.rom" --json)
is "JSON: where it is from, and what is in it" \
	"$(jq -c '[.source, .problem, .length, [.images[].type]]' <<<"$said")" '["bar",null,2560,["legacy","UEFI"]]'
is "no file is left beside it" "$(echo "$WORK"/*)" "$WORK/one.rom $WORK/two.rom"

# ---- it does not answer at its BARs -----------------------------------------------

is "memory decoding is on, as firmware left it" "$(($(printf '%d' "0x$(memory_decoding)") & 2))" 2
gpupm hold -- setpci -s "$GPU0" COMMAND=0:2
is_off "decoding is off, and power, too"
ok "it is dumped all the same" gpupm vbios dump -o "$WORK/two.rom"
ok "and is the same" cmp "$WORK/two.rom" "$ROM"
is "decoding is off, as it was found" "$(($(printf '%d' "0x$(memory_decoding)") & 2))" 0
gpupm hold -- setpci -s "$GPU0" COMMAND=2:2

# ---- in use ------------------------------------------------------------------------

open_gpu
within "$PATIENCE" state_is in-use
rm "$WORK/two.rom"
fails "in use: refused" 1 "is in use by vfio-user \(pid $OPENER\)" gpupm vbios dump -o "$WORK/two.rom"
never "and nothing is written" test -e "$WORK/two.rom"
close_gpu
is_off "it is over: off"

# ---- refusals ------------------------------------------------------------------------

mkdir -p /run/everybody
cp "$(command -v gpupm)" "$(command -v gpupm-setup)" /run/everybody/
fails "nobody may" 5 'permitted|Permission' setpriv --reuid 65534 --clear-groups /run/everybody/gpupm vbios dump -o /tmp/nobody.rom
is_off "and it stays off"
mkdir -p "$WORK/small"
mount -t tmpfs -o size=8k none "$WORK/small"
echo old >"$WORK/small/vbios.rom"
dd if=/dev/zero of="$WORK/small/filler" bs=4k 2>/dev/null || true
fails "a full disk" 1 'No space left' gpupm vbios dump -o "$WORK/small/vbios.rom"
is "the old file is what it was" "$(cat "$WORK/small/vbios.rom")" old
is "and nothing is beside it" "$(cd "$WORK/small" && echo *)" "filler vbios.rom"
umount "$WORK/small"
fails "a directory" 1 'Is a directory' gpupm vbios dump -o "$WORK"
fails "no -o" 2 'say where' gpupm vbios dump
is_off "off after all of this"

# ---- check -----------------------------------------------------------------------------

power_mark
like "a good one is the GPU's" "$(gpupm vbios check "$WORK/one.rom" "$GPU0")" "the ROM of $GPU0, 2560 bytes"
{ echo NVGI; cat "$ROM"; echo more; } >"$WORK/packed"
fails "with something before it" 1 '5 bytes before the ROM' gpupm vbios check "$WORK/packed"
ok "it is cut out" gpupm vbios check "$WORK/packed" -o "$WORK/cut.rom"
ok "and is the ROM" cmp "$WORK/cut.rom" "$ROM"
head -c 2000 "$ROM" >"$WORK/bad"
fails "truncated" 1 'it is truncated: the image at 0x600' gpupm vbios check "$WORK/bad"
{ head -c 200 "$ROM"; printf '\0'; tail -c +202 "$ROM"; } >"$WORK/bad"
fails "corrupt" 1 'it is corrupt: the checksum' gpupm vbios check "$WORK/bad"
head -c 2560 /dev/zero | tr '\0' '\377' >"$WORK/bad"
fails "all FF" 1 'all 2560 bytes are FF' gpupm vbios check "$WORK/bad"
# shellcheck source=tests/lab/lib/rom.sh
. "$TOP/tests/lab/lib/rom.sh"
rom_image 1 0 0x10de 0x1234 128 >"$WORK/bad"
fails "for another GPU" 1 'another GPU: for 10de:1234, and this one is 1af4:1050' gpupm vbios check "$WORK/bad"
is "no look at a file has woken it" "$(power_story GPU0)" ""

# ---- without the module -------------------------------------------------------------------

unload
rm -f "$WORK/two.rom"
before=$(value "$PCI/$GPU0/power/control")
ok "without the module" gpupm vbios dump -o "$WORK/two.rom"
ok "it is the same" cmp "$WORK/two.rom" "$ROM"
is "and runtime PM as it was" "$(value "$PCI/$GPU0/power/control")" "$before"
open_gpu
fails "in use, without the module" 1 "is in use by vfio-user" gpupm vbios dump -o "$WORK/two.rom"
close_gpu
lab-bind --unbind
ok "with no driver at all" gpupm vbios dump "$GPU0" -o "$WORK/three.rom"
ok "it is the same, too" cmp "$WORK/three.rom" "$ROM"

done_testing
