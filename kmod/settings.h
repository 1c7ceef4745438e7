/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _GPUPM_SETTINGS_H
#define _GPUPM_SETTINGS_H

struct gpupm_settings;
struct pci_dev;

struct gpupm_settings *gpupm_settings_apply(struct pci_dev *pdev);
void gpupm_settings_restore(struct gpupm_settings *settings);
void gpupm_settings_forget(struct gpupm_settings *settings);

#endif /* _GPUPM_SETTINGS_H */
