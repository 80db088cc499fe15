# Six commands; each is a script of one job in scripts/.
.PHONY: demo test bench lint scan image

# Canteen on this machine's Swarm, or on a private engine: make demo [PORT=8090] [KEEP=1]
# No shell may stand between make and the script, or a signal to make would not reach it.
demo:
	@scripts/demo.sh

# Every test: pure, web, real Swarm, real browser.
test:
	@scripts/test.sh

# What Canteen promises, measured on a private engine: make bench [PART="memory image start apps audit sign-ins mirrors plan config deploy logs"]
bench:
	@scripts/bench.sh $(PART)

lint:
	@scripts/lint.sh

# Scanners against a Canteen of its own, on this machine alone: make scan [PORT=8099]. No part of the tests.
scan:
	@scripts/scan.sh

# The image, built from a static binary: make image [TAG=canteen:0.1.0]
image:
	@scripts/image.sh '$(or $(TAG),canteen:0.1.0)'
