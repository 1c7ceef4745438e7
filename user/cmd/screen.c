// SPDX-License-Identifier: GPL-2.0-only
#include "screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void screen_begin(void)
{
	fputs("\033[?1049h\033[?25l\033[?7l", stdout);
}

void screen_draw(char *text)
{
	struct winsize window;
	char *line;
	int rows = 24;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) && window.ws_row)
		rows = window.ws_row;
	fputs("\033[H", stdout);
	for (int row = 1; row < rows && *text && (line = strsep(&text, "\n")); row++)
		printf("%s\033[K\n", line);
	fputs("\033[J", stdout);
}

void screen_end(void)
{
	fputs("\033[?7h\033[?25h\033[?1049l", stdout);
}
