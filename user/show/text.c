// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <string.h>
#include <wchar.h>

/* Length of the UTF-8 character at @text and its code; 0 when it is not one. */
static int decode(const unsigned char *text, unsigned int *code)
{
	static const unsigned int smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int n = *text < 0x80 ? 1 : *text < 0xc0 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 :
		*text < 0xf8 ? 4 : 0;

	if (n < 2) {
		*code = *text;
		return n;
	}
	*code = *text & (0x7f >> n);
	for (int i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3f);
	}
	if (*code < smallest[n] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return n;
}

/* Control characters, and the invisible ones that reorder a line. */
static bool acts(unsigned int code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

void text_utf8(char *to, size_t size, const char *from)
{
	const unsigned char *text = (const unsigned char *)from;
	unsigned int code;
	size_t n = 0;

	while (*text) {
		int len = decode(text, &code);

		if (n + (len ? len : 3) >= size)
			break;
		memcpy(to + n, len ? (const char *)text : "\ufffd", len ? len : 3);
		n += len ? len : 3;
		text += len ? len : 1;
	}
	to[n] = '\0';
}

void text_clean(const struct style *style, char *to, size_t size, const char *from)
{
	const unsigned char *text = (const unsigned char *)from;
	unsigned int code;
	size_t n = 0;

	while (*text) {
		int len = decode(text, &code);
		bool show = len && !acts(code) && (len == 1 || style->unicode);

		if (n + (show ? len : 1) >= size)
			break;
		if (show)
			memcpy(to + n, text, len);
		else
			to[n] = '?';
		n += show ? len : 1;
		text += len ? len : 1;
	}
	to[n] = '\0';
}

int text_columns(const char *text)
{
	int columns = 0;

	while (*text) {
		unsigned int code;
		int len = decode((const unsigned char *)text, &code);
		int width = len > 1 ? wcwidth(code) : 1;

		columns += width < 0 ? 1 : width;
		text += len ? len : 1;
	}
	return columns;
}

void text_clip(const struct style *style, char *text, size_t size, int columns)
{
	const char *mark = style->unicode ? "\u2026" : "~";
	size_t len = strlen(text);

	if (text_columns(text) <= columns)
		return;
	while (len && text_columns(text) >= columns) {
		do {
			len--;
		} while (len && ((unsigned char)text[len] & 0xc0) == 0x80);
		text[len] = '\0';
	}
	if (len + strlen(mark) < size)
		memcpy(text + len, mark, strlen(mark) + 1);
}

void text_wrap(FILE *out, const struct style *style, int indent, const char *text)
{
	int at = indent;
	char word[512];

	fprintf(out, "%*s", indent, "");
	while (*text) {
		size_t len = strcspn(text, " ");
		int columns;

		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, text, len);
		word[len] = '\0';
		columns = text_columns(word);
		if (style->width && at > indent && at + 1 + columns > style->width) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		}
		fprintf(out, "%s%s", at > indent ? " " : "", word);
		at += columns + (at > indent);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}
