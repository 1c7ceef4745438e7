// SPDX-License-Identifier: GPL-2.0-only
/*
 * A command in a guest, or a question for its addresses, to an agent that answers
 * anything at any time. The first byte says which, and whether libvirt is between a
 * command and its agent; then see peer.h.
 */
#include "fuzz.h"
#include "peer.h"

#include "guest/address.h"
#include "guest/agent.h"

static int ended;

static void on_done(void *data, const char *error)
{
	MUST(data == &ended);
	ended++;
	MUST(!error || (*error && harmless(error)));
}

static void on_answer(void *data, struct json_object *answer, const char *error)
{
	struct in6_addr any;
	struct addresses addresses;

	MUST(!error || !answer);
	on_done(data, error);
	addresses_in(answer, &addresses);
	MUST(addresses.n <= ADDRESSES_MAX);
	for (size_t i = 0; i < addresses.n; i++)
		MUST(inet_pton(strchr(addresses.text[i], ':') ? AF_INET6 : AF_INET,
			       addresses.text[i], &any) == 1);
}

void peer_sent(struct json_object *command)
{
	struct json_object *execute;

	MUST(!ended);
	MUST(json_object_object_get_ex(command, "execute", &execute));
	MUST(!strncmp(json_object_get_string(execute), "guest-", 6));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char * const command[] = { "/bin/tell", "it's on AC", NULL };
	static uv_loop_t loop;

	if (!size)
		return 0;
	if (!loop.data)
		agents_open(&loop);
	loop.data = &loop;
	ended = 0;
	if (data[0] & 2)
		agent_ask(&peer_vm, "/run/agent.sock", "guest-network-get-interfaces", on_answer,
			  &ended);
	else
		agent_run(&peer_vm, data[0] & 1 ? NULL : "/run/agent.sock", command,
			  on_done, &ended);
	peer_play(data + 1, size - 1, NULL);
	agents_close();
	MUST(ended <= 1);
	peer_end();
	return 0;
}
