/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_DIR_WATCH_H
#define GPUPM_GUEST_DIR_WATCH_H

#include <uv.h>

struct dir_watch;

/**
 * typedef dir_changed - something came to be in a directory, or is another one now
 * @data: as given to dir_watch_open()
 * @name: the entry that came, or whose owner or mode changed; NULL when it may be
 *	any, as the directory itself came
 */
typedef void dir_changed(void *data, const char *name);

/**
 * dir_watch_open - be told when something comes to be in a directory
 * @loop: the loop; must run until what dir_watch_close() gave up is closed
 * @path: of the directory, which need not be there yet, or may come again
 * @changed: called later, never from within this function. It may call
 *	dir_watch_close()
 * @data: for @changed
 *
 * Return: the watch; free it with dir_watch_close().
 */
struct dir_watch *dir_watch_open(uv_loop_t *loop, const char *path, dir_changed *changed,
				 void *data);

/** dir_watch_close - be told no more; NULL is fine */
void dir_watch_close(struct dir_watch *watch);

#endif
