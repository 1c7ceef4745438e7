// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"
#include "../client/client.h"
#include "../client/process.h"
#include "../daemon/log.h"
#include "../daemon/vm.h"
#include "../show/words.h"

#include <errno.h>
#include <string.h>

/* Whether the profile, or a VM in it, has something to say about policies. */
static bool says_anything(const struct config *config, enum profile_id profile)
{
	bool says = config->profiles[profile].has_gpu_policy;

	for (size_t i = 0; i < config->n_vms; i++)
		says |= config_actions(config, config->vms[i].name, profile).has_gpu_policy;
	return says;
}

static const char *user_of(const struct gpu *gpu)
{
	for (const struct vm *vm = vm_first(); vm; vm = vm->next)
		if (gpu->user.pid && (__u32)vm->pid == gpu->user.pid)
			return vm->name;
	return "";
}

/* Of the machine, and for a while. What the module refuses it will refuse again. */
static bool is_wanting(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -EMFILE || err == -ENFILE ||
	       err == -EAGAIN;
}

static bool set(struct client *client, const struct gpu *gpu, __u32 policy, const char *vm)
{
	char word[WORD_SIZE];
	int err;

	word_policy(word, policy);
	if (gpu->policy == policy) {
		log_debug("gpu-policy: %s is %s already", gpu->address, word);
		return true;
	}
	err = client_set_policy(client, gpu->address, policy);
	if (err)
		log_warning("gpu-policy: could not set %s to %s: %s", gpu->address, word,
			    client_error(client));
	else
		log_info("gpu-policy: %s is %s now%s%s", gpu->address, word,
			 *vm ? ", for VM " : "", vm);
	return !is_wanting(err);
}

bool policy_apply(const struct config *config, enum profile_id profile, const char *address)
{
	struct gpu_list list = {};
	struct client *client;
	bool done;
	int err;

	if (!says_anything(config, profile))
		return true;
	err = client_open(&client);
	if (!err)
		err = client_gpus(client, &list);
	if (err)
		log_warning("gpu-policy: not set: %s", client_error(client));
	else if (!list.n)
		log_info("gpu-policy: there is no GPU to set it for");
	done = !is_wanting(err);
	for (size_t i = 0; i < list.n; i++) {
		struct gpu *gpu = &list.gpus[i];
		struct actions actions;

		if (address && strcmp(address, gpu->address))
			continue;
		process_find_user("", gpu);
		actions = config_actions(config, user_of(gpu), profile);
		if (actions.has_gpu_policy)
			done &= set(client, gpu, actions.gpu_policy, user_of(gpu));
	}
	gpu_list_free(&list);
	client_close(client);
	return done;
}
