/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_SYSFS_H
#define GPUPM_CLIENT_SYSFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Small files of /sys and /proc. Paths are formats, below a @root that stands
 * for /, "" for the real one. None of these wakes a GPU as long as the path is
 * not that of an attribute that reads config space ("config", "current_link_*").
 */

/**
 * sysfs_read - read a file of one line
 * @buf: set to the line without its end; empty after an error
 * @size: bytes in @buf
 * @root: directory that stands for /
 * @format: path, starting with /
 *
 * Return: whether the file could be read.
 */
bool __attribute__((format(printf, 4, 5)))
sysfs_read(char *buf, size_t size, const char *root, const char *format, ...);

/**
 * sysfs_link - read the last component of what a symbolic link points to
 * @buf: set to the component; empty after an error
 * @size: bytes in @buf
 * @root: directory that stands for /
 * @format: path, starting with /
 *
 * Return: whether the link could be read.
 */
bool __attribute__((format(printf, 4, 5)))
sysfs_link(char *buf, size_t size, const char *root, const char *format, ...);

/**
 * sysfs_target - read all of what a symbolic link points to
 * @target: set to the path as it is in the link; empty after an error
 * @root: directory that stands for /
 * @format: path, starting with /
 *
 * Return: whether the link could be read.
 */
bool __attribute__((format(printf, 3, 4)))
sysfs_target(char target[PATH_MAX], const char *root, const char *format, ...);

/** sysfs_exists - whether there is such a file or directory */
bool __attribute__((format(printf, 2, 3)))
sysfs_exists(const char *root, const char *format, ...);

#endif
