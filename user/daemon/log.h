/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_DAEMON_LOG_H
#define GPUPM_DAEMON_LOG_H

/*
 * The daemon's log: one line a message on stderr, with the level in front when
 * the journal reads it (sd-daemon(3)). What comes from a guest, a VM's name or a
 * file must have been made clean before (text_clean()).
 */
void __attribute__((format(printf, 1, 2))) log_error(const char *format, ...);
void __attribute__((format(printf, 1, 2))) log_warning(const char *format, ...);
void __attribute__((format(printf, 1, 2))) log_info(const char *format, ...);
/* Only with --verbose. */
void __attribute__((format(printf, 1, 2))) log_debug(const char *format, ...);

/** log_plain - for a person: no levels, whoever reads */
void log_plain(void);

/** log_verbose - let log_debug() through */
void log_verbose(void);

#endif
