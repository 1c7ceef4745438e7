/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_PROFILE_NEAREST_H
#define GPUPM_PROFILE_NEAREST_H

/**
 * nearest_word - the word somebody may have meant
 * @given: what was written
 * @words: those that there are, ended by NULL
 *
 * Return: the one of @words with the fewest typing errors between; NULL when
 * none is near.
 */
const char *nearest_word(const char *given, const char *const *words);

#endif
