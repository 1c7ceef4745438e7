/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_BIND_H
#define GPUPM_CMD_BIND_H

#include "cmd.h"

/**
 * bind_gpu - have vfio-pci own a GPU from early boot on, or take that back
 * @root: directory that stands for /; "" for the real one
 * @name: the GPU, as typed; NULL when not given
 * @options: with @dry_run and @undo
 * @run: runs a program, with its arguments, ended by NULL. Return: what it exited
 *	with, or a negative errno when it could not be run
 *
 * Return: the exit code, after a complaint unless it is RESULT_DONE. After another
 * every file is as it was.
 */
int bind_gpu(const char *root, const char *name, const struct options *options,
	     int (*run)(const char *const *argv));

#endif
