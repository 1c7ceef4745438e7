// SPDX-License-Identifier: GPL-2.0-only
/* The begin of the counters of all objects that are linked between, see coverage.c. */
asm(".pushsection .gcov_info, \"aw\"; .globl coverage_begin; coverage_begin: .popsection");
