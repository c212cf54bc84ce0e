# What people type. The build itself is described in meson.build.

FUZZ_SECONDS ?= 20
SCENARIO ?= heart
RELEASE = --buildtype=release -Dwerror=false -Dtests=false
SANITIZE = -Db_sanitize=address,undefined

help:
	@echo 'make run        the demonstration: four hospitals, then the page on port 8480;'
	@echo '                SCENARIO=NAME for another story (sheaf help demo)'
	@echo 'make build      the program: build/src/cli/sheaf'
	@echo 'make test       every test, under sanitizers, in build-test/'
	@echo 'make test-long  the same with longer simulations and searches, then make mutants'
	@echo 'make mutants    each defence taken out in turn, which a test must notice'
	@echo 'make bench      speed, each beside a limit measured in the same run'
	@echo 'make accuracy   figures of accuracy beside published ones; DATA=FOLDER for more data'
	@echo 'make lint       clang-format and clang-tidy'
	@echo 'make coverage   which lines the tests reach, in build-coverage/coverage.html'
	@echo 'make fuzz       each libFuzzer target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make clean      remove everything that was built'

run: build
	exec build/src/cli/sheaf demo demo-$$(date +%Y%m%d-%H%M%S) --port 8480 \
	    --scenario $(SCENARIO)

build:
	@tools/deps.sh run
	@tools/web.sh
	@tools/setup.sh build $(RELEASE)

test test-long: test-programs
	@python3 tools/run_tests.py build-test $(if $(filter test-long,$@),--long)
	@$(if $(filter test-long,$@),tools/mutate.py build-mutants,:)

test-programs:
	@tools/deps.sh run test
	@tools/web.sh
	@tools/setup.sh build-test $(SANITIZE)

mutants:
	@tools/deps.sh run test
	@tools/web.sh
	@tools/mutate.py build-mutants

bench: build
	@ninja -C build bench-programs
	@for program in build/bench/bench_*; do \
	    if [ -f "$$program" ] && [ -x "$$program" ]; then "$$program" || exit 1; fi; done

accuracy: build
	@ninja -C build accuracy-programs
	@for program in build/bench/accuracy/accuracy_*; do \
	    if [ -f "$$program" ] && [ -x "$$program" ]; then "$$program" $(DATA) || exit 1; fi; done

lint: build
	@tools/deps.sh lint
	@tools/lint.sh build

coverage:
	@tools/deps.sh coverage test
	@tools/web.sh
	@tools/setup.sh build-coverage -Db_coverage=true -Dwerror=false
	@rm -f ./*.gcov && find build-coverage -name '*.gcda' -delete
	@python3 tools/run_tests.py build-coverage; failed=$$?; \
	    gcovr --root . --filter src/ --exclude-unreachable-branches --print-summary \
	    --html-details build-coverage/coverage.html build-coverage && exit $$failed

fuzz:
	@tools/deps.sh fuzz
	@tools/web.sh
	@CC=clang tools/setup.sh build-fuzz -Dfuzz=true -Dtests=false -Dwerror=false $(SANITIZE)
	@tools/fuzz.sh build-fuzz $(FUZZ_SECONDS)

clean:
	rm -rf build build-test build-mutants build-coverage build-fuzz web/dist web/node_modules

.PHONY: help run build test test-long test-programs mutants bench accuracy lint coverage fuzz clean
