// SPDX-License-Identifier: GPL-2.0-only
/* Lines of the control socket. */
#include "fuzz.h"

#include "daemon/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request request;
	const char *error;

	if (size > REQUEST_SIZE)
		return 0;
	error = request_parse(&request, (const char *)data, size);
	if (error)
		MUST(*error);
	else
		MUST(request.command <= REQUEST_PROFILE_SET &&
		     memchr(request.word, '\0', sizeof(request.word)));
	return 0;
}
