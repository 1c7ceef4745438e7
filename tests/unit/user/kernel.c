// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAMILY		40
#define GROUP_GPU	7
#define GROUP_POWER	8
#define GROUP_NOTIFY	9
#define SOCKETS		32
#define MESSAGES	16

struct kernel kernel;

/* What waits on a socket: bytes, or an errno. */
struct message {
	void *bytes;
	int n;
	int error;
};

static struct {
	struct nl_sock *sock;
	unsigned int groups;
	bool nonblocking;
	struct message messages[MESSAGES];
	size_t n;
} sockets[SOCKETS];

static size_t n_sockets;
/* Readable for ever: whoever waits looks at once. */
static int ready[2];
static size_t step;
static bool stepped;

/* ---- sockets ------------------------------------------------------------- */

static size_t find(const struct nl_sock *sock)
{
	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].sock == sock)
			return i;
	fail_msg("a socket that nobody connected");
	return 0;
}

static void queue(size_t i, const void *bytes, int n, int error)
{
	struct message *message = &sockets[i].messages[sockets[i].n++];

	assert_true(sockets[i].n <= MESSAGES);
	*message = (struct message){ .n = n, .error = error, .bytes = malloc(n + 1) };
	assert_non_null(message->bytes);
	if (n)
		memcpy(message->bytes, bytes, n);
}

static void queue_message(size_t i, struct nl_msg *msg)
{
	queue(i, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0);
	nlmsg_free(msg);
}

static void tell(unsigned int group, struct nl_msg *msg)
{
	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].groups & 1u << group)
			queue(i, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0);
	nlmsg_free(msg);
}

int nl_connect(struct nl_sock *sock, int protocol)
{
	assert_int_equal(protocol, NETLINK_GENERIC);
	assert_true(n_sockets < SOCKETS);
	/* A new one may have the address of one that is gone. */
	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].sock == sock)
			sockets[i].sock = NULL;
	memset(&sockets[n_sockets], 0, sizeof(*sockets));
	sockets[n_sockets++].sock = sock;
	return 0;
}

int nl_socket_get_fd(const struct nl_sock *sock)
{
	find(sock);
	return ready[0];
}

int nl_socket_set_nonblocking(const struct nl_sock *sock)
{
	sockets[find(sock)].nonblocking = true;
	return 0;
}

int nl_socket_set_buffer_size(struct nl_sock *sock, int receive, int send)
{
	(void)send;
	assert_true(receive >= 1 << 16);
	find(sock);
	return 0;
}

int nl_socket_add_membership(struct nl_sock *sock, int group)
{
	sockets[find(sock)].groups |= 1u << group;
	return 0;
}

static bool next_step(void)
{
	stepped = !stepped;
	if (!stepped)
		return false;
	if (step < 8 && kernel.later[step])
		kernel.later[step++]();
	else if (!kernel.endless)
		raise(SIGTERM);
	return true;
}

int nl_recv(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **buf,
	    struct ucred **creds)
{
	size_t i = find(sock);
	struct message first;

	(void)creds;
	memset(from, 0, sizeof(*from));
	while (!sockets[i].n) {
		if (!sockets[i].nonblocking)
			fail_msg("waits for an answer to nothing");
		if (!next_step())
			return -NLE_AGAIN;
	}
	first = sockets[i].messages[0];
	memmove(sockets[i].messages, sockets[i].messages + 1, --sockets[i].n * sizeof(first));
	if (first.error) {
		free(first.bytes);
		errno = first.error;
		return -NLE_NOMEM;
	}
	*buf = first.bytes;
	return first.n;
}

/* ---- answers ------------------------------------------------------------- */

static struct nl_msg *make(int seq, int family, int flags, __u8 cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(genlmsg_put(msg, 0, seq, family, 0, flags, cmd, kernel.version));
	return msg;
}

static void answer_done(size_t i, int seq)
{
	struct nl_msg *msg = nlmsg_alloc();
	int none = 0;

	nlmsg_put(msg, 0, seq, NLMSG_DONE, 0, NLM_F_MULTI);
	nlmsg_append(msg, &none, sizeof(none), NLMSG_ALIGNTO);
	queue_message(i, msg);
}

static void answer_error(size_t i, int seq, int error, const char *reason)
{
	struct nl_msg *msg = nlmsg_alloc();

	message_ack(msg, seq, error, reason);
	queue_message(i, msg);
}

/* libnl asks for an acknowledgment of everything. */
static void answer_with(size_t i, int seq, struct nl_msg *msg)
{
	queue_message(i, msg);
	answer_error(i, seq, 0, NULL);
}

static void put_group(struct nl_msg *msg, int number, const char *name, __u32 id)
{
	struct nlattr *group = nla_nest_start(msg, number);

	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, id);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, name);
	nla_nest_end(msg, group);
}

static struct nl_msg *family_message(int seq, __u8 cmd, bool controller)
{
	struct nl_msg *msg = make(seq, GENL_ID_CTRL, 0, cmd);
	struct nlattr *groups;

	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, controller ? GENL_ID_CTRL : FAMILY);
	nla_put_u32(msg, CTRL_ATTR_VERSION, controller ? 2 : kernel.version);
	if (!controller && kernel.without_groups)
		return msg;
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	if (controller) {
		put_group(msg, 1, "notify", GROUP_NOTIFY);
	} else {
		put_group(msg, 1, GPUPM_MCGRP_GPU, GROUP_GPU);
		put_group(msg, 2, GPUPM_MCGRP_POWER, GROUP_POWER);
	}
	nla_nest_end(msg, groups);
	return msg;
}

static void answer_family(size_t i, int seq, const struct genlmsghdr *header)
{
	const struct nlattr *name = nla_find(genlmsg_attrdata(header, 0), 64,
					     CTRL_ATTR_FAMILY_NAME);
	bool controller = !strcmp(nla_get_string((struct nlattr *)name), "nlctrl");

	if (controller || kernel.loaded)
		answer_with(i, seq, family_message(seq, CTRL_CMD_NEWFAMILY, controller));
	else
		answer_error(i, seq, -ENOENT, NULL);
}

static void answer_gpus(size_t i, int seq)
{
	for (size_t n = 0; n < kernel.n_gpus; n++) {
		struct gpu gpu = kernel.gpu;
		struct nl_msg *msg;

		if (n)
			strcpy(gpu.address, "0000:41:00.0");
		msg = message_gpu(&gpu, seq);
		if (kernel.interrupted) {
			nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP_INTR;
			kernel.interrupted--;
		}
		queue_message(i, msg);
	}
	answer_done(i, seq);
}

static void answer_wakes(size_t i, int seq)
{
	for (size_t n = 0; n < kernel.n_wakes; n++) {
		struct nl_msg *msg = make(seq, FAMILY, NLM_F_MULTI, GPUPM_CMD_WAKE_GET);
		const struct wake *wake = &kernel.wakes[n];

		nla_put_string(msg, GPUPM_A_WAKE_GPU, wake->gpu);
		nla_put_u64(msg, GPUPM_A_WAKE_AT_MS, wake->at_ms);
		nla_put_u32(msg, GPUPM_A_WAKE_FROM, wake->from);
		if (wake->pid) {
			nla_put_u32(msg, GPUPM_A_WAKE_PID, wake->pid);
			nla_put_string(msg, GPUPM_A_WAKE_COMM, wake->comm);
			nla_put_string(msg, GPUPM_A_WAKE_DEVICE, wake->device);
		}
		queue_message(i, msg);
	}
	answer_done(i, seq);
}

static void answer_change(size_t i, int seq, const struct genlmsghdr *header)
{
	const struct nlattr *policy = nla_find(genlmsg_attrdata(header, 0), 64,
					       GPUPM_A_GPU_POLICY);
	int error = kernel.refusal;

	if (!error && header->cmd == GPUPM_CMD_HOLD && kernel.hold)
		error = kernel.hold();
	if (!error && header->cmd == GPUPM_CMD_RELEASE && kernel.release)
		kernel.release();
	if (!error && header->cmd == GPUPM_CMD_GPU_SET)
		kernel.policy = nla_get_u32((struct nlattr *)policy);
	answer_error(i, seq, error, error ? kernel.reason : NULL);
}

static void answer(size_t i, const struct nlmsghdr *request)
{
	const struct genlmsghdr *header = nlmsg_data(request);
	int seq = request->nlmsg_seq;

	if (request->nlmsg_type == GENL_ID_CTRL)
		answer_family(i, seq, header);
	else if (!kernel.loaded)
		answer_error(i, seq, -ENOENT, NULL);
	else if (kernel.garbage)
		queue(i, request, NLMSG_HDRLEN + GENL_HDRLEN - 1, 0);
	else if (header->cmd == GPUPM_CMD_GPU_GET && request->nlmsg_flags & NLM_F_DUMP)
		answer_gpus(i, seq);
	else if (header->cmd == GPUPM_CMD_GPU_GET && kernel.n_gpus)
		answer_with(i, seq, message_gpu(&kernel.gpu, seq));
	else if (header->cmd == GPUPM_CMD_GPU_GET)
		answer_error(i, seq, -ENODEV, "no such GPU");
	else if (header->cmd == GPUPM_CMD_WAKE_GET)
		answer_wakes(i, seq);
	else if (header->cmd == GPUPM_CMD_POWER_GET)
		answer_with(i, seq, message_power(&kernel.power, seq, GPUPM_CMD_POWER_GET));
	else
		answer_change(i, seq, header);
}

int nl_send_auto(struct nl_sock *sock, struct nl_msg *msg)
{
	size_t i = find(sock);

	if (kernel.deaf) {
		errno = kernel.deaf;
		return -NLE_FAILURE;
	}
	nl_complete_msg(sock, msg);
	answer(i, nlmsg_hdr(msg));
	return nlmsg_hdr(msg)->nlmsg_len;
}

/* ---- what happens ------------------------------------------------------------ */

void kernel_tells(__u32 cause, __u32 state)
{
	struct nl_msg *msg = make(0, FAMILY, 0, GPUPM_CMD_GPU_NTF);

	nla_put_string(msg, GPUPM_A_EVENT_GPU, kernel.gpu.address);
	nla_put_u32(msg, GPUPM_A_EVENT_CAUSE, cause);
	nla_put_u32(msg, GPUPM_A_EVENT_STATE, state);
	nla_put_u32(msg, GPUPM_A_EVENT_PREVIOUS, kernel.gpu.state);
	nla_put_u32(msg, GPUPM_A_EVENT_POLICY, kernel.gpu.policy);
	nla_put_u64(msg, GPUPM_A_EVENT_AT_NS, 1000000000);
	kernel.gpu.state = state;
	tell(GROUP_GPU, msg);
}

void kernel_tells_power(void)
{
	kernel.power.serial++;
	tell(GROUP_POWER, message_power(&kernel.power, 0, GPUPM_CMD_POWER_NTF));
}

void kernel_unloads(void)
{
	kernel.loaded = false;
	tell(GROUP_NOTIFY, family_message(0, CTRL_CMD_DELFAMILY, false));
}

void kernel_loses(void)
{
	for (size_t i = 0; i < n_sockets; i++)
		if (sockets[i].groups)
			queue(i, NULL, 0, ENOBUFS);
}

void kernel_tells_nonsense(void)
{
	tell(GROUP_GPU, make(0, FAMILY, 0, GPUPM_CMD_GPU_NTF));
	tell(GROUP_POWER, make(0, FAMILY, 0, GPUPM_CMD_POWER_NTF));
}

void kernel_start(void)
{
	kernel = (struct kernel){ .loaded = true, .version = GPUPM_FAMILY_VERSION, .n_gpus = 1 };
	sample_gpu(&kernel.gpu);
	kernel.power = (struct host_power){ .serial = 1, .on_ac = GPUPM_ON_AC_YES, .n = 1 };
	supply_init(&kernel.power.supplies[0], "BAT0");
	kernel.power.supplies[0].type = GPUPM_SUPPLY_TYPE_BATTERY;
	kernel.power.supplies[0].capacity = 57;
	step = 0;
	stepped = false;
	assert_int_equal(pipe2(ready, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(write(ready[1], "", 1), 1);
}

void kernel_stop(void)
{
	for (size_t i = 0; i < n_sockets; i++)
		for (size_t j = 0; j < sockets[i].n; j++)
			free(sockets[i].messages[j].bytes);
	n_sockets = 0;
	gpu_free(&kernel.gpu);
	close(ready[0]);
	close(ready[1]);
}
