/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_FILE_H
#define GPUPM_PROFILE_FILE_H

#include <stddef.h>
#include <sys/stat.h>

/**
 * file_replace - write a file such that everybody sees the old one or the new one
 * @path: of the file
 * @data: its content
 * @size: bytes of it
 *
 * Return: 0 or a negative errno, with the old file in its place.
 */
int file_replace(const char *path, const void *data, size_t size);

/**
 * file_replace_as - the same, with the mode and the owner of another file
 * @path: of the file
 * @data: its content
 * @size: bytes of it
 * @as: the other file; NULL for one that everybody may read, of who calls this
 *
 * Return: 0 or a negative errno, with the old file in its place.
 */
int file_replace_as(const char *path, const void *data, size_t size, const struct stat *as);

/**
 * file_clean - remove what somebody left who was killed while they replaced a file
 * @path: of the file, which stays as it is
 */
void file_clean(const char *path);

/**
 * file_write - write a file as file_replace() does, unless it is something else
 * @path: of a file, or of something that is written to, such as a pipe
 * @data: its content
 * @size: bytes of it
 *
 * Return: 0 or a negative errno, with the old file in its place.
 */
int file_write(const char *path, const void *data, size_t size);

/**
 * file_read - read a whole file
 * @path: of the file
 * @max: most bytes it may have
 * @data: set to the content, with a zero behind it; free it when 0 is returned
 * @size: set to bytes of it
 *
 * Return: 0, -EFBIG when it has more than @max bytes, or another negative errno.
 */
int file_read(const char *path, size_t max, char **data, size_t *size);

#endif
