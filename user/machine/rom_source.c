// SPDX-License-Identifier: GPL-2.0-only
#include "rom_source.h"
#include "../client/sysfs.h"
#include "../profile/file.h"
#include "bytes.h"
#include "rom.h"
#include "vfct.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCI		"/sys/bus/pci/devices"
#define TABLES		"/sys/firmware/acpi/tables"
#define TABLE_MAX	(32 << 20)

/* In config space. */
#define COMMAND		4
#define COMMAND_MEMORY	0x0002

/* What a read gives at once. */
#define CHUNK		4096

static int __attribute__((format(printf, 3, 4)))
because(struct rom_bytes *bytes, int err, const char *format, ...)
{
	va_list args;

	free(bytes->data);
	bytes->data = NULL;
	bytes->size = 0;
	va_start(args, format);
	vsnprintf(bytes->why, sizeof(bytes->why), format, args);
	va_end(args);
	return err;
}

static int open_file(const char *root, const char *address, const char *file, int flags)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s" PCI "/%s/%s", root, address, file) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return open(path, flags | O_CLOEXEC);
}

/* Return: bytes that are there now beyond those before, or negative errno. */
static ssize_t read_more(int fd, struct rom_bytes *bytes)
{
	__u8 *data = realloc(bytes->data, bytes->size + CHUNK);
	ssize_t n;

	if (!data)
		return -ENOMEM;
	bytes->data = data;
	n = read(fd, data + bytes->size, CHUNK);
	if (n < 0)
		return -errno;
	bytes->size += n;
	return bytes->size > ROM_MAX ? -EFBIG : n;
}

/* Reads from where a file stands to its end. */
static int read_rest(int fd, struct rom_bytes *bytes)
{
	ssize_t n;

	do {
		n = read_more(fd, bytes);
	} while (n > 0);
	return n;
}

/*
 * A GPU that nothing has used since it was found does not answer at its BARs, the
 * ROM's among them: that is switched on by who uses it. Return: the command register
 * as it was, or negative errno.
 */
static int decode(const char *root, const char *address, int *config)
{
	__u8 raw[2], on[2];
	int command;

	*config = open_file(root, address, "config", O_RDWR);
	if (*config < 0)
		return -errno;
	errno = EIO;
	if (pread(*config, raw, sizeof(raw), COMMAND) != sizeof(raw))
		return -errno;
	command = get16(raw);
	if (command & COMMAND_MEMORY)
		return command;
	on[0] = raw[0] | COMMAND_MEMORY;
	on[1] = raw[1];
	return pwrite(*config, on, sizeof(on), COMMAND) == sizeof(on) ? command : -errno;
}

static void decode_end(int config, int command)
{
	__u8 raw[2] = { command, command >> 8 };

	/* Nothing can be done if it fails, and nothing is lost. */
	if (command >= 0 && !(command & COMMAND_MEMORY) &&
	    pwrite(config, raw, sizeof(raw), COMMAND) < 0)
		errno = 0;
	if (config >= 0)
		close(config);
}

static int read_bar(const char *root, const struct gpu_function *function,
		    struct rom_bytes *bytes)
{
	int fd = open_file(root, function->address, "rom", O_RDWR), config, command, err;

	if (fd < 0 && errno == ENOENT)
		return because(bytes, -ENOENT, "it has none");
	if (fd < 0)
		return because(bytes, -errno, "could not open it: %s", strerror(errno));
	command = decode(root, function->address, &config);
	if (command < 0) {
		err = because(bytes, command, "could not switch it on: %s", strerror(-command));
		goto out;
	}
	/* The kernel shows it to nobody who has not asked. */
	if (write(fd, "1", 1) != 1 || lseek(fd, 0, SEEK_SET)) {
		err = because(bytes, -errno, "could not enable it: %s", strerror(errno));
		goto out;
	}
	err = read_rest(fd, bytes);
	if (err == -EIO)
		err = because(bytes, err, "the kernel finds no ROM in it");
	else if (err)
		err = because(bytes, err, "could not read it: %s", strerror(-err));
	else if (!bytes->size)
		err = because(bytes, -ENODATA, "there is nothing in it");
	lseek(fd, 0, SEEK_SET);
	if (write(fd, "0", 1) != 1 && !err)
		err = because(bytes, -errno, "could not disable it again: %s", strerror(errno));
out:
	decode_end(config, command);
	close(fd);
	return err;
}

static int read_vfct(const char *root, const struct gpu_function *function,
		     struct rom_bytes *bytes)
{
	struct rom_id id = { function->vendor, function->device };
	char path[PATH_MAX], *table;
	size_t size, length;
	const void *rom;
	int err;

	snprintf(path, sizeof(path), "%s" TABLES "/VFCT", root);
	err = file_read(path, TABLE_MAX, &table, &size);
	if (err == -ENOENT)
		return because(bytes, err, "firmware has no such table");
	if (err)
		return because(bytes, err, "could not read it: %s", strerror(-err));
	err = vfct_find(table, size, function->address, &id, &rom, &length);
	if (err == -ENOENT) {
		because(bytes, err, "it has no ROM for this GPU");
	} else if (err) {
		because(bytes, err, "the table is damaged");
	} else {
		bytes->data = malloc(length);
		bytes->size = length;
		if (bytes->data)
			memcpy(bytes->data, rom, length);
		else
			err = because(bytes, -ENOMEM, "%s", strerror(ENOMEM));
	}
	free(table);
	return err;
}

/* Whether some table of firmware defines a method _ROM. */
static bool any_method(const char *root)
{
	char pattern[PATH_MAX], *table;
	bool found = false;
	size_t size;
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s" TABLES "/[DS]S[DT][TS]*", root);
	if (glob(pattern, 0, NULL, &files))
		return false;
	for (size_t i = 0; i < files.gl_pathc && !found; i++) {
		if (file_read(files.gl_pathv[i], TABLE_MAX, &table, &size))
			continue;
		found = memmem(table, size, "_ROM", 4);
		free(table);
	}
	globfree(&files);
	return found;
}

/* Reads as much as makes a ROM: it may go on for ever with what is none. */
static int read_pages(int fd, const struct rom_id *id, struct rom_bytes *bytes)
{
	struct rom rom;
	ssize_t n;

	do {
		n = read_more(fd, bytes);
		if (n < 0)
			return n;
		rom_parse(bytes->data, bytes->size, id, &rom);
	} while (n == CHUNK && rom.problem == ROM_TRUNCATED);
	return 0;
}

/* A method can be called by the kernel only. The module does, for each read. */
static int read_method(const char *root, const struct gpu_function *function,
		       struct rom_bytes *bytes)
{
	struct rom_id id = { function->vendor, function->device };
	char path[PATH_MAX];
	int fd, err;

	snprintf(path, sizeof(path), "%s/sys/class/gpupm/%s/rom", root, function->address);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return because(bytes, -errno, "could not open %s: %s", path, strerror(errno));
	if (fd < 0 && any_method(root))
		return because(bytes, -ENOENT,
			       "firmware has one, for whichever device, but the module does not offer it for this GPU");
	if (fd < 0)
		return because(bytes, -ENOENT, "firmware has no such method");
	err = read_pages(fd, &id, bytes);
	if (err)
		because(bytes, err, "could not read it: %s", strerror(-err));
	else if (!bytes->size)
		err = because(bytes, -ENODATA, "it gives nothing");
	close(fd);
	return err;
}

const struct rom_source rom_sources[] = {
	{ "ROM BAR", "bar", read_bar },
	{ "ACPI table VFCT", "vfct", read_vfct },
	{ "ACPI method _ROM", "_ROM", read_method },
	{}
};
