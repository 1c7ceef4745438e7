// SPDX-License-Identifier: GPL-2.0-only
/* The end of the counters of all objects that are linked between, see coverage.c. */
asm(".pushsection .gcov_info, \"aw\"; .globl coverage_end; coverage_end: .popsection");
