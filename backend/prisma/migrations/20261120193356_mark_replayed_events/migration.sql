-- AlterTable
ALTER TABLE "pending_events" ADD COLUMN     "replayed" BOOLEAN NOT NULL DEFAULT false;
