# ctok-batch: `make demo` shows a whole night, `make test` passes the tests; both install what is missing.
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
# Another build directory holds another build, programs too: make B=build/san SANITIZE=address,undefined all
B ?= build
BIN := $(if $(filter build,$(B)),bin,$(B)/bin)

LIBS := libpq libcurl jansson libconfig xlsxwriter harfbuzz fribidi libqrencode libsodium libutf8proc libidn2 zlib expat gmime-3.0 poppler-glib cairo icu-i18n icu-uc
# Expanded on first use, so that `make deps` works before pkg-config is there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(LIBS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(LIBS)) -lhpdf -lcsv -lm)$(PKG_LIBS)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings -Wpointer-arith \
	-Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls -Wundef \
	-Wfloat-equal -Wimplicit-fallthrough
IS_CLANG := $(findstring clang,$(CC))
WARN += $(if $(IS_CLANG),,-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wformat-signedness)
WARN += $(if $(WERROR),-Werror)
HARDEN := -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE
OPTIMISE ?= -O2 -g
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(OPTIMISE) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer,$(HARDEN)) \
	-Iinclude -I$(B)/gen $(PKG_CFLAGS) -MMD -MP
override LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE))
# With -s only what goes wrong is said.
SAY := $(if $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS)))),@:,@echo)
MAKE_ALL = $(MAKE) --no-print-directory -s $(if $(filter -j%,$(MAKEFLAGS)),,-j"$$(nproc)")

LIB_C := $(sort $(wildcard lib/*/*.c))
LIB_O := $(LIB_C:%.c=$(B)/%.o)
SQL := $(sort $(wildcard sql/*/*.sql))
JOBS := $(notdir $(basename $(sort $(wildcard jobs/*.c))))
PROGRAMS := $(JOBS:%=$(BIN)/%)
ADMIN_C := $(sort $(wildcard jobs/admin/*.c))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
SUPPORT_C := $(sort $(wildcard tests/support/*.c))
FUZZ := $(notdir $(basename $(sort $(wildcard tests/fuzz/fuzz_*.c))))
SANDBOX_C := $(sort $(wildcard tests/sandbox/*.c))
SANDBOX_SQL := $(sort $(wildcard tests/sandbox/sql/*.sql))
SANDBOX := $(if $(SANDBOX_C),$(B)/ctok-sandbox)
OBJECTS := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard lib/*/*.c jobs/*.c jobs/*/*.c tests/*/*.c)))

.SUFFIXES:
.SECONDARY:
.PHONY: all deps demo test unit scenarios soak check bench install clean

all: $(B)/libctok.a $(PROGRAMS) $(SANDBOX) $(if $(filter build:/usr/local,$(B):$(PREFIX)),ctok-batch.conf.example)

# Written from the declarations; committed, so that it can be read before anything is built.
ctok-batch.conf.example: $(BIN)/ctok-admin
	@$(BIN)/ctok-admin example-config >$(B)/$@ && if cmp -s $(B)/$@ $@; then touch $@; else cp $(B)/$@ $@; fi

# What every object was compiled with: another compiler or other flags in the same directory compile all of it again.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(SANITIZE) $(OPTIMISE)' | cmp -s - $@ || echo '$(CC) $(SANITIZE) $(OPTIMISE)' >$@

$(B)/gen/prefix.h: FORCE
	@mkdir -p $(@D)
	@echo '#define CTOK_PREFIX "$(PREFIX)"' | cmp -s - $@ || echo '#define CTOK_PREFIX "$(PREFIX)"' >$@

.PHONY: FORCE
FORCE:

# SQL becomes C. What comes out as it was keeps its time, so that another statement does not compile what only reads the header. A
# directory is newer when a file was taken away.
define embed # $(call embed,NAME,FILES,OPTIONS)
	@mkdir -p $(B)/gen/new
	@awk -f tools/embed-sql.awk $(3) -v header=$(B)/gen/new/$(1).h -v source=$(B)/gen/new/$(1).c $(2)
	@for f in $(1).h $(1).c; do cmp -s $(B)/gen/new/$$f $(B)/gen/$$f || cp $(B)/gen/new/$$f $(B)/gen/$$f; done
	@touch $@
endef

$(B)/gen/sql.stamp: tools/embed-sql.awk $(SQL) $(sort $(dir $(SQL)))
	$(call embed,sql,$(SQL))

$(B)/gen/sandbox-sql.stamp: tools/embed-sql.awk $(SANDBOX_SQL) $(sort $(dir $(SANDBOX_SQL)))
	$(call embed,sandbox-sql,$(SANDBOX_SQL),-v strip=tests/sandbox/sql/)

$(B)/gen/%.h $(B)/gen/%.c: $(B)/gen/%.stamp
	@:

$(B)/gen/%.o: $(B)/gen/%.c $(B)/flags
	@$(CC) $(CFLAGS) -Wno-overlength-strings -c -o $@ $<

$(B)/%.o: %.c $(B)/flags | $(B)/gen/sql.h $(B)/gen/prefix.h
	@mkdir -p $(@D)
	$(SAY) "  CC    $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

$(B)/libctok.a: $(LIB_O) $(B)/gen/sql.o
	@rm -f $@
	@ar rcs $@ $^

$(BIN)/%: $(B)/jobs/%.o $(B)/libctok.a
	@mkdir -p $(@D)
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(B)/libctok.a $(PKG_LIBS)

# One file per command.
$(BIN)/ctok-admin: $(ADMIN_C:%.c=$(B)/%.o)

$(SANDBOX_C:%.c=$(B)/%.o): | $(B)/gen/sandbox-sql.h

$(B)/ctok-sandbox: $(SANDBOX_C:%.c=$(B)/%.o) $(B)/gen/sandbox-sql.o $(B)/libctok.a
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lmicrohttpd -lssl -lcrypto

# What unit tests share: tests/support, archived so that a test links only what it uses.
$(B)/libsupport.a: $(SUPPORT_C:%.c=$(B)/%.o)
	@rm -f $@
	@ar rcs $@ $^

$(B)/tests/unit/%.o $(B)/tests/support/%.o: override CFLAGS += -Itests/support

$(B)/tests/test_%: $(B)/tests/unit/test_%.o $(B)/libsupport.a $(B)/libctok.a
	@mkdir -p $(@D)
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lmicrohttpd

# Fuzz targets (clang's libFuzzer): make fuzz-build; make fuzz [SECONDS_EACH=60].
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libctok.a
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

.PHONY: fuzz-build fuzz fuzz-programs
fuzz-programs: $(FUZZ:%=$(B)/%)

fuzz-build:
	@$(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-programs

fuzz: fuzz-build
	@sh tests/fuzz/run.sh $(FUZZ:%=$(B)/fuzz/%)

# A statement in the database of a configuration, for test scripts.
$(B)/ctok-sql: $(B)/tests/tools/ctok-sql.o $(B)/libctok.a
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The programs with the crash probe in them, for tests alone: the same objects, and the linker hands their effects to the probe.
PROBED := write pwrite ftruncate fsync syncfs rename renameat unlink unlinkat rmdir mkdir symlink flock PQsendQueryParams PQsendQuery \
	PQgetResult curl_easy_perform transfer_start transfer_wait
$(B)/tests/probe/probe.o: override CFLAGS += -Ilib/http

$(B)/probe/%: $(B)/jobs/%.o $(B)/tests/probe/probe.o $(B)/libctok.a
	@mkdir -p $(@D)
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) $(PROBED:%=-Wl,--wrap=%) -Wl,--export-dynamic-symbol=fwrite -o $@ $(filter %.o,$^) $(B)/libctok.a $(PKG_LIBS)

# Measuring programs: build/bench_<name>.
$(B)/tests/bench/%.o: override CFLAGS += -Itests/support

$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/tests/bench/bench.o $(B)/libsupport.a $(B)/libctok.a
	$(SAY) "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PHONY: unit-programs test-programs probe-programs objects
unit-programs: $(UNIT)

test-programs: all $(UNIT) $(B)/ctok-sql probe-programs

probe-programs: $(patsubst %,$(B)/probe/%,$(filter-out ctok-admin ctok-cert,$(JOBS)))

# Every C file compiled, for checks.
objects: $(OBJECTS) $(B)/gen/sql.o $(B)/gen/sandbox-sql.o

deps:
	@sh deps/install.sh

# A whole trial night, going live and a second night, under demo/. Installs what is missing.
demo:
	@sh deps/install.sh build run demo
	@echo "building"
	@$(MAKE_ALL) all
	@bash tools/demo.sh

# Everything that must hold. Installs what is missing.
test:
	@sh deps/install.sh build run demo test
	@echo "building"
	@$(MAKE_ALL) test-programs
	@bash tests/run.sh $(UNIT)

# Unit tests alone; scenarios alone, the named ones told one by one: make scenarios [SCENARIOS='6*'].
unit: unit-programs
	@SCENARIOS=none bash tests/run.sh $(UNIT)

scenarios: test-programs
	@TELL=1 bash tests/run.sh

# Both compilers, sanitizers, format, layers, banned calls, documents in step.
check:
	@bash tools/check.sh

# Ratios to named peers and limits; build/bench.json.
bench: test-programs $(B)/bench_certificate $(B)/bench_xlsx $(B)/bench_ledger $(B)/bench_pull $(B)/bench_reconcile $(B)/bench_replay $(B)/bench_deal $(B)/bench_mail
	@bash tests/bench/run.sh

# Long proofs.
soak: test-programs
	@bash tests/soak.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/ctok-batch $(DESTDIR)$(PREFIX)/share/doc/ctok-batch
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin/
	cp -R templates $(DESTDIR)$(PREFIX)/share/ctok-batch/
	install -m 644 README.md docs/architecture.md cron/ctok-batch.cron cron/ctok-batch.logrotate $(DESTDIR)$(PREFIX)/share/doc/ctok-batch/
	$(BIN)/ctok-admin example-config >$(DESTDIR)$(PREFIX)/share/doc/ctok-batch/ctok-batch.conf.example
	chmod 644 $(DESTDIR)$(PREFIX)/share/doc/ctok-batch/ctok-batch.conf.example

clean:
	@if [ -L demo/db ]; then rm -rf "$$(readlink demo/db)"; fi
	rm -rf $(B) bin demo

-include $(OBJECTS:%.o=%.d)
