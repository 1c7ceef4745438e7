// SPDX-License-Identifier: GPL-2.0-only
/* Forwards as they are written, and the addresses that guests are found at. */
#include "unit.h"

#include "forward/rule.h"
#include "guest/address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *text, struct forward **forwards, size_t *n, char **error)
{
	size_t size;
	FILE *out = open_memstream(error, &size);
	int err;

	assert_non_null(out);
	err = forwards_parse(text, forwards, n, out);
	fclose(out);
	assert_int_equal(!err, !**error);
	assert_int_equal(!err, !!*forwards);
	return err;
}

/* What is written, and the one way in which it is written again. */
static void assert_forwards(const char *text, const char *want)
{
	char buf[FORWARD_SIZE], all[1024] = "", *error;
	struct forward *forwards, *again;
	size_t n, one;

	if (parse(text, &forwards, &n, &error))
		fail_msg("%s: %s", text, error);
	free(error);
	for (size_t i = 0; i < n; i++) {
		strcat(all, i ? " " : "");
		strcat(all, forward_text(buf, &forwards[i]));
		assert_int_equal(parse(buf, &again, &one, &error), 0);
		assert_int_equal(one, 1);
		assert_memory_equal(again, &forwards[i], sizeof(*again));
		free(error);
		free(again);
	}
	assert_string_equal(all, want);
	free(forwards);
}

static void assert_mistake(const char *text, const char *want)
{
	struct forward *forwards;
	char *error;
	size_t n;

	assert_int_equal(parse(text, &forwards, &n, &error), -EINVAL);
	if (!strstr(error, want) || strpbrk(error, "\n\033"))
		fail_msg("%s: not '%s' but '%s'", text, want, error);
	free(error);
}

static void test_forms(void **state)
{
	(void)state;
	assert_forwards("13389:3389", "13389:3389");
	assert_forwards(" 1:65535 ,\t2:2", "1:65535 2:2");
	assert_forwards("127.0.0.1:13389:3389", "127.0.0.1:13389:3389");
	assert_forwards("13389:192.168.122.50:3389", "13389:192.168.122.50:3389");
	assert_forwards("0.0.0.0:1:10.0.0.1:2", "0.0.0.0:1:10.0.0.1:2");
	assert_forwards("[::1]:1:[FD00:0:0::5]:2", "[::1]:1:[fd00::5]:2");
	assert_forwards("0013:3", "13:3");
	/* The longest. */
	assert_forwards("[1111:2222:3333:4444:5555:6666:7777:8888]:12345:[1111:2222:3333:4444:5555:6666:7777:8889]:12345",
			"[1111:2222:3333:4444:5555:6666:7777:8888]:12345:[1111:2222:3333:4444:5555:6666:7777:8889]:12345");
	/* One port, at two addresses. */
	assert_forwards("127.0.0.1:1:1, 127.0.0.2:1:2", "127.0.0.1:1:1 127.0.0.2:1:2");
}

static void test_mistakes(void **state)
{
	static const char form[] = "is not of the form [ADDRESS:]PORT:[ADDRESS:]PORT";

	(void)state;
	assert_mistake("13389", form);
	assert_mistake("", form);
	assert_mistake("1:2,", form);
	assert_mistake("127.0.0.1:1", "'127.0.0.1' is no port");
	assert_mistake("127.0.0.1:1:2:10.0.0.1:3", form);
	assert_mistake("1:2:3:4:5", form);
	assert_mistake("0:1", "'0' is no port: they go from 1 to 65535");
	assert_mistake("1:65536", "'65536' is no port");
	assert_mistake("1:99999999999999999999", "is no port");
	assert_mistake("-1:2", "'-1' is no port");
	assert_mistake("1:+2", "'+2' is no port");
	assert_mistake("1: 2", "' 2' is no port");
	assert_mistake(":2", "'' is no port");
	assert_mistake("1:\033[1m", "'?[1m' is no port");
	assert_mistake("localhost:1:2", "'localhost' is no address: they are numbers");
	assert_mistake("1:127.0.0.256:2", "'127.0.0.256' is no address");
	assert_mistake("::1:1:2", "is not of the form");
	assert_mistake("[127.0.0.1]:1:2", "'[127.0.0.1]' is no address");
	assert_mistake("[::1:1:2", "is not of the form");
	assert_mistake("[::1]x:1:2", "'[::1]x' is no address");
	assert_mistake("[]:1:2", "'[]' is no address");
	assert_mistake("1:0.0.0.0:2", "0.0.0.0 is not the address of a guest");
	assert_mistake("1:[::]:2", ":: is not the address of a guest");
	assert_mistake("1:2, 1:3", "port 1 of the host is forwarded twice");
	assert_mistake("1:2, 127.0.0.1:1:3", "port 1 of the host is forwarded twice");
	assert_mistake("127.0.0.1:1:3, 0.0.0.0:1:2", "port 1 of the host is forwarded twice");
	assert_mistake("127.0.0.1:1:3, 127.0.0.1:1:3", "port 1 of the host is forwarded twice");
}

static void test_many(void **state)
{
	char text[1024] = "", *end = text, *error;
	struct forward *forwards;
	size_t n;

	(void)state;
	for (int port = 1; port <= FORWARDS_MAX; port++)
		end += sprintf(end, "%s%d:1", port > 1 ? "," : "", port);
	assert_int_equal(parse(text, &forwards, &n, &error), 0);
	assert_int_equal(n, FORWARDS_MAX);
	free(error);
	free(forwards);
	strcpy(end, ",1000:1");
	assert_mistake(text, "there are more than 64 forwards");
}

static void assert_addresses(const char *json, const char *want)
{
	struct json_object *object = json_tokener_parse(json);
	struct addresses addresses;
	char all[1024] = "";

	addresses_in(object, &addresses);
	for (size_t i = 0; i < addresses.n; i++) {
		strcat(all, i ? " " : "");
		strcat(all, addresses.text[i]);
	}
	assert_string_equal(all, want);
	json_object_put(object);
}

#define ADDRESS(text)	"{\"ip-address\":\"" text "\",\"prefix\":24}"

static void test_addresses(void **state)
{
	(void)state;
	/* As a guest of Linux tells it. */
	assert_addresses("[{\"name\":\"lo\",\n"
			 "\"ip-addresses\":[" ADDRESS("127.0.0.1") "," ADDRESS("::1") "]},\n"
			 "{\"name\":\"eth0\",\"hardware-address\":\"52:54:00:00:00:01\",\n"
			 "\"ip-addresses\":[" ADDRESS("fe80::1") "," ADDRESS("fd00::5") ","
			 ADDRESS("192.168.122.50") "]},{\"name\":\"wlan0\"}]",
			 "192.168.122.50 fd00::5");
	/* None by which anything but the host itself, or more than the guest, is reached. */
	assert_addresses("[{\"ip-addresses\":[" ADDRESS("0.0.0.0") "," ADDRESS("0.1.2.3") ","
			 ADDRESS("127.9.9.9") "," ADDRESS("169.254.1.1") "," ADDRESS("224.0.0.1")
			 "," ADDRESS("255.255.255.255") "," ADDRESS("::") "," ADDRESS("ff02::1")
			 "," ADDRESS("::ffff:127.0.0.1") "," ADDRESS("::127.0.0.1") "]}]", "");
	/* Eight will do. */
	assert_addresses("[{\"ip-addresses\":[" ADDRESS("10.0.0.1") "," ADDRESS("10.0.0.2") ","
			 ADDRESS("10.0.0.3") "," ADDRESS("10.0.0.4") "," ADDRESS("10.0.0.5") ","
			 ADDRESS("10.0.0.6") "," ADDRESS("10.0.0.7") "," ADDRESS("10.0.0.8") ","
			 ADDRESS("10.0.0.9") "]}]",
			 "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8");
	/* And what a guest may say otherwise. */
	assert_addresses("null", "");
	assert_addresses("{}", "");
	assert_addresses("[]", "");
	assert_addresses("[1,null,{},[],{\"ip-addresses\":7},{\"ip-addresses\":[1,null,[],{}]}]", "");
	assert_addresses("[{\"ip-addresses\":[{\"ip-address\":7},{\"ip-address\":{}},"
			 ADDRESS("") "," ADDRESS("10.0.0.1; x") "," ADDRESS("10.0.0.7") "]}]",
			 "10.0.0.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
