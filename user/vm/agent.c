// SPDX-License-Identifier: GPL-2.0-only
/* The channel of the guest agent, through which a guest is told commands. */
#include "feature.h"

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	(void)wish;
	(void)why;
	edit_add(edit, "/domain/devices", "channel[target/@name='org.qemu.guest_agent.0']",
		 "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>");
	return true;
}

const struct feature feature_agent = {
	.name = "agent",
	.summary = "the channel of the guest agent",
	.enable = enable,
};
