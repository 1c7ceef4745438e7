/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_CMD_H
#define GPUPM_CMD_CMD_H

#include "../client/client.h"
#include "../client/gpu.h"

#include <json-c/json.h>
#include <stdbool.h>

/* What the tool exits with. */
enum {
	RESULT_DONE,
	RESULT_FAILED,
	RESULT_USAGE,
	RESULT_NO_MODULE,
	RESULT_NO_GPU,
	RESULT_NOT_PERMITTED,
};

/**
 * struct command - one command of the tool
 * @name: as typed
 * @arguments: what follows it, for the usage line
 * @summary: what it does, in a line
 * @help: the rest of --help; ends with a newline
 * @options: the OPTION_ bits it takes
 * @run: does it; gets the command line, with anything as argv[0]. Return: the exit code
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	unsigned int options;
	int (*run)(int argc, char **argv);
};

extern const struct command cmd_status;
extern const struct command cmd_why;
extern const struct command cmd_monitor;
extern const struct command cmd_wakes;
extern const struct command cmd_policy;
extern const struct command cmd_hold;
extern const struct command cmd_test;
extern const struct command cmd_acpi;
extern const struct command cmd_qemu_args;
extern const struct command cmd_power;
extern const struct command cmd_guests;
extern const struct command cmd_profile;
extern const struct command cmd_config;

/* Their work is done by gpupm-setup, whose part of each is setup_VERB. */
extern const struct command cmd_doctor;
extern const struct command cmd_bind;
extern const struct command cmd_vbios;
extern const struct command cmd_vm;

extern const struct command setup_bind;
extern const struct command setup_doctor;
extern const struct command setup_vbios;
extern const struct command setup_vm;

/* Both programs say what these verbs do. */
#define SUMMARY_DOCTOR	"Look at the machine, and at a VM, and say what is wrong and what ends it."
#define SUMMARY_BIND	"Have vfio-pci own a GPU from early boot on, or take that back."
#define SUMMARY_VBIOS	"Write the ROM of a GPU to a file, or say what a file is."
#define SUMMARY_VM	"Give a VM the GPU and all that it takes, take it back, or stop the VM."

enum {
	OPTION_JSON = 1 << 0,
	OPTION_WATCH = 1 << 1,
	OPTION_ROUNDS = 1 << 2,
	OPTION_HELP = 1 << 3,
	OPTION_STATIC = 1 << 4,
	OPTION_HEARTBEAT = 1 << 5,
	OPTION_OUTPUT = 1 << 6,
	OPTION_QEMU = 1 << 7,
	OPTION_TABLE = 1 << 8,
	OPTION_SOCKET = 1 << 9,
	OPTION_LIBVIRT = 1 << 10,
	OPTION_DRY_RUN = 1 << 11,
	OPTION_UNDO = 1 << 12,
	OPTION_TIMEOUT = 1 << 13,
	OPTION_GPU = 1 << 14,
	OPTION_ROM = 1 << 15,
	OPTION_ALL = 1 << 16,
	OPTION_LINES = 1 << 17,
	OPTION_VARSTORE = 1 << 18,
	OPTION_AGENT = 1 << 19,
};

/**
 * struct options - the options of a command line; strings are NULL when not given
 * @json: --json
 * @watch: --watch
 * @help: --help; never seen set
 * @libvirt: --libvirt
 * @dry_run: --dry-run
 * @undo: --undo
 * @all: --all
 * @lines: --lines
 * @n: -n as typed
 * @rounds: -n
 * @fixed: --static
 * @heartbeat: --heartbeat as typed
 * @output: --output
 * @qemu: --qemu
 * @table: --table
 * @socket: --socket
 * @timeout: --timeout as typed
 * @gpu: --gpu
 * @rom: --rom
 * @varstore: --varstore
 * @agent: --agent
 */
struct options {
	bool json;
	bool watch;
	bool help;
	bool libvirt;
	bool dry_run;
	bool undo;
	bool all;
	bool lines;
	const char *n;
	long rounds;
	const char *fixed;
	const char *heartbeat;
	const char *output;
	const char *qemu;
	const char *table;
	const char *socket;
	const char *timeout;
	const char *gpu;
	const char *rom;
	const char *varstore;
	const char *agent;
};

/**
 * options_parse - parse the options of a command line
 * @cmd: the command
 * @argc: number of arguments, from its name on; set to that of the arguments
 *	that are no options
 * @argv: the arguments; set to the first that is no option
 * @max: how many arguments that are no options may be there
 * @options: filled in
 *
 * Return: -1 to go on, or the code to exit with: the help was printed, or a
 * complaint.
 */
int options_parse(const struct command *cmd, int *argc, char ***argv, int max,
		  struct options *options);

/**
 * option_number - the number an option takes
 * @cmd: the command
 * @option: the option, for the complaint
 * @text: as typed
 * @max: the greatest there is; 1 is the least
 * @number: filled in
 *
 * Return: -1 to go on, or the code to exit with after a complaint.
 */
int option_number(const struct command *cmd, const char *option, const char *text, long max,
		  long *number);

/** usage_error - complain about a command line; Return: RESULT_USAGE */
int __attribute__((format(printf, 2, 3)))
usage_error(const struct command *cmd, const char *format, ...);

/** command_help - print the help of a command */
void command_help(const struct command *cmd);

/** complain - print an error on stderr, with the tool's name and a newline */
void __attribute__((format(printf, 1, 2))) complain(const char *format, ...);

/** result_of - the exit code for a negative errno of the client */
int result_of(int err);

/** client_failed - complain about the client's last error; Return: the exit code */
int client_failed(const struct client *client, int err);

/**
 * finish - flush the standard output
 * @result: what the command came to
 *
 * Return: @result, or RESULT_FAILED when the output could not be written; a
 * reader that went away is no reason to complain.
 */
int finish(int result);

/** no_gpu - say on stderr that there is no GPU to manage, and how to get one */
void no_gpu(void);

/**
 * connect_and_read - connect to the module and read every GPU
 * @client: set to the connection; close it whatever is returned
 * @list: set to the GPUs; free it whatever is returned
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int connect_and_read(struct client **client, struct gpu_list *list);

/**
 * ask_daemon - ask gpupmd
 * @request: as in daemon/control.h; stays the caller's
 * @answer: set to the answer when RESULT_DONE is returned; put it
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int ask_daemon(struct json_object *request, struct json_object **answer);

/**
 * pick_gpu - the GPU a command line means
 * @cmd: the command
 * @list: every GPU
 * @name: what the command line says; NULL when it says nothing
 * @gpu: set to a GPU in @list
 *
 * Return: RESULT_DONE, or the code to exit with after a complaint.
 */
int pick_gpu(const struct command *cmd, const struct gpu_list *list, const char *name,
	     struct gpu **gpu);

#endif
