// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpupmd - tells guests the host's power, and does what the profile says.
 * This file reads the command line, starts the parts in order, and takes signals.
 */
#include "daemon/control.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/socket.h"
#include "daemon/source.h"
#include "daemon/vm.h"
#include "forward/forward.h"
#include "guest/agent.h"
#include "guest/guest.h"
#include "guest/libvirt.h"
#include "guest/qmp.h"
#include "guest/server.h"
#include "profile/command.h"
#include "profile/config.h"
#include "profile/profile.h"
#include "profile/tables.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What the daemon exits with. systemd does not try again after EXIT_MISTAKE. */
enum {
	EXIT_DONE,
	EXIT_FAILED,
	EXIT_MISTAKE,
};

static struct {
	const char *config;
	const char *sysfs;
	const char *socket;
	const char *control;
} options = { .control = CONTROL_PATH };

static struct profile_setup setup = {
	.run = "/run/gpupm",
	.tables = TABLE_DIR,
	.root = "",
	.settle_ms = PROFILE_SETTLE_MS,
	.limit_ms = COMMAND_LIMIT_MS,
};

static uv_loop_t *loop;
static uv_signal_t signals[3];
static struct config *config;
static int result = EXIT_DONE;

static void print_help(void)
{
	puts("Usage: gpupmd [OPTION]...\n"
	     "\n"
	     "Tell VMs whether the host runs on AC, and how its battery is; and do what the\n"
	     "profile for AC or battery says.\n"
	     "\n"
	     "  -c, --config FILE   configuration (default " CONFIG_PATH ", which\n"
	     "                      need not be there)\n"
	     "      --socket PATH   where guests connect, whatever the configuration says\n"
	     "      --control PATH  where gpupm asks (default " CONTROL_PATH ")\n"
	     "      --sysfs DIR     read power supplies below DIR, which stands for /sys, at\n"
	     "                      the start and at SIGHUP; use neither module nor udev\n"
	     "  -f, --foreground    log for a person, and do not talk to systemd\n"
	     "  -v, --verbose       log more\n"
	     "  -h, --help          print this help\n"
	     "  -V, --version       print the version\n"
	     "\n"
	     "It never goes into the background, and logs to stderr. SIGHUP: read configuration\n"
	     "and host power anew. SIGTERM, SIGINT: end. More in gpupmd(8).");
}

static int usage_error(const char *what, const char *argument)
{
	fprintf(stderr, "gpupmd: %s %s\nusage: gpupmd [OPTION]...; gpupmd --help lists them\n",
		what, argument);
	return EXIT_MISTAKE;
}

/* Return: -1 to go on, or what to exit with. */
static int parse_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "control", required_argument, NULL, 'n' },
		{ "sysfs", required_argument, NULL, 'y' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{}
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:fvhV", known, NULL)) >= 0) {
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 's':
			options.socket = optarg;
			break;
		case 'n':
			options.control = optarg;
			break;
		case 'y':
			options.sysfs = optarg;
			break;
		case 'f':
			log_plain();
			unsetenv("NOTIFY_SOCKET");
			break;
		case 'v':
			log_verbose();
			break;
		case 'h':
			print_help();
			return EXIT_DONE;
		case 'V':
			puts("gpupmd " GPUPM_VERSION);
			return EXIT_DONE;
		case ':':
			return usage_error("there is no value for", argv[optind - 1]);
		default:
			return usage_error("unknown option", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return usage_error("unexpected argument", argv[optind]);
	return -1;
}

/* Return: the configuration, or NULL and the log says what is wrong with it. */
static struct config *read_config(void)
{
	struct config *new = calloc(1, sizeof(*new));
	char *text = NULL;
	size_t size;
	FILE *errors = open_memstream(&text, &size);
	int err = new && errors ? config_read(options.config, new, errors) : -ENOMEM;

	if (errors)
		fclose(errors);
	if (err && text && *text) {
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			log_error("%s", line);
	} else if (err) {
		log_error("cannot read %s: %s", options.config ? options.config : CONFIG_PATH,
			  strerror(-err));
	}
	free(text);
	if (!err)
		return new;
	free(new);
	return NULL;
}

static gid_t group_of(const char *name)
{
	const struct group *group = getgrnam(name);

	if (group)
		return group->gr_gid;
	log_warning("there is no group %s: only root's QEMUs can connect", name);
	return 0;
}

static int open_server(const struct config *from)
{
	return server_open(loop, options.socket ? options.socket : from->socket,
			   group_of(from->group));
}

static void open_monitors(void)
{
	const char **names = calloc(config->n_vms + 1, sizeof(*names));
	const char **paths = calloc(config->n_vms + 1, sizeof(*paths));
	size_t n = 0;

	for (size_t i = 0; names && paths && i < config->n_vms; i++) {
		if (!config->vms[i].qmp)
			continue;
		names[n] = config->vms[i].name;
		paths[n++] = config->vms[i].qmp;
	}
	if (names && paths)
		qmp_sockets(names, paths, n);
	free(names);
	free(paths);
}

static void on_host_power(const struct host_power *power)
{
	static const char * const words[] = {
		[GPUPM_ON_AC_UNKNOWN] = "on AC or not: unknown",
		[GPUPM_ON_AC_NO] = "on battery",
		[GPUPM_ON_AC_YES] = "on AC",
	};

	profile_power(power->on_ac);
	guests_power(power);
	notify_status("%s, says %s", words[power->on_ac], source_words());
}

static const struct source_listener source_listener = {
	.power = on_host_power,
	.gpu = profile_gpu,
};

static void on_repeat(void)
{
	notify_alive();
	source_refresh();
}

static void on_reload(uv_signal_t *handle, int signal)
{
	struct config *new, *old = config;

	(void)handle;
	(void)signal;
	notify_reloading();
	new = read_config();
	if (!new) {
		log_error("the configuration stays as it was");
	} else {
		log_info("the configuration was read anew");
		config = new;
		profile_config(config);
		forwards_config(config);
		config_free(old);
		free(old);
		open_server(config);
		open_monitors();
	}
	source_refresh();
	guests_refresh();
	notify_ready();
}

static void close_all(void)
{
	server_close();
	control_close();
	source_close();
	libvirt_close();
	qmp_close();
	forwards_close();
	agents_close();
	profile_close();
	guests_close();
	vms_close();
	notify_close();
	for (int i = 0; i < 3; i++)
		uv_close((uv_handle_t *)&signals[i], NULL);
}

static void on_stop(uv_signal_t *handle, int signal)
{
	(void)handle;
	log_info("ends, for %s came", signal == SIGINT ? "SIGINT" : "SIGTERM");
	notify_stopping();
	close_all();
}

/*
 * Its directory has most likely gone with it, and with that what a daemon keeps there.
 * Only systemd can make it anew where nothing else in /run may be written.
 */
static void on_socket_gone(const char *path)
{
	log_error("somebody has removed %s: gpupmd ends, and has to be started anew", path);
	result = EXIT_FAILED;
	close_all();
}

static void listen_to_signals(void)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT };

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 3; i++) {
		uv_signal_init(loop, &signals[i]);
		uv_signal_start(&signals[i], i ? on_stop : on_reload, numbers[i]);
	}
}

/* systemd.exec(5) names the directories that it made for the daemon. */
static void find_directories(void)
{
	const char *run = getenv("RUNTIME_DIRECTORY"), *state = getenv("STATE_DIRECTORY");

	if (run && *run)
		setup.run = run;
	if (state && *state)
		setup.tables = state;
}

/* Nobody is let in before the loop turns, so nobody finds a part that is not there. */
static int start(void)
{
	int err = control_open(loop, options.control);

	if (!err)
		err = open_server(config);
	if (err)
		return err;
	/* VMs that are there already are seen by what follows, and their commands run. */
	agents_open(loop);
	profile_config(config);
	forwards_config(config);
	err = source_open(loop, options.sysfs, &source_listener);
	if (err)
		return err;
	qmp_open(loop);
	open_monitors();
	libvirt_open(loop);
	notify_ready();
	return 0;
}

int main(int argc, char **argv)
{
	int err = parse_options(argc, argv);

	if (err >= 0)
		return err;
	umask(022);
	config = read_config();
	if (!config)
		return EXIT_MISTAKE;
	loop = uv_default_loop();
	if (!loop) {
		log_error("cannot make an event loop");
		return EXIT_FAILED;
	}
	listen_to_signals();
	notify_open(loop);
	vms_open(loop);
	guests_open(loop, on_repeat);
	sockets_watch(loop, on_socket_gone);
	find_directories();
	profile_open(loop, &setup);
	forwards_open(loop);
	err = start();
	if (err) {
		result = EXIT_FAILED;
		close_all();
	}
	uv_run(loop, UV_RUN_DEFAULT);
	uv_loop_close(loop);
	config_free(config);
	free(config);
	return result;
}
