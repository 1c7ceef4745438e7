/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_SHOW_WORDS_H
#define GPUPM_SHOW_WORDS_H

#include "../client/event.h"
#include "../client/gpu.h"
#include "style.h"

/* Room for the longest word, and for "unknown (4294967295)". */
#define WORD_SIZE	32

/*
 * The words of the protocol's numbers. A number from a newer module is
 * "unknown (N)". @buf has WORD_SIZE bytes. Return: @buf.
 */
const char *word_state(char *buf, __u32 state);
const char *word_policy(char *buf, __u32 policy);
const char *word_blocker(char *buf, __u32 reason);
const char *word_cause(char *buf, __u32 cause);
const char *word_d_state(char *buf, __u32 d_state);
const char *word_supply_type(char *buf, __u32 type);
const char *word_supply_status(char *buf, __u32 status);

/**
 * policy_from_word - the policy with this name
 * @word: the name
 * @policy: set to enum gpupm_policy
 *
 * Return: whether there is one.
 */
bool policy_from_word(const char *word, __u32 *policy);

/** paint_state - the colour of a state */
enum paint paint_state(__u32 state);

/**
 * sentence_blocker - why a GPU is not off, without evidence
 * @buf: set to a sentence without a final stop
 * @size: bytes in @buf
 * @style: decides what may be shown
 * @gpu: the GPU; it has a blocker
 *
 * Return: @buf.
 */
const char *sentence_blocker(char *buf, size_t size, const struct style *style,
			     const struct gpu *gpu);

/**
 * sentence_cause - what an event tells
 * @buf: set to a sentence without a final stop
 * @size: bytes in @buf
 * @style: decides what may be shown
 * @event: the event
 *
 * Return: @buf.
 */
const char *sentence_cause(char *buf, size_t size, const struct style *style,
			   const struct event *event);

#endif
