// SPDX-License-Identifier: GPL-2.0-only
#include "image.h"

#include "profile/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put16(__u8 *at, __u16 value)
{
	at[0] = value;
	at[1] = value >> 8;
}

void image_sum(__u8 *at)
{
	size_t size = at[2] * (size_t)UNIT;
	__u8 sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += at[i];
	at[size - 1] -= sum;
}

void assert_image(const char *path, const void *rom, size_t size)
{
	struct stat st;
	char *data;
	size_t n;

	assert_int_equal(file_read(path, 1 << 20, &data, &n), 0);
	assert_int_equal(n, size);
	assert_memory_equal(data, rom, size);
	free(data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	unlink(path);
}

void image_put(__u8 *at, __u8 units, __u8 code, struct rom_id id, bool last)
{
	for (size_t i = 0; i < units * (size_t)UNIT; i++)
		at[i] = i * 7 + code;
	memset(at, 0, PCIR + 0x1c);
	at[0] = 0x55;
	at[1] = 0xaa;
	at[2] = units;
	put16(at + 0x18, PCIR);
	memcpy(at + PCIR, "PCIR", 4);
	put16(at + PCIR + 4, id.vendor);
	put16(at + PCIR + 6, id.device);
	at[PCIR + 0x0a] = 0x1c;
	at[PCIR + 0x0c] = 3;
	at[PCIR + 0x0f] = 3;
	put16(at + PCIR + 0x10, units);
	at[PCIR + 0x14] = code;
	at[PCIR + 0x15] = last ? 0x80 : 0;
	if (code == ROM_UEFI) {
		put16(at + 4, 0x0ef1);
		put16(at + 0x16, 0x60);
		memcpy(at + 0x60, "MZ", 2);
	}
	if (code == ROM_LEGACY)
		image_sum(at);
}
