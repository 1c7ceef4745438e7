// SPDX-License-Identifier: GPL-2.0-only
/* nl-look N: what "gpupm status" asks the module, N times, each on a new socket. */
#include <linux/gpupm.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>

static int gpus;

static int count(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	gpus++;
	return NL_OK;
}

static int look(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int family, err;

	err = genl_connect(sock);
	family = err ? err : genl_ctrl_resolve(sock, GPUPM_FAMILY_NAME);
	if (family < 0)
		return family;
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, count, NULL);
	err = genl_send_simple(sock, family, GPUPM_CMD_GPU_GET, GPUPM_FAMILY_VERSION, NLM_F_DUMP);
	if (err >= 0)
		err = nl_recvmsgs_default(sock);
	nl_socket_free(sock);
	return err;
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 1, i, err;

	for (i = 0; i < times; i++) {
		err = look();
		if (err < 0) {
			fprintf(stderr, "look %d: %s\n", i + 1, nl_geterror(err));
			return 1;
		}
	}
	printf("%d looks, %d GPUs\n", times, gpus);
	return gpus < times;
}
