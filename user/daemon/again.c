// SPDX-License-Identifier: GPL-2.0-only
#include "again.h"

#define FIRST_MS	1000

static void on_timer(uv_timer_t *timer)
{
	struct again *again = timer->data;

	again->call();
}

void again_open(struct again *again, uv_loop_t *loop, void (*call)(void))
{
	uv_timer_init(loop, &again->timer);
	again->timer.data = again;
	again->ms = FIRST_MS;
	again->call = call;
}

void again_later(struct again *again)
{
	uv_timer_start(&again->timer, on_timer, again->ms, 0);
	again->ms *= 2;
}

void again_stop(struct again *again)
{
	uv_timer_stop(&again->timer);
}

void again_worked(struct again *again)
{
	uv_timer_stop(&again->timer);
	again->ms = FIRST_MS;
}

void again_close(struct again *again)
{
	uv_close((uv_handle_t *)&again->timer, NULL);
}
