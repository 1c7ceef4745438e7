/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_ROM_H
#define _GPUPM_ROM_H

struct gpupm_gpu;
struct pci_dev;

void gpupm_rom_offer(struct gpupm_gpu *gpu, struct pci_dev *display);

#endif /* _GPUPM_ROM_H */
