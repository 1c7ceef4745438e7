/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_FORWARD_FORWARD_H
#define GPUPM_FORWARD_FORWARD_H

#include "../profile/config.h"

#include <json-c/json.h>
#include <uv.h>

/*
 * Forwards: each VM that has some has a relay while it runs (relay.h). The daemon tells
 * it which they are and where the guest is; it never touches what goes through.
 */

/**
 * forwards_open - begin
 * @loop: must outlive forwards_close()
 *
 * VMs must be there already (vms_open()).
 */
void forwards_open(uv_loop_t *loop);

/** forwards_close - end all relays; before agents_close() */
void forwards_close(void);

/**
 * forwards_config - there is a configuration, the first or a new one
 * @config: stays the caller's, and must stay until the next call or forwards_close()
 *
 * What a running VM has otherwise now is changed, and the rest goes on.
 */
void forwards_config(const struct config *config);

/** forwards_json - what "gpupm profile" shows of VMs that run: see gpupm(1) */
struct json_object *forwards_json(void);

#endif
