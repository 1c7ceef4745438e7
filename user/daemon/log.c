// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static bool verbose;
/* Not known yet: -1. */
static int to_journal = -1;

/* JOURNAL_STREAM names the journal's end of a stream; stderr may be another by now. */
static bool journal_reads(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

static void __attribute__((format(printf, 2, 0)))
log_line(int level, const char *format, va_list args)
{
	char line[1024];
	size_t n;

	if (to_journal < 0)
		to_journal = journal_reads();
	n = to_journal ? snprintf(line, sizeof(line), "<%d>", level) :
			 snprintf(line, sizeof(line), "gpupmd: ");
	vsnprintf(line + n, sizeof(line) - n - 1, format, args);
	while (line[n])
		n++;
	line[n++] = '\n';
	/* In one piece, so that nobody else's line gets into it. Nobody to tell of an error. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

void log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_ERR, format, args);
	va_end(args);
}

void log_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARNING, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, format);
	log_line(LOG_DEBUG, format, args);
	va_end(args);
}

void log_verbose(void)
{
	verbose = true;
}

void log_plain(void)
{
	to_journal = 0;
}
