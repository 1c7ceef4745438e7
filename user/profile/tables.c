// SPDX-License-Identifier: GPL-2.0-only
#include "tables.h"
#include "../daemon/log.h"
#include "../guest/aml.h"
#include "file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* QEMU takes tables of less than 64 KiB. */
#define TABLE_MAX	65535
#define TABLE_HEADER	36

/* Whether this is an ACPI table; QEMU takes nothing else, and then does not start. */
static bool is_table(const char *data, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)data;
	unsigned char sum = 0;
	size_t length;

	if (size < TABLE_HEADER)
		return false;
	length = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | (size_t)bytes[7] << 24;
	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return length == size && !sum;
}

/* Read a file of the user's. Return: NULL, and the log says why, when it is no table. */
static char *read_table(const char *path, size_t *size)
{
	char *data;
	int err = file_read(path, TABLE_MAX, &data, size);

	if (err) {
		log_warning("acpi-table: could not read %s: %s", path,
			    err == -EFBIG ? "it is larger than 64 KiB" :
			    err == -EINVAL ? "it is no file" : strerror(-err));
		return NULL;
	}
	if (!is_table(data, *size)) {
		log_warning("acpi-table: %s is no ACPI table (length or checksum is wrong)", path);
		free(data);
		return NULL;
	}
	return data;
}

static bool put(const char *path, const char *what, const void *data, size_t size)
{
	size_t present_size;
	char *present;
	bool same;
	int err;

	if (!file_read(path, TABLE_MAX, &present, &present_size)) {
		same = present_size == size && !memcmp(present, data, size);
		free(present);
		if (same) {
			file_clean(path);
			log_debug("acpi-table: %s is %s already", path, what);
			return true;
		}
	}
	err = file_replace(path, data, size);
	if (err)
		log_warning("acpi-table: could not write %s: %s", path, strerror(-err));
	else
		log_info("acpi-table: %s is %s now, for VMs that start", path, what);
	return !err;
}

/* A file of the user's that is of no use will not be of more use later. */
static bool apply(const char *path, const char *table)
{
	char *read = NULL;
	bool done = true;
	const void *data;
	size_t size;

	data = aml_builtin(table, &size);
	if (!data) {
		read = read_table(table, &size);
		data = read;
	}
	if (data)
		done = put(path, table, data, size);
	free(read);
	return done;
}

bool tables_apply(const struct config *config, enum profile_id profile, const char *dir)
{
	const char *table = config->profiles[profile].acpi_table;
	const char *all = table ? table : "live";
	char path[PATH_MAX];
	bool done;

	if (mkdir(dir, 0755) && errno != EEXIST)
		log_warning("acpi-table: could not make %s: %s", dir, strerror(errno));
	snprintf(path, sizeof(path), "%s/" TABLE_NAME, dir);
	done = apply(path, all);
	for (size_t i = 0; i < config->n_vms; i++) {
		const struct vm_config *vm = &config->vms[i];
		bool own = false;

		for (enum profile_id other = 0; other < N_PROFILES; other++)
			own |= !!config_vm_actions(vm, other).acpi_table;
		if (!own)
			continue;
		table = config_actions(config, vm->name, profile).acpi_table;
		snprintf(path, sizeof(path), "%s/" TABLE_NAME_FOR_VM, dir, vm->name);
		done &= apply(path, table ? table : "live");
	}
	return done;
}
