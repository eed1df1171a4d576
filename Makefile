# `make help` lists the targets. The right Node is found, or installed below .tooling, before anything else.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
NODE_BIN := $(shell sh scripts/ensure-node.sh)
ifeq ($(NODE_BIN),)
$(error No usable Node: see above)
endif
export PATH := $(NODE_BIN):$(PATH)
endif

# Prisma asks for an engine that it would download; generating needs none, so any executable will do.
prisma = @cd backend && said=$$(PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npx --no-install prisma $(1) 2>&1) || { echo "$$said"; exit 1; }
ENV_FILE := $(if $(wildcard .env),--env-file=.env)
TSX := node $(ENV_FILE) --import tsx
INSTALLED := node_modules/.installed
GENERATED := backend/src/database/generated/client.ts
WEB := frontend/build/index.html
BACKEND := backend/dist/main.js
BACKEND_SOURCES := $(shell find backend/src -name '*.ts' -not -name '*.test.ts' 2>/dev/null)
WEB_SOURCES := $(shell find frontend/src frontend/static -type f 2>/dev/null) frontend/vite.config.ts

## Run it
.PHONY: dev start demo seed-mock-data replay migrate password-reset audit-verify
dev: $(GENERATED) $(WEB) ## Set up what is missing, serve on http://localhost:8000, restart on change
	@exec $(TSX) scripts/dev.ts

start: $(BACKEND) $(WEB) ## Serve without watching, compiled, as production would
	@exec node --enable-source-maps $(ENV_FILE) backend/dist/main.js

demo: $(GENERATED) ## Replay real GitHub webhooks to the running service
	@$(TSX) scripts/demo.ts

seed-mock-data: $(GENERATED) ## Send 90 days of mock history to the running service
	@$(TSX) scripts/seed-mock-data.ts

migrate: $(GENERATED) ## Apply pending migrations to DATABASE_URL, and say what was done
	@$(TSX) backend/src/commands/migrate.ts

replay: $(GENERATED) ## Read the whole event log again into what is derived from it (DATABASE_URL)
	@$(TSX) backend/src/commands/replay.ts

password-reset: $(GENERATED) ## Print a link to choose a new password, for whoever is locked out: make password-reset EMAIL=ada@example.com
	@$(TSX) backend/src/commands/password-reset.ts "$(EMAIL)"

audit-verify: $(GENERATED) ## Check the whole audit log; HEAD=<position>:<hash> also that this earlier head is still in it
	@$(TSX) backend/src/commands/audit-verify.ts "$(HEAD)"

## The stack in containers
.PHONY: stack-secrets dev-stack monitoring logs health-check stack-down
stack-secrets: $(INSTALLED) ## Make the secrets of docker-compose.yml that are missing, below .secrets
	@$(TSX) scripts/stack/secrets.ts

dev-stack: stack-secrets ## Build and start everything in containers, and say where it is
	@$(TSX) scripts/dev-stack.ts up

monitoring: stack-secrets ## Start Prometheus, Alertmanager and Grafana where they do not run, and say where they are
	@$(TSX) scripts/dev-stack.ts monitoring

logs: $(INSTALLED) ## Follow what the containers log; of one: make logs SERVICE=backend
	@$(TSX) scripts/dev-stack.ts logs "$(SERVICE)"

health-check: $(INSTALLED) ## Ask each part of the stack how it is; of another: make health-check URL=http://localhost:8000
	@$(TSX) scripts/health-check.ts "$(URL)"

stack-down: $(INSTALLED) ## Stop the containers; their data stays
	@$(TSX) scripts/dev-stack.ts down

## Kubernetes
.PHONY: k8s-secrets k8s-deploy
k8s-secrets: ## Make random Secrets for a cluster of this machine, once
	@sh scripts/k8s-secrets.sh

k8s-deploy: ## Deploy to the cluster of kubectl's context: make k8s-deploy OVERLAY=alpha (elsewhere CONFIRM=<context>)
	@CONFIRM="$(CONFIRM)" sh scripts/k8s-deploy.sh "$(OVERLAY)"

## Set up and build
.PHONY: install install-dev build contracts dashboards migration new-feature clean
install: $(INSTALLED) $(GENERATED) ## Install packages and generate the Prisma client

install-dev: install ## The same, and the checks before each commit (pre-commit)
	@sh scripts/hooks/install.sh

$(INSTALLED): package-lock.json package.json backend/package.json frontend/package.json load/package.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(GENERATED): backend/prisma/schema.prisma $(INSTALLED)
	$(call prisma,generate)
	@touch $@

$(WEB): $(INSTALLED) $(WEB_SOURCES)
	@npm run --silent build -w frontend -- --logLevel warn >/dev/null
	@touch $@

$(BACKEND): $(GENERATED) $(BACKEND_SOURCES) backend/tsconfig.build.json
	@npm run --silent build -w backend
	@touch $@

build: $(BACKEND) $(WEB) ## Compile the back end and build the front end

contracts: $(GENERATED) ## Write openapi.json, the Postman collection and the front end's types from the endpoints
	@$(TSX) backend/src/commands/contracts.ts
	@npm run --silent api -w frontend

dashboards: $(INSTALLED) ## Write Grafana's dashboards, and the alert rules as Kubernetes has them
	@$(TSX) monitoring/grafana/src/main.ts
	@$(TSX) scripts/stack/kubernetes/prometheus-rule.ts

migration: $(GENERATED) ## Write the migration from the database to schema.prisma: make migration NAME=add_teams
	@$(TSX) backend/src/commands/migrate.ts new "$(NAME)"

new-feature: $(INSTALLED) ## Write a feature in the shape that all have: make new-feature NAME=runner-pool (PLURAL=runner-pools)
	@$(TSX) scripts/new-feature.ts "$(NAME)" $(PLURAL)

clean: ## Remove everything that was built or installed; data in .pitwall stays
	rm -rf node_modules backend/node_modules frontend/node_modules load/node_modules .tooling backend/dist \
	  backend/src/database/generated frontend/build frontend/.svelte-kit load/results reports \
	  scripts/performance/lighthouse/node_modules

## Check it
.PHONY: test test-unit test-integration test-watch test-e2e test-durability lint typecheck format check-contracts bench security dast \
  verify-stack check-stack load-test smoke-test
test: lint typecheck check-contracts test-unit test-integration check-stack test-e2e test-durability ## Everything that CI runs

lint: $(GENERATED) ## ESLint, Prettier, and the Prisma schema
	@npx --no-install eslint .
	@npx --no-install prettier --check --log-level warn .
	$(call prisma,validate)
	@echo "lint: clean"

typecheck: $(GENERATED) ## TypeScript and Svelte
	@npx --no-install tsc -p backend --noEmit
	@npx --no-install tsc -p scripts
	@npx --no-install tsc -p load
	@npx --no-install tsc -p load/k6
	@npx --no-install tsc -p monitoring/grafana
	@npm run --silent check -w frontend
	@echo "types: clean"

check-contracts: $(GENERATED) ## Fail where a generated document is not what the endpoints say
	@$(TSX) backend/src/commands/contracts.ts --check
	@npm run --silent api:check -w frontend
	@echo "contracts: no drift"

test-unit: $(GENERATED) ## Tests of single parts, of the back end and the front end
	@npm test --silent -w backend -- --testPathIgnorePatterns '\.api\.test\.ts$$'
	@npm test --silent -w frontend

test-integration: $(GENERATED) ## Tests of the API over real PostgreSQL, and Redis where it is
	@npm test --silent -w backend -- '\.api\.test\.ts$$'

test-watch: $(GENERATED) ## The back end's tests, again on change
	@npm test -w backend -- --watch

test-e2e: $(BACKEND) $(WEB) ## A real browser against the running service (where Chromium is)
	@$(TSX) scripts/test-e2e.ts

test-durability: $(BACKEND) ## kill -9 under load: every acknowledged event is there, once
	@$(TSX) load/durability/main.ts

security: $(GENERATED) ## Secrets, unsafe code, licences, known vulnerabilities, signatures, SBOM; says what it could not check
	@$(TSX) scripts/security/main.ts

dast: $(BACKEND) $(WEB) ## Attack a service of its own with wapiti, sqlmap and slowhttptest, where installed (DAST_QUICK=true)
	@$(TSX) scripts/security/dast/main.ts

verify-stack: $(BACKEND) $(WEB) ## Prove what stands around the service with the real programs; AREAS="nginx compose" for some
	@$(TSX) scripts/stack/main.ts $(AREAS)

check-stack: $(BACKEND) $(WEB) ## The same, with what is installed and what takes seconds
	@$(TSX) scripts/stack/main.ts --quick $(AREAS)

load-test: $(BACKEND) $(WEB) ## 10 requests a second for a minute, at a service of its own or BASE_URL; fails over 1 % errors or a p95 of 2 s
	@$(TSX) load/scenarios/main.ts load

smoke-test: $(GENERATED) ## One user, one round through the API of the running service (BASE_URL)
	@BASE_URL="$${BASE_URL:-http://localhost:8000}" $(TSX) load/scenarios/main.ts functional

bench: $(BACKEND) $(WEB) ## Throughput and latency, each beside its floor
	@$(TSX) load/bench/main.ts

format: $(INSTALLED) ## Prettier, and what ESLint can mend
	@npx --no-install eslint --fix .
	@npx --no-install prettier --write --log-level warn .

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^## / { printf "\n%s\n", substr($$0, 4) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
