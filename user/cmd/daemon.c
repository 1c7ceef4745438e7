// SPDX-License-Identifier: GPL-2.0-only
#include "../daemon/control.h"
#include "../show/text.h"
#include "cmd.h"

#include <errno.h>
#include <string.h>

int ask_daemon(struct json_object *request, struct json_object **answer)
{
	struct json_object *error;
	struct style style;
	char text[512];
	int err = control_ask(NULL, request, answer);

	if (err == -ENOENT || err == -ECONNREFUSED)
		complain("gpupmd does not run: sudo systemctl start gpupmd");
	else if (err == -EPROTO)
		complain("the answer of gpupmd makes no sense: install both from the same version");
	else if (err)
		complain("could not ask gpupmd: %s", strerror(-err));
	if (err)
		return RESULT_FAILED;
	if (!json_object_object_get_ex(*answer, "error", &error))
		return RESULT_DONE;
	style_detect(&style, stderr);
	text_clean(&style, text, sizeof(text), json_object_get_string(error));
	complain("%s", text);
	json_object_put(*answer);
	*answer = NULL;
	return RESULT_FAILED;
}
