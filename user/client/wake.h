/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CLIENT_WAKE_H
#define GPUPM_CLIENT_WAKE_H

#include "gpu.h"

/**
 * struct wake - one wake, as in enum gpupm_a_wake
 * @device: empty when it is not known
 * @pid: 0 when the kernel itself woke it
 * @comm: empty when the kernel itself woke it
 */
struct wake {
	char gpu[ADDRESS_SIZE];
	__u64 at_ms;
	__u32 from;
	char device[ADDRESS_SIZE];
	__u32 pid;
	char comm[NAME_SIZE];
};

/** struct wake_list - any number of wakes, oldest first; @wakes is owned */
struct wake_list {
	struct wake *wakes;
	size_t n;
};

/**
 * wake_list_add - read one more wake into a list
 * @list: the list; free it with wake_list_free(), also after an error
 * @head: the first attribute
 * @len: bytes of attributes
 * @m: what was wrong, set with -EBADMSG
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int wake_list_add(struct wake_list *list, const struct nlattr *head, int len, struct malformed *m);

/** wake_list_free - free what a list owns and make it empty */
void wake_list_free(struct wake_list *list);

#endif
