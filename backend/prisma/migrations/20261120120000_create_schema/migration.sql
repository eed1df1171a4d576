-- CreateEnum
CREATE TYPE "source_kind" AS ENUM ('github', 'gitlab', 'jenkins', 'cdevents', 'records');

-- CreateEnum
CREATE TYPE "status" AS ENUM ('queued', 'waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped', 'timed_out', 'action_required', 'neutral');

-- CreateEnum
CREATE TYPE "environment_tier" AS ENUM ('production', 'staging', 'testing', 'development', 'other');

-- CreateEnum
CREATE TYPE "change_state" AS ENUM ('open', 'merged', 'abandoned');

-- CreateEnum
CREATE TYPE "incident_severity" AS ENUM ('p0', 'p1', 'p2', 'p3');

-- CreateEnum
CREATE TYPE "test_outcome" AS ENUM ('passed', 'failed', 'errored', 'skipped');

-- CreateTable
CREATE TABLE "sources" (
    "id" UUID NOT NULL,
    "kind" "source_kind" NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "secret_current" BYTEA,
    "secret_previous" BYTEA,
    "previous_valid_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "delivery_key" TEXT,
    "type" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(6) NOT NULL,
    "headers" TEXT,
    "body" BYTEA NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_events" (
    "position" BIGSERIAL NOT NULL,
    "event_id" UUID NOT NULL,
    "enqueued_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_events_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "quarantined_events" (
    "event_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "quarantined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quarantined_events_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "event_counts" (
    "source_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "slot" SMALLINT NOT NULL,
    "count" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "latest_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "event_counts_pkey" PRIMARY KEY ("source_id","type","day","slot")
);

-- CreateTable
CREATE TABLE "repositories" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "full_name" TEXT NOT NULL,
    "url" TEXT,
    "default_branch" TEXT,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipelines" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "repository_id" UUID,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "definition" TEXT,
    "url" TEXT,
    "last_activity_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',
    "display_name" VARCHAR(255),
    "description" VARCHAR(2000),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "pipelines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "repository_id" UUID,
    "pipeline_id" UUID,
    "external_id" TEXT NOT NULL,
    "number" BIGINT,
    "title" TEXT,
    "trigger" TEXT,
    "branch" TEXT,
    "commit_sha" TEXT,
    "actor" TEXT,
    "url" TEXT,
    "attempt" INTEGER NOT NULL,
    "status" "status" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_attempts" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "status" "status" NOT NULL,
    "url" TEXT,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "run_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" "status" NOT NULL,
    "runner_labels" TEXT[],
    "runner_name" TEXT,
    "runner_group" TEXT,
    "url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "steps" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "status" "status" NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "steps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "services" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "repository_id" UUID,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "services_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environments" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "service_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "tier" "environment_tier" NOT NULL,
    "url" TEXT,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "environments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployments" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "service_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "repository_id" UUID,
    "run_id" UUID,
    "status" "status" NOT NULL,
    "ref" TEXT,
    "commit_sha" TEXT,
    "description" TEXT,
    "creator" TEXT,
    "log_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "superseded_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "deployments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "changes" (
    "id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "state" "change_state" NOT NULL,
    "author" TEXT,
    "head_branch" TEXT,
    "head_sha" TEXT,
    "base_branch" TEXT,
    "merge_commit_sha" TEXT,
    "commits" INTEGER,
    "additions" INTEGER,
    "deletions" INTEGER,
    "url" TEXT,
    "opened_at" TIMESTAMPTZ(3),
    "merged_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "commits" (
    "id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "sha" TEXT NOT NULL,
    "branch" TEXT,
    "message" TEXT NOT NULL,
    "author" TEXT,
    "committed_at" TIMESTAMPTZ(3),
    "url" TEXT,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "commits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incidents" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "service_id" UUID,
    "environment_id" UUID,
    "title" TEXT NOT NULL,
    "severity" "incident_severity" NOT NULL,
    "url" TEXT,
    "detected_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "test_suites" (
    "id" UUID NOT NULL,
    "source_id" UUID NOT NULL,
    "repository_id" UUID,
    "name" TEXT NOT NULL,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "test_suites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "test_cases" (
    "id" UUID NOT NULL,
    "suite_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "class_name" TEXT,
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "test_cases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "test_results" (
    "id" UUID NOT NULL,
    "case_id" UUID NOT NULL,
    "run_id" UUID,
    "attempt" INTEGER,
    "outcome" "test_outcome" NOT NULL,
    "message" TEXT,
    "duration_seconds" DOUBLE PRECISION,
    "finished_at" TIMESTAMPTZ(3),
    "versions" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "test_results_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sources_name_key" ON "sources"("name");

-- CreateIndex
CREATE INDEX "events_received_at_idx" ON "events" USING BRIN ("received_at");

-- CreateIndex
CREATE INDEX "quarantined_events_quarantined_at_idx" ON "quarantined_events"("quarantined_at");

-- CreateIndex
CREATE INDEX "repositories_full_name_idx" ON "repositories"("full_name");

-- CreateIndex
CREATE INDEX "runs_created_at_id_idx" ON "runs"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_pipeline_id_created_at_id_idx" ON "runs"("pipeline_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_repository_id_created_at_id_idx" ON "runs"("repository_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "runs_status_created_at_id_idx" ON "runs"("status", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_attempts_run_id_idx" ON "run_attempts"("run_id");

-- CreateIndex
CREATE INDEX "jobs_run_id_idx" ON "jobs"("run_id");

-- CreateIndex
CREATE INDEX "jobs_created_at_id_idx" ON "jobs"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "steps_job_id_idx" ON "steps"("job_id");

-- CreateIndex
CREATE INDEX "environments_name_idx" ON "environments"("name");

-- CreateIndex
CREATE INDEX "deployments_created_at_id_idx" ON "deployments"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "deployments_environment_id_created_at_idx" ON "deployments"("environment_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "deployments_service_id_created_at_idx" ON "deployments"("service_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "changes_repository_id_merge_commit_sha_idx" ON "changes"("repository_id", "merge_commit_sha");

-- CreateIndex
CREATE INDEX "commits_repository_id_sha_idx" ON "commits"("repository_id", "sha");

-- CreateIndex
CREATE INDEX "incidents_detected_at_idx" ON "incidents"("detected_at");

-- CreateIndex
CREATE INDEX "test_cases_suite_id_idx" ON "test_cases"("suite_id");

-- CreateIndex
CREATE INDEX "test_results_case_id_finished_at_idx" ON "test_results"("case_id", "finished_at");

-- CreateIndex
CREATE INDEX "test_results_run_id_idx" ON "test_results"("run_id");

-- What Prisma's schema cannot say.

-- Bodies are read once: compressing each costs more CPU than the disk it saves.
ALTER TABLE "events" ALTER COLUMN "body" SET STORAGE EXTERNAL;

-- Without it, the newest block ranges would be missing from the time index until the next vacuum.
ALTER INDEX "events_received_at_idx" SET (autosummarize = on, pages_per_range = 32);

-- A queue: rows live for milliseconds, so dead ones are cleared by count and not by share.
ALTER TABLE "pending_events" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
