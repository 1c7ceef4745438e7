// SPDX-License-Identifier: GPL-2.0-only
#include "cpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number, with spaces around it. Return: whether there is one. */
static bool take_number(const char **at, unsigned long *number)
{
	char *end;

	*at += strspn(*at, " \t");
	if (**at < '0' || **at > '9')
		return false;
	*number = strtoul(*at, &end, 10);
	*at = end + strspn(end, " \t");
	return true;
}

const char *cpus_parse(const char *list, cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	do {
		unsigned long first, last;

		if (!take_number(&list, &first))
			return "it is numbers and ranges with commas between, as in 0-3,8";
		last = first;
		if (*list == '-') {
			list++;
			if (!take_number(&list, &last))
				return "a range is two numbers, as in 0-3";
		}
		if (first > last)
			return "a range goes from the lower number to the higher";
		if (last >= CPU_SETSIZE)
			return "there are no CPUs beyond 1023";
		for (; first <= last; first++)
			CPU_SET(first, cpus);
	} while (*list == ',' && list++);
	return *list ? "it is numbers and ranges with commas between, as in 0-3,8" : NULL;
}

const char *cpus_format(const cpu_set_t *cpus, char *list, size_t size)
{
	size_t n = 0;

	*list = '\0';
	for (int first = 0; first < CPU_SETSIZE && n < size; first++) {
		int last = first;

		if (!CPU_ISSET(first, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;
		n += snprintf(list + n, size - n, last > first ? "%s%d-%d" : "%s%d",
			      n ? "," : "", first, last);
		first = last;
	}
	return list;
}
