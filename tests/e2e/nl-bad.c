// SPDX-License-Identifier: GPL-2.0-only
/*
 * nl-bad ADDRESS: sends the module what no tool would send, and prints for each
 * what it answered: "NAME: ERRNO MESSAGE". Nothing here may change anything, but
 * for "hold" and "release", which undo each other.
 *
 * It writes netlink messages byte by byte, for a library would not send these.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/gpupm.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	__u8 room[512];
};

static int sock;
static __u16 family = GENL_ID_CTRL;
static struct message msg;

static void begin(int cmd, int flags)
{
	memset(&msg, 0, sizeof(msg));
	msg.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg.nlh.nlmsg_type = family;
	msg.nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	msg.nlh.nlmsg_seq++;
	msg.genl.cmd = cmd;
	msg.genl.version = GPUPM_FAMILY_VERSION;
}

static void put_bytes(const void *data, size_t len)
{
	memcpy((__u8 *)&msg + msg.nlh.nlmsg_len, data, len);
	msg.nlh.nlmsg_len += len;
}

static struct nlattr *put(int type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((__u8 *)&msg + msg.nlh.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	msg.nlh.nlmsg_len += NLA_ALIGN(attr->nla_len);
	return attr;
}

static struct nlattr *put_text(int type, const char *text)
{
	return put(type, text, strlen(text) + 1);
}

static struct nlattr *put_u32(int type, __u32 value)
{
	return put(type, &value, sizeof(value));
}

static void attributes(const struct nlmsghdr *nlh, size_t skip, const char **text, __u16 *id)
{
	const __u8 *at = (const __u8 *)nlh + skip;
	const __u8 *end = (const __u8 *)nlh + nlh->nlmsg_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < NLA_HDRLEN)
			return;
		if (text && attr->nla_type == NLMSGERR_ATTR_MSG)
			*text = (const char *)(attr + 1);
		if (id && attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(id, attr + 1, sizeof(*id));
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* Takes answers until the one that ends it. Returns its errno, 0 or negative. */
static int answer(const char **text, int *parts)
{
	static union {
		struct nlmsghdr nlh;
		__u8 bytes[32768];
	} in;
	struct nlmsghdr *nlh;
	size_t skip;
	ssize_t n;
	int err;

	*text = "";
	*parts = 0;
	for (;;) {
		n = recv(sock, &in, sizeof(in), 0);
		if (n < 0)
			return errno == EAGAIN ? -ETIME : -errno;
		for (nlh = &in.nlh; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
				memcpy(&err, NLMSG_DATA(nlh), sizeof(err));
				skip = nlh->nlmsg_type == NLMSG_DONE ? sizeof(err) :
								       sizeof(struct nlmsgerr);
				if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
					attributes(nlh, NLMSG_LENGTH(skip), text, NULL);
				return err;
			}
			if (nlh->nlmsg_type == GENL_ID_CTRL)
				attributes(nlh, NLMSG_LENGTH(GENL_HDRLEN), NULL, &family);
			++*parts;
		}
	}
}

static void send_raw(const void *data, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(sock, data, len, 0, (void *)&kernel, sizeof(kernel)) < 0) {
		perror("sendto");
		exit(1);
	}
}

static int ask(const char *name)
{
	const char *text;
	int err, parts;

	send_raw(&msg, msg.nlh.nlmsg_len);
	err = answer(&text, &parts);
	if (name)
		printf("%s: %d %s\n", name, -err, err || !parts ? text : "an answer");
	return err;
}

static void open_socket(void)
{
	const struct timeval patience = { .tv_sec = 30 };
	int one = 1;

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))) {
		perror("netlink socket");
		exit(1);
	}
}

static void find_family(void)
{
	begin(CTRL_CMD_GETFAMILY, NLM_F_ACK);
	put_text(CTRL_ATTR_FAMILY_NAME, GPUPM_FAMILY_NAME);
	if (ask(NULL)) {
		fputs("there is no family " GPUPM_FAMILY_NAME "\n", stderr);
		exit(1);
	}
}

static void bad_headers(const char *gpu)
{
	struct nlmsghdr nlh = { .nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = family,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK };
	const char *text;
	int err, parts, i;
	static const struct {
		const char *name;
		int cmd;
	} unknown[] = {
		{ "command-0", 0 }, { "command-ntf", GPUPM_CMD_GPU_NTF }, { "command-99", 99 },
		{ "wake-get-do", GPUPM_CMD_WAKE_GET }, { "command-power-ntf", GPUPM_CMD_POWER_NTF },
	};

	send_raw(&nlh, sizeof(nlh));
	err = answer(&text, &parts);
	printf("no-genl-header: %d %s\n", -err, text);

	for (i = 0; i < 5; i++) {
		begin(unknown[i].cmd, NLM_F_ACK);
		put_text(GPUPM_A_GPU_ADDRESS, gpu);
		ask(unknown[i].name);
	}
	begin(GPUPM_CMD_GPU_SET, NLM_F_DUMP);
	ask("set-dump");

	begin(GPUPM_CMD_GPU_GET, NLM_F_ACK);
	msg.genl.reserved = 1;
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	ask("reserved-set");

	begin(GPUPM_CMD_GPU_GET, NLM_F_ACK);
	msg.genl.version = 99;
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	ask("version-99");
}

static void bad_addresses(int cmd, const char *name, const char *gpu)
{
	char what[64], text[300];
	struct nlattr *attr;

#define CASE(suffix) (snprintf(what, sizeof(what), "%s-%s", name, suffix), ask(what))
	begin(cmd, NLM_F_ACK);
	CASE("missing");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, "0000:7f:1f.7");
	CASE("no-such");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, "");
	CASE("empty");

	begin(cmd, NLM_F_ACK);
	put(GPUPM_A_GPU_ADDRESS, "", 0);
	CASE("no-bytes");

	begin(cmd, NLM_F_ACK);
	put(GPUPM_A_GPU_ADDRESS, gpu, strlen(gpu));
	CASE("unterminated");

	memset(text, 'a', sizeof(text));
	begin(cmd, NLM_F_ACK);
	put(GPUPM_A_GPU_ADDRESS, text, sizeof(text));
	CASE("long");

	begin(cmd, NLM_F_ACK);
	put_u32(GPUPM_A_GPU_ADDRESS, 0x01010101);
	CASE("a-number");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS | NLA_F_NESTED, gpu);
	CASE("nested");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	put_u32(99, 1);
	CASE("unknown-attribute");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	put_u32(GPUPM_A_GPU_STATE, 0);
	CASE("other-attribute");

	begin(cmd, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	put_bytes("\1\2\3", 3);
	CASE("leftover");

	begin(cmd, NLM_F_ACK);
	attr = put_text(GPUPM_A_GPU_ADDRESS, gpu);
	attr->nla_len = 200;
	CASE("attribute-past-end");

	begin(cmd, NLM_F_ACK);
	attr = put_text(GPUPM_A_GPU_ADDRESS, gpu);
	attr->nla_len = 2;
	CASE("attribute-too-short");
#undef CASE
}

static void bad_policies(const char *gpu)
{
	static const struct {
		const char *name;
		int type;
		size_t len;
		__u64 value;
	} bad[] = {
		{ "policy-3", GPUPM_A_GPU_POLICY, 4, 3 },
		{ "policy-max", GPUPM_A_GPU_POLICY, 4, ~0u },
		{ "policy-u8", GPUPM_A_GPU_POLICY, 1, 1 },
		{ "policy-u16", GPUPM_A_GPU_POLICY, 2, 1 },
		{ "policy-u64", GPUPM_A_GPU_POLICY, 8, 1 },
		{ "policy-no-bytes", GPUPM_A_GPU_POLICY, 0, 1 },
		{ "policy-nested", GPUPM_A_GPU_POLICY | NLA_F_NESTED, 4, 1 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		begin(GPUPM_CMD_GPU_SET, NLM_F_ACK);
		put_text(GPUPM_A_GPU_ADDRESS, gpu);
		put(bad[i].type, &bad[i].value, bad[i].len);
		ask(bad[i].name);
	}
	begin(GPUPM_CMD_GPU_SET, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	ask("set-nothing");
	begin(GPUPM_CMD_GPU_SET, NLM_F_ACK);
	put_u32(GPUPM_A_GPU_POLICY, GPUPM_POLICY_WARM);
	ask("set-nobody");
	begin(GPUPM_CMD_GPU_SET, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, "0000:7f:1f.7");
	put_u32(GPUPM_A_GPU_POLICY, GPUPM_POLICY_WARM);
	ask("set-no-such");
	begin(GPUPM_CMD_HOLD, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	put_u32(GPUPM_A_GPU_POLICY, GPUPM_POLICY_WARM);
	ask("hold-with-policy");
}

static void bad_dumps(const char *gpu)
{
	begin(GPUPM_CMD_GPU_GET, NLM_F_DUMP);
	ask("dump");
	begin(GPUPM_CMD_GPU_GET, NLM_F_DUMP);
	put_u32(99, 1);
	ask("dump-unknown-attribute");
	begin(GPUPM_CMD_GPU_GET, NLM_F_DUMP);
	put(GPUPM_A_GPU_ADDRESS, gpu, strlen(gpu));
	ask("dump-unterminated");
	begin(GPUPM_CMD_WAKE_GET, NLM_F_DUMP);
	put_text(GPUPM_A_WAKE_GPU, "0000:7f:1f.7");
	ask("wakes-no-such");
	begin(GPUPM_CMD_WAKE_GET, NLM_F_DUMP);
	put(GPUPM_A_WAKE_GPU, gpu, strlen(gpu));
	ask("wakes-unterminated");
	begin(GPUPM_CMD_WAKE_GET, NLM_F_DUMP);
	put_text(GPUPM_A_WAKE_GPU, gpu);
	put_u32(GPUPM_A_WAKE_PID, 1);
	ask("wakes-other-attribute");
}

static void bad_power(const char *gpu)
{
	begin(GPUPM_CMD_POWER_GET, NLM_F_ACK);
	ask("power");
	begin(GPUPM_CMD_POWER_GET, NLM_F_DUMP);
	ask("power-dump");
	begin(GPUPM_CMD_POWER_GET, NLM_F_ACK);
	put_u32(99, 1);
	ask("power-unknown-attribute");
	begin(GPUPM_CMD_POWER_GET, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, gpu);
	ask("power-other-attribute");
	begin(GPUPM_CMD_POWER_GET, NLM_F_ACK);
	put_bytes("\1\2\3", 3);
	ask("power-leftover");
}

static void holds(const char *gpu)
{
	static const struct {
		const char *name;
		int cmd;
	} steps[] = {
		{ "release-first", GPUPM_CMD_RELEASE },	  { "hold", GPUPM_CMD_HOLD },
		{ "hold-twice", GPUPM_CMD_HOLD },	  { "release", GPUPM_CMD_RELEASE },
		{ "release-twice", GPUPM_CMD_RELEASE },
	};
	int i;

	for (i = 0; i < 5; i++) {
		begin(steps[i].cmd, NLM_F_ACK);
		put_text(GPUPM_A_GPU_ADDRESS, gpu);
		ask(steps[i].name);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: nl-bad ADDRESS\n", stderr);
		return 2;
	}
	open_socket();
	find_family();
	bad_headers(argv[1]);
	bad_addresses(GPUPM_CMD_GPU_GET, "get", argv[1]);
	bad_addresses(GPUPM_CMD_HOLD, "hold", argv[1]);
	bad_addresses(GPUPM_CMD_RELEASE, "release", argv[1]);
	bad_policies(argv[1]);
	bad_dumps(argv[1]);
	bad_power(argv[1]);
	holds(argv[1]);
	begin(GPUPM_CMD_GPU_GET, NLM_F_ACK);
	put_text(GPUPM_A_GPU_ADDRESS, argv[1]);
	ask("good");
	close(sock);
	return 0;
}
