# wincause. What a user calls:
#
#   make              ./wincause
#   make demo         builds, analyses a sample, shows its report
#   make test         builds, runs every test; ends with "N passed, N failed"
#   make asan         the same tests under the address and undefined-behaviour sanitizers
#   make lint         clang-tidy, cppcheck, mandoc; nothing to say is success
#   make install      PREFIX=/usr/local DESTDIR=
#   make uninstall    takes away what install put there
#   make clean
#
# Settings: WERROR=1 makes warnings errors, V=1 shows the commands, NO_INSTALL=1 keeps `demo` and `test` from installing
# what they miss, CC and CFLAGS as everywhere.
#
# demo, test and asan look for what they need first (tests/needs.sh). What they then build with is asked of pkg-config
# while a Makefile is read, so the building is a second make: flags asked for by the first would be those from before.

PREFIX = /usr/local
DESTDIR =
# Each kind of build has its own directory: release or asan.
KIND = release
BUILD = build/$(KIND)

# Debian's libevtx-dev has libevtx.pc, and so on: tests/needs.sh knows the packages.
LIBRARIES = libevtx expat yaml-0.1 libpcre2-8 nettle
SAMPLE = samples/desktop-heap-243

CC = gcc
CFLAGS = $(if $(filter asan,$(KIND)),-O1,-O2) -g
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wundef -Wformat=2 $(if $(filter-out 0,$(WERROR)),-Werror)
# Inputs come from compromised machines: what compiler and linker offer against overruns is on.
COMPILE_release = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LINK_release = -pie -Wl,-z,relro,-z,now
COMPILE_asan = -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LINK_asan = -fsanitize=address,undefined

# Asked once and only when something is compiled: `make clean` needs no library.
library_flags = $(eval library_flags := $$(shell pkg-config --cflags $(LIBRARIES)))$(library_flags)
library_links = $(eval library_links := $$(shell pkg-config --libs $(LIBRARIES)))$(library_links)
cmocka_links = $(eval cmocka_links := $$(shell pkg-config --cflags --libs cmocka))$(cmocka_links)

LANGUAGE = -std=c17 -D_GNU_SOURCE -Ianalyzer -I. $(library_flags)
COMPILE = $(CC) $(LANGUAGE) $(WARNINGS) $(COMPILE_$(KIND)) $(CFLAGS) -pthread $(CPPFLAGS)
LINK = $(CC) $(CFLAGS) $(LINK_$(KIND)) -pthread $(LDFLAGS)

SOURCES := $(wildcard analyzer/*/*.c parsers/*.c)
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
TEST_PARTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/evtx/*.c))
TEST_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/tools/*.c))
# The release program stands where the user looks for it; the others stay in their directory.
PROGRAM = $(if $(filter release,$(KIND)),wincause,$(BUILD)/wincause)

Q = $(if $(filter-out 0,$(V)),,@)
# The second make. Where the user gave no -j it uses all processors.
MAKE_AGAIN = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$$(nproc))

.PHONY: all demo test asan lint install uninstall clean build tests run-tests \
	run-lint lint-tidy lint-cppcheck lint-mandoc FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all:
	@NO_INSTALL=1 tests/needs.sh build
	+@$(MAKE_AGAIN) build

demo:
	@tests/needs.sh build
	@echo "Building wincause; the first time takes up to a minute."
	+@$(MAKE_AGAIN) build >/dev/null
	@./wincause analyze $(SAMPLE); status=$$?; test $$status -eq 0 || test $$status -eq 3

test:
	@tests/needs.sh test
	+@$(MAKE_AGAIN) build tests
	@$(MAKE) --no-print-directory run-tests

asan:
	@tests/needs.sh test
	+@$(MAKE_AGAIN) build tests KIND=asan
	@$(MAKE) --no-print-directory run-tests KIND=asan

# From here on: the second make.

build: $(PROGRAM)
tests: $(UNIT_TESTS) $(TEST_TOOLS)

run-tests:
	@WINCAUSE=$(if $(filter release,$(KIND)),./wincause,$(PROGRAM)) tests/suite.sh $(sort $(UNIT_TESTS))

# It looks for rules beside itself; the other programs' rules are these, too.
$(PROGRAM): $(BUILD)/analyzer/main.o $(BUILD)/wincause.a
	$(Q)echo "  LINK $@"
	$(Q)$(LINK) -o $@ $^ $(library_links) -lm
	$(Q)test $(KIND) = release || ln -sfn ../../rules $(@D)/rules

# Archives, so that every unit test and tool links with what it calls and no more.
$(BUILD)/wincause.a: $(OBJECTS) $(BUILD)/sources
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(OBJECTS)
$(BUILD)/tests.a: $(TEST_PARTS) $(BUILD)/sources
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(TEST_PARTS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(Q)mkdir -p $(@D)
	$(Q)echo "  CC   $<"
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(BUILD)/tests.a $(BUILD)/wincause.a $(BUILD)/flags
	$(Q)mkdir -p $(@D)
	$(Q)echo "  CC   $<"
	$(Q)$(COMPILE) -MMD -MP -MT $@ -MF $@.d $(LINK_$(KIND)) $(LDFLAGS) -o $@ $< $(BUILD)/tests.a $(BUILD)/wincause.a \
		$(library_links) $(cmocka_links) -lm

# Where an installed program finds its rules. Few files name it, and only they are compiled again for another PREFIX.
RULES_DIR = $(PREFIX)/share/wincause/rules
NAME_RULES_DIR := $(patsubst %.c,$(BUILD)/%.o,$(shell grep -ls WINCAUSE_RULES_DIR $(SOURCES)))
$(NAME_RULES_DIR): private CPPFLAGS += -DWINCAUSE_RULES_DIR='"$(RULES_DIR)"'
$(NAME_RULES_DIR): $(BUILD)/rules-dir

# Files that change when what they hold does: what depends on another compiler, flag, PREFIX or set of sources is built
# again.
held_by_flags = $(COMPILE) $(LINK)
held_by_sources = $(SOURCES) $(TEST_PARTS)
held_by_rules-dir = $(RULES_DIR)
$(BUILD)/flags $(BUILD)/sources $(BUILD)/rules-dir: FORCE
	@mkdir -p $(@D)
	@echo '$(held_by_$(@F))' | cmp -s - $@ || echo '$(held_by_$(@F))' >$@

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

# What the linters need is not installed for anyone: who runs them has them, or is told the command.
ALL_C = analyzer/main.c $(SOURCES) $(wildcard tests/unit/*.c tests/evtx/*.c tests/tools/*.c)
lint:
	@NO_INSTALL=1 tests/needs.sh lint
	@$(MAKE) --no-print-directory -k run-lint

run-lint: lint-tidy lint-cppcheck lint-mandoc
# Several minutes: the analyzer walks every path. One file at a time, as many as there are processors.
lint-tidy:
	printf '%s\n' $(ALL_C) | \
		xargs -P "$$(nproc)" -I '{}' clang-tidy --quiet '{}' -- $(LANGUAGE) -DWINCAUSE_RULES_DIR='""'
lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem -Ianalyzer -I. -DWINCAUSE_RULES_DIR='""' $(ALL_C)
lint-mandoc:
	mandoc -T lint -W warning $(wildcard analyzer/*.1 rules/*.5)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 wincause $(DESTDIR)$(PREFIX)/bin/wincause
	cd rules && find . -name '*.yml' -exec install -D -m 644 '{}' '$(abspath $(DESTDIR)$(RULES_DIR))/{}' ';'
	install -m 644 analyzer/wincause.1 $(DESTDIR)$(PREFIX)/share/man/man1/wincause.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/wincause $(DESTDIR)$(PREFIX)/share/man/man1/wincause.1
	rm -rf $(DESTDIR)$(PREFIX)/share/wincause

clean:
	rm -rf build wincause
