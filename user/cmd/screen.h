/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_SCREEN_H
#define GPUPM_CMD_SCREEN_H

/* A terminal that shows one picture, the last; for --watch. */

/** screen_begin - take the alternate screen, without a cursor and without wrapping */
void screen_begin(void);

/**
 * screen_draw - draw over the last picture, so that nothing flickers
 * @text: the picture; used up. Lines that do not fit are left out
 */
void screen_draw(char *text);

/** screen_end - give the terminal back as it was */
void screen_end(void);

#endif
