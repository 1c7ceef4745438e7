/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_CMD_EXPLAIN_H
#define GPUPM_CMD_EXPLAIN_H

#include "../client/gpu.h"
#include "../show/style.h"

#define EXPLAIN_LINES	8

/** struct lines - a few lines of text */
struct lines {
	char text[EXPLAIN_LINES][320];
	size_t n;
};

/**
 * struct explanation - why a GPU is what it is
 * @summary: a sentence without a final stop
 * @evidence: what was found, and where
 * @advice: what to do or to know, sentences
 * @commands: what to type
 */
struct explanation {
	char summary[320];
	struct lines evidence;
	struct lines advice;
	struct lines commands;
};

/**
 * explain - say why a GPU is not off, show it, and say what ends it
 * @root: directory that stands for /; "" for the real one
 * @style: decides what may be shown
 * @gpu: the GPU, with its user looked for
 * @e: filled in
 *
 * It reads small files in @root, none of which wakes a GPU.
 */
void explain(const char *root, const struct style *style, const struct gpu *gpu,
	     struct explanation *e);

#endif
