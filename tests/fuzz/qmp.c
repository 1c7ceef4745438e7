// SPDX-License-Identifier: GPL-2.0-only
/*
 * A monitor that says anything at any time; see peer.h. And any command line in
 * which battery devices are looked for.
 */
#include "fuzz.h"
#include "peer.h"

#include "guest/battery.h"
#include "guest/guest.h"
#include "guest/qmp.h"

static struct guest *guest;
static struct report report;

/* A command never says what the battery would refuse. */
void peer_sent(struct json_object *command)
{
	struct json_object *args, *state, *percent, *rate;
	int charging, discharging;

	MUST(json_object_object_get_ex(command, "execute", NULL));
	if (!json_object_object_get_ex(command, "arguments", &args) ||
	    !json_object_object_get_ex(args, "state", &state))
		return;
	charging = json_object_get_boolean(json_object_object_get(state, "charging"));
	discharging = json_object_get_boolean(json_object_object_get(state, "discharging"));
	percent = json_object_object_get(state, "charge-percent");
	rate = json_object_object_get(state, "rate");
	MUST(!charging || !discharging);
	MUST(json_object_get_int64(percent) >= 0 && json_object_get_int64(percent) <= 100);
	MUST(json_object_get_int64(rate) >= 0 && json_object_get_int64(rate) <= INT32_MAX);
}

static void tell(void)
{
	report.rate = report.rate * 3 + 1;
	report.remaining = report.rate % report.full;
	report.flags ^= REPORT_ON_AC;
	if (guest)
		guest->backend->tell(guest, &report);
}

void guest_add(struct guest *added)
{
	MUST(!guest);
	guest = added;
	guest->backend->tell(guest, &report);
}

void guest_remove(struct guest *removed)
{
	MUST(guest == removed);
	guest = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Any file that is there. */
	static const char * const names[] = { "win11" }, * const paths[] = { "/proc/self/exe" };
	static uv_loop_t loop;

	if (!loop.data)
		qmp_open(&loop);
	loop.data = &loop;
	battery_in_command_line((const char *)data, size);
	report = (struct report){ .flags = REPORT_PRESENT | REPORT_DISCHARGING, .full = 50000,
				  .remaining = 30000, .rate = 15000 };
	qmp_sockets(names, paths, 1);
	peer_play(data, size, tell);
	qmp_close();
	MUST(!guest);
	peer_end();
	return 0;
}
