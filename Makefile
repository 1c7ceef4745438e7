# SPDX-License-Identifier: GPL-2.0-only
#
# "make help" says what there is.

VERSION := $(shell cat VERSION)

# The kernel the module is for: its "uname -r", and where its headers are.
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

# The tool goes below prefix; the module's sources and the file that loads it at
# boot have places of their own.
DESTDIR ?=
prefix ?= /usr/local
SOURCE := $(DESTDIR)/usr/src/gpupm-$(VERSION)
AUTOLOAD := $(DESTDIR)/usr/lib/modules-load.d/gpupm.conf
SHARED := $(addprefix $(DESTDIR)$(prefix)/, \
	$(addprefix share/,bash-completion/completions bash-completion \
		zsh/site-functions zsh fish/vendor_completions.d fish \
		man/man1 man/man4 man/man5 man/man8) \
	libexec lib/systemd/system lib/systemd)
# What is only there when systemd runs this very machine.
SYSTEMCTL := test ! -d /run/systemd/system || systemctl

LISTS := scripts/packages tests/lab/packages tests/packages

all: kmod user

headers:
	@test -e "$(KDIR)/Makefile" || { \
		echo "There are no kernel headers in $(KDIR)."; \
		echo "Install them: apt-get install linux-headers-$(KVER)"; \
		echo "or name others: make kmod KDIR=DIRECTORY. The tool alone: make user"; \
		exit 1; } >&2

kmod: headers
	$(MAKE) -C kmod KDIR="$(abspath $(KDIR))"

libraries:
	@pkg-config --exists libnl-genl-3.0 libpci json-c libuv inih libudev || { \
		echo "pkg-config, libnl, libpci, json-c, libuv, inih or libudev is missing."; \
		echo "Install all that building takes: make build-deps"; \
		exit 1; } >&2

user: libraries
	$(MAKE) -C user VERSION="$(VERSION)"

# The module first: when it cannot be built, nothing is installed.
install: user
ifeq ($(DESTDIR),)
	GOAL=install scripts/dkms install "$(KVER)"
else
	scripts/source-tree "$(SOURCE)"
endif
	$(MAKE) -C user VERSION="$(VERSION)" DESTDIR="$(DESTDIR)" prefix="$(prefix)" install
	install -d "$(dir $(AUTOLOAD))"
	printf '# Loads gpupm at boot.\ngpupm\n' >"$(AUTOLOAD)"
	chmod 644 "$(AUTOLOAD)"
ifeq ($(DESTDIR),)
	$(SYSTEMCTL) daemon-reload
	$(SYSTEMCTL) try-restart gpupmd.service
	@echo
	@echo "gpupm $(VERSION) is installed and will be loaded at every boot."
	@test -d /sys/module/gpupm || \
		echo "To load it at once: modprobe gpupm. Then look: gpupm status"
	@test ! -d /sys/module/gpupm || \
		echo "The one that is loaded now stays until then, or: modprobe -r gpupm && modprobe gpupm"
	@echo "For VMs that know the laptop's battery, and for profiles: systemctl enable --now gpupmd"
	@! mokutil --sb-state 2>/dev/null | grep -q 'SecureBoot enabled' || \
		echo "Secure Boot is on. Enroll the key that DKMS signs with, once: mokutil --import /var/lib/dkms/mok.pub"
endif

uninstall:
ifeq ($(DESTDIR),)
	$(SYSTEMCTL) stop gpupmd.service 2>/dev/null || true
	test ! -e "$(prefix)/lib/systemd/system/gpupmd.service" || \
		systemctl --quiet disable gpupmd.service
	# To stop this one would be to stop the VMs.
	test ! -e "$(prefix)/lib/systemd/system/gpupm-stop.service" || \
		systemctl --quiet disable gpupm-stop.service
	$(SYSTEMCTL) stop gpupmd-forward.socket 2>/dev/null || true
	rm -rf /run/gpupm /var/lib/gpupm
	GOAL=uninstall scripts/dkms remove
	test ! -d /sys/module/gpupm || rmmod gpupm || \
		echo "The module stays loaded until the next boot."
else
	rm -rf "$(SOURCE)"
endif
	rm -f "$(AUTOLOAD)"
	$(MAKE) -C user DESTDIR="$(DESTDIR)" prefix="$(prefix)" uninstall
	for dir in $(SHARED); do \
		test ! -d "$$dir" || rmdir --ignore-fail-on-non-empty "$$dir"; \
	done
ifeq ($(DESTDIR),)
	$(SYSTEMCTL) daemon-reload
endif

dkms:
	GOAL=dkms scripts/dkms install "$(KVER)"

clean:
	find kmod \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o \
		-name '.*.cmd' -o -name '.*.d' -o -name modules.order -o -name Module.symvers \) -delete
	$(MAKE) -C user clean
	rm -rf build

deps:
	@scripts/deps $(LISTS)

build-deps:
	@scripts/deps scripts/packages

check: deps
	@tests/run

# What does not fit into "make check": hours on the debug kernel.
check-long: deps
	@tests/run --long

# The debug kernel of the lab, once for each machine. KERNEL=debug-6.12 is another.
KERNEL ?= debug-6.1

kernel:
	@scripts/deps tests/lab/packages
	@tests/lab/lab kernel $(KERNEL)

# These two get what they need by themselves, and show that.
demo:
	@tests/demo/demo

bench:
	@tests/bench/run

# LAB is for the lab's own options, like LAB="--kernel 6.12 --variant two-gpus".
lab:
	@scripts/deps scripts/packages tests/lab/packages
	@tests/lab/lab $(if $(RUN),run $(LAB) $(RUN),shell $(LAB))

# Every kernel with every QEMU.
matrix: deps
	@tests/matrix/run

e2e: deps
	@tests/e2e/run

coverage: deps
	@tests/coverage/run

FUZZ_SECONDS ?= 60
fuzz: deps
	@tests/fuzz/run $(FUZZ_SECONDS)

help:
	@echo "make                  build the module for this kernel, and the tool"
	@echo "make kmod KDIR=DIR    the module alone, for the kernel headers in DIR"
	@echo "make user             the tool alone"
	@echo "make install          the tool, and the module through DKMS, loaded at boot (root)"
	@echo "make uninstall        take all of that away again (root)"
	@echo "make dkms             the module alone, through DKMS (root)"
	@echo "    KVER=RELEASE      for another kernel than the running one"
	@echo "    prefix=DIR        where the tool goes; $(prefix) if not said"
	@echo "    DESTDIR=DIR       stage the files there, and run no DKMS"
	@echo "make demo             a VM takes a GPU and leaves it, in an emulated laptop (root)"
	@echo "make lab              a root shell in that laptop; RUN=SCRIPT runs a script there"
	@echo "make check            every test (root); make e2e: the end-to-end tests alone"
	@echo "make check-long       what takes hours: the tests on a kernel full of detectors (root)"
	@echo "make kernel           build that kernel, once for each machine; KERNEL=debug-6.12"
	@echo "make matrix           the VMs, on every kernel with every QEMU (root)"
	@echo "make coverage         which lines the tests run, by file: of user space, and of the module (root)"
	@echo "make fuzz             fuzzes each parser for a minute, or FUZZ_SECONDS=N"
	@echo "make bench            how fast power is cut and comes back, against other ways"
	@echo "make build-deps       install what building and installing takes, with apt (root)"
	@echo "make deps             install what all of the above takes, with apt (root)"
	@echo "make clean            remove what was built"

.PHONY: all headers kmod libraries user install uninstall \
	dkms clean deps build-deps check check-long kernel demo lab e2e matrix fuzz coverage bench help
