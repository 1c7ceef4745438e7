// SPDX-License-Identifier: GPL-2.0-only
/* What the module sends: good, short, long, missing, wrongly nested, too new. */
#include "unit.h"

#include "client/event.h"
#include "client/family.h"
#include "client/wake.h"

#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_gpu(struct gpu *gpu, struct nl_msg *msg, struct malformed *m)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(msg));

	memset(gpu, 0, sizeof(*gpu));
	memset(m, 0, sizeof(*m));
	return gpu_read(gpu, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), m);
}

static void test_gpu_good(void **state)
{
	struct gpu sent, got;
	struct malformed m;
	struct nl_msg *msg;

	(void)state;
	sample_gpu(&sent);
	sent.state = GPUPM_STATE_IN_USE;
	sent.user = (struct gpu_user){ .pid = 4242, .comm = "qemu-system-x86" };
	sent.blocker = (struct gpu_blocker){ GPUPM_BLOCKER_DRIVER, "0000:01:00.1" };
	sent.functions[0].open = true;
	memset(sent.functions[1].driver, 0, NAME_SIZE);
	sent.holds = 3;
	sent.failures = 7;
	sent.wakes = 1ULL << 40;
	msg = message_gpu(&sent, 1);
	assert_int_equal(read_gpu(&got, msg, &m), 0);

	assert_string_equal(got.address, "0000:01:00.0");
	assert_int_equal(got.state, GPUPM_STATE_IN_USE);
	assert_int_equal(got.since_ms, 7980000);
	assert_int_equal(got.policy, GPUPM_POLICY_AUTO);
	assert_int_equal(got.holds, 3);
	assert_int_equal(got.user.pid, 4242);
	assert_string_equal(got.user.comm, "qemu-system-x86");
	assert_int_equal(got.blocker.reason, GPUPM_BLOCKER_DRIVER);
	assert_string_equal(got.blocker.device, "0000:01:00.1");
	assert_int_equal(got.n_functions, 2);
	assert_memory_equal(got.functions, sent.functions, 2 * sizeof(*sent.functions));
	assert_int_equal(got.n_ports, 1);
	assert_memory_equal(got.ports, sent.ports, sizeof(*sent.ports));
	assert_memory_equal(got.time_ms, sent.time_ms, sizeof(sent.time_ms));
	assert_int_equal(got.opens, 4);
	assert_int_equal(got.power_cuts, 5);
	assert_int_equal(got.wakes, 1ULL << 40);
	assert_int_equal(got.failures, 7);

	assert_ptr_equal(gpu_function(&got, "0000:01:00.1"), &got.functions[1]);
	assert_null(gpu_function(&got, "0000:01:00.2"));
	assert_ptr_equal(gpu_root_port(&got), &got.ports[0]);
	assert_ptr_equal(gpu_port(&got, "0000:00:01.0"), &got.ports[0]);
	assert_null(gpu_port(&got, ""));
	nlmsg_free(msg);
	gpu_free(&got);
	gpu_free(&sent);
}

static void test_gpu_newer_module(void **state)
{
	struct gpu sent, got;
	struct nl_msg *msg;
	struct malformed m;

	(void)state;
	sample_gpu(&sent);
	sent.state = 99;
	msg = message_gpu(&sent, 1);
	nla_put_string(msg, 60, "an attribute from later");
	nla_put_u32(msg, 200, 1);
	assert_int_equal(read_gpu(&got, msg, &m), 0);
	assert_int_equal(got.state, 99);
	nlmsg_free(msg);
	gpu_free(&got);
	gpu_free(&sent);
}

/* Copy a message without attribute @type, or with another payload for it. */
static struct nl_msg *with(struct nl_msg *from, int type, const void *data, int len)
{
	struct genlmsghdr *header = nlmsg_data(nlmsg_hdr(from));
	struct nl_msg *msg = nlmsg_alloc();
	const struct nlattr *attr;
	bool done = false;
	int rem;

	genlmsg_put(msg, 0, 1, 40, 0, 0, GPUPM_CMD_GPU_GET, 1);
	nla_for_each_attr(attr, genlmsg_attrdata(header, 0), genlmsg_attrlen(header, 0), rem) {
		if (nla_type(attr) != type) {
			nla_put(msg, attr->nla_type, nla_len(attr), nla_data(attr));
		} else if (data && !done) {
			nla_put(msg, type, len, data);
			done = true;
		}
	}
	return msg;
}

static void check_refused(struct nl_msg *good, int type, const void *data, int len)
{
	struct nl_msg *msg = with(good, type, data, len);
	struct malformed m;
	struct gpu gpu;

	assert_int_equal(read_gpu(&gpu, msg, &m), -EBADMSG);
	assert_string_not_equal(m.text, "");
	gpu_free(&gpu);
	nlmsg_free(msg);
}

static void test_gpu_missing(void **state)
{
	static const int required[] = {
		GPUPM_A_GPU_ADDRESS, GPUPM_A_GPU_STATE, GPUPM_A_GPU_SINCE_MS, GPUPM_A_GPU_POLICY,
		GPUPM_A_GPU_HOLDS, GPUPM_A_GPU_FUNCTION, GPUPM_A_GPU_TIME, GPUPM_A_GPU_OPENS,
		GPUPM_A_GPU_POWER_CUTS, GPUPM_A_GPU_WAKES, GPUPM_A_GPU_FAILURES,
	};
	struct malformed m;
	struct nl_msg *msg, *empty;
	struct gpu gpu, got;

	(void)state;
	sample_gpu(&gpu);
	msg = message_gpu(&gpu, 1);
	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++)
		check_refused(msg, required[i], NULL, 0);

	empty = with(msg, GPUPM_A_GPU_STATE, NULL, 0);
	assert_int_equal(read_gpu(&got, empty, &m), -EBADMSG);
	assert_string_equal(m.text, "attribute 3 of a GPU is missing");
	gpu_free(&got);
	nlmsg_free(empty);

	/* Ports may be missing: a GPU can sit on the root complex itself. */
	empty = with(msg, GPUPM_A_GPU_PORT, NULL, 0);
	assert_int_equal(read_gpu(&got, empty, &m), 0);
	assert_null(gpu_root_port(&got));
	gpu_free(&got);
	nlmsg_free(empty);
	nlmsg_free(msg);
	gpu_free(&gpu);
}

static void test_gpu_wrong_shape(void **state)
{
	static const char zeros[600] = "";
	char unended[12], inner[64] = "";
	struct nlattr *attr = (struct nlattr *)inner;
	struct nl_msg *msg;
	struct gpu gpu;

	(void)state;
	sample_gpu(&gpu);
	gpu.user.pid = 1;
	gpu.blocker.reason = 1;
	msg = message_gpu(&gpu, 1);

	/* Numbers of another size. */
	for (int len = 0; len < 16; len++) {
		if (len != 4) {
			check_refused(msg, GPUPM_A_GPU_STATE, zeros, len);
			check_refused(msg, GPUPM_A_GPU_POLICY, zeros, len);
		}
		if (len != 8)
			check_refused(msg, GPUPM_A_GPU_OPENS, zeros, len);
	}
	/* Strings without an end, with something behind it, empty, and too long. */
	memset(unended, 'x', sizeof(unended));
	check_refused(msg, GPUPM_A_GPU_ADDRESS, unended, sizeof(unended));
	check_refused(msg, GPUPM_A_GPU_ADDRESS, "01:00.0\0hidden", 15);
	check_refused(msg, GPUPM_A_GPU_ADDRESS, "", 0);
	check_refused(msg, GPUPM_A_GPU_ADDRESS, "0000000000000000000000000000:01:00.0", 37);
	/* Nests that are strings, numbers, empty, or end in the middle. */
	check_refused(msg, GPUPM_A_GPU_FUNCTION, "no nest at all", 15);
	check_refused(msg, GPUPM_A_GPU_FUNCTION, zeros, 4);
	check_refused(msg, GPUPM_A_GPU_FUNCTION, "", 0);
	check_refused(msg, GPUPM_A_GPU_TIME, zeros, sizeof(zeros));
	check_refused(msg, GPUPM_A_GPU_USER, "", 0);
	check_refused(msg, GPUPM_A_GPU_BLOCKER, zeros, 2);
	attr->nla_type = GPUPM_A_BLOCKER_REASON;
	attr->nla_len = 60;
	check_refused(msg, GPUPM_A_GPU_BLOCKER, inner, 20);
	attr->nla_len = NLA_HDRLEN + 2;
	check_refused(msg, GPUPM_A_GPU_BLOCKER, inner, NLA_HDRLEN + 4);
	nlmsg_free(msg);
	gpu_free(&gpu);
}

static int add_gpu(void *arg, const struct nlattr *head, int len, struct malformed *m)
{
	return gpu_list_add(arg, head, len, m);
}

/* Two GPUs, then the end of the dump, in one buffer. */
static size_t make_dump(unsigned char *buf, const struct gpu *gpu, int flags)
{
	struct nlmsghdr done = {
		.nlmsg_len = NLMSG_LENGTH(sizeof(int)), .nlmsg_type = NLMSG_DONE,
		.nlmsg_flags = NLM_F_MULTI | flags, .nlmsg_seq = 7,
	};
	struct nl_msg *msg = message_gpu(gpu, 7);
	size_t one = NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len);

	memset(buf, 0, 8192);
	memcpy(buf, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	memcpy(buf + one, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	memcpy(buf + 2 * one, &done, sizeof(done));
	nlmsg_free(msg);
	return 2 * one + NLMSG_SPACE(sizeof(int));
}

static void test_dump(void **state)
{
	unsigned char buf[8192];
	struct gpu_list list = {};
	struct reply reply = { .family = 40, .seq = 7, .each = add_gpu, .arg = &list };
	struct gpu gpu;
	size_t len;

	(void)state;
	sample_gpu(&gpu);
	len = make_dump(buf, &gpu, 0);
	assert_int_equal(reply_feed(&reply, buf, len), 1);
	assert_int_equal(list.n, 2);
	assert_false(reply.interrupted);
	gpu_list_free(&list);

	/* The end in a buffer of its own. */
	assert_int_equal(reply_feed(&reply, buf, len - NLMSG_SPACE(sizeof(int))), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(reply_feed(&reply, buf + len - NLMSG_SPACE(sizeof(int)),
				    NLMSG_SPACE(sizeof(int))), 1);
	gpu_list_free(&list);

	len = make_dump(buf, &gpu, NLM_F_DUMP_INTR);
	assert_int_equal(reply_feed(&reply, buf, len), 1);
	assert_true(reply.interrupted);
	gpu_list_free(&list);

	/* An answer to somebody else's question is not ours. */
	reply.seq = 8;
	reply.interrupted = false;
	assert_int_equal(reply_feed(&reply, buf, len), 0);
	assert_int_equal(list.n, 0);
	assert_false(reply.interrupted);
	gpu_free(&gpu);
}

/* Every cut and every flipped bit: an error or an answer, but never a crash. */
static void test_dump_damaged(void **state)
{
	unsigned char buf[8192], copy[8192], *exact;
	struct gpu_list list = {};
	struct reply reply = { .family = 40, .seq = 7, .each = add_gpu, .arg = &list };
	struct gpu gpu;
	size_t len;

	(void)state;
	sample_gpu(&gpu);
	gpu.user = (struct gpu_user){ .pid = 1, .comm = "qemu" };
	gpu.blocker = (struct gpu_blocker){ 2, "0000:01:00.1" };
	len = make_dump(buf, &gpu, 0);
	for (size_t cut = 0; cut < len; cut++) {
		/* Of exactly that size, so that reading past its end is caught. */
		exact = malloc(cut + 1);
		memcpy(exact, buf, cut);
		assert_true(reply_feed(&reply, exact, cut) <= 1);
		free(exact);
		gpu_list_free(&list);
	}
	for (size_t bit = 0; bit < len * 8; bit++) {
		exact = malloc(len);
		memcpy(exact, buf, len);
		exact[bit / 8] ^= 1 << bit % 8;
		reply_feed(&reply, exact, len);
		free(exact);
		gpu_list_free(&list);
	}
	memset(copy, 0xff, sizeof(copy));
	assert_int_equal(reply_feed(&reply, copy, sizeof(copy)), -EBADMSG);
	assert_string_not_equal(reply.malformed.text, "");
	gpu_free(&gpu);
}

static int feed_ack(struct reply *reply, int error, const char *extack)
{
	struct nl_msg *msg = nlmsg_alloc();
	int result;

	*reply = (struct reply){ .family = 40, .seq = 7 };
	message_ack(msg, 7, error, extack);
	result = reply_feed(reply, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
	return result;
}

static void test_refusal(void **state)
{
	struct nlmsgerr payload = { .error = -EIO, .msg.nlmsg_len = NLMSG_HDRLEN + 21 };
	struct nl_msg *msg = nlmsg_alloc();
	static const char request[24] = "";
	struct reply reply;

	(void)state;
	assert_int_equal(feed_ack(&reply, 0, NULL), 1);
	assert_int_equal(feed_ack(&reply, -EIO, NULL), -EIO);
	assert_string_equal(reply.extack, "");
	assert_int_equal(feed_ack(&reply, -EUSERS, "too many holds"), -EUSERS);
	assert_string_equal(reply.extack, "too many holds");
	/* An error cannot be positive. */
	assert_int_equal(feed_ack(&reply, 5, NULL), -EBADMSG);

	/* With the request quoted between the code and the message. */
	reply = (struct reply){ .family = 40, .seq = 7 };
	nlmsg_put(msg, 0, 7, NLMSG_ERROR, 0, NLM_F_ACK_TLVS);
	nlmsg_append(msg, &payload, sizeof(payload), NLMSG_ALIGNTO);
	nlmsg_append(msg, (void *)request, sizeof(request), NLMSG_ALIGNTO);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "it did not answer");
	assert_int_equal(reply_feed(&reply, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len), -EIO);
	assert_string_equal(reply.extack, "it did not answer");
	nlmsg_free(msg);
}

static void test_dump_refused(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct reply reply = { .family = 40, .seq = 7 };
	int error = -ENODEV;

	(void)state;
	nlmsg_put(msg, 0, 7, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(msg, &error, sizeof(error), NLMSG_ALIGNTO);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "no such GPU");
	assert_int_equal(reply_feed(&reply, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len), -ENODEV);
	assert_string_equal(reply.extack, "no such GPU");
	nlmsg_free(msg);
}

static void test_event(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct genlmsghdr *header = genlmsg_put(msg, 0, 0, 40, 0, 0, GPUPM_CMD_GPU_NTF, 1);
	struct malformed m = {};
	struct event event;

	(void)state;
	header = nlmsg_data(nlmsg_hdr(msg));
	nla_put_string(msg, GPUPM_A_EVENT_GPU, "0000:01:00.0");
	nla_put_u32(msg, GPUPM_A_EVENT_CAUSE, GPUPM_CAUSE_OPENED);
	nla_put_u32(msg, GPUPM_A_EVENT_STATE, GPUPM_STATE_IN_USE);
	nla_put_u32(msg, GPUPM_A_EVENT_PREVIOUS, GPUPM_STATE_AWAKE);
	nla_put_u32(msg, GPUPM_A_EVENT_POLICY, GPUPM_POLICY_WARM);
	assert_int_equal(event_read(&event, genlmsg_attrdata(header, 0),
				    genlmsg_attrlen(nlmsg_data(nlmsg_hdr(msg)), 0), &m), -EBADMSG);
	assert_string_equal(m.text, "attribute 7 of an event is missing");

	nla_put_u64(msg, GPUPM_A_EVENT_AT_NS, 123456789012345ULL);
	nla_put_u32(msg, GPUPM_A_EVENT_PID, 42);
	nla_put_string(msg, GPUPM_A_EVENT_COMM, "qemu");
	nla_put_string(msg, GPUPM_A_EVENT_DEVICE, "0000:01:00.1");
	assert_int_equal(event_read(&event, genlmsg_attrdata(header, 0),
				    genlmsg_attrlen(nlmsg_data(nlmsg_hdr(msg)), 0), &m), 0);
	assert_string_equal(event.gpu, "0000:01:00.0");
	assert_int_equal(event.cause, GPUPM_CAUSE_OPENED);
	assert_int_equal(event.state, GPUPM_STATE_IN_USE);
	assert_int_equal(event.previous, GPUPM_STATE_AWAKE);
	assert_int_equal(event.policy, GPUPM_POLICY_WARM);
	assert_int_equal(event.at_ns, 123456789012345ULL);
	assert_int_equal(event.pid, 42);
	assert_string_equal(event.comm, "qemu");
	assert_string_equal(event.device, "0000:01:00.1");
	nlmsg_free(msg);
}

static void test_wake(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct wake_list list = {};
	struct malformed m = {};
	struct genlmsghdr *header;

	(void)state;
	genlmsg_put(msg, 0, 0, 40, 0, 0, GPUPM_CMD_WAKE_GET, 1);
	header = nlmsg_data(nlmsg_hdr(msg));
	nla_put_string(msg, GPUPM_A_WAKE_GPU, "0000:01:00.0");
	nla_put_u64(msg, GPUPM_A_WAKE_AT_MS, 1700000000123ULL);
	nla_put_u32(msg, GPUPM_A_WAKE_FROM, GPUPM_STATE_IDLE);
	assert_int_equal(wake_list_add(&list, genlmsg_attrdata(header, 0),
				       genlmsg_attrlen(header, 0), &m), 0);
	nla_put_string(msg, GPUPM_A_WAKE_DEVICE, "0000:00:01.0");
	nla_put_u32(msg, GPUPM_A_WAKE_PID, 99);
	nla_put_string(msg, GPUPM_A_WAKE_COMM, "lspci");
	assert_int_equal(wake_list_add(&list, genlmsg_attrdata(header, 0),
				       genlmsg_attrlen(header, 0), &m), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.wakes[0].pid, 0);
	assert_string_equal(list.wakes[0].comm, "");
	assert_string_equal(list.wakes[0].device, "");
	assert_int_equal(list.wakes[1].at_ms, 1700000000123ULL);
	assert_int_equal(list.wakes[1].from, GPUPM_STATE_IDLE);
	assert_string_equal(list.wakes[1].device, "0000:00:01.0");
	assert_int_equal(list.wakes[1].pid, 99);
	assert_string_equal(list.wakes[1].comm, "lspci");
	wake_list_free(&list);
	nlmsg_free(msg);
}

static void test_family(void **state)
{
	struct family family = { .groups = { { "gpu", 0 }, { "power", 0 } } };
	struct nl_msg *msg = nlmsg_alloc();
	static const char * const groups[] = { "other", "gpu" };
	struct nlattr *list, *group;
	struct genlmsghdr *header;
	struct malformed m = {};

	(void)state;
	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_NEWFAMILY, 2);
	header = nlmsg_data(nlmsg_hdr(msg));
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, 40);
	assert_int_equal(family_read(&family, genlmsg_attrdata(header, 0),
				     genlmsg_attrlen(header, 0), &m), -EBADMSG);
	nla_put_u32(msg, CTRL_ATTR_VERSION, 3);
	list = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	for (int i = 0; i < 2; i++) {
		group = nla_nest_start(msg, i + 1);
		nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, groups[i]);
		nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, 70 + i);
		nla_nest_end(msg, group);
	}
	nla_nest_end(msg, list);
	assert_int_equal(family_read(&family, genlmsg_attrdata(header, 0),
				     genlmsg_attrlen(header, 0), &m), 0);
	assert_int_equal(family.id, 40);
	assert_int_equal(family.version, 3);
	assert_int_equal(family.groups[0].id, 71);
	assert_int_equal(family.groups[1].id, 0);
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gpu_good),
		cmocka_unit_test(test_gpu_newer_module),
		cmocka_unit_test(test_gpu_missing),
		cmocka_unit_test(test_gpu_wrong_shape),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_dump_damaged),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_dump_refused),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
