/* SPDX-License-Identifier: GPL-2.0-only */
/* A laptop that is a directory, and "gpupm bind" with it. */
#ifndef GPUPM_UNIT_BIND_FIXTURE_H
#define GPUPM_UNIT_BIND_FIXTURE_H

#include "capture.h"
#include "unit.h"

#include "bind/plan.h"
#include "cmd/bind.h"

#define PCI	"/sys/bus/pci/devices"
#define WORDS	"iommu=pt vfio-pci.ids=10de:25a2,10de:2291"
#define BEGIN	"# gpupm bind: from here ...\n"
#define END	"# ... to here: taken out by \"gpupm bind --undo\"\n"
#define GRUB	"GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"
#define ENTRY	"title Linux\nlinux /vmlinuz\noptions root=UUID=1 quiet\n"
#define MODPROBE	\
	"# Written by \"gpupm bind\", and removed by \"gpupm bind --undo\".\n"	\
	"# 0000:01:00.0: 10de:25a2,10de:2291\n"	\
	"options vfio-pci ids=10de:25a2,10de:2291\n"	\
	"softdep nouveau pre: vfio-pci\nsoftdep nvidia pre: vfio-pci\n"	\
	"softdep nvidia_drm pre: vfio-pci\nsoftdep nvidiafb pre: vfio-pci\n"	\
	"softdep snd_hda_intel pre: vfio-pci\n"

/* The directory, and the programs that were run, a line for each. */
extern const char *root;
extern char ran[512];
/* The program that fails, and how. */
extern const char *failing;
extern int failure;
/* Whether one that fails leaves a directory where a file was, or is killed with the tool. */
extern bool breaking;
extern bool killing;
/* What the programs make of an entry of the boot loader. */
extern const char *rewritten;

/* The panel is at Intel's GPU. */
int bind_setup(void **state);
void add_function(const char *address, const char *vendor, const char *device,
		  const char *class);

/* What the distribution is. */
void debian(void);
void fedora(void);
void arch(void);

/* Return: what it exits with. */
int call(const char *name, bool dry_run, bool undo);
int bind_it(void);
int undo(void);

/* A file has that in it; NULL: it is not there. */
void assert_file(const char *path, const char *want);
void assert_no_record(void);
/* As debian() made it. */
void assert_untouched(void);

#endif
