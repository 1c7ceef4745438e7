/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_SPLIT_H
#define GPUPM_PROFILE_SPLIT_H

/**
 * split_words - split a command line into words, without a shell
 * @line: the line
 * @error: set to what is wrong with it when NULL is returned; a sentence without
 *	a final stop, or NULL when memory ran out
 *
 * Words are what spaces and tabs separate. '...' keeps everything as it is;
 * "..." does too, but for \" and \\; outside of quotes \ keeps the next character
 * as it is. Nothing else means anything: no variables, patterns or operators.
 *
 * Return: the words, ended by NULL; none when the line is empty. Free them with
 * split_free(). NULL after an error.
 */
char **split_words(const char *line, const char **error);

/** split_copy - copy words; NULL when memory ran out */
char **split_copy(char *const *words);

/** split_free - free words; NULL is fine */
void split_free(char **words);

#endif
