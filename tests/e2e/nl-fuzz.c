// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl-fuzz SEED MESSAGES GPU: sends the module messages that look like its protocol
 * and are wrong in one way or another, or right. The same seed makes the same
 * messages. Prints how many were answered with which error.
 *
 * What is right changes things when root says it: a policy, a hold. That takes
 * seconds, so it is rare.
 */
#define _GNU_SOURCE /* names of errors */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/gpupm.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM 2048
/* Sockets are replaced from time to time, holds and dumps in progress included. */
#define MESSAGES_PER_SOCKET 5000
#define LAST_COMMAND 24

struct message {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	__u8 room[ROOM];
};

static struct message msg;
static const char *gpu;
static __u16 family;
static int sock = -1;
static unsigned long results[256], parts;

/* xorshift64*: small, and the same everywhere. */
static __u64 state;

static __u64 some(__u64 below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((state * 0x2545f4914f6cdd1dULL) >> 11) % below;
}

static int once_in(__u64 times)
{
	return !some(times);
}

static void open_socket(void)
{
	int one = 1;

	if (sock >= 0)
		close(sock);
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (sock < 0) {
		perror("netlink socket");
		exit(1);
	}
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	if (once_in(2))
		setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	if (once_in(2))
		setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
}

static void take_family(const struct nlmsghdr *nlh)
{
	const __u8 *at = (const __u8 *)nlh + NLMSG_LENGTH(GENL_HDRLEN);
	const __u8 *end = (const __u8 *)nlh + nlh->nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < NLA_HDRLEN)
			return;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, attr + 1, sizeof(family));
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* Takes what has come. The module answers before send returns, but for dumps. */
static void drain(void)
{
	static union {
		struct nlmsghdr nlh;
		__u8 bytes[65536];
	} in;
	struct nlmsghdr *nlh;
	ssize_t n;
	int err;

	while ((n = recv(sock, &in, sizeof(in), 0)) != 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			results[errno & 255]++;
			continue;
		}
		for (nlh = &in.nlh; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
				results[-err & 255]++;
			} else if (nlh->nlmsg_type == GENL_ID_CTRL) {
				take_family(nlh);
			} else {
				parts++;
			}
		}
	}
}

static void send_message(size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(sock, &msg, len, 0, (void *)&kernel, sizeof(kernel)) < 0)
		results[errno & 255]++;
	drain();
}

static void begin(int type, int cmd, int flags)
{
	memset(&msg, 0, sizeof(msg));
	msg.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg.nlh.nlmsg_type = type;
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	msg.nlh.nlmsg_seq = some(1ULL << 32);
	msg.genl.cmd = cmd;
	msg.genl.version = GPUPM_FAMILY_VERSION;
}

static struct nlattr *put(int type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((__u8 *)&msg + msg.nlh.nlmsg_len);

	if (msg.nlh.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(msg))
		return NULL;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	msg.nlh.nlmsg_len += NLA_ALIGN(attr->nla_len);
	return attr;
}

static void find_family(void)
{
	begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put(CTRL_ATTR_FAMILY_NAME, GPUPM_FAMILY_NAME, sizeof(GPUPM_FAMILY_NAME));
	send_message(msg.nlh.nlmsg_len);
	if (!family) {
		fputs("there is no family " GPUPM_FAMILY_NAME "\n", stderr);
		exit(1);
	}
}

static void put_address(void)
{
	char text[64];
	size_t len;

	switch (some(6)) {
	case 0:
		len = some(sizeof(text));
		memset(text, "0:.f\n%"[some(6)], sizeof(text));
		/* Not terminated, most of the time. */
		put(GPUPM_A_GPU_ADDRESS, text, len);
		return;
	case 1:
		snprintf(text, sizeof(text), "%04x:%02x:%02x.%x", (unsigned int)some(65536),
			 (unsigned int)some(256), (unsigned int)some(32), (unsigned int)some(8));
		break;
	default:
		snprintf(text, sizeof(text), "%s", gpu);
		if (once_in(3))
			text[some(strlen(text))] ^= 1 << some(8);
	}
	put(GPUPM_A_GPU_ADDRESS, text, strlen(text) + 1);
}

static void put_number(int type)
{
	__u64 value = once_in(2) ? some(6) : some(~0ULL);
	static const unsigned char sizes[] = { 4, 4, 4, 4, 1, 2, 8, 0 };

	put(type, &value, sizes[some(sizeof(sizes))]);
}

static void put_junk(void)
{
	__u8 junk[256];
	size_t len = some(once_in(10) ? sizeof(junk) : 24), i;
	struct nlattr *attr;

	for (i = 0; i < len; i++)
		junk[i] = some(256);
	attr = put(once_in(4) ? some(65536) : some(20), junk, len);
	/* A length that is none. */
	if (attr && once_in(6))
		attr->nla_len = some(once_in(2) ? 65536 : 16);
	if (attr && once_in(6))
		attr->nla_type |= once_in(2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
}

static void put_attributes(void)
{
	unsigned int n = some(5);

	while (n--)
		switch (some(4)) {
		case 0:
		case 1:
			put_address();
			break;
		case 2:
			put_number(GPUPM_A_GPU_POLICY);
			break;
		default:
			put_junk();
		}
}

/* Whole and right; seldom one that takes long. */
static void right_message(void)
{
	static const unsigned char cheap[] = { GPUPM_CMD_GPU_GET, GPUPM_CMD_RELEASE,
					       GPUPM_CMD_WAKE_GET, GPUPM_CMD_POWER_GET };
	static const unsigned char dear[] = { GPUPM_CMD_GPU_SET, GPUPM_CMD_HOLD };
	int cmd = once_in(500) ? dear[some(2)] : cheap[some(4)];
	__u32 policy = some(GPUPM_POLICY_MAX + 1);

	begin(family, cmd, once_in(3) ? NLM_F_DUMP : once_in(2) ? NLM_F_ACK : 0);
	if (cmd != GPUPM_CMD_POWER_GET && !(msg.nlh.nlmsg_flags & NLM_F_ROOT))
		put(GPUPM_A_GPU_ADDRESS, gpu, strlen(gpu) + 1);
	if (cmd == GPUPM_CMD_GPU_SET)
		put(GPUPM_A_GPU_POLICY, &policy, sizeof(policy));
	send_message(msg.nlh.nlmsg_len);
}

static void wrong_message(void)
{
	size_t len;

	/* What would be right but for the attributes is right often enough above. */
	begin(family, some(LAST_COMMAND), once_in(2) ? some(65536) : NLM_F_ACK);
	if (once_in(4))
		msg.genl.version = some(256);
	if (once_in(8))
		msg.genl.reserved = some(65536);
	put_attributes();
	if (msg.genl.cmd == GPUPM_CMD_GPU_SET || msg.genl.cmd == GPUPM_CMD_HOLD)
		put_junk();
	len = msg.nlh.nlmsg_len;
	if (once_in(10))
		msg.nlh.nlmsg_len = some(once_in(2) ? 1ULL << 32 : 64);
	if (once_in(10))
		len = some(len + 1);
	if (once_in(50))
		((__u8 *)&msg)[some(len + 1)] ^= 1 << some(8);
	send_message(len);
}

int main(int argc, char **argv)
{
	unsigned long i, n;

	if (argc != 4) {
		fputs("usage: nl-fuzz SEED MESSAGES GPU\n", stderr);
		return 2;
	}
	state = strtoull(argv[1], NULL, 0) | 1;
	n = strtoul(argv[2], NULL, 0);
	gpu = argv[3];
	open_socket();
	find_family();
	for (i = 0; i < n; i++) {
		if (i % MESSAGES_PER_SOCKET == MESSAGES_PER_SOCKET - 1)
			open_socket();
		if (once_in(3))
			right_message();
		else
			wrong_message();
	}
	printf("%lu messages, %lu answers", n, parts);
	for (i = 0; i < 256; i++)
		if (results[i])
			printf(", %s %lu", i ? strerrorname_np(i) : "none", results[i]);
	puts("");
	return 0;
}
