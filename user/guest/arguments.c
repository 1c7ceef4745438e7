// SPDX-License-Identifier: GPL-2.0-only
/*
 * For a q35, whose root ports a GPU can be put behind. Nothing here names the machine
 * or the processor, so the owner's own -machine and -cpu stay as they are.
 */
#include "arguments.h"
#include "../machine/firmware.h"
#include "../machine/smbios.h"
#include "../machine/window.h"
#include "qemu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT	"gpupm-port"

#define NO_FIRMWARE	\
	"there is no UEFI firmware without Secure Boot on this machine (Debian: apt-get install ovmf)"
#define NO_PINNING	\
	"QEMU does not pin its vCPUs: gpupmd does, with vcpu-affinity in a profile; see gpupm.conf(5)"

void arguments_add(struct arguments *arguments, const char *format, ...)
{
	char **more = reallocarray(arguments->word, arguments->n + 1, sizeof(*more));
	va_list args;

	if (!more)
		abort();
	arguments->word = more;
	va_start(args, format);
	if (vasprintf(&more[arguments->n++], format, args) < 0)
		abort();
	va_end(args);
}

void arguments_free(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->n; i++)
		free(arguments->word[i]);
	free(arguments->word);
	*arguments = (struct arguments){};
}

/* QEMU takes a comma for the end, unless there are two. */
char *double_commas(const char *value)
{
	char *doubled = malloc(2 * strlen(value) + 1), *to = doubled;

	if (!doubled)
		abort();
	do {
		*to++ = *value;
		if (*value == ',')
			*to++ = ',';
	} while (*value++);
	return doubled;
}

static const char *add_gpu(struct arguments *arguments, const struct arguments_for *what)
{
	const struct gpu *gpu = what->gpu;
	char *rom = what->rom ? double_commas(what->rom) : NULL;

	arguments_add(arguments, "-device");
	arguments_add(arguments, "pcie-root-port,id=" PORT ",bus=pcie.0,chassis=98");
	for (size_t i = 0; i < gpu->n_functions; i++) {
		const char *address = gpu->functions[i].address;
		bool has_rom = rom && !strcmp(address, gpu->address);

		arguments_add(arguments, "-device");
		arguments_add(arguments, "vfio-pci,host=%s,bus=" PORT ",addr=0x0.%#zx%s%s%s",
			      address, i, i || gpu->n_functions == 1 ? "" : ",multifunction=on",
			      has_rom ? ",romfile=" : "", has_rom ? rom : "");
	}
	free(rom);
	return NULL;
}

/* It is part of the GPU's device. */
static const char *add_rom(struct arguments *arguments, const struct arguments_for *what)
{
	(void)arguments;
	return what->rom ? NULL :
	       "no file is named: 'gpupm vbios dump -o FILE' writes one, and --rom FILE names it";
}

static const char *add_power(struct arguments *arguments, const struct arguments_for *what)
{
	char *table = double_commas(what->table), *socket = double_commas(what->socket);

	arguments_add(arguments, "-acpitable");
	arguments_add(arguments, "file=%s", table);
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=gpupm,path=%s,server=off,%s", socket, what->reconnect);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "isa-serial,chardev=gpupm,iobase=%#x,irq=%d,index=%d",
		      QEMU_UART_BASE, QEMU_UART_IRQ, QEMU_UART_INDEX);
	free(table);
	free(socket);
	return NULL;
}

static const char *add_mmio64(struct arguments *arguments, const struct arguments_for *what)
{
	struct window window;

	window_read(what->root, what->gpu, &window);
	if (window.needed <= WINDOW_DEFAULT)
		return NULL;
	arguments_add(arguments, "-global");
	arguments_add(arguments, "q35-pcihost.pci-hole64-size=%lluM", window.needed >> 20);
	/* For UEFI firmware; a BIOS does not look at it. */
	arguments_add(arguments, "-fw_cfg");
	arguments_add(arguments, "name=opt/ovmf/X-PciMmio64Mb,string=%llu", window.needed >> 20);
	return NULL;
}

static const char *add_firmware(struct arguments *arguments, const struct arguments_for *what)
{
	static char why[3 * PATH_MAX];
	struct firmware firmware;
	char *code, *varstore;

	if (!firmware_find(what->root, "pc-q35-7.2", &firmware))
		return NO_FIRMWARE;
	if (!what->varstore || access(what->varstore, F_OK)) {
		snprintf(why, sizeof(why),
			 "the VM needs a varstore of its own: cp %s FILE, once, and name it with --varstore FILE",
			 firmware.vars);
		return why;
	}
	code = double_commas(firmware.code);
	varstore = double_commas(what->varstore);
	arguments_add(arguments, "-drive");
	arguments_add(arguments, "if=pflash,format=raw,unit=0,readonly=on,file=%s", code);
	arguments_add(arguments, "-drive");
	arguments_add(arguments, "if=pflash,format=raw,unit=1,file=%s", varstore);
	free(code);
	free(varstore);
	return NULL;
}

/* One option for each structure, with all its fields. */
static void add_smbios(struct arguments *arguments, const char *root, int type)
{
	char value[256], *options = NULL, *more, *doubled;

	for (size_t i = 0; i < n_smbios_fields; i++) {
		if (smbios_fields[i].type != type ||
		    !smbios_read(root, &smbios_fields[i], value, sizeof(value)))
			continue;
		doubled = double_commas(value);
		if (asprintf(&more, "%s,%s=%s", options ?: "", smbios_fields[i].key, doubled) < 0)
			abort();
		free(doubled);
		free(options);
		options = more;
	}
	if (options) {
		arguments_add(arguments, "-smbios");
		arguments_add(arguments, "type=%d%s", type, options);
	}
	free(options);
}

static const char *add_disguise(struct arguments *arguments, const struct arguments_for *what)
{
	char vendor[32];

	if (!cpu_vendor_read(what->root, vendor, sizeof(vendor)))
		return "the kernel does not say who made the processor";
	for (int type = 0; type < 3; type++)
		add_smbios(arguments, what->root, type);
	/* By way of the class they go with any -cpu. */
	arguments_add(arguments, "-global");
	arguments_add(arguments, "x86_64-cpu.kvm=off");
	arguments_add(arguments, "-global");
	arguments_add(arguments, "x86_64-cpu.hv-vendor-id=%s", vendor);
	arguments_add(arguments, "-machine");
	arguments_add(arguments, "vmport=off");
	return NULL;
}

static const char *add_agent(struct arguments *arguments, const struct arguments_for *what)
{
	char *socket = double_commas(what->agent);

	arguments_add(arguments, "-device");
	arguments_add(arguments, "virtio-serial-pci,id=gpupm-serial");
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=gpupm-agent,path=%s,server=on,wait=off", socket);
	arguments_add(arguments, "-device");
	arguments_add(arguments,
		      "virtserialport,bus=gpupm-serial.0,chardev=gpupm-agent,name=org.qemu.guest_agent.0");
	free(socket);
	return NULL;
}

static const char *add_pinning(struct arguments *arguments, const struct arguments_for *what)
{
	(void)arguments;
	(void)what;
	return NO_PINNING;
}

const struct argument_feature argument_features[] = {
	{ "gpu", add_gpu },
	{ "rom", add_rom },
	{ "power", add_power },
	{ "mmio64", add_mmio64 },
	{ "firmware", add_firmware },
	{ "disguise", add_disguise },
	{ "agent", add_agent },
	{ "pinning", add_pinning },
	{},
};
