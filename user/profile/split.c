// SPDX-License-Identifier: GPL-2.0-only
#include "split.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Take one word off a line. The word is never longer than what it was written as,
 * so @to has room. Return: where the line goes on; NULL when it cannot.
 */
static const char *take_word(const char *at, char *to, const char **error)
{
	char quote = '\0';

	for (; *at && (quote || !is_space(*at)); at++) {
		if (!quote && (*at == '\'' || *at == '"')) {
			quote = *at;
		} else if (*at == quote) {
			quote = '\0';
		} else if (*at == '\\' && !quote && !at[1]) {
			*error = "nothing follows the \\ at its end";
			return NULL;
		} else if (*at == '\\' &&
			   (!quote || (quote == '"' && (at[1] == '"' || at[1] == '\\')))) {
			*to++ = *++at;
		} else {
			*to++ = *at;
		}
	}
	if (quote) {
		*error = quote == '"' ? "its last \" is not closed" : "its last ' is not closed";
		return NULL;
	}
	*to = '\0';
	return at;
}

char **split_words(const char *line, const char **error)
{
	/* No more words than every other character, and the end. */
	char **words = calloc(strlen(line) / 2 + 2, sizeof(*words));
	size_t n = 0;

	*error = NULL;
	while (words) {
		while (is_space(*line))
			line++;
		if (!*line)
			break;
		words[n] = malloc(strlen(line) + 1);
		line = words[n] ? take_word(line, words[n], error) : NULL;
		n++;
		if (!line) {
			split_free(words);
			words = NULL;
		}
	}
	return words;
}

char **split_copy(char *const *words)
{
	size_t n = 0;
	char **copy;

	while (words[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = strdup(words[i]);
		if (!copy[i]) {
			split_free(copy);
			copy = NULL;
		}
	}
	return copy;
}

void split_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}
