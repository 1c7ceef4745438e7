/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM gpupm

#if !defined(_GPUPM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _GPUPM_TRACE_H

#include <linux/tracepoint.h>

#include "event.h"

#define gpupm_show_state(state)                     \
	__print_symbolic(state,                     \
			 { GPUPM_STATE_OFF, "off" }, \
			 { GPUPM_STATE_IDLE, "idle" }, \
			 { GPUPM_STATE_AWAKE, "awake" }, \
			 { GPUPM_STATE_IN_USE, "in-use" }, \
			 { GPUPM_STATE_LOST, "lost" })

#define gpupm_show_cause(cause)                     \
	__print_symbolic(cause,                     \
			 { GPUPM_CAUSE_ATTACHED, "attached" }, \
			 { GPUPM_CAUSE_DETACHED, "detached" }, \
			 { GPUPM_CAUSE_OPENED, "opened" }, \
			 { GPUPM_CAUSE_CLOSED, "closed" }, \
			 { GPUPM_CAUSE_WOKEN, "woken" }, \
			 { GPUPM_CAUSE_WAKE, "wake" }, \
			 { GPUPM_CAUSE_SUSPENDED, "suspended" }, \
			 { GPUPM_CAUSE_POWER_CUT, "power-cut" }, \
			 { GPUPM_CAUSE_POWER_RESTORED, "power-restored" }, \
			 { GPUPM_CAUSE_HELD, "held" }, \
			 { GPUPM_CAUSE_RELEASED, "released" }, \
			 { GPUPM_CAUSE_POLICY, "policy" }, \
			 { GPUPM_CAUSE_RUNTIME_PM_OFF, "runtime-pm-off" }, \
			 { GPUPM_CAUSE_LOST, "lost" }, \
			 { GPUPM_CAUSE_RECOVERED, "recovered" })

TRACE_EVENT(gpupm_state,
	TP_PROTO(const struct gpupm_event *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__array(char, gpu, GPUPM_ADDRESS_LEN)
		__field(u32, cause)
		__field(u32, state)
		__field(u32, previous)
		__field(u32, pid)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		memcpy(__entry->gpu, event->gpu, GPUPM_ADDRESS_LEN);
		__entry->cause = event->cause;
		__entry->state = event->state;
		__entry->previous = event->previous;
		__entry->pid = event->by.pid;
		memcpy(__entry->comm, event->by.comm, TASK_COMM_LEN);
	),
	TP_printk("%s %s -> %s cause=%s pid=%u comm=%s", __entry->gpu,
		  gpupm_show_state(__entry->previous),
		  gpupm_show_state(__entry->state),
		  gpupm_show_cause(__entry->cause),
		  __entry->pid, __entry->comm)
);

#endif /* _GPUPM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
