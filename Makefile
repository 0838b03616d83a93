# ctok-batch: `make demo` shows a whole night, `make test` passes the tests; both install what is missing.
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
B ?= build

LIBS := libpq libcurl jansson libconfig xlsxwriter harfbuzz fribidi libqrencode libsodium libutf8proc libidn2 zlib poppler-glib cairo
# Expanded on first use, so that `make deps` works before pkg-config is there.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(LIBS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(LIBS)) -lhpdf -lm)$(PKG_LIBS)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wwrite-strings -Wpointer-arith \
	-Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls -Wundef \
	-Wfloat-equal -Wimplicit-fallthrough
IS_CLANG := $(findstring clang,$(CC))
WARN += $(if $(IS_CLANG),,-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wformat-signedness)
WARN += $(if $(WERROR),-Werror)
HARDEN := -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE
OPTIMISE ?= -O2 -g
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN) $(OPTIMISE) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer,$(HARDEN)) \
	-Iinclude -I$(B)/gen -DCTOK_PREFIX='"$(PREFIX)"' $(PKG_CFLAGS) -MMD -MP
override LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(if $(SANITIZE),-fsanitize=$(SANITIZE))


LIB_C := $(sort $(wildcard lib/*/*.c))
LIB_O := $(LIB_C:%.c=$(B)/%.o)
SQL := $(sort $(wildcard sql/*/*.sql))
JOBS := $(notdir $(basename $(sort $(wildcard jobs/*.c))))
PROGRAMS := $(JOBS:%=bin/%)
UNIT := $(notdir $(basename $(sort $(wildcard tests/unit/test_*.c))))
SUPPORT_C := $(sort $(wildcard tests/support/*.c))
FUZZ := $(notdir $(basename $(sort $(wildcard tests/fuzz/fuzz_*.c))))
SANDBOX_C := $(sort $(wildcard tests/sandbox/*.c))
SANDBOX_SQL := $(sort $(wildcard tests/sandbox/sql/*.sql))
SANDBOX := $(if $(SANDBOX_C),$(B)/ctok-sandbox)

.SUFFIXES:
.SECONDARY:
.PHONY: all deps demo test unit scenarios soak check bench install clean

all: $(B)/libctok.a $(PROGRAMS) $(SANDBOX) ctok-batch.conf.example

# Written from the declarations; committed, so that it can be read before anything is built.
ctok-batch.conf.example: bin/ctok-admin
	@bin/ctok-admin example-config >$@.tmp && if cmp -s $@.tmp $@; then rm $@.tmp; touch $@; else mv $@.tmp $@; fi

$(B)/gen/sql.h $(B)/gen/sql.c &: tools/embed-sql.awk $(SQL)
	@mkdir -p $(B)/gen/new
	@awk -f tools/embed-sql.awk -v header=$(B)/gen/new/sql.h -v source=$(B)/gen/sql.c $(SQL)
	@# The header names the files only: a changed statement compiles nothing but sql.c.
	@cmp -s $(B)/gen/new/sql.h $(B)/gen/sql.h || cp $(B)/gen/new/sql.h $(B)/gen/sql.h

$(B)/gen/sql.o: $(B)/gen/sql.c
	@$(CC) $(CFLAGS) -Wno-overlength-strings -c -o $@ $<

$(B)/%.o: %.c $(B)/gen/sql.h
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

$(B)/libctok.a: $(LIB_O) $(B)/gen/sql.o
	@rm -f $@
	@ar rcs $@ $^

bin/%: $(B)/jobs/%.o $(B)/libctok.a
	@mkdir -p bin
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(B)/libctok.a $(PKG_LIBS)

$(B)/gen/sandbox-sql.h $(B)/gen/sandbox-sql.c &: tools/embed-sql.awk $(SANDBOX_SQL)
	@mkdir -p $(B)/gen/new
	@awk -f tools/embed-sql.awk -v strip=tests/sandbox/sql/ -v header=$(B)/gen/sandbox-sql.h -v source=$(B)/gen/sandbox-sql.c $(SANDBOX_SQL)

$(B)/gen/sandbox-sql.o: $(B)/gen/sandbox-sql.c
	@$(CC) $(CFLAGS) -Wno-overlength-strings -c -o $@ $<

$(SANDBOX_C:%.c=$(B)/%.o): $(B)/gen/sandbox-sql.h

$(B)/ctok-sandbox: $(SANDBOX_C:%.c=$(B)/%.o) $(B)/gen/sandbox-sql.o $(B)/libctok.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lmicrohttpd -lssl -lcrypto

# What unit tests share: tests/support, archived so that a test links only what it uses.
$(B)/libsupport.a: $(SUPPORT_C:%.c=$(B)/%.o)
	@rm -f $@
	@ar rcs $@ $^

$(B)/tests/unit/%.o $(B)/tests/support/%.o: override CFLAGS += -Itests/support

$(B)/tests/test_%: $(B)/tests/unit/test_%.o $(B)/libsupport.a $(B)/libctok.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lmicrohttpd

# Fuzz targets (clang's libFuzzer): make fuzz-build; make fuzz [SECONDS_EACH=60].
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libctok.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

.PHONY: fuzz-build fuzz fuzz-programs
fuzz-programs: $(FUZZ:%=$(B)/%)

fuzz-build:
	@$(MAKE) --no-print-directory B=$(B)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-programs

fuzz: fuzz-build
	@sh tests/fuzz/run.sh $(FUZZ:%=$(B)/fuzz/%)

# A statement in the database of a configuration, for test scripts.
$(B)/ctok-sql: $(B)/tests/tools/ctok-sql.o $(B)/libctok.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Measuring programs: build/bench_<name>.
$(B)/tests/bench/%.o: override CFLAGS += -Itests/support

$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/tests/bench/bench.o $(B)/libsupport.a $(B)/libctok.a
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

TEST_PROGRAMS = $(UNIT:%=$(B)/tests/%) $(B)/ctok-sql

.PHONY: test-programs
test-programs: all $(TEST_PROGRAMS)

deps:
	@sh deps/install.sh

# A whole trial night, going live and a second night, under demo/. Installs what is missing.
demo: deps
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all
	@bash tools/demo.sh

# Everything that must hold. Installs what is missing.
test: deps
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" test-programs
	@bash tests/run.sh $(UNIT:%=$(B)/tests/%)

# Unit tests alone; scenarios alone: make scenarios [SCENARIOS='03_*'].
unit: $(TEST_PROGRAMS)
	@SCENARIOS=none bash tests/run.sh $(UNIT:%=$(B)/tests/%)

scenarios: test-programs
	@bash tests/run.sh

# Both compilers, sanitizers, format, layers, banned calls, documents in step.
check:
	@bash tools/check.sh

# Ratios to named peers and limits; build/bench.json.
bench: test-programs
	@bash tests/bench/run.sh

# Long proofs.
soak: test-programs
	@bash tests/soak.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/ctok-batch $(DESTDIR)$(PREFIX)/share/doc/ctok-batch
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin/
	cp -R templates $(DESTDIR)$(PREFIX)/share/ctok-batch/
	install -m 644 ctok-batch.conf.example README.md docs/architecture.md cron/ctok-batch.cron cron/ctok-batch.logrotate \
		$(DESTDIR)$(PREFIX)/share/doc/ctok-batch/

clean:
	@if [ -L demo/db ]; then rm -rf "$$(readlink demo/db)"; fi
	rm -rf $(B) bin demo

-include $(LIB_C:%.c=$(B)/%.d) $(JOBS:%=$(B)/jobs/%.d) $(UNIT:%=$(B)/tests/unit/%.d) $(SUPPORT_C:%.c=$(B)/%.d) $(SANDBOX_C:%.c=$(B)/%.d)
