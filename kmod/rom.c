// SPDX-License-Identifier: GPL-2.0-only
/**
 * DOC: /sys/class/gpupm/ADDRESS/rom
 *
 * Some laptops keep a GPU's option ROM in their firmware, which gives it away through
 * the ACPI method _ROM of the display function. Only a kernel can call that, and
 * only the drivers of the host's GPUs do; but a VM's firmware and driver want the
 * ROM as well. So here it is, as a file, for root: what firmware runs in such a method
 * is its business, and there is no reason to have everybody start it.
 *
 * A read is a call, of at most the 4 KiB that ACPI allows. The device is not touched,
 * and stays as it is. The file is there as long as the GPU is, and the method for
 * ever, so that nothing needs to be locked.
 */
#include <linux/acpi.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "compat/bin_attribute.h"
#include "gpu.h"
#include "rom.h"

/* No ROM BAR can be larger. */
#define ROM_MAX SZ_16M

static ssize_t rom_read(struct file *file, struct kobject *kobj,
			compat_bin_attribute *attr, char *buf, loff_t off,
			size_t count)
{
	struct gpupm_gpu *gpu = dev_get_drvdata(kobj_to_dev(kobj));
	struct acpi_buffer result = { ACPI_ALLOCATE_BUFFER, NULL };
	union acpi_object *object, args[2] = {
		{ .integer = { ACPI_TYPE_INTEGER, off } },
	};
	struct acpi_object_list list = { ARRAY_SIZE(args), args };
	ssize_t n = -EIO;

	if (off >= ROM_MAX)
		return 0;
	count = min_t(size_t, min_t(size_t, count, SZ_4K), ROM_MAX - off);
	args[1].integer.type = ACPI_TYPE_INTEGER;
	args[1].integer.value = count;
	if (ACPI_FAILURE(acpi_evaluate_object(gpu->rom, NULL, &list, &result)))
		return -EIO;
	object = result.pointer;
	if (object && object->type == ACPI_TYPE_BUFFER) {
		n = min_t(size_t, object->buffer.length, count);
		memcpy(buf, object->buffer.pointer, n);
	}
	kfree(object);
	return n;
}

static const struct bin_attribute rom_attribute = {
	.attr = { .name = "rom", .mode = 0400 },
	.read = rom_read,
};

/**
 * gpupm_rom_offer() - make the file, if firmware has the method
 * @gpu: a GPU whose device has been made; the file goes with that
 * @display: its display function
 *
 * A machine without the file works as well, so failing is no error.
 */
void gpupm_rom_offer(struct gpupm_gpu *gpu, struct pci_dev *display)
{
	acpi_handle handle = ACPI_HANDLE(&display->dev);

	if (!handle ||
	    ACPI_FAILURE(acpi_get_handle(handle, "_ROM", &gpu->rom)))
		return;
	if (sysfs_create_bin_file(&gpu->dev->kobj, &rom_attribute))
		pci_warn(display, "gpupm: there is no file for its ROM\n");
}
