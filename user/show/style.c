// SPDX-License-Identifier: GPL-2.0-only
#include "style.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void style_detect(struct style *style, FILE *out)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	struct winsize size;

	*style = (struct style){ .terminal = isatty(fileno(out)) };
	if (!style->terminal)
		return;
	style->colour = term && *term && strcmp(term, "dumb") && (!no_colour || !*no_colour);
	style->unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
	style->width = 80;
	if (!ioctl(fileno(out), TIOCGWINSZ, &size) && size.ws_col)
		style->width = size.ws_col;
}

const char *style_begin(const struct style *style, enum paint paint)
{
	static const char * const sequences[] = {
		[PAINT_PLAIN] = "",
		[PAINT_BOLD] = "\033[1m",
		[PAINT_DIM] = "\033[2m",
		[PAINT_GREEN] = "\033[32m",
		[PAINT_YELLOW] = "\033[33m",
		[PAINT_CYAN] = "\033[36m",
		[PAINT_RED] = "\033[1;31m",
	};

	return style->colour ? sequences[paint] : "";
}

const char *style_end(const struct style *style, enum paint paint)
{
	return style->colour && paint != PAINT_PLAIN ? "\033[0m" : "";
}
