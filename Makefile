# SPDX-License-Identifier: GPL-2.0
#
# Everything that can be built and run from here; "make help" lists it. The
# module's own makefile is Kbuild.

VERSION := 0.1.0

# The kernel to build against and to test in. Looked up late: it may only be
# there after "make deps". For one that is not installed, modules are built aside.
KERNEL ?= $(shell scripts/kernel)
KDIR ?= /lib/modules/$(KERNEL)/build
KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR) W=1 TEREDO_VERSION=$(VERSION)

MAKEFLAGS += --no-print-directory

# "make demo SHELL=1" asks for a prompt, not for another shell to run recipes.
ifeq ($(origin SHELL),command line)
DEMO := interactive
override SHELL := /bin/sh
MAKEOVERRIDES := $(filter-out SHELL=%,$(MAKEOVERRIDES))
endif

all: modules tools

help:
	@echo 'make           the module and the tools'
	@echo 'make demo      watch a client behind a NAT get IPv6; installs what'
	@echo '               is missing. SHELL=1: stay at a prompt inside'
	@echo 'make check     the tests; ALL=1: those that take long as well;'
	@echo '               TESTS="client unit": only these.'
	@echo '               KERNELS="6.1 6.12 7.3": on each of these, which are'
	@echo '               fetched if they are not installed. SHORT="6.12 7.3":'
	@echo '               a short set on these, and all on the default one'
	@echo 'make check-debug  tests of the network on a kernel that reports mistakes,'
	@echo '               which is built once, as user-mode Linux; ALL=1: those that'
	@echo '               take long as well; DEBUG=debug: an emulated one, slow'
	@echo 'make check-kcsan  parallel traffic on a kernel that looks for data races'
	@echo 'make check-packages  the Debian packages and the README on booted hosts of'
	@echo '               Debian 12 and 13; RELEASES=trixie: only this one; USERMODE=1:'
	@echo '               on user-mode Linux, in minutes. As root'
	@echo 'make mutants   can the tests fail? Each is run on trees with a mistake;'
	@echo '               MUTANTS="nonce* port-taken": only these;'
	@echo '               PART=3/10: the third of ten parts'
	@echo 'make matrix    which NATs get through to which; N=10: so often each'
	@echo 'make diagrams  draw the message diagrams of the documents from captures;'
	@echo '               SCENES="native symmetric": only these'
	@echo 'make bench     what a packet costs, beside the other tunnels, and more;'
	@echo '               BENCH="path scale": of path tcp rr scale server gateway'
	@echo '               cpus only these'
	@echo 'make coverage  which lines the tests reach, file by file'
	@echo 'make deb       Debian packages, in DEBDIR=.out/deb'
	@echo 'make unit      the unit tests alone'
	@echo 'make conformance  which requirements of the RFCs the last "make check" has'
	@echo '               shown: .out/check/conformance.md'
	@echo 'make fuzz      the fuzz targets; TIME=60: so many seconds each,'
	@echo '               RUNS=100000: so many executions each'
	@echo 'make lint      static checks of all; CHECKS="sparse analyzer": only these'
	@echo 'make install   all of it, below PREFIX=/usr/local; DESTDIR=DIRECTORY'
	@echo '               stands for another root. uninstall takes it away,'
	@echo '               install-modules and install-tools are the parts'
	@echo 'make deps      install what building and testing need (Debian);'
	@echo '               scripts/deps.sh build: only for "make" and "make install"'
	@echo 'make ynl       generate netlink code from its specification'
	@echo 'make install-source  the source of the module, for DKMS, to'
	@echo '               /usr/src in DESTDIR'
	@echo 'make modules, make tools, make clean'
	@echo
	@echo 'KERNEL=VERSION  build against and test in another kernel, such as 6.12'
	@echo 'KSRC=DIRECTORY  take checkpatch and the netlink generator from there'

# a kernel of scripts/debug-kernel.sh has its module beside it
ifneq ($(filter debug kcsan uml,$(value KERNEL)),)
modules:
	@scripts/debug-module.sh $(KERNEL) TEREDO_VERSION=$(VERSION)
else
modules:
	@if [ -e $(KDIR)/Makefile ]; then $(KBUILD) modules; \
	else scripts/module $(KERNEL); fi
endif

SOURCE = $(DESTDIR)/usr/src/teredo-$(VERSION)
install-source:
	@mkdir -p $(SOURCE)
	@cp --parents Kbuild dkms.conf kernel/*.[ch] uapi/linux/*.h $(SOURCE)

# for scripts
version:
	@echo $(VERSION)

tools:
	@$(MAKE) -C tools VERSION=$(VERSION)
	@$(MAKE) -C tools/iproute2

install: install-modules install-tools

install-modules: modules
	@$(if $(UNSIGNED),echo $(UNSIGNED_NOTE))
	@$(KBUILD) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates \
		$(UNSIGNED) cmd_depmod=: quiet_cmd_depmod= modules_install
	@$(call depmod)

# The headers of a distribution name a signing key that they do not contain, and
# sign-file then prints OpenSSL's errors. The variable switches signing off.
SIGNING_KEY = $(shell sed -n 's/^CONFIG_MODULE_SIG_KEY="*\([^"]*\)"*$$/\1/p' \
	$(KDIR)/include/config/auto.conf)
HAVE_KEY = $(filter pkcs11:%,$(SIGNING_KEY))$(shell cd $(KDIR) && \
	ls -d "$(SIGNING_KEY)" 2> /dev/null)
UNSIGNED = $(if $(SIGNING_KEY),$(if $(HAVE_KEY),,CONFIG_MODULE_SIG_ALL=))
UNSIGNED_NOTE = 'install: teredo.ko is not signed; with Secure Boot see' \
	Documentation/packaging/README.md

install-tools: tools
	@$(MAKE) -C tools VERSION=$(VERSION) install
	@$(MAKE) -s -C tools/iproute2 install

uninstall:
	@rm -f $(DESTDIR)/lib/modules/$(RELEASE)/updates/teredo.ko*
	@$(call depmod)
	@$(MAKE) -C tools uninstall
	@$(MAKE) -s -C tools/iproute2 uninstall

# modules_install runs depmod only if the headers contain System.map, and warns
# otherwise, so install-modules switches that off. In another root, depmod is left
# to the installation of that root.
depmod = $(if $(DESTDIR),:,depmod $(RELEASE))
RELEASE = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h)

DEBDIR ?= .out/deb
deb:
	@scripts/deb.sh $(VERSION) $(DEBDIR)

unit:
	@$(MAKE) -C selftests/unit check

conformance:
	@scripts/conformance

fuzz:
	@selftests/fuzz/run $(if $(TIME),-t $(TIME),$(if $(RUNS),-r $(RUNS)))

deps:
	@scripts/deps.sh

check:
	@scripts/deps.sh
	@$(MAKE) -s all
	@selftests/run $(TESTS)

check-packages:
	@scripts/deps.sh
	@selftests/packages/run $(if $(USERMODE),-u) $(RELEASES)

# The debug kernel as user-mode Linux runs these natively, so it is built first.
mutants: debug-kernel
	@selftests/mutants/run $(if $(PART),-p $(PART)) $(MUTANTS:%='%')

matrix:
	@scripts/deps.sh
	@$(MAKE) -s all
	@selftests/matrix/run $(N)

diagrams:
	@scripts/deps.sh
	@$(MAKE) -s all
	@selftests/diagrams/run $(SCENES)

# The debug kernel as user-mode Linux (uml), or emulated as x86 (debug)
DEBUG ?= uml
DEBUG_SLOW = $(or $(SLOW),$(if $(filter uml,$(DEBUG)),1,10))

debug-kernel:
	@scripts/deps.sh
	@scripts/debug-kernel.sh $(DEBUG)

check-debug: debug-kernel
	@$(MAKE) -s modules KERNEL=$(DEBUG)
	@$(MAKE) -s tools
	@KERNEL=$(DEBUG) SLOW=$(DEBUG_SLOW) selftests/run $(or $(TESTS),net)

check-kcsan:
	@scripts/deps.sh
	@scripts/debug-kernel.sh kcsan
	@$(MAKE) -s modules KERNEL=kcsan
	@$(MAKE) -s tools
	@KERNEL=kcsan SLOW=$(or $(SLOW),10) selftests/run $(or $(TESTS),races)

coverage-module:
	@$(MAKE) -s debug-kernel DEBUG=uml
	@$(MAKE) -s modules KERNEL=uml
	@$(MAKE) -s tools
	@ALL=1 scripts/coverage-module $(or $(TESTS),net)

bench:
	@scripts/deps.sh
	@$(MAKE) -s all
	@selftests/bench/run $(BENCH)

demo:
	@scripts/deps.sh demo
	@echo 'demo: building the module and the tools'
	@$(MAKE) -s all
	@selftests/demo.sh $(DEMO)

lint:
	@scripts/lint.sh $(KDIR) $(CHECKS)

coverage: coverage-tools coverage-module

coverage-tools:
	@$(MAKE) -s debug-kernel DEBUG=uml
	@$(MAKE) -s modules KERNEL=uml
	@scripts/coverage-tools

ynl:
	@scripts/ynl-gen.sh "$$(scripts/kernel-source.sh)"

clean:
	@$(KBUILD) clean
	@$(MAKE) -C tools clean
	@$(MAKE) -C tools/iproute2 clean
	@$(MAKE) -C selftests/net clean
	@$(MAKE) -C selftests/bench clean
	@$(MAKE) -C selftests/fuzz clean
	@rm -rf .cache .out

.PHONY: all help modules install-source version tools install install-modules \
	install-tools uninstall deb unit conformance fuzz deps check check-packages mutants \
	matrix diagrams debug-kernel check-debug check-kcsan bench demo lint coverage coverage-tools \
	coverage-module ynl clean
