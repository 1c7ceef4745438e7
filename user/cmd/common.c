// SPDX-License-Identifier: GPL-2.0-only
#include "../client/match.h"
#include "../show/no_gpu.h"
#include "cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void complain(const char *format, ...)
{
	va_list args;

	fputs("gpupm: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int result_of(int err)
{
	switch (err) {
	case 0:
		return RESULT_DONE;
	case -EPROTONOSUPPORT:
		return RESULT_NO_MODULE;
	case -ENODEV:
		return RESULT_NO_GPU;
	case -EPERM:
		return RESULT_NOT_PERMITTED;
	default:
		return RESULT_FAILED;
	}
}

int client_failed(const struct client *client, int err)
{
	complain("%s", client_error(client));
	return result_of(err);
}

int finish(int result)
{
	static bool complained;
	int err = 0;

	if (complained)
		return RESULT_FAILED;
	if (fflush(stdout))
		err = errno;
	else if (ferror(stdout))
		err = EIO;
	if (!err)
		return result;
	complained = true;
	if (err != EPIPE)
		complain("could not write the output: %s", strerror(err));
	return RESULT_FAILED;
}

int connect_and_read(struct client **client, struct gpu_list *list)
{
	int err;

	memset(list, 0, sizeof(*list));
	err = client_open(client);
	if (!err)
		err = client_gpus(*client, list);
	return err ? client_failed(*client, err) : RESULT_DONE;
}

void no_gpu(void)
{
	struct names *names = names_open(NULL);
	struct style style;

	fputs("gpupm: ", stderr);
	style_detect(&style, stderr);
	if (names)
		no_gpu_show(stderr, &style, names, "");
	names_close(names);
}

static void list_gpus(const struct gpu_list *list, const size_t *indices, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %s\n", list->gpus[indices ? indices[i] : i].address);
}

int pick_gpu(const struct command *cmd, const struct gpu_list *list, const char *name,
	     struct gpu **gpu)
{
	size_t *matches, n;

	*gpu = NULL;
	if (!list->n) {
		no_gpu();
		return RESULT_NO_GPU;
	}
	if (!name && list->n > 1) {
		usage_error(cmd, "say which GPU");
		fputs("there are:\n", stderr);
		list_gpus(list, NULL, list->n);
		return RESULT_USAGE;
	}
	if (!name) {
		*gpu = list->gpus;
		return RESULT_DONE;
	}
	matches = calloc(list->n, sizeof(*matches));
	if (!matches) {
		complain("out of memory");
		return RESULT_FAILED;
	}
	n = gpu_match(list, name, matches);
	if (n == 1)
		*gpu = &list->gpus[matches[0]];
	if (n > 1) {
		usage_error(cmd, "'%s' is part of more than one address", name);
		fputs("it may be:\n", stderr);
		list_gpus(list, matches, n);
	}
	if (!n) {
		complain("no GPU '%s'; there %s:", name, list->n == 1 ? "is" : "are");
		list_gpus(list, NULL, list->n);
	}
	free(matches);
	return n == 1 ? RESULT_DONE : n ? RESULT_USAGE : RESULT_NO_GPU;
}
